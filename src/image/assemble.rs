//! Puts an image together from the base's documents and our layers, and publishes it.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::image::base::Parts;
use crate::image::digest::sha256;
use crate::image::document::{Descriptor, Dialect, ImageManifest};
use crate::image::error::ImageError;
use crate::image::layer::Layer;
use crate::image::push::digest_of;
use crate::image::registry::error::Purpose;
use crate::image::registry::{Registry, RegistryError};
use crate::image::retry::retry;
use crate::image::source_hash::digits;
use crate::image::trace::Trace;
use crate::image::transfer::{Blob, Content};

/// Lambda reads only manifests below this size, in bytes.
const MANIFEST_LIMIT: usize = 25_400;

/// What a builder made.
pub(crate) struct Built {
    /// The image's configuration, all but our labels.
    pub(crate) config: Value,
    /// With how many of the base's layers it begins.
    pub(crate) of_base: usize,
    /// The layers upon those.
    pub(crate) layers: Vec<Layer>,
    pub(crate) trace: Trace,
}

/// An image for one platform, ready to be pushed.
pub(crate) struct Image {
    /// The manifest's digest.
    pub(crate) digest: String,
    dialect: Dialect,
    manifest: Bytes,
    config: Bytes,
}

impl Image {
    /// One manifest, in the base's dialect throughout, whoever built the layers.
    pub(crate) fn assemble(parts: &Parts, built: &Built, tag: &str) -> Result<Self, ImageError> {
        let config = labelled(built, tag).to_string();
        let dialect = parts.dialect;
        let of_layer = |layer: &Layer| Descriptor {
            media_type: dialect.layer().to_owned(),
            size: layer.facts.size,
            digest: layer.facts.digest.clone(),
        };
        let of_base = parts.manifest.layers.iter().take(built.of_base).cloned();
        let manifest = ImageManifest {
            schema_version: 2,
            media_type: dialect.manifest().to_owned(),
            config: Descriptor {
                media_type: dialect.config().to_owned(),
                size: config.len() as u64,
                digest: sha256(config.as_bytes()),
            },
            layers: of_base.chain(built.layers.iter().map(of_layer)).collect(),
        };
        let bytes = json!(manifest).to_string();
        if bytes.len() >= MANIFEST_LIMIT {
            return Err(ImageError::ManifestTooLarge { bytes: bytes.len(), layers: manifest.layers.len() });
        }
        Ok(Self { digest: sha256(bytes.as_bytes()), dialect, manifest: bytes.into(), config: config.into() })
    }

    pub(crate) fn config_blob(&self) -> Blob<'static> {
        let content = Content::Memory(self.config.clone());
        Blob { digest: sha256(&self.config), size: self.config.len() as u64, content }
    }

    /// Gives the published image a second tag. It is for people: where it is refused (the tag names another image) nothing
    /// is lost.
    pub(crate) async fn also(&self, registry: &dyn Registry, repository: &str, tag: &str) -> Result<(), RegistryError> {
        retry(|| self.push_manifest(registry, repository, tag)).await
    }

    /// Pushes the manifest by its tag. All blobs must be there; from now on the image can be run.
    pub(crate) async fn publish(&self, registry: &dyn Registry, repository: &str, tag: &str) -> Result<(), ImageError> {
        match retry(|| self.push_manifest(registry, repository, tag)).await {
            Ok(()) => Ok(()),
            Err(error) if error.is_immutable_tag() => self.check_taken(registry, repository, tag, error).await,
            Err(error) => Err(publishing(repository, tag)(error)),
        }
    }

    async fn push_manifest(&self, registry: &dyn Registry, repository: &str, tag: &str) -> Result<(), RegistryError> {
        let media_type = self.dialect.manifest();
        let known_as = registry.push_manifest(repository, tag, media_type, self.manifest.clone()).await?;
        if known_as == self.digest {
            return Ok(());
        }
        let what = format!("it knows the manifest {} as {known_as}", self.digest);
        Err(RegistryError::Odd { registry: repository.to_owned(), what })
    }

    /// The tag was taken meanwhile: by this very image when another deploy of the same source was quicker, or when the answer
    /// to our own push was lost.
    async fn check_taken(
        &self,
        registry: &dyn Registry,
        repository: &str,
        tag: &str,
        refusal: RegistryError,
    ) -> Result<(), ImageError> {
        match digest_of(registry, repository, tag).await? {
            Some(theirs) if theirs == self.digest => Ok(()),
            Some(theirs) => Err(ImageError::TagTaken {
                repository: repository.to_owned(),
                tag: tag.to_owned(),
                ours: self.digest.clone(),
                theirs,
            }),
            None => Err(publishing(repository, tag)(refusal)),
        }
    }
}

fn publishing(repository: &str, tag: &str) -> impl FnOnce(RegistryError) -> ImageError {
    ImageError::registry(Purpose::Own, format!("publishing the image {repository}:{tag}"))
}

/// The configuration with our labels.
fn labelled(built: &Built, tag: &str) -> Value {
    let mut config = built.config.clone();
    let run = object(&mut config["config"]);
    let labels = object(run.entry("Labels").or_insert(Value::Null));
    built.trace.label(digits(tag), labels);
    config
}

/// The value as an object; anything else, `null` above all, is replaced by an empty one.
pub(crate) fn object(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = json!({});
    }
    match value {
        Value::Object(map) => map,
        _ => unreachable!("it was made an object above"),
    }
}
