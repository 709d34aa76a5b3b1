//! The requirements of a source, installed for a Python of this machine, to run the handler without an image.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::installer::{self, Runs};
use super::requirements::Requirements;
use crate::image::Progress;
use crate::image::error::ImageError;
use crate::image::work;
use crate::source::SourceError;

/// Counts up when the same requirements would be installed otherwise.
const FORMAT: &str = "1";

/// Installed requirements: a folder for the Python path.
#[derive(Debug)]
pub struct Installed {
    folder: PathBuf,
    /// Held where nothing is kept for the next time.
    _temporary: Option<TempDir>,
}

impl Installed {
    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Installs what the source folder asks for, once: the next time it lies in the cache. None if it asks for nothing.
/// `python` tells one interpreter from another (version and platform).
pub async fn install_here(
    source: &Path,
    interpreter: &Path,
    python: &str,
    cache: Option<&Path>,
    progress: &dyn Progress,
) -> Result<Option<Installed>, ImageError> {
    let Some(requirements) = Requirements::read(source)? else { return Ok(None) };
    let runs = Runs::Here(interpreter);
    let Some(cache) = cache.filter(|_| requirements.is_cacheable()) else {
        progress.note("requirements: installing");
        let temporary = work::folder()?;
        let folder = temporary.path().join("packages");
        installer::install(source, runs, &folder).await?;
        return Ok(Some(Installed { folder, _temporary: Some(temporary) }));
    };
    let folder = cache.join(name(&requirements, python));
    if !folder.is_dir() {
        progress.note("requirements: installing, once");
        fill(&folder, cache, source, runs).await?;
    }
    Ok(Some(Installed { folder, _temporary: None }))
}

/// Installs beside and renames, so that a killed run leaves no half a folder under the name.
async fn fill(folder: &Path, cache: &Path, source: &Path, runs: Runs<'_>) -> Result<(), ImageError> {
    let unwritable = |error: io::Error| ImageError::from(SourceError::unreadable(cache)(error));
    std::fs::create_dir_all(cache).map_err(unwritable)?;
    let beside = tempfile::tempdir_in(cache).map_err(unwritable)?;
    let installed = beside.path().join("packages");
    installer::install(source, runs, &installed).await?;
    match std::fs::rename(&installed, folder) {
        // Another run was quicker: its folder has the same.
        Err(_) if folder.is_dir() => Ok(()),
        renamed => renamed.map_err(unwritable),
    }
}

fn name(requirements: &Requirements, python: &str) -> String {
    let mut hash = Sha256::new();
    for part in [FORMAT, python] {
        hash.update(format!("{part}\0"));
    }
    for (name, text) in requirements.files() {
        hash.update(format!("{name}\0{}\0{text}", text.len()));
    }
    format!("packages-{:.40}", format!("{:x}", hash.finalize()))
}
