//! Keeps finished layers of requirements between deploys, by what they were made from.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::platform::Platform;
use super::settings;
use crate::image::blocking::blocking;
use crate::image::digest::finished;
use crate::image::host::Host;
use crate::image::layer::{Facts, Layer};
use crate::source::{RULE, Requirements};

/// Counts up when a layer made from the same requirements would have other bytes.
const FORMAT: &str = "1";

/// The place of one layer: `<key>.tar.gz`, and beside it `<key>.json` that tells its digests.
pub(crate) struct Cache {
    folder: PathBuf,
    key: String,
}

impl Cache {
    /// `None` where nothing is kept, or the requirements do not say what they are.
    pub(crate) fn of(host: &Host, requirements: &Requirements, platform: &Platform) -> Option<Self> {
        let folder = host.cache.as_ref().filter(|_| requirements.is_cacheable())?;
        let mut hash = Sha256::new();
        for part in [FORMAT, RULE, &platform.python(), &platform.target(), &settings::indexes_hash(host)] {
            hash.update(part);
            hash.update([0]);
        }
        for (name, text) in requirements.parts() {
            hash.update(format!("{name}\0{}\0{text}", text.len()));
        }
        let key = format!("requirements-{:.40}", format!("{:x}", hash.finalize()));
        Some(Self { folder: folder.clone(), key })
    }

    /// The layer, if it is there and whole; a damaged one is as good as none.
    pub(crate) async fn find(&self) -> Option<Layer> {
        let facts: Facts = serde_json::from_slice(&tokio::fs::read(self.path("json")).await.ok()?).ok()?;
        let file = self.path("tar.gz");
        let layer = Layer { file: file.clone(), facts };
        let (digest, size) = blocking(move || measure(&file)).await.ok()?;
        (digest == layer.facts.digest && size == layer.facts.size).then_some(layer)
    }

    /// Puts a copy of the layer there. The facts come last: whoever finds them finds the layer.
    pub(crate) async fn keep(&self, layer: &Layer) -> io::Result<()> {
        let (folder, files) = (self.folder.clone(), [self.path("tar.gz"), self.path("json")]);
        let layer = layer.clone();
        blocking(move || {
            std::fs::create_dir_all(&folder)?;
            let [tar, json] = files;
            place(&folder, &tar, |file| io::copy(&mut std::fs::File::open(&layer.file)?, file))?;
            place(&folder, &json, |file| {
                serde_json::to_writer(file, &layer.facts)?;
                Ok(0)
            })
        })
        .await
    }

    fn path(&self, extension: &str) -> PathBuf {
        self.folder.join(format!("{}.{extension}", self.key))
    }
}

/// Writes beside and renames, so that a killed run leaves no half a file under the name.
fn place(folder: &Path, path: &Path, write: impl FnOnce(&mut std::fs::File) -> io::Result<u64>) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    write(file.as_file_mut())?;
    file.persist(path)?;
    Ok(())
}

fn measure(file: &Path) -> io::Result<(String, u64)> {
    let mut hash = Sha256::new();
    let size = io::copy(&mut std::fs::File::open(file)?, &mut hash)?;
    Ok((finished(hash), size))
}
