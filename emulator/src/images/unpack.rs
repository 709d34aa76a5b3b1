//! Lays an image's layers over one another in a folder: files, links and whiteouts, nothing outside of it.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use tar::{Entry, EntryType};

use super::inside;
use crate::blobs::Blobs;
use crate::layer::{Bounds, each_entry};

/// How the name of a file begins that takes another one out of the layers below.
const WHITEOUT: &str = ".wh.";

/// The whiteout of all that the layers below have in its directory.
const OPAQUE: &str = ".wh..wh..opq";

/// Unpacks the layers, lowest first.
pub(super) fn layers(root: &Path, digests: &[String], blobs: &Blobs) -> io::Result<()> {
    let mut bounds = Bounds::of_image();
    for digest in digests {
        let blob = blobs.get(digest).ok_or_else(|| io::Error::other(format!("its layer {digest} is gone")))?;
        layer(root, MultiGzDecoder::new(blob.as_ref()), &mut bounds)
            .map_err(|error| io::Error::new(error.kind(), format!("layer {digest}: {error}")))?;
    }
    Ok(())
}

/// Unpacks one layer upon what is there.
pub(super) fn layer(root: &Path, tar: impl Read, bounds: &mut Bounds) -> io::Result<()> {
    let mut layer = Layer { root, written: HashSet::new() };
    each_entry(tar, bounds, |entry, path| {
        let relative = inside::relative(&path).ok_or_else(|| refused(&path, "leads out of the image"))?;
        let taken = layer.take(entry, &relative).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::FileTooLarge => error,
            kind => io::Error::new(kind, format!("{}: {error}", path.display())),
        });
        taken.map(ControlFlow::Continue)
    })
}

struct Layer<'r> {
    root: &'r Path,
    /// What this layer has written, and the directories of it: its whiteouts are for the layers below.
    written: HashSet<PathBuf>,
}

impl Layer<'_> {
    fn take(&mut self, entry: &mut Entry<'_, impl Read>, relative: &Path) -> io::Result<()> {
        let Some(name) = relative.file_name() else { return Ok(()) };
        let (name, place) = (name.to_string_lossy().into_owned(), inside::place(self.root, relative)?);
        let parent = place.parent().unwrap_or(self.root).to_owned();
        if name == OPAQUE {
            return self.clear(&parent);
        }
        if let Some(hidden) = name.strip_prefix(WHITEOUT) {
            let hidden = parent.join(hidden);
            // A name like `..` would be another place than the whiteout's own directory.
            let here = hidden.parent() == Some(&parent) && hidden.file_name().is_some();
            return if here && !self.written.contains(&hidden) { remove(&hidden) } else { Ok(()) };
        }
        fs::create_dir_all(&parent)?;
        match entry.header().entry_type() {
            EntryType::Directory => self.directory(&place)?,
            EntryType::Symlink => {
                let target = entry.link_name()?.ok_or_else(|| refused(relative, "is a link without a target"))?;
                let target = inside::link_target(place.strip_prefix(self.root).unwrap_or(relative), &target);
                let target = target.ok_or_else(|| refused(relative, "is a link that leads out of the image"))?;
                remove(&place)?;
                symlink(&target, &place)?;
            }
            EntryType::Link => {
                let target = entry.link_name()?.ok_or_else(|| refused(relative, "is a link without a target"))?;
                let outside = || refused(relative, "is a link that leads out of the image");
                let target = inside::place(self.root, &inside::relative(&target).ok_or_else(outside)?)?;
                if target != place {
                    remove(&place)?;
                    self.second_name(&target, &place, relative)?;
                }
            }
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => file(entry, &place)?,
            // Devices and pipes: a function can't be given them without being root, and needs none.
            _ => return Ok(()),
        }
        self.note(&place);
        Ok(())
    }

    /// Gives a file one more name. A link is made once more: by its letters it leads elsewhere from another directory.
    fn second_name(&self, target: &Path, place: &Path, relative: &Path) -> io::Result<()> {
        if !fs::symlink_metadata(target)?.is_symlink() {
            return fs::hard_link(target, place);
        }
        let within = |path: &Path| path.strip_prefix(self.root).map_or_else(|_| relative.to_owned(), Path::to_owned);
        let told = inside::told(&within(target), &fs::read_link(target)?);
        let told = inside::link_target(&within(place), &told);
        symlink(&told.ok_or_else(|| refused(relative, "is a link that leads out of the image"))?, place)
    }

    fn directory(&self, place: &Path) -> io::Result<()> {
        match fs::symlink_metadata(place) {
            Ok(found) if found.is_dir() => Ok(()),
            Ok(_) if place != self.root => remove(place).and_then(|()| fs::create_dir(place)),
            _ => fs::create_dir_all(place),
        }
    }

    /// Remembers that this layer has it, and the directories that it lies in.
    fn note(&mut self, place: &Path) {
        for part in place.ancestors().take_while(|part| *part != self.root) {
            if !self.written.insert(part.to_owned()) {
                break;
            }
        }
    }

    /// Empties a directory of all that the layers below put there.
    fn clear(&self, directory: &Path) -> io::Result<()> {
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            if !self.written.contains(&entry.path()) {
                remove(&entry.path())?;
            } else if entry.file_type()?.is_dir() {
                self.clear(&entry.path())?;
            }
        }
        Ok(())
    }
}

