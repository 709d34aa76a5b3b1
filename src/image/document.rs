//! The registry's documents: indexes and manifests, in Docker's dialect and in OCI's.

use serde::{Deserialize, Serialize};

/// One family of media types. An image speaks one dialect throughout: registries and Lambda refuse a mixture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Docker,
    Oci,
}

impl Dialect {
    const ALL: [Self; 2] = [Self::Docker, Self::Oci];

    pub(crate) fn manifest(self) -> &'static str {
        match self {
            Self::Docker => "application/vnd.docker.distribution.manifest.v2+json",
            Self::Oci => "application/vnd.oci.image.manifest.v1+json",
        }
    }

    pub(crate) fn config(self) -> &'static str {
        match self {
            Self::Docker => "application/vnd.docker.container.image.v1+json",
            Self::Oci => "application/vnd.oci.image.config.v1+json",
        }
    }

    /// A gzip-compressed layer, the only kind that Lambda unpacks.
    pub(crate) fn layer(self) -> &'static str {
        match self {
            Self::Docker => "application/vnd.docker.image.rootfs.diff.tar.gzip",
            Self::Oci => "application/vnd.oci.image.layer.v1.tar+gzip",
        }
    }

    /// The dialect of a layer's media type, if Lambda unpacks such layers.
    pub(crate) fn of_layer(media_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.layer() == media_type)
    }

    /// The dialect of a manifest's media type.
    pub(crate) fn of_manifest(media_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.manifest() == media_type)
    }
}

/// The media types asked for when a manifest is read.
pub(crate) const READABLE: [&str; 4] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// Points at a blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    pub(crate) media_type: String,
    /// In bytes.
    pub(crate) size: u64,
    pub(crate) digest: String,
}

/// An image for one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ImageManifest {
    pub(crate) schema_version: u8,
    #[serde(default)]
    pub(crate) media_type: String,
    pub(crate) config: Descriptor,
    pub(crate) layers: Vec<Descriptor>,
}

/// One image for each of several platforms.
#[derive(Debug, Deserialize)]
pub(crate) struct Index {
    pub(crate) manifests: Vec<IndexEntry>,
}

/// One platform's image in an [`Index`].
#[derive(Debug, Deserialize)]
pub(crate) struct IndexEntry {
    pub(crate) digest: String,
    pub(crate) platform: Option<Platform>,
}

/// What an image runs on.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Platform {
    pub(crate) os: String,
    pub(crate) architecture: String,
}

/// The media type that a document says it has; old OCI documents say none and are told apart by what they hold.
pub(crate) fn media_type(bytes: &[u8]) -> Option<String> {
    let document: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    let said = document.get("mediaType").and_then(serde_json::Value::as_str);
    let guessed = if document.get("manifests").is_some() { READABLE[0] } else { READABLE[2] };
    Some(said.unwrap_or(guessed).to_owned())
}

/// Whether the media type is an index's.
pub(crate) fn is_index(media_type: &str) -> bool {
    READABLE[..2].contains(&media_type)
}
