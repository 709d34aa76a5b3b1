//! A folder that is gone with this process, or, should it be killed, when the next one needs such a folder.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use tempfile::TempDir;

use crate::files::{self, Kind};

/// How such folders are called.
const PREFIX: &str = "bedrock-ops-images-";

/// The file in the folder that its owner holds locked.
const LOCK: &str = "lock";

/// What stands in the lock once its owner holds it. A folder whose lock is free and empty has only just been made.
const HELD: &[u8] = b"held\n";

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
        // Nobody else may enter it.
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let mut lock = files::open(&folder.path().join(LOCK), File::options().write(true).create_new(true))?;
        lock.lock()?;
        lock.write_all(HELD)?;
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
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && is_left(&folder).unwrap_or(false) {
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

/// Whether a process of this user made the folder and is dead. The place is everybody's: what another user put there is
/// not even opened.
fn is_left(folder: &Path) -> io::Result<bool> {
    let is_own = files::kind(folder)? == Some(Kind::Folder)
        && files::other_owner(folder)?.is_none()
        && files::is_private(folder)?;
    if !is_own {
        return Ok(false);
    }
    let mut lock = files::open(&folder.join(LOCK), File::options().read(true))?;
    let mut content = Vec::new();
    Ok(lock.try_lock().is_ok() && lock.read_to_end(&mut content).is_ok() && content == HELD)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::{HELD, LOCK, PREFIX, Temporary};
    use crate::files;
    use crate::scratch::Scratch;

    fn left(parent: &Path, name: &str, lock: &[u8]) -> PathBuf {
        let folder = parent.join(format!("{PREFIX}{name}"));
        files::make_private_folder(&folder).expect("made");
        fs::write(folder.join(LOCK), lock).expect("written");
        folder
    }

    #[test]
    fn a_folder_goes_with_its_owner_and_what_a_dead_one_left_goes_then_too() {
        let scratch = Scratch::new("temporary");
        let (dead, begun) = (left(scratch.path(), "dead", HELD), left(scratch.path(), "begun", b""));
        let one = Temporary::within(scratch.path()).expect("a folder");
        assert!(!dead.exists(), "nobody holds it");
        assert!(begun.exists(), "its owner is about to hold it");
        let other = Temporary::within(scratch.path()).expect("a folder");
        assert!(one.path().is_dir() && other.path().is_dir(), "each is held");
        drop((one, other));
        assert_eq!(fs::read_dir(scratch.path()).expect("there").count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn what_others_put_there_is_left_alone_and_does_not_stop_anybody() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        let (scratch, elsewhere) = (Scratch::new("temporary"), Scratch::new("temporary"));
        let open = left(scratch.path(), "open", HELD);
        fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).expect("set");
        let pipe = scratch.path().join(format!("{PREFIX}pipe"));
        files::make_private_folder(&pipe).expect("made");
        assert!(std::process::Command::new("mkfifo").arg(pipe.join(LOCK)).status().expect("mkfifo").success());
        let target = left(elsewhere.path(), "target", HELD);
        let link = scratch.path().join(format!("{PREFIX}link"));
        symlink(&target, &link).expect("linked");
        // It would hang here.
        let folder = Temporary::within(scratch.path()).expect("a folder");
        assert!(folder.path().is_dir() && open.exists() && pipe.exists() && link.is_symlink() && target.exists());
    }
}
