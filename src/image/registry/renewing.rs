//! A registry whose token may run out while an image is pushed: it is renewed once, and the push goes on.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::Mutex;

use super::{BlobStream, Manifest, Registry, RegistryError};

/// Gives out tokens.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// The registry with a token that is new now.
    async fn open(&self) -> Result<Arc<dyn Registry>, RegistryError>;
}

/// A registry that is opened again when it lets us in no longer. A second refusal is for want of permission, not of a token.
pub struct Renewing {
    tokens: Box<dyn Tokens>,
    host: Option<String>,
    is_emulated: bool,
    state: Mutex<State>,
}

struct State {
    registry: Arc<dyn Registry>,
    renewed: bool,
}

impl Renewing {
    /// The registry as it is open now, and the means to open it again.
    pub fn new(registry: Arc<dyn Registry>, tokens: Box<dyn Tokens>) -> Self {
        let (host, is_emulated) = (registry.host().map(str::to_owned), registry.is_emulated());
        Self { tokens, host, is_emulated, state: Mutex::new(State { registry, renewed: false }) }
    }

    async fn now(&self) -> Arc<dyn Registry> {
        self.state.lock().await.registry.clone()
    }

    /// The registry to ask again after `used` has refused, or the refusal when that would not help.
    async fn after(
        &self,
        used: &Arc<dyn Registry>,
        refusal: RegistryError,
    ) -> Result<Arc<dyn Registry>, RegistryError> {
        if !matches!(refusal, RegistryError::NotAllowed { .. }) {
            return Err(refusal);
        }
        let mut state = self.state.lock().await;
        // Blobs travel side by side: another one may have met the refusal first.
        if Arc::ptr_eq(&state.registry, used) {
            if state.renewed {
                return Err(refusal);
            }
            state.renewed = true;
            state.registry = self.tokens.open().await?;
        }
        Ok(state.registry.clone())
    }
}

#[async_trait]
impl Registry for Renewing {
    fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    fn is_emulated(&self) -> bool {
        self.is_emulated
    }

    async fn manifest(&self, repository: &str, reference: &str) -> Result<Option<Manifest>, RegistryError> {
        let registry = self.now().await;
        match registry.manifest(repository, reference).await {
            Err(error) => self.after(&registry, error).await?.manifest(repository, reference).await,
            found => found,
        }
    }

    async fn has_blob(&self, repository: &str, digest: &str) -> Result<bool, RegistryError> {
        let registry = self.now().await;
        match registry.has_blob(repository, digest).await {
            Err(error) => self.after(&registry, error).await?.has_blob(repository, digest).await,
            found => found,
        }
    }

    async fn blob(&self, repository: &str, digest: &str) -> Result<BlobStream, RegistryError> {
        let registry = self.now().await;
        match registry.blob(repository, digest).await {
            Err(error) => self.after(&registry, error).await?.blob(repository, digest).await,
            found => found,
        }
    }

    async fn mount_blob(&self, repository: &str, digest: &str, from: &str) -> Result<bool, RegistryError> {
        self.now().await.mount_blob(repository, digest, from).await
    }

    async fn push_blob(
        &self,
        repository: &str,
        digest: &str,
        size: u64,
        content: BlobStream,
    ) -> Result<(), RegistryError> {
        let registry = self.now().await;
        let Err(error) = registry.push_blob(repository, digest, size, content).await else { return Ok(()) };
        self.after(&registry, error).await?;
        // The content is spent; whoever pushes opens it again.
        Err(RegistryError::Renewed { registry: repository.to_owned() })
    }

    async fn push_manifest(
        &self,
        repository: &str,
        tag: &str,
        media_type: &str,
        bytes: Bytes,
    ) -> Result<String, RegistryError> {
        let registry = self.now().await;
        match registry.push_manifest(repository, tag, media_type, bytes.clone()).await {
            Err(error) => self.after(&registry, error).await?.push_manifest(repository, tag, media_type, bytes).await,
            known_as => known_as,
        }
    }
}
