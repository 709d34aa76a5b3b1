//! A registry whose writes are counted: an image that was pushed is a change, as any call of an AWS service that writes.

use async_trait::async_trait;
use bytes::Bytes;

use super::guard::Writes;
use crate::image::{BlobStream, Manifest, Registry, RegistryError};

/// The registry, and where its writes are counted.
pub(super) struct Counted {
    registry: Box<dyn Registry>,
    writes: Writes,
}

impl Counted {
    pub(super) fn new(registry: Box<dyn Registry>, writes: Writes) -> Self {
        Self { registry, writes }
    }
}

#[async_trait]
impl Registry for Counted {
    fn host(&self) -> Option<&str> {
        self.registry.host()
    }

    fn is_emulated(&self) -> bool {
        self.registry.is_emulated()
    }

    async fn manifest(&self, repository: &str, reference: &str) -> Result<Option<Manifest>, RegistryError> {
        self.registry.manifest(repository, reference).await
    }

    async fn has_blob(&self, repository: &str, digest: &str) -> Result<bool, RegistryError> {
        self.registry.has_blob(repository, digest).await
    }

    async fn blob(&self, repository: &str, digest: &str) -> Result<BlobStream, RegistryError> {
        self.registry.blob(repository, digest).await
    }

    async fn mount_blob(&self, repository: &str, digest: &str, from: &str) -> Result<bool, RegistryError> {
        let mounted = self.registry.mount_blob(repository, digest, from).await;
        if matches!(mounted, Ok(true)) {
            self.writes.add();
        }
        mounted
    }

    async fn push_blob(
        &self,
        repository: &str,
        digest: &str,
        size: u64,
        content: BlobStream,
    ) -> Result<(), RegistryError> {
        let pushed = self.registry.push_blob(repository, digest, size, content).await;
        if pushed.is_ok() {
            self.writes.add();
        }
        pushed
    }

    async fn push_manifest(
        &self,
        repository: &str,
        tag: &str,
        media_type: &str,
        bytes: Bytes,
    ) -> Result<String, RegistryError> {
        let pushed = self.registry.push_manifest(repository, tag, media_type, bytes).await;
        if pushed.is_ok() {
            self.writes.add();
        }
        pushed
    }
}
