//! What the image builder asks of a registry, and what every registry is asked through.
//!
//! [`oci`] speaks the protocol, `exchange` sends one request with its login, `transport` is the way there: the network,
//! or the emulator in this process. All three apply `limits`.

pub(crate) mod error;
mod exchange;
pub(crate) mod limits;
pub(crate) mod oci;
pub(crate) mod renewing;
mod token;
pub(crate) mod transport;

use std::fmt;
use std::pin::Pin;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::Stream;

pub(crate) use error::RegistryError;

/// A blob on its way, piece by piece.
pub type BlobStream = Pin<Box<dyn Stream<Item = Result<Bytes, RegistryError>> + Send>>;

/// A registry that speaks OCI distribution v2.
#[async_trait]
pub trait Registry: Send + Sync {
    /// Its host, by which two ways to one registry are known; `None` where that does not matter.
    fn host(&self) -> Option<&str> {
        None
    }

    /// Whether it is an emulated one, which holds stand-ins for base images under their tags and can't have their
    /// digests.
    fn is_emulated(&self) -> bool {
        false
    }

    /// The manifest under a tag or a digest (`sha256:…`), or `None` when the registry has none there.
    async fn manifest(&self, repository: &str, reference: &str) -> Result<Option<Manifest>, RegistryError>;

    /// Whether the repository holds the blob.
    async fn has_blob(&self, repository: &str, digest: &str) -> Result<bool, RegistryError>;

    /// The blob's bytes; a stream that ends well has the digest it was asked for.
    async fn blob(&self, repository: &str, digest: &str) -> Result<BlobStream, RegistryError>;

    /// Takes the blob over from another repository of this registry, without sending it. `false` when the registry does not
    /// do that (ECR does where the account has opted in), and then the blob is pushed.
    async fn mount_blob(&self, _repository: &str, _digest: &str, _from: &str) -> Result<bool, RegistryError> {
        Ok(false)
    }

    /// Stores `size` bytes under `digest`; the registry checks the digest.
    async fn push_blob(
        &self,
        repository: &str,
        digest: &str,
        size: u64,
        content: BlobStream,
    ) -> Result<(), RegistryError>;

    /// Stores a manifest under a tag and gives the digest that the registry now knows it by.
    async fn push_manifest(
        &self,
        repository: &str,
        tag: &str,
        media_type: &str,
        bytes: Bytes,
    ) -> Result<String, RegistryError>;
}

/// A manifest as the registry keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// `sha256:` and 64 hex digits, over `bytes`.
    pub digest: String,
    /// The media type that the document names, or the registry for it.
    pub media_type: String,
    /// The document, byte for byte: parsed and written again it would have another digest.
    pub bytes: Bytes,
}

/// How a registry is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Over TLS.
    Https,
    /// In the clear: for registries on this machine only.
    Http,
}

/// A user and a password, sent to their own registry with every call; never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct BasicAuth {
    /// `AWS` for ECR.
    pub user: String,
    /// For ECR good for 12 hours.
    pub password: String,
}

impl BasicAuth {
    /// Reads ECR's `authorizationToken`, which is `user:password` in base64.
    pub fn from_token(token: &str) -> Option<Self> {
        let text = String::from_utf8(STANDARD.decode(token.trim()).ok()?).ok()?;
        let (user, password) = text.split_once(':')?;
        Some(Self { user: user.to_owned(), password: password.to_owned() })
    }

    /// The value of the `Authorization` header.
    pub(crate) fn header(&self) -> String {
        format!("Basic {}", STANDARD.encode(format!("{}:{}", self.user, self.password)))
    }
}

impl fmt::Debug for BasicAuth {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("BasicAuth").field("user", &self.user).finish_non_exhaustive()
    }
}
