//! The registry's blobs: in memory, or one file each in a folder.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use bytes::Bytes;

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
            Self::Folder(folder) => file(folder, digest).is_some_and(|file| file.is_file()),
        }
    }

    pub(crate) fn get(&self, digest: &str) -> Option<Bytes> {
        match self {
            Self::Memory(blobs) => blobs.get(digest).cloned(),
            Self::Folder(folder) => fs::read(file(folder, digest)?).ok().map(Bytes::from),
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
                Some(file) if file.is_file() => Ok(()),
                Some(file) => write_whole(&file, &content),
                None => Err(std::io::Error::other(format!("{digest} is not a sha256 digest"))),
            },
        }
    }
}

/// The file of a digest; none if it isn't `sha256:` and 64 hex digits, so that no digest leads out of the folder.
fn file(folder: &Path, digest: &str) -> Option<PathBuf> {
    let hex = digest.strip_prefix("sha256:")?;
    let well_formed = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    well_formed.then(|| folder.join(hex))
}

/// Writes a file so that it is there either whole or not at all, whenever the process is killed.
pub(crate) fn write_whole(file: &Path, content: &[u8]) -> std::io::Result<()> {
    let beside = file.with_extension("part");
    let mut part = fs::File::create(&beside)?;
    part.write_all(content)?;
    part.sync_all()?;
    fs::rename(&beside, file)
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
}
