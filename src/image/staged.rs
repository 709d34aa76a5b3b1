//! The files of an image's task root, copied to a folder of this machine, so that a handler runs with what the image has.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::dockerfile::{Brought, Dockerfile};
use crate::image::Source;
use crate::image::blocking::blocking;
use crate::image::contents::{Contents, Recipe};
use crate::image::engine;
use crate::image::error::ImageError;
use crate::image::work;
use crate::source::{Entry, Module};

/// A copy of the task root, gone with this value.
#[derive(Debug)]
pub struct Staged {
    folder: TempDir,
    /// The files that lie on another path than in the source, with where they come from.
    moved: Vec<(PathBuf, PathBuf)>,
    source: PathBuf,
    /// What its Python modules import from elsewhere: the first names.
    imports: BTreeSet<String>,
    /// What the Dockerfile asks of an engine, and is not done here: the first such line.
    beyond: Option<String>,
}

/// Copies the files that the image of this source has. For an engine's image, which only the engine can make, those that its
/// Dockerfile may copy, each on the path that it has in the source.
pub async fn stage(source: &Source) -> Result<Staged, ImageError> {
    let source = source.clone();
    blocking(move || {
        let Contents { recipe, mut entries } = Contents::read(&source)?;
        let mut beyond = None;
        if let Recipe::Engine(text) = recipe {
            let dockerfile = Dockerfile::read(&text);
            entries.retain(|entry| dockerfile.brings(&entry.name) != Brought::No);
            beyond = dockerfile.plain().err().map(|beyond| beyond.to_string());
        }
        let folder = work::folder()?;
        for entry in &entries {
            engine::copy(entry, folder.path())?;
        }
        let moved = entries.iter().filter(|entry| entry.path != entry.name);
        let moved = moved.map(|entry| (folder.path().join(&entry.path), entry.origin.clone())).collect();
        Ok(Staged { moved, source: source.folder, imports: imports(&entries), beyond, folder })
    })
    .await
}

impl Staged {
    /// Where the copy lies.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What an engine would do beyond copying files, if one builds the image.
    pub fn beyond(&self) -> Option<&str> {
        self.beyond.as_deref()
    }

    /// Whether one of its Python modules imports this.
    pub fn imports(&self, name: &str) -> bool {
        self.imports.contains(name)
    }

    /// The text with the names of files as they are in the source.
    pub fn in_terms_of_the_source(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (copy, origin) in &self.moved {
            text = text.replace(&copy.display().to_string(), &origin.display().to_string());
        }
        let folder = format!("{}/", self.folder.path().display());
        text.replace(&folder, &format!("{}/", self.source.display().to_string().trim_end_matches('/')))
    }
}

fn imports(entries: &[Entry]) -> BTreeSet<String> {
    let modules =
        entries.iter().filter(|entry| Path::new(&entry.path).extension().is_some_and(|ending| ending == "py"));
    let texts = modules.filter_map(|entry| fs::read_to_string(&entry.origin).ok());
    let imports = texts.flat_map(|text| Module::read(&text).imports);
    let first = |module: &str| module.split('.').next().unwrap_or_default().to_owned();
    imports.filter(|import| import.level == 0).map(|import| first(&import.module)).collect()
}
