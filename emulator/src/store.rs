//! The folder that a world lives in between two processes: one file for the world, one for each blob, and a lock.

mod error;
mod folder;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::files;
use crate::world::World;
pub use error::OpenError;
use folder::{BLOBS, Holds, IMAGES, LOCK, WORLD, unreadable};

/// The layout of `world.json` that this build writes and reads.
const VERSION: u64 = 1;

/// How long a second process waits for the first: longer than a command that only looks takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// What stands in `world.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Saved {
    pub(crate) version: u64,
    pub(crate) account: String,
    /// What the clock showed when it was written: time never runs backwards for a world.
    pub(crate) at: Millis,
    pub(crate) world: World,
}

/// An open folder; nobody else writes to it while this lives.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    account: String,
    /// Held for its lock, which ends with it, also when the process is killed.
    _lock: File,
}

impl Store {
    /// Opens the folder of an account, made if it isn't there, and waits at most `patience` for another process to leave
    /// it.
    pub(crate) fn open(folder: &Path, account: &str, patience: Duration) -> Result<Self, OpenError> {
        let folder = folder::itself(folder);
        match folder::look_over(&folder)? {
            Holds::Absent => {
                let above = folder.parent().unwrap_or(Path::new(""));
                fs::create_dir_all(above).map_err(|cause| unreadable(above, cause))?;
            }
            Holds::Nothing => {}
            // Before anything is written: it may be a file of another program's that has the same name.
            Holds::Account => drop(load(&folder, account)?),
        }
        files::make_private_folder(&folder).map_err(|cause| unreadable(&folder, cause))?;
        let file = folder.join(LOCK);
        let unlockable = |cause| unreadable(&file, cause);
        let options = &mut File::options();
        let handle = files::open(&file, options.create(true).truncate(false).write(true)).map_err(unlockable)?;
        let locked = lock(handle, patience).ok_or_else(|| OpenError::InUse { folder: folder.clone() })?;
        let lock = locked.map_err(unlockable)?;
        let store = Self { folder, account: account.to_owned(), _lock: lock };
        folder::look_over(&store.folder)?;
        folder::prepare(&store.folder).map_err(|cause| unreadable(&store.folder, cause))?;
        Ok(store)
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the blobs are kept.
    pub(crate) fn blobs(&self) -> PathBuf {
        self.folder.join(BLOBS)
    }

    /// Where the images of functions are unpacked. Told from the root: functions start in folders of their own.
    pub(crate) fn images(&self) -> PathBuf {
        let folder = self.folder.join(IMAGES);
        std::path::absolute(&folder).unwrap_or(folder)
    }

    /// The world as it was last saved; none in a new folder.
    pub(crate) fn load(&self) -> Result<Option<Saved>, OpenError> {
        load(&self.folder, &self.account)
    }

    /// Writes the world: after a crash the file holds either this world or the one before, whole.
    pub(crate) fn save(&self, at: Millis, world: World) -> std::io::Result<()> {
        let saved = Saved { version: VERSION, account: self.account.clone(), at, world };
        files::write(&self.folder.join(WORLD), &serde_json::to_vec_pretty(&saved)?)?;
        // The new name is part of the folder; without this it could be lost with the power.
        File::open(&self.folder)?.sync_all()
    }
}

/// The world that a folder holds and where its blobs are, without a lock and without writing anything: each saved world
/// is whole, and blobs come before the world that names them. None where nothing was saved yet.
pub(crate) fn look(folder: &Path, account: &str) -> Result<Option<(Saved, PathBuf)>, OpenError> {
    let folder = folder::itself(folder);
    match folder::look_over(&folder)? {
        Holds::Absent | Holds::Nothing => Ok(None),
        Holds::Account => Ok(load(&folder, account)?.map(|saved| (saved, folder.join(BLOBS)))),
    }
}

fn load(folder: &Path, account: &str) -> Result<Option<Saved>, OpenError> {
    let Some(text) = read(folder)? else { return Ok(None) };
    let file = folder.join(WORLD);
    match serde_json::from_slice::<Saved>(&text) {
        Ok(saved) if saved.account != account => Err(OpenError::OtherAccount { file, account: saved.account }),
        Ok(saved) => Ok(Some(saved)),
        Err(cause) => Err(OpenError::Damaged { file, cause }),
    }
}

/// The text of the world, which is at least of this version.
fn read(folder: &Path) -> Result<Option<Vec<u8>>, OpenError> {
    let file = folder.join(WORLD);
    let text = match files::read(&file) {
        Ok(text) => text,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(OpenError::Unreadable { file, cause }),
    };
    // The version first: what else stands in the file of another version, nobody knows.
    match serde_json::from_slice(&text) {
        Ok(Layout { version: VERSION }) => Ok(Some(text)),
        Ok(Layout { version }) => Err(OpenError::OtherVersion { file, version }),
        Err(cause) => Err(OpenError::Damaged { file, cause }),
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
