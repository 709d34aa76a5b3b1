//! Base images like AWS's, put into the registry: an entrypoint that takes the handler, and the task root.

use std::io::Write as _;

use bedrock_ops::image::Registry as _;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream;
use serde_json::{Value, json};

use crate::judge::{CONFIG, LAYER, MANIFEST};
use crate::rig::{Rig, digest};

/// Where they lie.
const REPOSITORY: &str = "lambda/python";

/// A layer, as a tar and as it travels.
#[derive(Clone)]
pub(crate) struct Layer {
    gzip: Bytes,
    diff_id: String,
}

impl Layer {
    pub(crate) fn of(tar: &[u8]) -> Self {
        let mut zip = GzEncoder::new(Vec::new(), Compression::fast());
        zip.write_all(tar).unwrap();
        Self { gzip: zip.finish().unwrap().into(), diff_id: digest(tar) }
    }
}

impl Rig {
    /// A base with nothing in it that runs.
    pub(crate) async fn put_base(&self) -> String {
        let mut tar = tar::Builder::new(Vec::new());
        folder(&mut tar, "var/");
        folder(&mut tar, "var/task/");
        file(&mut tar, "lambda-entrypoint.sh", 0o755, b"#!/bin/sh\n");
        let environment = json!(["LAMBDA_TASK_ROOT=/var/task", "PATH=/usr/bin:/bin"]);
        self.put_image("3.12", &Layer::of(&tar.into_inner().unwrap()), &environment).await
    }

    /// A base of one layer; its name.
    pub(crate) async fn put_image(&self, tag: &str, layer: &Layer, environment: &Value) -> String {
        let config = json!({
            "architecture": architecture(), "os": "linux", "created": "2026-11-01T00:00:00Z",
            "config": {"Env": environment, "Entrypoint": ["/lambda-entrypoint.sh"], "WorkingDir": "/var/task"},
            "rootfs": {"type": "layers", "diff_ids": [layer.diff_id]},
            "history": [{"created_by": "base"}],
        });
        let layer = self.put_blob(LAYER, layer.gzip.clone()).await;
        let config = self.put_blob(CONFIG, config.to_string().into()).await;
        let manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer]});
        self.door().push_manifest(REPOSITORY, tag, MANIFEST, manifest.to_string().into()).await.unwrap();
        format!("{}/{REPOSITORY}:{tag}", self.host)
    }

    /// The blob's descriptor.
    async fn put_blob(&self, media_type: &str, bytes: Bytes) -> Value {
        let (digest, size) = (digest(&bytes), bytes.len() as u64);
        let content = Box::pin(stream::iter([Ok(bytes)]));
        self.door().push_blob(REPOSITORY, &digest, size, content).await.unwrap();
        json!({"mediaType": media_type, "size": size, "digest": digest})
    }
}

/// This machine's processor, by its OCI name: what is built here also runs here.
pub(crate) fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" }
}

pub(crate) fn folder(tar: &mut tar::Builder<Vec<u8>>, path: &str) {
    append(tar, path, tar::EntryType::Directory, 0o755, &[]);
}

pub(crate) fn file(tar: &mut tar::Builder<Vec<u8>>, path: &str, mode: u32, bytes: &[u8]) {
    append(tar, path, tar::EntryType::Regular, mode, bytes);
}

fn append(tar: &mut tar::Builder<Vec<u8>>, path: &str, kind: tar::EntryType, mode: u32, bytes: &[u8]) {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(bytes.len() as u64);
    tar.append_data(&mut header, path, bytes).unwrap();
}
