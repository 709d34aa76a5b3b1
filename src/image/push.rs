//! Builds the image and pushes it: layers made while the base's layers travel, the manifest last.

use std::collections::BTreeSet;
use std::path::Path;

use crate::image::assemble::Image;
use crate::image::base::{Base, Parts};
use crate::image::blocking::blocking;
use crate::image::dependencies::{self, Requirements};
use crate::image::error::ImageError;
use crate::image::layer::{self, Layer};
use crate::image::listing;
use crate::image::registry::Registry;
use crate::image::retry::retry;
use crate::image::source_hash::tag_of;
use crate::image::transfer::{Blob, Content, Transfer};
use crate::image::{Progress, Source};

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

/// Builds the image of `source` on `base` and pushes it to `into`'s `repository` under `tag`, which must be what
/// [`crate::image::tag`] gave for them. When the tag is there already its image is taken: the tag is the content.
///
/// `from` is the base's registry; `cache` a folder where layers of requirements are kept between runs.
#[allow(clippy::too_many_arguments)] // each is a thing of its own; a struct for the one caller would only rename them
pub async fn build_and_push(
    source: &Source,
    base: &Base,
    from: &dyn Registry,
    into: &dyn Registry,
    repository: &str,
    tag: &str,
    cache: Option<&Path>,
    progress: &dyn Progress,
) -> Result<Pushed, ImageError> {
    if let Some(digest) = digest_of(into, repository, tag).await? {
        return Ok(Pushed { digest, uploaded_bytes: 0, uploaded_layers: 0, skipped_layers: 0 });
    }
    progress.note(&format!("base image: {}", base.reference));
    let parts = base.open(from).await?;
    let work = tempfile::tempdir().map_err(ImageError::Temporary)?;
    let transfer = Transfer::new(into, repository, progress);
    let making = Making { source, base, parts: &parts, tag, cache, work: work.path(), progress };
    let (of_base, layers) =
        tokio::try_join!(transfer.push_missing(base_layers(base, &parts, from)), making.own_layers())?;
    let image = Image::assemble(source, base, &parts, &layers, tag)?;
    progress.note("pushing the layers");
    let (ours, config) = tokio::try_join!(
        transfer.push_missing(layers.iter().map(own_blob).collect()),
        transfer.push_missing(vec![image.config_blob()]),
    )?;
    image.publish(into, repository, tag).await?;
    Ok(Pushed {
        digest: image.digest,
        uploaded_bytes: of_base.bytes + ours.bytes + config.bytes,
        uploaded_layers: of_base.uploaded + ours.uploaded,
        skipped_layers: of_base.skipped + ours.skipped,
    })
}

/// The digest of what the tag names, if it names anything.
pub(crate) async fn digest_of(
    registry: &dyn Registry,
    repository: &str,
    tag: &str,
) -> Result<Option<String>, ImageError> {
    let manifest = retry(|| registry.manifest(repository, tag)).await;
    let doing = format!("looking for the image {repository}:{tag}");
    Ok(manifest.map_err(ImageError::registry(doing))?.map(|manifest| manifest.digest))
}

/// The base's layers; a digest that stands there twice travels once.
fn base_layers<'a>(base: &'a Base, parts: &'a Parts, from: &'a dyn Registry) -> Vec<Blob<'a>> {
    let mut seen = BTreeSet::new();
    let layers = parts.manifest.layers.iter().filter(|layer| seen.insert(&layer.digest));
    let content = Content::Registry(from, &base.repository);
    layers.map(|layer| Blob { digest: layer.digest.clone(), size: layer.size, content: content.clone() }).collect()
}

fn own_blob(layer: &Layer) -> Blob<'static> {
    let content = Content::File(layer.file.clone());
    Blob { digest: layer.facts.digest.clone(), size: layer.facts.size, content }
}

/// What our own layers are made from.
struct Making<'a> {
    source: &'a Source,
    base: &'a Base,
    parts: &'a Parts,
    tag: &'a str,
    cache: Option<&'a Path>,
    work: &'a Path,
    progress: &'a dyn Progress,
}

impl Making<'_> {
    /// The requirements' layer, if there are any, and the source's own.
    async fn own_layers(&self) -> Result<Vec<Layer>, ImageError> {
        let requirements = Requirements::read(&self.source.folder)?;
        let files = self.files_layer(requirements.clone()).await?;
        let Some(requirements) = requirements else { return Ok(vec![files]) };
        let on = (self.base, self.parts);
        let dependencies =
            dependencies::layer(self.source, &requirements, on, self.cache, self.work, self.progress).await?;
        Ok(vec![dependencies, files])
    }

    /// The source's files. What went in is hashed on its way, and must be what the tag was made from.
    async fn files_layer(&self, requirements: Option<Requirements>) -> Result<Layer, ImageError> {
        let (source, base, tag) = (self.source.clone(), self.base.clone(), self.tag.to_owned());
        let file = self.work.join("files.tar.gz");
        blocking(move || {
            let entries = listing::of_source(&source.folder)?;
            let (layer, hashes) = layer::write(&entries, &file)?;
            if tag_of(&source, &base, requirements.as_ref(), &entries, &hashes) == tag {
                return Ok(layer);
            }
            Err(ImageError::Changed { path: source.folder })
        })
        .await
    }
}
