//! A registry in memory that keeps what it is given, remembers what it was asked, and fails when told to.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use bedrock_ops::image::{BlobStream, Manifest, Registry, RegistryError};
use bytes::Bytes;
use futures_util::{TryStreamExt, stream};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

#[derive(Default)]
pub(crate) struct Shelf {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By `repository:tag` and `repository@digest`.
    manifests: BTreeMap<String, (String, Bytes)>,
    blobs: BTreeMap<String, Bytes>,
    asked: Vec<String>,
    /// Answers to the next pushes of blobs.
    failures: VecDeque<RegistryError>,
    /// Set just before the next manifest is pushed, as by another client.
    meanwhile: Option<(String, String, Bytes)>,
}

/// `sha256:…` of the bytes.
pub(crate) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

/// A refusal with a status.
pub(crate) fn refusal(status: u16, code: &str) -> RegistryError {
    let (registry, message) = ("shelf".to_owned(), "said so".to_owned());
    RegistryError::Refused { registry, status, code: code.to_owned(), message, retry_after: None }
}

impl Shelf {
    /// A shelf with a base image: an index for both architectures under `lambda/python:3.12`.
    pub(crate) fn with_base(docker: bool) -> Self {
        let shelf = Self::default();
        let kind = |oci: &str, dock: &str| {
            if docker { format!("application/vnd.docker.{dock}") } else { format!("application/vnd.oci.{oci}") }
        };
        let manifest_type = kind("image.manifest.v1+json", "distribution.manifest.v2+json");
        let mut entries =
            vec![json!({"digest": digest(b"attestation"), "platform": {"os": "unknown", "architecture": "unknown"}})];
        for architecture in ["amd64", "arm64"] {
            let layer = shelf.put_blob(format!("the base's files for {architecture}").into());
            let config = json!({
                "architecture": architecture, "os": "linux", "created": "2026-11-01T00:00:00Z",
                "config": {"Env": ["LAMBDA_TASK_ROOT=/var/task"], "Entrypoint": ["/lambda-entrypoint.sh"], "WorkingDir": "/var/task", "Cmd": null},
                "rootfs": {"type": "layers", "diff_ids": [digest(b"unpacked")]},
                "history": [{"created_by": "base"}],
            });
            let config = shelf.put_blob(config.to_string().into());
            let layer_type = kind("image.layer.v1.tar+gzip", "image.rootfs.diff.tar.gzip");
            let manifest = json!({
                "schemaVersion": 2, "mediaType": manifest_type,
                "config": {"mediaType": kind("image.config.v1+json", "container.image.v1+json"), "size": config.1, "digest": config.0},
                "layers": [{"mediaType": layer_type, "size": layer.1, "digest": layer.0}],
            });
            let digest = shelf.put_manifest("lambda/python", None, &manifest_type, &manifest);
            entries.push(json!({"mediaType": manifest_type, "digest": digest, "platform": {"os": "linux", "architecture": architecture}}));
        }
        let index_type = kind("image.index.v1+json", "distribution.manifest.list.v2+json");
        let index = json!({"schemaVersion": 2, "mediaType": index_type, "manifests": entries});
        shelf.put_manifest("lambda/python", Some("3.12"), &index_type, &index);
        shelf
    }

    pub(crate) fn put_blob(&self, bytes: Bytes) -> (String, usize) {
        let facts = (digest(&bytes), bytes.len());
        self.state().blobs.insert(facts.0.clone(), bytes);
        facts
    }

    pub(crate) fn put_manifest(
        &self,
        repository: &str,
        tag: Option<&str>,
        media_type: &str,
        document: &Value,
    ) -> String {
        let bytes = Bytes::from(document.to_string());
        let digest = digest(&bytes);
        let mut state = self.state();
        if let Some(tag) = tag {
            state.manifests.insert(format!("{repository}:{tag}"), (media_type.to_owned(), bytes.clone()));
        }
        state.manifests.insert(format!("{repository}@{digest}"), (media_type.to_owned(), bytes));
        digest
    }

    /// The next pushes of blobs fail so.
    pub(crate) fn fail(&self, failures: impl IntoIterator<Item = RegistryError>) {
        self.state().failures.extend(failures);
    }

    /// Before the next manifest arrives, somebody else pushes this one under the (immutable) name.
    pub(crate) fn take_tag_meanwhile(&self, repository: &str, tag: &str, bytes: Bytes) {
        self.state().meanwhile = Some((repository.to_owned(), tag.to_owned(), bytes));
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.state().asked.clone()
    }

    pub(crate) fn blob_bytes(&self, digest: &str) -> Bytes {
        self.state().blobs.get(digest).cloned().expect("the blob is on the shelf")
    }

