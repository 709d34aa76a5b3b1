//! The folder of one unpacked image: `sha256-HEX`, with a marker that tells it from anybody else's and the image's file
//! system in `root`. It is made as `sha256-HEX.part` and renamed, and it is renamed back before it is removed.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::blobs::hex;
use crate::files::{self, Kind};

/// The file that stands in every folder which the emulator made for an image. It is written first and removed last.
const MARKER: &str = ".bedrock-ops-image";

const ROOT: &str = "root";

/// Where an image is, or is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    digest: String,
    whole: PathBuf,
    part: PathBuf,
}

impl Place {
    /// The place of a digest among the images.
    pub(super) fn of(images: &Path, digest: &str) -> io::Result<Self> {
        let hex = hex(digest).ok_or_else(|| io::Error::other(format!("{digest} is not a sha256 digest")))?;
        let whole = images.join(format!("sha256-{hex}"));
        let part = images.join(format!("sha256-{hex}.part"));
        Ok(Self { digest: digest.to_owned(), whole, part })
    }

    /// The places of all folders, whole or not, that the emulator made.
    pub(super) fn all_in(images: &Path) -> Vec<Self> {
        let entries = fs::read_dir(images).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let digests = names.filter_map(|name| {
            let hex = name.strip_prefix("sha256-")?;
            Some(format!("sha256:{}", hex.strip_suffix(".part").unwrap_or(hex)))
        });
        let places =
            digests.collect::<BTreeSet<String>>().into_iter().filter_map(|digest| Self::of(images, &digest).ok());
        places.filter(|place| is_ours(&place.whole) || is_ours(&place.part)).collect()
    }

    pub(super) fn digest(&self) -> &str {
        &self.digest
    }

    /// The image's file system, if it is there.
    pub(super) fn image(&self) -> io::Result<Option<PathBuf>> {
        let root = self.whole.join(ROOT);
        match files::kind(&self.whole)? {
            None => Ok(None),
            Some(_) if is_ours(&self.whole) && files::kind(&root)? == Some(Kind::Folder) => Ok(Some(root)),
            Some(_) => Err(in_the_way(&self.whole)),
        }
    }

