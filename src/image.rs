//! The function's image: source folder, content address, layers made here or by an engine, single-platform image, push.
//!
//! The order of a deploy: [`resolve_base`] asks the base's registry what the base is today, [`tag`] turns source and
//! base into the image's content address, and only when no image has that address does [`build_and_push`] run.
//! The same source gives the same bytes on every machine and every day, as long as its requirements are pinned.

mod assemble;
mod base;
mod blocking;
mod bootstrap;
mod commit;
mod contents;
mod dependencies;
mod digest;
mod document;
mod engine;
mod error;
mod host;
mod layer;
mod native;
mod obstacle;
mod push;
mod reference;
mod registry;
mod retry;
mod source_hash;
mod staged;
mod trace;
mod transfer;
mod work;

use std::path::PathBuf;

pub use base::{Base, resolve_base};
pub use dependencies::{Installed, install_here};
pub use engine::EngineError;
pub use error::ImageError;
pub use host::Host;
pub use obstacle::obstacle;
pub use push::{Pushed, build_and_push};
pub use reference::BaseReference;
pub use registry::error::{Purpose, RegistryError};
pub use registry::oci::OciRegistry;
pub use registry::renewing::{Renewing, Tokens};
pub use registry::transport::Connections;
pub use registry::{BasicAuth, BlobStream, Manifest, Registry, Scheme};
pub use source_hash::{Address, address, tag};
pub use staged::{Staged, stage};
pub use trace::{Trace, trace_of};

use crate::dockerfile::Copied;
use crate::manifest::{self, Architecture, Builder};

/// What an image is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The folder with the files; its own path leaves no trace in the image.
    pub folder: PathBuf,
    /// `file.function`, as Lambda is told in the image's command: `lambda_function.handler`.
    pub handler: String,
    /// What the image builds on, in any registry: `public.ecr.aws/lambda/python:3.12`.
    pub base_image: String,
    /// The processor, by its OCI name: `amd64` or `arm64`.
    pub architecture: String,
    /// Who makes it.
    pub builder: Builder,
    /// What of the folder goes into it, and where to; everything in its place when `None`. For the native builder; an
    /// engine's Dockerfile says so itself.
    pub files: Option<Vec<Copied>>,
}

impl Source {
    /// That of a manifest, for a processor.
    pub fn of(source: &manifest::Source, architecture: Architecture) -> Self {
        let manifest::Source { folder, handler, base_image, builder, files } = source.clone();
        Self { folder, handler, base_image, architecture: architecture.as_oci().to_owned(), builder, files }
    }
}

/// Is told how an image comes along.
pub trait Progress: Send + Sync {
    /// A new stage: `installing the requirements`.
    fn note(&self, what: &str);

    /// Bytes moved to the registry so far, of all that are known to be missing there. `total` may grow when a layer
    /// is finished while others travel, and `done` falls back when a dropped blob starts again.
    fn bytes(&self, done: u64, total: u64);
}

/// For who does not watch.
impl Progress for () {
    fn note(&self, _what: &str) {}

    fn bytes(&self, _done: u64, _total: u64) {}
}
