//! The images of functions, unpacked: one folder for each digest, made whole or not at all. Of what lies beside them only
//! the emulator's own folders are ever removed.

mod inside;
mod place;
mod temporary;
mod unpack;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::blobs::Blobs;
use crate::files::{self, Kind};
use place::Place;
use temporary::Temporary;

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
        let place = Place::of(&self.folder()?, digest)?;
        let root = match place.image()? {
            Some(root) => root,
            None => place.make(|root| unpack::layers(root, layers, blobs))?,
        };
        let image = Arc::new(Unpacked { root });
        used.insert(digest.to_owned(), Arc::downgrade(&image));
        Ok(image)
    }

    /// How many unpacked images there are that no function names and nobody uses.
    pub(crate) fn unused(&self, named: &BTreeSet<&str>) -> usize {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        self.places_of_unused(&used, named).len()
    }

    /// Removes the images that no function names, except those in use. What can't be removed is tried again next time.
    pub(crate) fn sweep(&self, named: &BTreeSet<&str>) {
        // The lock is held until all are gone: nobody begins to use one meanwhile.
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.retain(|_, image| image.strong_count() > 0);
        for place in self.places_of_unused(&used, named) {
            let _ = place.clear();
        }
    }

    fn places_of_unused(&self, used: &BTreeMap<String, Weak<Unpacked>>, named: &BTreeSet<&str>) -> Vec<Place> {
        let is_used = |digest: &str| used.get(digest).is_some_and(|image| image.strong_count() > 0);
        let Some(folder) = self.present() else { return Vec::new() };
        let mut places = Place::all_in(&folder);
        places.retain(|place| !named.contains(place.digest()) && !is_used(place.digest()));
        places
    }

    fn folder(&self) -> io::Result<PathBuf> {
        match &self.home {
            Home::Kept(folder) => {
                files::make_private_folder(folder)?;
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

    /// The folder, if there is one. A link in its place is none.
    fn present(&self) -> Option<PathBuf> {
        match &self.home {
            Home::Kept(folder) => matches!(files::kind(folder), Ok(Some(Kind::Folder))).then(|| folder.clone()),
            Home::Temporary(made) => {
                made.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|folder| folder.path().to_owned())
            }
        }
    }
}