fn file(entry: &mut Entry<'_, impl Read>, place: &Path) -> io::Result<()> {
    remove(place)?;
    let mut file = File::create_new(place)?;
    io::copy(entry, &mut file)?;
    // Readable as on Lambda, where the files are root's and the function is not.
    permit(&file, entry.header().mode().unwrap_or(0o644) & 0o111 | 0o644)
}

fn refused(path: &Path, what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{} {what}", path.display()))
}

/// Removes a file, a link or a directory with all in it, if it is there.
fn remove(path: &Path) -> io::Result<()> {
    let done = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match done {
        // Not there, or what would be its directory is a file.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(()),
        done => done,
    }
}

#[cfg(unix)]
fn symlink(target: &Path, place: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, place)
}

#[cfg(not(unix))]
fn symlink(_target: &Path, _place: &Path) -> io::Result<()> {
    Err(io::Error::other("the image has links, which this system can't make"))
}

#[cfg(unix)]
fn permit(file: &File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn permit(_file: &File, _mode: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::path::Path;

    use tar::{Builder, EntryType, Header};

    use super::layer;
    use crate::layer::Bounds;
    use crate::scratch::Scratch;

    /// A tar of files and of links, which are told by their targets; names and targets go in as they stand.
    fn tar(entries: &[(&str, Option<&str>)]) -> Vec<u8> {
        let mut archive = Builder::new(Vec::new());
        for (path, target) in entries {
            let mut header = Header::new_gnu();
            header.set_entry_type(if target.is_some() { EntryType::Symlink } else { EntryType::Regular });
            header.set_mode(0o644);
            header.set_size(if target.is_some() { 0 } else { 3 });
            header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
            if let Some(target) = target {
                header.as_gnu_mut().expect("made so").linkname[..target.len()].copy_from_slice(target.as_bytes());
            }
            header.set_cksum();
            archive.append(&header, if target.is_some() { &b""[..] } else { b"new" }).expect("memory");
        }
        archive.into_inner().expect("memory")
    }

    #[test]
    fn what_is_written_through_links_stays_inside_however_they_are_chained() {
        let scratch = Scratch::new("unpack");
        let (root, victim) = (scratch.path().join("root"), scratch.path().join("victim"));
        fs::create_dir(&root).expect("made");
        fs::write(&victim, "old").expect("written");
        let entries = [
            ("here", Some(".")),
            // By its letters it stays inside; the system would follow it to the folder above.
            ("above", Some("here/..")),
            ("above/victim", None),
            ("absolute", Some("/etc")),
            ("absolute/passwd", None),
            ("round", Some("round")),
        ];
        layer(&root, tar(&entries).as_slice(), &mut Bounds::of_image()).expect("unpacked");
        assert_eq!(fs::read_to_string(&victim).expect("there"), "old");
        assert_eq!(fs::read_to_string(root.join("victim")).expect("inside"), "new");
        assert_eq!(fs::read_to_string(root.join("etc/passwd")).expect("inside"), "new");
        let error =
            layer(&root, tar(&[("round/file", None)]).as_slice(), &mut Bounds::of_image()).expect_err("a circle");
        assert!(error.to_string().contains("too many links"), "{error}");
    }

    #[test]
    fn names_and_links_that_climb_out_and_images_that_are_too_large_are_refused() {
        let scratch = Scratch::new("unpack");
        let all = Bounds::of_image();
        for (entry, bounds, text) in [
            (("a/../../b", None), all.clone(), "leads out of the image"),
            (("a/link", Some("../../b")), all.clone(), "is a link that leads out of the image"),
            (("a", None), Bounds { content: 2, ..all.clone() }, "unpacks to over 10 GB"),
        ] {
            let error = layer(scratch.path(), tar(&[entry]).as_slice(), &mut bounds.clone()).expect_err(text);
            assert!(error.to_string().contains(text), "{error}");
        }
        assert!(!scratch.path().parent().is_some_and(|above: &Path| above.join("b").exists()));
    }

    #[test]
    fn a_second_name_of_a_link_leads_where_the_link_leads_and_never_out_of_the_image() {
        let scratch = Scratch::new("unpack");
        let deep = "a/b/c/d/e/f/g/h";
        let mut archive = Builder::new(Vec::new());
        let mut add = |path: &str, kind, target: &str| {
            let mut header = Header::new_gnu();
            header.set_entry_type(kind);
            header.set_size(0);
            archive.append_link(&mut header, path, target).expect("memory");
        };
        add(&format!("{deep}/absolute"), EntryType::Symlink, "/etc/hosts");
        add(&format!("{deep}/relative"), EntryType::Symlink, "../x");
        add("absolute", EntryType::Link, &format!("{deep}/absolute"));
        add("i/relative", EntryType::Link, &format!("{deep}/relative"));
        let tar = archive.into_inner().expect("memory");
        layer(scratch.path(), tar.as_slice(), &mut Bounds::of_image()).expect("unpacked");
        let target = |path: &str| fs::read_link(scratch.path().join(path)).expect("a link");
        assert_eq!(target("absolute"), Path::new("etc/hosts"));
        assert_eq!(target("i/relative"), Path::new("../x"));

        let mut archive = Builder::new(Vec::new());
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Link);
        header.set_size(0);
        archive.append_link(&mut header, "relative", format!("{deep}/relative")).expect("memory");
        let tar = archive.into_inner().expect("memory");
        let error = layer(scratch.path(), tar.as_slice(), &mut Bounds::of_image()).expect_err("it climbs out");
        assert!(error.to_string().contains("is a link that leads out of the image"), "{error}");
    }
}
