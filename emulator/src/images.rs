//! The images of functions, unpacked: one folder for each digest, made whole or not at all.

mod inside;
mod temporary;
mod unpack;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::blobs::Blobs;
use temporary::Temporary;

/// How the folder of an image that is still being unpacked ends.
const PART: &str = "part";

/// The folder of all images, and which of them are in use.
#[derive(Debug)]
pub(crate) struct Images {
    home: Home,
    /// By digest. The lock is held while an image is unpacked: two runs at once unpack it once.
    used: Mutex<BTreeMap<String, Weak<Unpacked>>>,
}

#[derive(Debug)]
enum Home {
    /// Beside the world, for the next process too.
    Kept(PathBuf),
    /// Made when the first image is unpacked, gone with the account.
    Temporary(Mutex<Option<Temporary>>),
}

/// An image's file system. It stays while this lives.
#[derive(Debug)]
pub(crate) struct Unpacked {
    root: PathBuf,
}

impl Unpacked {
    /// The folder that is `/` in the image.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where a path of the image lies, links followed within the image alone; what is not there has no place.
    pub(crate) fn find(&self, path: &str) -> Option<PathBuf> {
        let relative = inside::relative(Path::new(path))?;
        inside::followed(&self.root, &relative).ok().filter(|place| place.exists())
    }
}

impl Images {
    pub(crate) fn kept_in(folder: PathBuf) -> Self {
        // A function is started in its own folder: told from here, the way would lead astray.
        let folder = std::path::absolute(&folder).unwrap_or(folder);
        Self { home: Home::Kept(folder), used: Mutex::default() }
    }

    pub(crate) fn temporary() -> Self {
        Self { home: Home::Temporary(Mutex::default()), used: Mutex::default() }
    }

    /// The image with this digest, unpacked from its layers (their digests, lowest first) unless it is already there.
    /// Blocks.
    pub(crate) fn unpacked(&self, digest: &str, layers: &[String], blobs: &Blobs) -> io::Result<Arc<Unpacked>> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(image) = used.get(digest).and_then(Weak::upgrade) {
            return Ok(image);
        }
        let root = self.folder()?.join(digest.trim_start_matches("sha256:"));
        if !root.is_dir() {
            let part = root.with_extension(PART);
            remove(&part)?;
            fs::create_dir_all(&part)?;
            unpack::layers(&part, layers, blobs).inspect_err(|_| {
                // The next run begins anew, and clears it away if it still lies there.
                let _ = remove(&part);
            })?;
            fs::rename(&part, &root)?;
        }
        let image = Arc::new(Unpacked { root });
        used.insert(digest.to_owned(), Arc::downgrade(&image));
        Ok(image)
    }

    /// Removes the images that no function names, except those in use. What can't be removed is tried again next time.
    pub(crate) fn sweep(&self, named: &BTreeSet<&str>) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.retain(|_, image| image.strong_count() > 0);
        let kept: BTreeSet<&str> = named.iter().copied().chain(used.keys().map(String::as_str)).collect();
        let Some(entries) = self.present().and_then(|folder| fs::read_dir(folder).ok()) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.path().is_dir() && !kept.contains(format!("sha256:{name}").as_str()) {
                let _ = remove(&entry.path());
            }
        }
    }

    fn folder(&self) -> io::Result<PathBuf> {
        match &self.home {
            Home::Kept(folder) => {
                fs::create_dir_all(folder)?;
                Ok(folder.clone())
            }
            Home::Temporary(made) => {
                let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
                let folder = match made.take() {
                    Some(folder) => folder,
                    None => Temporary::new()?,
                };
                Ok(made.insert(folder).path().to_owned())
            }
        }
    }

    /// The folder, if there is one.
    fn present(&self) -> Option<PathBuf> {
        match &self.home {
            Home::Kept(folder) => Some(folder.clone()),
            Home::Temporary(made) => {
                made.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|folder| folder.path().to_owned())
            }
        }
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}
