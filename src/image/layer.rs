//! Writes a layer as Lambda wants it: a gzipped tar with every parent folder in it, the same bytes on every machine.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tar::{Builder, EntryType, Header};

use crate::image::digest::finished;
use crate::image::error::ImageError;
use crate::image::source_hash::ContentHash;
use crate::source::{Entry, Kind, SourceError, folders};

/// 1980-01-01, the oldest time that zip files can hold: a handler that zips its own files must not trip.
pub(crate) const MODIFIED: u64 = 315_532_800;
/// Part of the layer's bytes: another level gives other digests, so it is fixed here and not left to a default.
const LEVEL: Compression = Compression::new(6);
/// In a gzip header: no particular operating system.
const OS_UNKNOWN: u8 = 255;

/// A finished layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layer {
    /// The compressed tar.
    pub(crate) file: PathBuf,
    pub(crate) facts: Facts,
}

/// What an image says of a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// The digest of the compressed tar.
    pub(crate) digest: String,
    /// The digest of the tar before compression.
    pub(crate) diff_id: String,
    /// Of the compressed tar, in bytes.
    pub(crate) size: u64,
}

/// Writes the entries to `file`, each where `place` puts its path, and gives the layer, and the hash of each entry's
/// content as it went in.
///
/// Blocks, and holds one small buffer in memory whatever the size.
pub(crate) fn write(
    entries: &[Entry],
    place: &dyn Fn(&str) -> String,
    file: &Path,
) -> Result<(Layer, Vec<ContentHash>), ImageError> {
    let zip = gzip(File::create(file).map_err(ImageError::Temporary)?);
    let mut tar = Builder::new(Hashing::new(zip));
    let mut made = BTreeSet::new();
    let mut hashes = Vec::with_capacity(entries.len());
    for entry in entries {
        let path = place(&entry.path);
        for folder in folders(&path) {
            if made.insert(folder.to_owned()) {
                append(&mut tar, &format!("{folder}/"), header(EntryType::Directory, 0o755, 0), None, io::empty())
                    .map_err(ImageError::Temporary)?;
            }
        }
        hashes.push(add(&mut tar, &path, entry)?);
    }
    let facts = close(tar).map_err(ImageError::Temporary)?;
    Ok((Layer { file: file.to_owned(), facts }, hashes))
}

/// Compresses a finished tar to `file`. Blocks.
pub(crate) fn compress(mut tar: impl Read, file: &Path) -> io::Result<Layer> {
    let mut zip = Hashing::new(gzip(File::create(file)?));
    io::copy(&mut tar, &mut zip)?;
    let (zip, diff_id, _) = zip.finish();
    let (mut target, digest, size) = zip.finish()?.finish();
    target.flush()?;
    Ok(Layer { file: file.to_owned(), facts: Facts { digest, diff_id, size } })
}

/// Copies a tar that is compressed already to `file`; its `diff_id` is found by unpacking it. Blocks.
pub(crate) fn take(zipped: impl Read, file: &Path) -> io::Result<Layer> {
    let mut target = Hashing::new(BufWriter::new(File::create(file)?));
    io::copy(&mut BufReader::new(zipped), &mut target)?;
    let (mut target, digest, size) = target.finish();
    target.flush()?;
    let mut unpacked = Hashing::new(io::sink());
    io::copy(&mut MultiGzDecoder::new(BufReader::new(File::open(file)?)), &mut unpacked)?;
    let (_, diff_id, _) = unpacked.finish();
    Ok(Layer { file: file.to_owned(), facts: Facts { digest, diff_id, size } })
}

fn gzip(file: File) -> GzEncoder<Hashing<BufWriter<File>>> {
    GzBuilder::new().mtime(0).operating_system(OS_UNKNOWN).write(Hashing::new(BufWriter::new(file)), LEVEL)
}

type Target = Hashing<GzEncoder<Hashing<BufWriter<File>>>>;

fn close(tar: Builder<Target>) -> io::Result<Facts> {
    let (zip, diff_id, _) = tar.into_inner()?.finish();
    let (mut target, digest, size) = zip.finish()?.finish();
    target.flush()?;
    Ok(Facts { digest, diff_id, size })
}

/// Adds one file or link.
fn add(tar: &mut Builder<Target>, path: &str, entry: &Entry) -> Result<ContentHash, ImageError> {
    let executable = match &entry.kind {
        Kind::Link { target } => {
            let head = header(EntryType::Symlink, 0o777, 0);
            append(tar, path, head, Some(target), io::empty()).map_err(ImageError::Temporary)?;
            return Ok(Sha256::digest(target).into());
        }
        Kind::File { executable } => *executable,
    };
    let unreadable = |error| ImageError::from(SourceError::unreadable(&entry.origin)(error));
    let file = File::open(&entry.origin).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    let mut content = Reading { inner: file.take(size), hash: Sha256::new(), read: 0, failed: None };
    let head = header(EntryType::Regular, if executable { 0o755 } else { 0o644 }, size);
    let written = append(tar, path, head, None, &mut content);
    if let Some(error) = content.failed {
        return Err(unreadable(error));
    }
    written.map_err(ImageError::Temporary)?;
    // The header has promised `size` bytes; a file cut short meanwhile would shift all that follows.
    if content.read != size {
        return Err(ImageError::Changed { path: entry.origin.clone() });
    }
    Ok(content.hash.finalize().into())
}

/// A header without owner, machine or day.
fn header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(MODIFIED);
    header.set_uid(0);
    header.set_gid(0);
    header
}

/// Appends an entry; what a plain header has no room for goes into a pax header before it.
fn append(
    tar: &mut Builder<Target>,
    path: &str,
    mut header: Header,
    link: Option<&str>,
    content: impl Read,
) -> io::Result<()> {
    let mut beyond: Vec<(&str, &[u8])> = Vec::new();
    if !path.is_ascii() || header.set_path(path).is_err() {
        beyond.push(("path", path.as_bytes()));
        header.set_path("pax")?;
    }
    if let Some(link) = link
        && (!link.is_ascii() || header.set_link_name_literal(link).is_err())
    {
        beyond.push(("linkpath", link.as_bytes()));
        header.set_link_name_literal("pax")?;
    }
    tar.append_pax_extensions(beyond)?;
    header.set_cksum();
    tar.append(&header, content)
}

/// Hashes and counts what is written through it.
struct Hashing<W> {
    inner: W,
    hash: Sha256,
    written: u64,
}

impl<W: Write> Hashing<W> {
    fn new(inner: W) -> Self {
        Self { inner, hash: Sha256::new(), written: 0 }
    }

    /// The writer beneath, the digest, and the number of bytes.
    fn finish(self) -> (W, String, u64) {
        (self.inner, finished(self.hash), self.written)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Hashes what is read through it, and tells a failed read from a failed write.
struct Reading<R> {
    inner: R,
    hash: Sha256,
    read: u64,
    failed: Option<io::Error>,
}

impl<R: Read> Read for Reading<R> {
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(piece) {
            Ok(read) => {
                self.hash.update(&piece[..read]);
                self.read += read as u64;
                Ok(read)
            }
            // The copying loop asks again by itself.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let again = io::Error::new(error.kind(), error.to_string());
                self.failed = Some(error);
                Err(again)
            }
        }
    }
}
