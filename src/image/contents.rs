//! What a source holds for its builder: the files, and what says how to build on them.

use std::fs;

use crate::dockerfile;
use crate::image::Source;
use crate::image::bootstrap;
use crate::image::error::ImageError;
use crate::manifest::Builder;
use crate::source::{self, Entry, Listed, Reader, Requirements, SourceError};

/// A source, listed.
pub(crate) struct Contents {
    pub(crate) recipe: Recipe,
    /// For the native builder those that go into the image, for an engine those that it is given.
    pub(crate) entries: Vec<Entry>,
}

/// What is done with the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Recipe {
    /// They are laid upon the base, with what the requirements ask for.
    Native(Option<Requirements>),
    /// The Dockerfile's text says.
    Engine(String),
}

impl Contents {
    /// Reads the folder: names, requirements, Dockerfile; no other file's content. Blocks.
    pub(crate) fn read(source: &Source) -> Result<Self, ImageError> {
        let folder = &source.folder;
        match source.builder {
            Builder::Native => {
                let Listed { entries, .. } = source::of_source(folder, Reader::Image, source.files.as_deref())?;
                bootstrap::check(source, &entries)?;
                Ok(Self { recipe: Recipe::Native(Requirements::read(folder)?), entries })
            }
            Builder::Engine { .. } => {
                let path = folder.join(dockerfile::FILE);
                let text = fs::read_to_string(&path).map_err(SourceError::unreadable(&path))?;
                let Listed { entries, .. } = source::of_source(folder, Reader::Engine, None)?;
                Ok(Self { recipe: Recipe::Engine(text), entries })
            }
        }
    }
}
