//! The folder that a world lives in between two processes: one file for the world, one for each blob, and a lock.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::blobs::write_whole;
use crate::clock::Millis;
use crate::world::World;

/// The layout of `world.json` that this build writes and reads.
const VERSION: u64 = 1;

/// How long a second process waits for the first: longer than a command that only looks takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Why a world can't be opened.
#[derive(Debug)]
pub enum OpenError {
    /// Another process has it open.
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// A file or the folder itself can't be read or made.
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The world's file is not what the emulator wrote.
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        cause: serde_json::Error,
    },
    /// The world was written by another version of the emulator.
    OtherVersion {
        /// The file.
        file: PathBuf,
        /// The version in the file.
        version: u64,
    },
    /// The world is another account's.
    OtherAccount {
        /// The file.
        file: PathBuf,
        /// The account in the file.
        account: String,
    },
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::InUse { folder } => write!(
                formatter,
                "the emulated account in {} is in use by another process (a conversation of `ask --local` keeps it to its end); \
                 wait until that has ended, or let all work with one `bedrock-ops emulator`",
                folder.display()
            ),
            Self::Unreadable { file, cause } => write!(
                formatter,
                "{} can't be opened ({cause}); the emulated account needs a folder that can be written to",
                file.display()
            ),
            Self::Damaged { file, cause } => write!(
                formatter,
                "{} is damaged ({cause}); delete the folder {} to start with an empty account (nothing on AWS is touched)",
                file.display(),
                file.parent().unwrap_or(file).display()
            ),
            Self::OtherVersion { file, version } => write!(
                formatter,
                "{} has layout version {version} and this program knows version {VERSION}; use the program that wrote it, \
                 or delete the folder {} to start with an empty account",
                file.display(),
                file.parent().unwrap_or(file).display()
            ),
            Self::OtherAccount { file, account } => write!(
                formatter,
                "{} holds the account {account}, and another one is asked for; correct `account` in the manifest, or \
                 delete the folder {} to start with an empty account",
                file.display(),
                file.parent().unwrap_or(file).display()
            ),
        }
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { cause, .. } => Some(cause),
            Self::Damaged { cause, .. } => Some(cause),
            Self::InUse { .. } | Self::OtherVersion { .. } | Self::OtherAccount { .. } => None,
        }
    }
}

/// What stands in `world.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Saved {
    pub(crate) version: u64,
    pub(crate) account: String,
    /// What the clock showed when it was written: time never runs backwards for a world.
    pub(crate) at: Millis,
    pub(crate) world: World,
}

/// An open folder; nobody else has it open while this lives.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    /// Held for its lock, which ends with it, also when the process is killed.
    _lock: File,
}

impl Store {
    /// Opens the folder, made if it isn't there, and waits at most `patience` for another process to leave it.
    pub(crate) fn open(folder: &Path, patience: Duration) -> Result<Self, OpenError> {
        let blobs = folder.join("blobs");
        fs::create_dir_all(&blobs).map_err(|cause| OpenError::Unreadable { file: blobs, cause })?;
        let file = folder.join("lock");
        let unreadable = |cause| OpenError::Unreadable { file: file.clone(), cause };
        let handle = File::options().create(true).truncate(false).write(true).open(&file).map_err(unreadable)?;
        let locked = lock(handle, patience).ok_or_else(|| OpenError::InUse { folder: folder.to_owned() })?;
        Ok(Self { folder: folder.to_owned(), _lock: locked.map_err(unreadable)? })
    }

    /// Where the blobs are kept.
    pub(crate) fn blobs(&self) -> PathBuf {
        self.folder.join("blobs")
    }

    /// Where the images of functions are unpacked. Told from the root: functions start in folders of their own.
    pub(crate) fn images(&self) -> PathBuf {
        let folder = self.folder.join("images");
        std::path::absolute(&folder).unwrap_or(folder)
    }

