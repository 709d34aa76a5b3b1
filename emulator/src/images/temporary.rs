//! A folder that is gone with this process, or, should it be killed, when the next one needs such a folder.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::TempDir;

/// How such folders are called.
const PREFIX: &str = "bedrock-ops-images-";

/// The file in the folder that its owner holds locked.
const LOCK: &str = "lock";

/// Removed when dropped.
#[derive(Debug)]
pub(super) struct Temporary {
    folder: TempDir,
    /// Held for its lock, which ends with it, also when the process is killed.
    _lock: File,
}

impl Temporary {
    pub(super) fn new() -> io::Result<Self> {
        Self::within(&std::env::temp_dir())
    }

    fn within(parent: &Path) -> io::Result<Self> {
        clear(parent);
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let lock = File::create(folder.path().join(LOCK))?;
        lock.lock()?;
        Ok(Self { folder, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes the folders whose owners are dead. What can't be removed lies there still, and harms nobody.
fn clear(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let folder = entry.path();
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        // Without the file its owner has only just made it.
        let Some(lock) = ours.then(|| File::open(folder.join(LOCK)).ok()).flatten() else { continue };
        if lock.try_lock().is_ok() {
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{LOCK, PREFIX, Temporary};
    use crate::scratch::Scratch;

    #[test]
    fn a_folder_goes_with_its_owner_and_what_a_dead_one_left_goes_then_too() {
        let scratch = Scratch::new("temporary");
        let left = scratch.path().join(format!("{PREFIX}left"));
        fs::create_dir(&left).expect("made");
        fs::write(left.join(LOCK), "").expect("written");
        let one = Temporary::within(scratch.path()).expect("a folder");
        assert!(!left.exists(), "nobody holds it");
        let other = Temporary::within(scratch.path()).expect("a folder");
        assert!(one.path().is_dir() && other.path().is_dir(), "each is held");
        drop((one, other));
        assert_eq!(fs::read_dir(scratch.path()).expect("there").count(), 0);
    }
}
