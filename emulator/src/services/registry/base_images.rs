//! Small stand-ins for the Lambda base images that AWS publishes at public.ecr.aws: read by anyone, written by nobody.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::LazyLock;

use bytes::Bytes;
use flate2::{Compression, GzBuilder};
use serde_json::{Value, json};

use super::answers::{content, digest_of};
use super::manifest::{OCI_INDEX, OCI_MANIFEST};
use crate::call::{Call, Reply};
use crate::refusal::Refusal;

const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const PYTHON_TAGS: [&str; 5] = ["3.9", "3.10", "3.11", "3.12", "3.13"];
const PROVIDED_TAGS: [&str; 1] = ["al2023"];

/// A content with its media type, by its digest.
type Contents = BTreeMap<String, (&'static str, Bytes)>;

/// All base images.
struct Shelf {
    contents: Contents,
    /// The digest of each `repository:tag`.
    tags: BTreeMap<String, String>,
}

static SHELF: LazyLock<Shelf> = LazyLock::new(stock);

/// Whether the path (without `v2`) leads into a repository of base images.
pub(super) fn is_known(path: &[&str]) -> bool {
    matches!(path, ["lambda", "python" | "provided", "manifests" | "blobs", _])
}

/// Answers GET and HEAD of a path that [`is_known`].
pub(super) fn answer(call: &Call<'_>, path: &[&str]) -> Result<Reply, Refusal> {
    let &["lambda", runtime, kind, reference] = path else {
        return Err(Refusal::not_emulated("this path of the public registry"));
    };
    let manifests = kind == "manifests";
    let tagged = SHELF.tags.get(&format!("lambda/{runtime}:{reference}")).filter(|_| manifests);
    let digest = tagged.map_or(reference, String::as_str);
    let found = SHELF.contents.get(digest).filter(|(media_type, _)| {
        let is_manifest = [OCI_INDEX, OCI_MANIFEST].contains(media_type);
        is_manifest == manifests
    });
    let Some((media_type, bytes)) = found else {
        let code = if manifests { "MANIFEST_UNKNOWN" } else { "BLOB_UNKNOWN" };
        return Err(Refusal::new(404, code, "Requested image not found"));
    };
    let operation = if manifests { "GetPublicManifest" } else { "GetPublicBlob" };
    Ok(content(call, operation, media_type, digest, bytes.clone()))
}

fn stock() -> Shelf {
    let mut shelf = Shelf { contents: Contents::new(), tags: BTreeMap::new() };
    let (layer, diff_id) = base_layer();
    let layer = shelf.add(LAYER, layer);
    let images = PYTHON_TAGS.map(|tag| ("python", tag)).into_iter().chain(PROVIDED_TAGS.map(|tag| ("provided", tag)));
    for (runtime, tag) in images {
        let mut children = Vec::new();
        for architecture in ["amd64", "arm64"] {
            let config = shelf.add(CONFIG, config(runtime, tag, architecture, &diff_id).to_string());
            let manifest = json!({
                "schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": [layer],
            });
            let mut child = shelf.add(OCI_MANIFEST, manifest.to_string());
            child["platform"] = json!({ "architecture": architecture, "os": "linux" });
            children.push(child);
        }
        let index = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": children });
        let index = shelf.add(OCI_INDEX, index.to_string());
        let digest = index["digest"].as_str().unwrap_or_default().to_owned();
        shelf.tags.insert(format!("lambda/{runtime}:{tag}"), digest);
    }
    shelf
}

impl Shelf {
    /// Keeps the content and gives the descriptor that names it.
    fn add(&mut self, media_type: &'static str, bytes: impl Into<Bytes>) -> Value {
        let bytes = bytes.into();
        let digest = digest_of(&bytes);
        let descriptor = json!({ "mediaType": media_type, "digest": digest, "size": bytes.len() });
        self.contents.insert(digest, (media_type, bytes));
        descriptor
    }
}

fn config(runtime: &str, tag: &str, architecture: &str, diff_id: &str) -> Value {
    json!({
        "architecture": architecture,
        "os": "linux",
        "config": {
            "Env": [
                "LANG=en_US.UTF-8",
                "TZ=:/etc/localtime",
                "PATH=/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
                "LD_LIBRARY_PATH=/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/task:/opt/lib",
                "LAMBDA_TASK_ROOT=/var/task",
                "LAMBDA_RUNTIME_DIR=/var/runtime",
            ],
            "WorkingDir": "/var/task",
            "Entrypoint": ["/lambda-entrypoint.sh"],
            // Tells the images of different tags apart, which otherwise would be one.
            "Labels": { "emulates": format!("public.ecr.aws/lambda/{runtime}:{tag}") },
        },
        "rootfs": { "type": "layers", "diff_ids": [diff_id] },
        "history": [{ "created_by": "the emulator of bedrock-ops" }],
    })
}

/// A layer with the directories that Lambda's images have and an entrypoint, and the digest of its tar.
fn base_layer() -> (Bytes, String) {
    let tar = layer_tar().unwrap_or_default();
    // Stored, not compressed: the bytes, and with them all digests, then hang on no compressor's version.
    let mut gzip = GzBuilder::new().write(Vec::new(), Compression::none());
    let packed = gzip.write_all(&tar).and_then(|()| gzip.finish()).unwrap_or_default();
    (packed.into(), digest_of(&tar))
}

fn layer_tar() -> std::io::Result<Vec<u8>> {
    const ENTRYPOINT: &[u8] = b"#!/bin/sh\nexec /var/runtime/bootstrap \"$@\"\n";
    let mut archive = tar::Builder::new(Vec::new());
    for (path, kind, content) in [
        ("var/", tar::EntryType::Directory, &b""[..]),
        ("var/task/", tar::EntryType::Directory, b""),
        ("var/runtime/", tar::EntryType::Directory, b""),
        ("lambda-entrypoint.sh", tar::EntryType::Regular, ENTRYPOINT),
    ] {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(kind);
        header.set_mode(0o755);
        header.set_size(content.len() as u64);
        header.set_mtime(0);
        header.set_cksum();
        archive.append_data(&mut header, path, content)?;
    }
    archive.into_inner()
}