    pub(crate) fn manifest_document(&self, repository: &str, tag: &str) -> Value {
        let (_, bytes) = self.state().manifests.get(&name(repository, tag)).cloned().expect("the tag is there");
        serde_json::from_slice(&bytes).expect("a manifest is JSON")
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics while it holds the shelf")
    }
}

fn name(repository: &str, reference: &str) -> String {
    let sign = if reference.starts_with("sha256:") { '@' } else { ':' };
    format!("{repository}{sign}{reference}")
}

#[async_trait]
impl Registry for Shelf {
    async fn manifest(&self, repository: &str, reference: &str) -> Result<Option<Manifest>, RegistryError> {
        let mut state = self.state();
        state.asked.push(format!("manifest {repository} {reference}"));
        let found = state.manifests.get(&name(repository, reference)).cloned();
        Ok(found.map(|(media_type, bytes)| Manifest { digest: digest(&bytes), media_type, bytes }))
    }

    async fn has_blob(&self, _repository: &str, digest: &str) -> Result<bool, RegistryError> {
        Ok(self.state().blobs.contains_key(digest))
    }

    async fn blob(&self, repository: &str, digest: &str) -> Result<BlobStream, RegistryError> {
        self.state().asked.push(format!("blob {repository} {digest}"));
        let bytes = self.blob_bytes(digest);
        let half = bytes.len() / 2;
        let pieces = [bytes.slice(..half), bytes.slice(half..)];
        Ok(Box::pin(stream::iter(pieces.map(Ok))))
    }

    async fn push_blob(
        &self,
        repository: &str,
        wanted: &str,
        size: u64,
        content: BlobStream,
    ) -> Result<(), RegistryError> {
        self.state().asked.push(format!("push blob {repository} {wanted}"));
        let pieces: Vec<Bytes> = content.try_collect().await?;
        if let Some(failure) = self.state().failures.pop_front() {
            return Err(failure);
        }
        let bytes = Bytes::from(pieces.concat());
        assert_eq!((digest(&bytes).as_str(), bytes.len() as u64), (wanted, size));
        self.put_blob(bytes);
        Ok(())
    }

    async fn push_manifest(
        &self,
        repository: &str,
        tag: &str,
        media_type: &str,
        bytes: Bytes,
    ) -> Result<String, RegistryError> {
        self.state().asked.push(format!("push manifest {repository} {tag}"));
        let document: Value = serde_json::from_slice(&bytes).expect("a manifest is JSON");
        let layers = document["layers"].as_array().expect("layers");
        for blob in layers.iter().chain([&document["config"]]) {
            self.blob_bytes(blob["digest"].as_str().expect("a digest"));
        }
        let meanwhile = self.state().meanwhile.take();
        if let Some((repository, tag, bytes)) = meanwhile {
            self.state().manifests.insert(format!("{repository}:{tag}"), (media_type.to_owned(), bytes));
            return Err(refusal(400, "TAG_INVALID"));
        }
        Ok(self.put_manifest(repository, Some(tag), media_type, &document))
    }
}

/// A door to a shelf that lets some writes through and then refuses, as a token that runs out does.
pub(crate) struct Doorkeeper {
    shelf: Arc<Shelf>,
    left: Mutex<usize>,
}

impl Doorkeeper {
    pub(crate) fn new(shelf: Arc<Shelf>, writes: usize) -> Self {
        Self { shelf, left: Mutex::new(writes) }
    }

    fn pass(&self) -> Result<(), RegistryError> {
        let mut left = self.left.lock().expect("no test panics while it counts");
        let (registry, reason) = ("the door".to_owned(), "403 expired".to_owned());
        *left = left.checked_sub(1).ok_or(RegistryError::NotAllowed { registry, reason, anonymous: false })?;
        Ok(())
    }
}

#[async_trait]
impl Registry for Doorkeeper {
    async fn manifest(&self, repository: &str, reference: &str) -> Result<Option<Manifest>, RegistryError> {
        self.shelf.manifest(repository, reference).await
    }

    async fn has_blob(&self, repository: &str, digest: &str) -> Result<bool, RegistryError> {
        self.shelf.has_blob(repository, digest).await
    }

    async fn blob(&self, repository: &str, digest: &str) -> Result<BlobStream, RegistryError> {
        self.shelf.blob(repository, digest).await
    }

    async fn push_blob(
        &self,
        repository: &str,
        digest: &str,
        size: u64,
        content: BlobStream,
    ) -> Result<(), RegistryError> {
        self.pass()?;
        self.shelf.push_blob(repository, digest, size, content).await
    }

    async fn push_manifest(
        &self,
        repository: &str,
        tag: &str,
        media_type: &str,
        bytes: Bytes,
    ) -> Result<String, RegistryError> {
        self.pass()?;
        self.shelf.push_manifest(repository, tag, media_type, bytes).await
    }
}
