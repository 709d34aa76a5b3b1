//! What lies in the folder of an account. It is looked over before anything in it is read or written, because anybody
//! may have prepared it: `.bedrock-ops` can be part of a repository, and `--keep` takes any folder.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::OpenError;
use crate::files::{self, Kind};

pub(super) const WORLD: &str = "world.json";
pub(super) const LOCK: &str = "lock";
pub(super) const BLOBS: &str = "blobs";
pub(super) const IMAGES: &str = "images";
const IGNORE: &str = ".gitignore";

/// The emulator's entries. Earlier versions wrote the account into `world.part` first.
const ENTRIES: [(&str, Kind); 5] = [
    (WORLD, Kind::File),
    (LOCK, Kind::File),
    ("world.part", Kind::File),
    (BLOBS, Kind::Folder),
    (IMAGES, Kind::Folder),
];

/// What a folder holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// It is not there.
    Absent,
    /// Nothing but what an emulator leaves that ended before it saved anything.
    Nothing,
    /// A file of the name that accounts are saved in.
    Account,
}

/// The folder without a slash at its end, behind which a link would be followed.
pub(super) fn itself(folder: &Path) -> PathBuf {
    folder.components().collect()
}

/// Refuses links, files of somebody else's and folders that are no account's; writes nothing.
pub(super) fn look_over(folder: &Path) -> Result<Holds, OpenError> {
    match kind(folder)? {
        None => return Ok(Holds::Absent),
        Some(found) => expect(folder, found, Kind::Folder)?,
    }
    let owner = files::other_owner(folder).map_err(|cause| unreadable(folder, cause))?;
    if let Some(owner) = owner {
        return Err(OpenError::OtherOwner { folder: folder.to_owned(), owner });
    }
    for (name, wanted) in ENTRIES {
        let entry = folder.join(name);
        if let Some(found) = kind(&entry)? {
            expect(&entry, found, wanted)?;
        }
    }
    if kind(&folder.join(WORLD))?.is_some() {
        return Ok(Holds::Account);
    }
    match foreign(folder).map_err(|cause| unreadable(folder, cause))? {
        Some(entry) => Err(OpenError::NotAnAccount { folder: folder.to_owned(), entry }),
        None => Ok(Holds::Nothing),
    }
}

/// Makes the folder fit for an account's files, which hold secrets: nobody else can read them, and Git leaves them out.
/// To be called once its lock is held.
pub(super) fn prepare(folder: &Path) -> io::Result<()> {
    files::make_private_folder(&folder.join(BLOBS))?;
    for entry in [IMAGES, BLOBS].map(|name| folder.join(name)) {
        if files::kind(&entry)?.is_some() {
            files::make_private_folder(&entry)?;
            files::remove_parts(&entry);
        }
    }
    files::remove_parts(folder);
    for file in [WORLD, LOCK].map(|name| folder.join(name)) {
        if files::kind(&file)?.is_some() {
            files::make_private(&file)?;
        }
    }
    // One that is there is left as it is.
    let ignore = File::options().write(true).create_new(true).open(folder.join(IGNORE));
    match ignore {
        Ok(mut ignore) => ignore.write_all(b"*\n"),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// An entry that no emulator leaves without an account.
fn foreign(folder: &Path) -> io::Result<Option<String>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_file = entry.file_type()?.is_file();
        let known = match name.as_str() {
            IGNORE | LOCK => is_file,
            BLOBS => fs::read_dir(entry.path())?.next().is_none(),
            name => is_file && files::is_part(name),
        };
        if !known {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

fn expect(path: &Path, found: Kind, wanted: Kind) -> Result<(), OpenError> {
    let file = path.to_owned();
    match found {
        found if found == wanted => Ok(()),
        Kind::Link => Err(OpenError::Link { file }),
        _ => Err(OpenError::OtherKind {
            file,
            wanted: if wanted == Kind::Folder { "a folder" } else { "a regular file" },
        }),
    }
}

fn kind(path: &Path) -> Result<Option<Kind>, OpenError> {
    files::kind(path).map_err(|cause| unreadable(path, cause))
}

pub(super) fn unreadable(file: &Path, cause: io::Error) -> OpenError {
    OpenError::Unreadable { file: file.to_owned(), cause }
}
