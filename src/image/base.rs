//! The base image: which one a name means today, and what it is made of.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::image::digest::sha256;
use crate::image::document::{self, Descriptor, Dialect, ImageManifest, Index};
use crate::image::error::ImageError;
use crate::image::reference::{BaseReference, is_digest};
use crate::image::registry::error::Purpose;
use crate::image::registry::{Manifest, Registry, RegistryError, limits};
use crate::image::retry::retry;

/// A base image, resolved. Its configuration is fetched only when an image is built on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The name as the manifest gives it.
    pub reference: String,
    /// Where it lies in its registry.
    pub repository: String,
    /// The digest of the manifest for one platform, never that of an index.
    pub digest: String,
    /// The OCI name of the processor it was resolved for.
    pub architecture: String,
    /// That manifest's bytes, when the registry has shown them already.
    manifest: Option<Bytes>,
}

#[derive(Clone)]
/// A base image's parts, checked to be fit for building on.
pub(crate) struct Parts {
    pub(crate) dialect: Dialect,
    pub(crate) manifest: ImageManifest,
    /// The configuration as a document; what we don't know in it is passed on.
    pub(crate) config: Value,
}

/// What Dockerfiles call the image without anything in it.
const SCRATCH: &str = "scratch";

/// Finds out which image a name means for the architecture: one or two short questions to the registry.
pub async fn resolve_base(registry: &dyn Registry, reference: &str, architecture: &str) -> Result<Base, ImageError> {
    if reference == SCRATCH {
        return Ok(Base::scratch(architecture));
    }
    let name = BaseReference::parse(reference)?;
    // No emulator can have the bytes behind a digest of the real registry: its stand-in goes by the tag.
    let by_tag = name.tag.as_deref().filter(|_| registry.is_emulated());
    let manifest = fetch(registry, reference, &name.repository, by_tag.unwrap_or(name.reference())).await?;
    let base = |digest, manifest| Base {
        reference: reference.to_owned(),
        repository: name.repository.clone(),
        digest,
        architecture: architecture.to_owned(),
        manifest,
    };
    if !document::is_index(&manifest.media_type) {
        return Ok(base(manifest.digest, Some(manifest.bytes)));
    }
    let index: Index = serde_json::from_slice(&manifest.bytes)
        .map_err(|error| unfit(reference, format!("its index cannot be read ({error})")))?;
    Ok(base(entry_for(&index, reference, architecture)?, None))
}

/// The digest of the index's entry for linux on the architecture.
fn entry_for(index: &Index, reference: &str, architecture: &str) -> Result<String, ImageError> {
    let mut there = Vec::new();
    for entry in &index.manifests {
        let Some(platform) = &entry.platform else { continue };
        if platform.os == "linux" && platform.architecture == architecture {
            if !is_digest(&entry.digest) {
                return Err(unfit(reference, "its index names no sha256 digest".to_owned()));
            }
            return Ok(entry.digest.clone());
        }
        // Attestations stand in an index under unknown/unknown.
        if platform.os != "unknown" {
            there.push(format!("{}/{}", platform.os, platform.architecture));
        }
    }
    Err(ImageError::WrongPlatform { reference: reference.to_owned(), wanted: architecture.to_owned(), there })
}

impl Base {
    /// No base at all.
    fn scratch(architecture: &str) -> Self {
        let (name, architecture) = (SCRATCH.to_owned(), architecture.to_owned());
        Self { reference: name.clone(), repository: name.clone(), digest: name, architecture, manifest: None }
    }

    /// Whether there is no base.
    pub(crate) fn is_scratch(&self) -> bool {
        self.reference == SCRATCH
    }

    /// Fetches manifest and configuration, and refuses what could not become a function's image.
    pub(crate) async fn open(&self, registry: &dyn Registry) -> Result<Parts, ImageError> {
        if self.is_scratch() {
            return Ok(Parts::nothing(&self.architecture));
        }
        let bytes = match &self.manifest {
            Some(bytes) => bytes.clone(),
            None => fetch(registry, &self.reference, &self.repository, &self.digest).await?.bytes,
        };
        let manifest: ImageManifest = serde_json::from_slice(&bytes)
            .map_err(|error| self.unfit(format!("its manifest cannot be read ({error})")))?;
        let dialect = self.dialect(&manifest)?;
        if let Some(empty) = manifest.layers.iter().find(|layer| layer.size == 0) {
            return Err(self.unfit(format!("its layer {} has 0 bytes, and Lambda can't unpack that", empty.digest)));
        }
        let config = self.config(registry, &manifest).await?;
        self.check_platform(&config)?;
        let unpacked = config["rootfs"]["diff_ids"].as_array().map_or(0, Vec::len);
        if unpacked != manifest.layers.len() {
            let layers = manifest.layers.len();
            return Err(self.unfit(format!("its manifest has {layers} layers, its configuration {unpacked}")));
        }
        Ok(Parts { dialect, manifest, config })
    }

