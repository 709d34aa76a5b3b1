//! Reads a manifest and says what is wrong with it.

use serde_json::Value;

use crate::refusal::Refusal;
use crate::services::ecr::images::is_digest;

pub(crate) const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
pub(crate) const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
pub(crate) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// What a manifest names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Manifest {
    /// One image: its config first, then its layers.
    Image { config: Descriptor, layers: Vec<Descriptor> },
    /// An index of manifests for several platforms.
    Index(Vec<Descriptor>),
}

/// One content that a manifest names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Descriptor {
    pub(crate) media_type: String,
    pub(crate) digest: String,
    /// Bytes.
    pub(crate) size: u64,
}

/// Reads the manifest of the given media type.
pub(crate) fn parse(text: &[u8], media_type: &str) -> Result<Manifest, Refusal> {
    let value: Value = serde_json::from_slice(text).map_err(|_| invalid("Invalid JSON syntax"))?;
    if value["schemaVersion"] != 2 {
        return Err(invalid("Unsupported schema version, should be: '2'"));
    }
    if value.get("mediaType").is_some_and(|own| own != media_type) {
        return Err(invalid("the mediaType is not the request's Content-Type"));
    }
    match media_type {
        DOCKER_MANIFEST | OCI_MANIFEST => Ok(Manifest::Image {
            config: descriptor(&value["config"]).ok_or_else(|| invalid("config is not a descriptor"))?,
            layers: descriptors(&value["layers"]).ok_or_else(|| invalid("layers is not a list of descriptors"))?,
        }),
        DOCKER_LIST | OCI_INDEX => {
            let children = descriptors(&value["manifests"]);
            Ok(Manifest::Index(children.ok_or_else(|| invalid("manifests is not a list of descriptors"))?))
        }
        _ => Err(invalid(&format!("the media type '{media_type}' is not supported"))),
    }
}

fn descriptors(value: &Value) -> Option<Vec<Descriptor>> {
    value.as_array()?.iter().map(descriptor).collect()
}

fn descriptor(value: &Value) -> Option<Descriptor> {
    Some(Descriptor {
        media_type: value["mediaType"].as_str()?.to_owned(),
        digest: value["digest"].as_str().filter(|digest| is_digest(digest))?.to_owned(),
        size: value["size"].as_u64()?,
    })
}

pub(super) fn invalid(why: &str) -> Refusal {
    let text = format!("Invalid parameter at 'ImageManifest' failed to satisfy constraint: '{why}'");
    Refusal::new(400, "MANIFEST_INVALID", text)
}