    /// The world as it was last saved; none in a new folder.
    pub(crate) fn load(&self, account: &str) -> Result<Option<Saved>, OpenError> {
        let file = self.world();
        let text = match fs::read(&file) {
            Ok(text) => text,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(OpenError::Unreadable { file, cause }),
        };
        // The version first: what else stands in the file of another version, nobody knows.
        let Layout { version } = match serde_json::from_slice(&text) {
            Ok(layout) => layout,
            Err(cause) => return Err(OpenError::Damaged { file, cause }),
        };
        if version != VERSION {
            return Err(OpenError::OtherVersion { file, version });
        }
        match serde_json::from_slice::<Saved>(&text) {
            Ok(saved) if saved.account != account => Err(OpenError::OtherAccount { file, account: saved.account }),
            Ok(saved) => Ok(Some(saved)),
            Err(cause) => Err(OpenError::Damaged { file, cause }),
        }
    }

    /// Writes the world: after a crash the file holds either this world or the one before, whole.
    pub(crate) fn save(&self, account: &str, at: Millis, world: World) -> std::io::Result<()> {
        let saved = Saved { version: VERSION, account: account.to_owned(), at, world };
        write_whole(&self.world(), &serde_json::to_vec_pretty(&saved)?)?;
        // The new name is part of the folder; without this it could be lost with the power.
        File::open(&self.folder)?.sync_all()
    }

    fn world(&self) -> PathBuf {
        self.folder.join("world.json")
    }
}

#[derive(Deserialize)]
struct Layout {
    version: u64,
}

/// Takes the file's lock; none if it is still another's when patience ends.
///
/// The system can wait for a lock but not for a limited time, so a thread waits, and is left behind when time is up:
/// should it get the lock later, its file is dropped unread, and the lock with it.
fn lock(file: File, patience: Duration) -> Option<std::io::Result<File>> {
    if file.try_lock().is_ok() {
        return Some(Ok(file));
    }
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(file.lock().map(|()| file)));
    receiver.recv_timeout(patience).ok()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::{OpenError, Store};
    use crate::scratch::Scratch;
    use crate::world::World;

    const ACCOUNT: &str = "123456789012";

    fn open(scratch: &Scratch) -> Result<Store, OpenError> {
        Store::open(scratch.path(), Duration::from_millis(20))
    }

    #[test]
    fn a_saved_world_is_loaded_by_the_next() {
        let scratch = Scratch::new("store");
        let mut world = World::default();
        world.next_id();
        let store = open(&scratch).expect("open");
        assert!(store.load(ACCOUNT).expect("a new folder").is_none());
        store.save(ACCOUNT, 7, world.clone()).expect("saved");
        drop(store);

        let saved = open(&scratch).expect("open again").load(ACCOUNT).expect("readable").expect("there");
        assert_eq!((saved.at, saved.world), (7, world));
    }

    #[test]
    fn two_processes_never_hold_one_folder() {
        let scratch = Scratch::new("store");
        let first = open(&scratch).expect("open");
        let error = open(&scratch).expect_err("held");
        assert!(matches!(error, OpenError::InUse { .. }));
        assert!(error.to_string().contains("in use by another process"), "{error}");
        drop(first);
        // The thread that waited may hold the lock for the moment it takes to let go of it.
        Store::open(scratch.path(), Duration::from_secs(5)).expect("free again");
    }

    #[test]
    fn a_file_that_is_not_ours_is_named_with_the_reason_and_the_cure() {
        let cases = [
            ("{\"version\":1,\"acc", "is damaged"),
            ("[]", "is damaged"),
            ("{\"version\":1}", "is damaged"),
            ("{\"version\":99,\"planets\":3}", "has layout version 99 and this program knows version 1"),
        ];
        for (text, reason) in cases {
            let scratch = Scratch::new("store");
            let store = open(&scratch).expect("open");
            fs::write(scratch.path().join("world.json"), text).expect("written");
            let error = store.load(ACCOUNT).expect_err(text).to_string();
            assert!(error.contains("world.json") && error.contains(reason), "{error}");
            assert!(error.contains("delete the folder"), "{error}");
        }
    }

    #[test]
    fn another_accounts_world_is_not_taken_for_this_ones() {
        let scratch = Scratch::new("store");
        let store = open(&scratch).expect("open");
        store.save("999999999999", 0, World::default()).expect("saved");
        let error = store.load(ACCOUNT).expect_err("another account");
        assert!(error.to_string().contains("holds the account 999999999999"), "{error}");
    }
}
