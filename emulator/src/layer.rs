//! Reads the tar of a layer within bounds: a few megabytes of gzip can hold gigabytes of zeros, a name of a gigabyte, or
//! millions of empty files.

use std::cell::Cell;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::PathBuf;

use tar::{Archive, Entry};

/// Bytes that an image may unpack to: Lambda's own limit.
const LARGEST: u64 = 10 * 1024 * 1024 * 1024;

/// Files, directories and links of an image. Lambda names no limit; this one keeps a disk's inodes.
const MOST_ENTRIES: u64 = 1_000_000;

/// Bytes of all names together, which are kept in memory while a layer is read.
const MOST_NAMES: u64 = 256 * 1024 * 1024;

/// Bytes of one path: Linux takes no longer one.
const LONGEST_NAME: usize = 4096;

/// Bytes from the end of one entry to the content of the next: its header, and the long names and extended headers that
/// the tar reader takes into memory whole.
const LARGEST_HEADER: u64 = 256 * 1024;

/// What an image may still take, over all its layers.
#[derive(Debug, Clone)]
pub(crate) struct Bounds {
    /// Bytes of the entries' content; a sparse file has more of it than its tar.
    pub(crate) content: u64,
    /// Bytes of the tars.
    pub(crate) read: u64,
    pub(crate) entries: u64,
    pub(crate) names: u64,
}

impl Bounds {
    pub(crate) fn of_image() -> Self {
        Self { content: LARGEST, read: LARGEST, entries: MOST_ENTRIES, names: MOST_NAMES }
    }
}

/// Hands on each entry with its path, until there is no more or `take` breaks off.
pub(crate) fn each_entry<R: Read>(
    tar: R,
    bounds: &mut Bounds,
    mut take: impl FnMut(&mut Entry<'_, Metered<'_, R>>, PathBuf) -> io::Result<ControlFlow<()>>,
) -> io::Result<()> {
    let meter = Meter { left: Cell::new(bounds.read), of_header: Cell::new(None) };
    let mut archive = Archive::new(Metered { tar, meter: &meter });
    let mut entries = archive.entries()?;
    loop {
        meter.of_header.set(Some(LARGEST_HEADER));
        let Some(entry) = entries.next() else { break };
        let mut entry = entry?;
        meter.of_header.set(None);
        let path = counted(&entry, bounds)?;
        if take(&mut entry, path)?.is_break() {
            break;
        }
        // What is left of it would count as the next one's header.
        io::copy(&mut entry, &mut io::sink())?;
    }
    bounds.read = meter.left.get();
    Ok(())
}

fn counted<R: Read>(entry: &Entry<'_, R>, bounds: &mut Bounds) -> io::Result<PathBuf> {
    let link = entry.link_name_bytes().map_or(0, |name| name.len());
    let length = entry.path_bytes().len();
    if length.max(link) > LONGEST_NAME {
        return Err(too_much("an entry's name is longer than 4,096 bytes"));
    }
    let names = u64::try_from(length + link).unwrap_or(u64::MAX);
    bounds.names = bounds.names.checked_sub(names).ok_or_else(|| too_much("its names take over 256 MB"))?;
    bounds.entries = bounds.entries.checked_sub(1).ok_or_else(|| too_much("the image has over 1,000,000 entries"))?;
    bounds.content = bounds.content.checked_sub(entry.size()).ok_or_else(|| too_much(OVER))?;
    Ok(entry.path()?.into_owned())
}

const OVER: &str = "the image unpacks to over 10 GB";

/// Whether reading ended at one of the bounds.
pub(crate) fn is_too_much(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::FileTooLarge
}

fn too_much(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, text)
}

/// What may still be read.
#[derive(Debug)]
struct Meter {
    left: Cell<u64>,
    /// None while the content of an entry is read.
    of_header: Cell<Option<u64>>,
}

/// A tar of which no more is read than allowed.
#[derive(Debug)]
pub(crate) struct Metered<'m, R> {
    tar: R,
    meter: &'m Meter,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.tar.read(buffer)?;
        let taken = u64::try_from(read).unwrap_or(u64::MAX);
        let left = self.meter.left.get().checked_sub(taken);
        self.meter.left.set(left.ok_or_else(|| too_much(OVER))?);
        if let Some(left) = self.meter.of_header.get() {
            let left = left.checked_sub(taken).ok_or_else(|| too_much("an entry's header is larger than 256 KB"))?;
            self.meter.of_header.set(Some(left));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::ops::ControlFlow;

    use tar::{Builder, EntryType, Header};

    use super::{Bounds, each_entry, is_too_much};

    fn tar(entries: impl IntoIterator<Item = (String, u64)>) -> Vec<u8> {
        let mut archive = Builder::new(Vec::new());
        for (path, size) in entries {
            let mut header = Header::new_gnu();
            header.set_entry_type(EntryType::Regular);
            header.set_size(size);
            archive.append_data(&mut header, path, std::io::repeat(0).take(size)).expect("memory");
        }
        archive.into_inner().expect("memory")
    }

    fn read(tar: &[u8], bounds: &mut Bounds) -> std::io::Result<usize> {
        let mut count = 0;
        each_entry(tar, bounds, |_, _| {
            count += 1;
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(count)
    }

    #[test]
    fn an_ordinary_layer_is_read_to_its_end_whatever_is_taken_of_its_content() {
        let layer = tar((0..3).map(|number| (format!("{}/{number}", "long".repeat(100)), 700_000)));
        let mut bounds = Bounds::of_image();
        assert_eq!(read(&layer, &mut bounds).expect("within bounds"), 3);
        assert_eq!(Bounds::of_image().content - bounds.content, 2_100_000);
    }

    #[test]
    fn each_bound_is_kept() {
        let small = || tar((0..4).map(|number| (format!("file{number}"), 1000)));
        let all = Bounds::of_image();
        for (bounds, text) in [
            (Bounds { content: 3999, ..all.clone() }, "over 10 GB"),
            (Bounds { read: 4000, ..all.clone() }, "over 10 GB"),
            (Bounds { entries: 3, ..all.clone() }, "over 1,000,000 entries"),
            (Bounds { names: 19, ..all.clone() }, "over 256 MB"),
        ] {
            let error = read(&small(), &mut bounds.clone()).expect_err(text);
            assert!(is_too_much(&error) && error.to_string().contains(text), "{error}");
        }
        let long = tar([("x".repeat(5000), 0)]);
        let error = read(&long, &mut Bounds::of_image()).expect_err("a long name");
        assert!(error.to_string().contains("longer than 4,096 bytes"), "{error}");
    }

    #[test]
    fn a_name_of_many_megabytes_is_not_taken_into_memory() {
        for kind in [EntryType::GNULongName, EntryType::GNULongLink, EntryType::XHeader] {
            let mut header = Header::new_gnu();
            header.set_entry_type(kind);
            // It says that it has a gigabyte, and no more than the bound is asked for.
            header.set_size(1 << 30);
            header.set_cksum();
            let endless = header.as_bytes().chain(std::io::repeat(b'x'));
            let mut bounds = Bounds::of_image();
            let error =
                each_entry(endless, &mut bounds, |_, _| Ok(ControlFlow::Continue(()))).expect_err("a long name");
            assert!(is_too_much(&error) && error.to_string().contains("larger than 256 KB"), "{error}");
        }
    }
}