    /// Makes the image's file system: all that `fill` writes, or nothing.
    pub(super) fn make(&self, fill: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<PathBuf> {
        remove(&self.part)?;
        fs::create_dir(&self.part)?;
        fs::File::create_new(self.part.join(MARKER))?;
        let root = self.part.join(ROOT);
        fs::create_dir(&root)?;
        fill(&root).inspect_err(|_| {
            // The next run begins again, and clears it away if it still lies there.
            let _ = remove(&self.part);
        })?;
        fs::rename(&self.part, &self.whole)?;
        Ok(self.whole.join(ROOT))
    }

    /// Removes the image.
    pub(super) fn clear(&self) -> io::Result<()> {
        remove(&self.part)?;
        if is_ours(&self.whole) {
            fs::rename(&self.whole, &self.part)?;
        }
        remove(&self.part)
    }
}

/// Whether the emulator made this folder.
fn is_ours(folder: &Path) -> bool {
    let kind = |path: &Path| files::kind(path).ok().flatten();
    kind(folder) == Some(Kind::Folder) && kind(&folder.join(MARKER)) == Some(Kind::File)
}

/// Removes what the emulator made here; anything else is an error.
fn remove(folder: &Path) -> io::Result<()> {
    match files::kind(folder)? {
        None => return Ok(()),
        Some(_) if is_ours(folder) => {}
        // Killed before the marker was there. Only an empty folder can be removed so.
        Some(Kind::Folder) => return fs::remove_dir(folder).map_err(|_| in_the_way(folder)),
        Some(_) => return Err(in_the_way(folder)),
    }
    let root = folder.join(ROOT);
    if files::kind(&root)? == Some(Kind::Folder) {
        fs::remove_dir_all(&root)?;
    }
    fs::remove_file(folder.join(MARKER))?;
    fs::remove_dir(folder)
}

fn in_the_way(path: &Path) -> io::Error {
    io::Error::other(format!("{} is in the way and was not made by the emulator; move it away", path.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{MARKER, Place};
    use crate::scratch::Scratch;

    fn digest(byte: &str) -> String {
        format!("sha256:{}", byte.repeat(32))
    }

    fn made(images: &Path, byte: &str) -> Place {
        let place = Place::of(images, &digest(byte)).expect("a digest");
        place.make(|root| fs::write(root.join("file"), "x")).expect("made");
        place
    }

    #[test]
    fn an_image_is_made_found_and_cleared_away() {
        let scratch = Scratch::new("place");
        let place = made(scratch.path(), "0a");
        let root = place.image().expect("readable").expect("there");
        assert_eq!(fs::read(root.join("file")).expect("there"), b"x");
        assert_eq!(Place::all_in(scratch.path()), std::slice::from_ref(&place));
        place.clear().expect("cleared");
        assert_eq!(fs::read_dir(scratch.path()).expect("there").count(), 0);
    }

    #[test]
    fn what_a_killed_process_left_is_cleared_away_at_whatever_point_it_was_killed() {
        let scratch = Scratch::new("place");
        let place = made(scratch.path(), "0a");
        // While it was removed: the root is gone, the marker is not.
        fs::rename(&place.whole, &place.part).expect("renamed");
        fs::remove_dir_all(place.part.join("root")).expect("removed");
        assert_eq!(Place::all_in(scratch.path()), std::slice::from_ref(&place));
        place.make(|_| Ok(())).expect("made once more");
        place.clear().expect("cleared");
        // While it was made: the marker was not there yet.
        fs::create_dir(&place.part).expect("made");
        place.make(|_| Ok(())).expect("made once more");
        let failed = Place::of(scratch.path(), &digest("0b")).expect("a digest");
        failed.make(|_| Err(std::io::Error::other("full"))).expect_err("full");
        assert_eq!(fs::read_dir(scratch.path()).expect("there").count(), 1, "nothing is left of the other");
    }

    #[test]
    fn a_folder_that_the_emulator_did_not_make_is_neither_removed_nor_taken_for_an_image() {
        let scratch = Scratch::new("place");
        let hex = "0a".repeat(32);
        let foreign = [format!("sha256-{hex}"), format!("sha256-{hex}.part"), hex.clone(), "wedding".to_owned()];
        for name in &foreign {
            fs::create_dir_all(scratch.path().join(name).join("root")).expect("made");
            fs::write(scratch.path().join(name).join("1.jpg"), "x").expect("written");
        }
        assert_eq!(Place::all_in(scratch.path()), []);
        let place = Place::of(scratch.path(), &digest("0a")).expect("a digest");
        for error in [place.image().map(drop), place.make(|_| Ok(())).map(drop), place.clear()] {
            let error = error.expect_err("in the way").to_string();
            assert!(error.contains("was not made by the emulator"), "{error}");
        }
        for name in &foreign {
            assert!(scratch.path().join(name).join("1.jpg").exists(), "{name}");
        }
    }

    #[test]
    fn a_digest_that_leads_elsewhere_has_no_place() {
        for digest in ["sha256:../../home", "sha256:", "sha256:0A", "../x", "sha512:00"] {
            assert!(Place::of(Path::new("/images"), digest).is_err(), "{digest}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_somebody_elses_folder_is_not_followed() {
        use std::os::unix::fs::symlink;

        let (scratch, elsewhere) = (Scratch::new("place"), Scratch::new("place"));
        let place = Place::of(scratch.path(), &digest("0a")).expect("a digest");
        fs::create_dir(elsewhere.path().join("root")).expect("made");
        fs::write(elsewhere.path().join(MARKER), "").expect("written");
        symlink(elsewhere.path(), &place.whole).expect("linked");
        assert!(place.image().is_err());
        assert!(Place::all_in(scratch.path()).is_empty());
        place.clear().expect("nothing to clear");
        // A file system that is a link to another folder is no image either, and goes alone.
        fs::remove_file(&place.whole).expect("removed");
        fs::create_dir(&place.whole).expect("made");
        fs::write(place.whole.join(MARKER), "").expect("written");
        symlink(elsewhere.path(), place.whole.join("root")).expect("linked");
        assert!(place.image().is_err());
        assert!(place.clear().is_err(), "it is left to its owner");
        assert!(elsewhere.path().join("root").is_dir());
    }
}
