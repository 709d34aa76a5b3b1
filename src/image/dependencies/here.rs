//! The requirements of a source, installed for a Python of this machine, to run the handler without an image.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::installer::{self, Job, Runs};
use super::settings;
use crate::image::Progress;
use crate::image::error::ImageError;
use crate::image::host::Host;
use crate::image::work;
use crate::source::{RULE, Requirements};

/// Counts up when the same requirements would be installed otherwise.
const FORMAT: &str = "2";

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
    host: &Host,
    progress: &dyn Progress,
) -> Result<Option<Installed>, ImageError> {
    let Some(requirements) = Requirements::read(source)? else { return Ok(None) };
    let install = async |work: &Path| {
        let job = Job { source, requirements: &requirements, runs: Runs::Here(interpreter), host, work };
        let folder = work.join("packages");
        installer::install(job, &folder).await.map(|()| folder)
    };
    let kept = host.cache.as_ref().filter(|_| requirements.is_cacheable());
    let kept = kept.map(|cache| (cache, cache.join(name(&requirements, host, python))));
    if let Some((_, folder)) = kept.as_ref().filter(|(_, folder)| folder.is_dir()) {
        return Ok(Some(Installed { folder: folder.clone(), _temporary: None }));
    }
    // Installed beside and renamed, so that a killed run leaves no half a folder under the name.
    let beside =
        kept.as_ref().map(|(cache, _)| std::fs::create_dir_all(cache).and_then(|()| tempfile::tempdir_in(cache)));
    match (kept, beside) {
        (Some((_, folder)), Some(Ok(beside))) => {
            progress.note("requirements: installing, once");
            let installed = install(beside.path()).await?;
            rename(&installed, &folder).map_err(ImageError::Temporary)?;
            Ok(Some(Installed { folder, _temporary: None }))
        }
        (_, beside) => {
            let why =
                beside.and_then(Result::err).map(|error| format!("; they can't be kept for the next time ({error})"));
            progress.note(&format!("requirements: installing{}", why.unwrap_or_default()));
            let temporary = work::folder()?;
            let folder = install(temporary.path()).await?;
            Ok(Some(Installed { folder, _temporary: Some(temporary) }))
        }
    }
}

fn rename(installed: &Path, folder: &Path) -> io::Result<()> {
    match std::fs::rename(installed, folder) {
        // Another run was quicker: its folder has the same.
        Err(_) if folder.is_dir() => Ok(()),
        renamed => renamed,
    }
}

fn name(requirements: &Requirements, host: &Host, python: &str) -> String {
    let mut hash = Sha256::new();
    for part in [FORMAT, RULE, python, &settings::indexes_hash(host)] {
        hash.update(format!("{part}\0"));
    }
    for (name, text) in requirements.parts() {
        hash.update(format!("{name}\0{}\0{text}", text.len()));
    }
    format!("packages-{:.40}", format!("{:x}", hash.finalize()))
}
