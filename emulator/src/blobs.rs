//! The registry's blobs: in memory, or one file each in a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::files::{self, Kind};

/// Where blobs are kept, by their digest (`sha256:…`). A clone in memory is those of the moment.
#[derive(Debug, Clone)]
pub(crate) enum Blobs {
    Memory(BTreeMap<String, Bytes>),
    /// A folder; a blob is the file `<hex>` in it, written beside and renamed.
    Folder(PathBuf),
}

impl Blobs {
    pub(crate) fn has(&self, digest: &str) -> bool {
        match self {
            Self::Memory(blobs) => blobs.contains_key(digest),
            Self::Folder(folder) => file(folder, digest).is_some_and(|file| is_there(&file)),
        }
    }

    pub(crate) fn get(&self, digest: &str) -> Option<Bytes> {
        match self {
            Self::Memory(blobs) => blobs.get(digest).cloned(),
            Self::Folder(folder) => files::read(&file(folder, digest)?).ok().map(Bytes::from),
        }
    }

    /// Keeps `content`, whose digest the caller has checked.
    pub(crate) fn put(&mut self, digest: &str, content: Bytes) -> std::io::Result<()> {
        match self {
            Self::Memory(blobs) => {
                blobs.insert(digest.to_owned(), content);
                Ok(())
            }
            Self::Folder(folder) => match file(folder, digest) {
                // The name says what is in it: a file that is there needs no second writing.
                Some(file) if is_there(&file) => Ok(()),
                Some(file) => files::write(&file, &content),
                None => Err(std::io::Error::other(format!("{digest} is not a sha256 digest"))),
            },
        }
    }
}

/// The hexadecimal part of a digest; none if it isn't `sha256:` and 64 small hexadecimal digits, so that no digest leads
/// out of a folder.
pub(crate) fn hex(digest: &str) -> Option<&str> {
    let hex = digest.strip_prefix("sha256:")?;
    let well_formed = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    well_formed.then_some(hex)
}

fn file(folder: &Path, digest: &str) -> Option<PathBuf> {
    hex(digest).map(|hex| folder.join(hex))
}

fn is_there(file: &Path) -> bool {
    matches!(files::kind(file), Ok(Some(Kind::File)))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::Blobs;
    use crate::scratch::Scratch;

    #[test]
    fn a_folder_keeps_blobs_for_the_next_process_and_nothing_else() {
        let folder = Scratch::new("blobs");
        let digest = format!("sha256:{}", "0a".repeat(32));
        let mut blobs = Blobs::Folder(folder.path().to_owned());
        assert!(!blobs.has(&digest));
        blobs.put(&digest, Bytes::from_static(b"layer")).expect("kept");

        let again = Blobs::Folder(folder.path().to_owned());
        assert_eq!(again.get(&digest), Some(Bytes::from_static(b"layer")));
        assert!(blobs.put("sha256:../../escape", Bytes::new()).is_err());
        assert!(!again.has("sha256:../world.json"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_folder_is_no_blob_and_is_not_written_through() {
        let folder = Scratch::new("blobs");
        let (victim, hex) = (folder.path().join("victim"), "0a".repeat(32));
        std::fs::write(&victim, "old").expect("written");
        std::os::unix::fs::symlink(&victim, folder.path().join(&hex)).expect("linked");
        let mut blobs = Blobs::Folder(folder.path().to_owned());
        let digest = format!("sha256:{hex}");
        assert_eq!((blobs.has(&digest), blobs.get(&digest)), (false, None));
        assert!(blobs.put(&digest, Bytes::from_static(b"layer")).is_err());
        assert_eq!(std::fs::read(&victim).expect("there"), b"old");
    }
}