    /// The one dialect of all layers.
    fn dialect(&self, manifest: &ImageManifest) -> Result<Dialect, ImageError> {
        let Some(first) = manifest.layers.first() else {
            return Ok(Dialect::of_manifest(&manifest.media_type).unwrap_or(Dialect::Oci));
        };
        let dialect = Dialect::of_layer(&first.media_type);
        let odd = manifest.layers.iter().find(|layer| dialect.is_none_or(|known| known.layer() != layer.media_type));
        match (dialect, odd) {
            (Some(dialect), None) => Ok(dialect),
            (_, odd) => {
                let media_type = &odd.unwrap_or(first).media_type;
                Err(self.unfit(format!(
                    "Lambda unpacks gzip layers of one kind only, and it has a layer of type {media_type}"
                )))
            }
        }
    }

    /// The configuration; a few kilobytes, so it is read whole.
    async fn config(&self, registry: &dyn Registry, manifest: &ImageManifest) -> Result<Value, ImageError> {
        let bytes = retry(|| whole_blob(registry, &self.repository, &manifest.config.digest)).await;
        let doing = format!("reading the configuration of the base image {}", self.reference);
        let bytes = bytes.map_err(ImageError::registry(Purpose::Base, doing))?;
        serde_json::from_slice(&bytes)
            .map_err(|error| self.unfit(format!("its configuration cannot be read ({error})")))
    }

    fn check_platform(&self, config: &Value) -> Result<(), ImageError> {
        let part = |name: &str| config[name].as_str().unwrap_or("unknown").to_owned();
        let (os, architecture) = (part("os"), part("architecture"));
        if os == "linux" && architecture == self.architecture {
            return Ok(());
        }
        Err(ImageError::WrongPlatform {
            reference: self.reference.clone(),
            wanted: self.architecture.clone(),
            there: vec![format!("{os}/{architecture}")],
        })
    }

    fn unfit(&self, reason: String) -> ImageError {
        unfit(&self.reference, reason)
    }
}

impl Parts {
    /// What an image that builds on nothing begins with.
    fn nothing(architecture: &str) -> Self {
        let config = Descriptor { media_type: Dialect::Oci.config().to_owned(), size: 0, digest: String::new() };
        let media_type = Dialect::Oci.manifest().to_owned();
        Self {
            dialect: Dialect::Oci,
            manifest: ImageManifest { schema_version: 2, media_type, config, layers: Vec::new() },
            config: json!({
                "architecture": architecture, "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": []},
            }),
        }
    }
}

/// A blob of a few kilobytes, checked.
pub(crate) async fn whole_blob(
    registry: &dyn Registry,
    repository: &str,
    digest: &str,
) -> Result<Bytes, RegistryError> {
    let name = registry.host().unwrap_or(repository);
    let exchange = async {
        let body = registry.blob(repository, digest).await?;
        limits::whole(name, "a configuration", limits::DOCUMENT, body).await
    };
    let bytes = limits::within(name, "a configuration", exchange).await?;
    if sha256(&bytes) == digest {
        return Ok(bytes);
    }
    Err(RegistryError::Mismatch { registry: name.to_owned(), digest: digest.to_owned() })
}

fn unfit(reference: &str, reason: String) -> ImageError {
    ImageError::UnfitBase { reference: reference.to_owned(), reason }
}

async fn fetch(registry: &dyn Registry, name: &str, repository: &str, reference: &str) -> Result<Manifest, ImageError> {
    retry(|| registry.manifest(repository, reference))
        .await
        .map_err(ImageError::registry(Purpose::Base, format!("reading the base image {name}")))?
        .ok_or_else(|| {
            if registry.is_emulated() {
                ImageError::not_emulated(name)
            } else {
                ImageError::BaseMissing { reference: name.to_owned() }
            }
        })
}
