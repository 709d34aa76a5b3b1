//! Builds the image and pushes it: layers made while the base's layers travel, the manifest last.

use std::collections::BTreeSet;
use std::path::Path;

use crate::image::assemble::{Built, Image};
use crate::image::base::{Base, Parts};
use crate::image::commit;
use crate::image::engine;
use crate::image::error::ImageError;
use crate::image::host::Host;
use crate::image::layer::Layer;
use crate::image::native;
use crate::image::registry::Registry;
use crate::image::registry::error::Purpose;
use crate::image::retry::retry;
use crate::image::transfer::{Blob, Content, Transfer};
use crate::image::work;
use crate::image::{Progress, Source};
use crate::manifest::Builder;

/// An image that is in the repository now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// The digest of its manifest, which the function is deployed by.
    pub digest: String,
    /// What had to travel, configuration included.
    pub uploaded_bytes: u64,
    /// Layers that had to travel.
    pub uploaded_layers: usize,
    /// Layers that were there already.
    pub skipped_layers: usize,
}

/// What is to be built.
pub(crate) struct Order<'a> {
    pub(crate) source: &'a Source,
    pub(crate) base: &'a Base,
    /// The content address, which the result must have.
    pub(crate) tag: &'a str,
    /// The repository it goes to; an engine calls the image after it.
    pub(crate) repository: &'a str,
    /// What is used of this machine.
    pub(crate) host: &'a Host,
    pub(crate) progress: &'a dyn Progress,
}

/// Builds the image of `source` on `base` and pushes it to `into`'s `repository` under `tag`, which must be what
/// [`crate::image::address`] gave for them. When the tag is there already its image is taken: the tag is the content.
///
/// `from` is the base's registry; `host` what a build uses of this machine.
#[allow(clippy::too_many_arguments)] // each is a thing of its own; a struct for the one caller would only rename them
pub async fn build_and_push(
    source: &Source,
    base: &Base,
    from: &dyn Registry,
    into: &dyn Registry,
    repository: &str,
    tag: &str,
    host: &Host,
    progress: &dyn Progress,
) -> Result<Pushed, ImageError> {
    if let Some(digest) = digest_of(into, repository, tag).await? {
        return Ok(Pushed { digest, uploaded_bytes: 0, uploaded_layers: 0, skipped_layers: 0 });
    }
    progress.note(&format!("base image: {}", base.reference));
    let parts = base.open(from).await?;
    let work = work::folder()?;
    let transfer = Transfer::new(into, repository, progress);
    let order = Order { source, base, tag, repository, host, progress };
    let (of_base, built) =
        tokio::try_join!(transfer.push_missing(base_layers(base, &parts, from)), build(&order, &parts, work.path()),)?;
    let image = Image::assemble(&parts, &built, tag)?;
    progress.note("pushing the layers");
    let (ours, config) = tokio::try_join!(
        transfer.push_missing(own_blobs(&built.layers)),
        transfer.push_missing(vec![image.config_blob()]),
    )?;
    image.publish(into, repository, tag).await?;
    if let Some(commit) = commit::tag(&source.folder).await
        && let Err(error) = image.also(into, repository, &commit).await
    {
        progress.note(&format!("the image goes without the tag {commit}: {error}"));
    }
    Ok(Pushed {
        digest: image.digest,
        uploaded_bytes: of_base.bytes + ours.bytes + config.bytes,
        uploaded_layers: of_base.uploaded + ours.uploaded,
        skipped_layers: of_base.skipped + ours.skipped,
    })
}

async fn build(order: &Order<'_>, parts: &Parts, work: &Path) -> Result<Built, ImageError> {
    match &order.source.builder {
        Builder::Native => native::build(order, parts, work).await,
        Builder::Engine { engine, .. } => engine::build(order, *engine, parts, work).await,
    }
}

/// The digest of what the tag names, if it names anything.
pub(crate) async fn digest_of(
    registry: &dyn Registry,
    repository: &str,
    tag: &str,
) -> Result<Option<String>, ImageError> {
    let manifest = retry(|| registry.manifest(repository, tag)).await;
    let doing = format!("looking for the image {repository}:{tag}");
    Ok(manifest.map_err(ImageError::registry(Purpose::Own, doing))?.map(|manifest| manifest.digest))
}

/// The base's layers; a digest that stands there twice travels once.
fn base_layers<'a>(base: &'a Base, parts: &'a Parts, from: &'a dyn Registry) -> Vec<Blob<'a>> {
    let mut seen = BTreeSet::new();
    let layers = parts.manifest.layers.iter().filter(|layer| seen.insert(&layer.digest));
    let content = Content::Registry(from, &base.repository);
    layers.map(|layer| Blob { digest: layer.digest.clone(), size: layer.size, content: content.clone() }).collect()
}

/// Our layers; an engine may make the same one twice.
fn own_blobs(layers: &[Layer]) -> Vec<Blob<'static>> {
    let mut seen = BTreeSet::new();
    let layers = layers.iter().filter(|layer| seen.insert(&layer.facts.digest));
    let blob = |layer: &Layer| {
        let content = Content::File(layer.file.clone());
        Blob { digest: layer.facts.digest.clone(), size: layer.facts.size, content }
    };
    layers.map(blob).collect()
}
