//! Small stand-ins for the Lambda base images that AWS publishes: read by anyone, written by nobody.

mod names;

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::LazyLock;

use bytes::Bytes;
use flate2::{Compression, GzBuilder};
use serde_json::{Value, json};

use names::Runtime;

use super::answers::{content, digest_of};
use super::manifest::{OCI_INDEX, OCI_MANIFEST};
use crate::call::{Call, Reply};
use crate::refusal::Refusal;

const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";

/// A content with its media type, by its digest.
type Contents = BTreeMap<String, (&'static str, Bytes)>;

/// All base images.
struct Shelf {
    contents: Contents,
    /// The digest of each `runtime:tag`, and of each `runtime:tag-architecture`.
    tags: BTreeMap<String, String>,
}

static SHELF: LazyLock<Shelf> = LazyLock::new(stock);

/// What there is, for people: `public.ecr.aws/lambda/python (3.12, 3.13)`.
pub fn base_images() -> Vec<String> {
    let shown = |runtime: &Runtime| format!("public.ecr.aws/lambda/{} ({})", runtime.name, runtime.tags.join(", "));
    names::RUNTIMES.iter().map(shown).collect()
}

/// Whether there are base images of this registry's repository: of `lambda/python` at `public.ecr.aws`.
pub fn has_base_images(host: &str, repository: &str) -> bool {
    names::is_published(host, repository)
}

/// Whether the path (without `v2`) leads into a repository of base images.
pub(super) fn is_known(path: &[&str]) -> bool {
    matches!(path, [above, name, "manifests" | "blobs", _] if names::runtime(&format!("{above}/{name}")).is_some())
}

/// Answers GET and HEAD of a path that [`is_known`].
pub(super) fn answer(call: &Call<'_>, path: &[&str]) -> Result<Reply, Refusal> {
    let unknown = || Refusal::not_emulated("this path of the public registry");
    let &[above, name, kind, reference] = path else { return Err(unknown()) };
    let runtime = names::runtime(&format!("{above}/{name}")).ok_or_else(unknown)?;
    let manifests = kind == "manifests";
    let meant = names::meaning(runtime, reference).filter(|_| manifests);
    let tagged = meant.and_then(|(tag, architecture)| SHELF.tags.get(&key(runtime, tag, architecture)));
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

/// How the shelf names a tag.
fn key(runtime: &Runtime, tag: &str, architecture: Option<&str>) -> String {
    let architecture = architecture.map(|name| format!("-{name}")).unwrap_or_default();
    format!("{}:{tag}{architecture}", runtime.name)
}

fn stock() -> Shelf {
    let mut shelf = Shelf { contents: Contents::new(), tags: BTreeMap::new() };
    for runtime in &names::RUNTIMES {
        let (layer, diff_id) = base_layer(runtime);
        let layer = shelf.add(LAYER, layer);
        for tag in runtime.tags {
            let mut children = Vec::new();
            for architecture in ["amd64", "arm64"] {
                let config = shelf.add(CONFIG, config(runtime.name, tag, architecture, &diff_id).to_string());
                let manifest = json!({
                    "schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": [layer],
                });
                let mut child = shelf.add(OCI_MANIFEST, manifest.to_string());
                shelf.name(key(runtime, tag, Some(architecture)), &child);
                child["platform"] = json!({ "architecture": architecture, "os": "linux" });
                children.push(child);
            }
            let index = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": children });
            let index = shelf.add(OCI_INDEX, index.to_string());
            shelf.name(key(runtime, tag, None), &index);
        }
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

    /// Gives the content behind the descriptor a name.
    fn name(&mut self, key: String, descriptor: &Value) {
        self.tags.insert(key, descriptor["digest"].as_str().unwrap_or_default().to_owned());
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
fn base_layer(runtime: &Runtime) -> (Bytes, String) {
    let tar = layer_tar(runtime).unwrap_or_default();
    // Stored, not compressed: the bytes, and with them all digests, then hang on no compressor's version.
    let mut gzip = GzBuilder::new().write(Vec::new(), Compression::none());
    let packed = gzip.write_all(&tar).and_then(|()| gzip.finish()).unwrap_or_default();
    (packed.into(), digest_of(&tar))
}

fn layer_tar(runtime: &Runtime) -> std::io::Result<Vec<u8>> {
    const ENTRYPOINT: &[u8] = b"#!/bin/sh\nexec /var/runtime/bootstrap \"$@\"\n";
    const SILENT: &[u8] = b"#!/bin/sh\nexit 1\n";
    let mut entries = vec![
        ("var/", tar::EntryType::Directory, &b""[..]),
        ("var/task/", tar::EntryType::Directory, b""),
        ("var/runtime/", tar::EntryType::Directory, b""),
        ("lambda-entrypoint.sh", tar::EntryType::Regular, ENTRYPOINT),
    ];
    if !matches!(runtime.name, "python" | "provided") {
        // By these an image of another language is known, which the emulator does not run.
        entries.extend([
            ("var/lang/", tar::EntryType::Directory, &b""[..]),
            ("var/lang/bin/", tar::EntryType::Directory, b""),
            ("var/runtime/bootstrap", tar::EntryType::Regular, SILENT),
        ]);
    }
    let mut archive = tar::Builder::new(Vec::new());
    for (path, kind, content) in entries {
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
