//! Copies what an engine is given: the files of the content address, with fixed times and permissions.

use std::fs::{self, File, FileTimes, Permissions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use crate::image::Source;
use crate::image::base::Base;
use crate::image::contents::{Contents, Recipe};
use crate::image::error::ImageError;
use crate::image::layer::MODIFIED;
use crate::image::source_hash::{Address, ContentHash, address_of};
use crate::source::{Entry, Kind, SourceError};

/// The copy, and what it is of.
pub(super) struct Staged {
    pub(super) recipe: Recipe,
    pub(super) address: Address,
}

/// Copies the source into a new folder. What is copied is hashed on its way and must be what the tag was made from. Blocks.
pub(super) fn stage(source: &Source, base: &Base, tag: &str, folder: &Path) -> Result<Staged, ImageError> {
    let Contents { recipe, entries } = Contents::read(source)?;
    fs::create_dir(folder).map_err(ImageError::Temporary)?;
    let hashes = entries.iter().map(|entry| copy(entry, folder)).collect::<Result<Vec<_>, _>>()?;
    let address = address_of(source, base, &recipe, &entries, &hashes);
    if address.tag != tag {
        return Err(ImageError::Changed { path: source.folder.clone() });
    }
    Ok(Staged { recipe, address })
}

/// Copies a file to its place below the folder, with the time and the permissions that all machines give it. Blocks.
pub(in crate::image) fn copy(entry: &Entry, folder: &Path) -> Result<ContentHash, ImageError> {
    let target = folder.join(&entry.path);
    let above = target.parent().unwrap_or(folder);
    fs::create_dir_all(above).map_err(ImageError::Temporary)?;
    let executable = match &entry.kind {
        Kind::Link { target: text } => {
            link(text, &target).map_err(ImageError::Temporary)?;
            return Ok(Sha256::digest(text).into());
        }
        Kind::File { executable } => *executable,
    };
    let unreadable = |error| ImageError::from(SourceError::unreadable(&entry.origin)(error));
    let mut from = File::open(&entry.origin).map_err(unreadable)?;
    let mut into = File::create(&target).map_err(ImageError::Temporary)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        match from.read(&mut piece).map_err(unreadable)? {
            0 => break,
            read => {
                hash.update(&piece[..read]);
                into.write_all(&piece[..read]).map_err(ImageError::Temporary)?;
            }
        }
    }
    settle(&into, executable).map_err(ImageError::Temporary)?;
    Ok(hash.finalize().into())
}

/// Gives the copy the time and the permissions that all machines give it.
fn settle(file: &File, executable: bool) -> io::Result<()> {
    let day = SystemTime::UNIX_EPOCH + Duration::from_secs(MODIFIED);
    file.set_times(FileTimes::new().set_modified(day))?;
    permissions(executable).map_or(Ok(()), |permissions| file.set_permissions(permissions))
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps)] // elsewhere there are none
fn permissions(executable: bool) -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(if executable { 0o755 } else { 0o644 }))
}

#[cfg(not(unix))]
fn permissions(_executable: bool) -> Option<Permissions> {
    None
}

#[cfg(unix)]
fn link(text: &str, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(text, at)
}

#[cfg(not(unix))]
fn link(_text: &str, _at: &Path) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "links cannot be copied on this system"))
}
