//! Builds a Dockerfile with a container engine, takes the image out of it, and makes it fit for Lambda.
//!
//! The engine is given a copy of the folder: the files that the content address was made from and no others, with fixed
//! times and permissions, and the Dockerfile with its base named by digest. What it built comes back as an archive; of that
//! the base's layers are taken as the base's registry has them, and the rest is pushed as our own layers are. So neither the
//! engine's attestations nor its media types reach ECR.

mod archive;
mod command;
mod context;
mod error;

use std::path::Path;

use serde_json::json;

pub use error::EngineError;

use crate::dockerfile::{self, Dockerfile};
use crate::image::Source;
use crate::image::assemble::{Built, object};
use crate::image::base::Parts;
use crate::image::blocking::blocking;
use crate::image::contents::Recipe;
use crate::image::error::ImageError;
use crate::image::push::Order;
use crate::image::source_hash;
use crate::manifest::Engine;
use command::Running;
pub(super) use context::copy;

/// Builds with the named engine, or with the first that answers, in the `work` folder.
pub(crate) async fn build(
    order: &Order<'_>,
    named: Option<Engine>,
    parts: &Parts,
    work: &Path,
) -> Result<Built, ImageError> {
    let path = order.source.folder.join(dockerfile::FILE);
    let staged = {
        let (source, base, tag) = (order.source.clone(), order.base.clone(), order.tag.to_owned());
        let folder = work.join("context");
        blocking(move || context::stage(&source, &base, &tag, &folder)).await?
    };
    let Recipe::Engine(text) = &staged.recipe else {
        return Err(ImageError::Changed { path });
    };
    let dockerfile = Dockerfile::read(text);
    let engine = find(named, &dockerfile, &path).await?;
    order.progress.note(&format!("{} builds {}", engine.program(), path.display()));
    let pinned = if order.base.is_scratch() {
        text.clone()
    } else {
        dockerfile.pinned(&order.base.reference, &order.base.digest)
    };
    let file = work.join(dockerfile::FILE);
    tokio::fs::write(&file, pinned).await.map_err(ImageError::Temporary)?;
    let platform = format!("linux/{}", order.source.architecture);
    let archive = work.join("image.tar");
    let built = engine.build(order.repository, &platform, &file, work, order.progress).await;
    built.map_err(|error| error.in_terms_of(&dockerfile, &path))?;
    engine.save(order.repository, work, &archive, order.progress).await?;
    let (parts, work) = (parts.clone(), work.to_owned());
    let (program, architecture) = (engine.program(), order.source.architecture.clone());
    let read = blocking(move || archive::read(&archive, program, &architecture, &parts, &work)).await;
    let archive::Read { mut config, of_base, layers } = read?;
    if let Some(handler) = source_hash::handler(order.source) {
        object(&mut config["config"]).insert("Cmd".to_owned(), json!([handler]));
    }
    let is_empty = |name: &str| config["config"][name].as_array().is_none_or(Vec::is_empty);
    if is_empty("Cmd") && is_empty("Entrypoint") {
        return Err(EngineError::NoCommand { dockerfile: path }.into());
    }
    Ok(Built { config, of_base, layers, trace: staged.address.trace })
}

/// Why no engine can build the source: none is installed, or none answers, or not the one that the manifest names. Each is
/// asked whether it answers; nothing is built.
pub(crate) async fn obstacle(source: &Source, engine: Option<Engine>) -> Option<EngineError> {
    let path = source.folder.join(dockerfile::FILE);
    // What can't be read is told by whoever hashes the source.
    let dockerfile = Dockerfile::read(&std::fs::read_to_string(&path).unwrap_or_default());
    find(engine, &dockerfile, &path).await.err()
}

/// The engine that the manifest names, or the first that answers.
async fn find(named: Option<Engine>, dockerfile: &Dockerfile, path: &Path) -> Result<Running, EngineError> {
    match named {
        Some(engine) => Running::named(engine).await,
        None => Running::any(|| because(dockerfile, path)).await,
    }
}

/// Why an engine is needed at all, for who has none.
fn because(dockerfile: &Dockerfile, path: &Path) -> String {
    match dockerfile.plain() {
        Err(beyond) => format!("{}: {beyond}", path.display()),
        Ok(_) => format!("{} does not install the requirements.txt beside it", path.display()),
    }
}
