//! What the image builder asks of a registry, whichever door it stands behind.

pub(crate) mod in_process;
pub(crate) mod oci;
pub(crate) mod renewing;

use std::fmt;
use std::pin::Pin;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::Stream;

/// A blob on its way, piece by piece.
pub type BlobStream = Pin<Box<dyn Stream<Item = Result<Bytes, RegistryError>> + Send>>;

/// A registry that speaks OCI distribution v2.
#[async_trait]
pub trait Registry: Send + Sync {
    /// Its host, by which two doors to one registry are known; `None` where that does not matter.
    fn host(&self) -> Option<&str> {
        None
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

/// A user and a password, sent with every call; never shown.
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

/// The codes of refusals that pass, whatever status they come with: an upload that the registry has lost (each try begins
/// a new one), and troubles of its own.
const PASSING: [&str; 3] = ["BLOB_UPLOAD_UNKNOWN", "BLOB_UPLOAD_INVALID", "UNKNOWN"];

/// Why a call to a registry failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// No connection, or one that broke.
    #[error("the connection to {registry} failed: {reason}; check the network and any proxy, then run again")]
    Connection {
        /// The registry's host.
        registry: String,
        /// The innermost cause, as the operating system words it.
        reason: String,
    },
    /// Nothing moved for too long.
    #[error("nothing moved to or from {registry} for {seconds} seconds; check the network, then run again")]
    Stalled {
        /// The registry's host, or the repository that was pushed to.
        registry: String,
        /// How long was waited.
        seconds: u64,
    },
    /// The registry wants other credentials.
    #[error(
        "{registry} does not let us in ({reason}); a base image must be readable without a login, \
         and pushing to ECR needs ecr:GetAuthorizationToken and the push permissions on the repository"
    )]
    NotAllowed {
        /// The registry's host.
        registry: String,
        /// The registry's own words.
        reason: String,
    },
    /// The registry answered no.
    #[error("{registry} refused with {status} {code}: {message}{}", cure(*status, code))]
    Refused {
        /// The registry's host.
        registry: String,
        /// The HTTP status.
        status: u16,
        /// The code of the distribution specification (`TAG_INVALID`), or `error` when the registry gave none.
        code: String,
        /// The registry's own words.
        message: String,
    },
    /// The token ran out while a blob was on its way. There is a new one; the blob has to be sent again.
    #[error("the token for {registry} ran out while a layer was on its way; run again")]
    Renewed {
        /// The registry's host, or the repository that was pushed to.
        registry: String,
    },
    /// The answer is not what the specification promises.
    #[error("{registry} gave an answer that is not to be trusted: {what}")]
    Odd {
        /// The registry's host.
        registry: String,
        /// What is wrong with it.
        what: String,
    },
    /// What was to be sent could not be read.
    #[error("reading a finished layer failed: {reason}; check the disk of the temporary folder")]
    Local {
        /// The operating system's words.
        reason: String,
    },
}

impl RegistryError {
    /// Whether asking again may help: dropped connections, too many requests, and the registry's own troubles.
    pub fn is_transient(&self) -> bool {
        match self {
            // A digest that does not fit is most often a transfer cut short.
            Self::Connection { .. } | Self::Stalled { .. } | Self::Odd { .. } | Self::Renewed { .. } => true,
            Self::Refused { status, code, .. } => *status == 429 || *status >= 500 || PASSING.contains(&code.as_str()),
            Self::NotAllowed { .. } | Self::Local { .. } => false,
        }
    }

    /// Whether the registry refuses because the tag is taken and may not be moved.
    pub(crate) fn is_immutable_tag(&self) -> bool {
        const CODES: [&str; 4] =
            ["TAG_INVALID", "TAGINVALID", "ImageTagAlreadyExistsException", "ImageAlreadyExistsException"];
        match self {
            Self::Refused { code, message, .. } => {
                CODES.contains(&code.as_str())
                    || message.contains("TAG_INVALID")
                    || message.contains("tag is immutable")
            }
            _ => false,
        }
    }
}

/// What helps against a refusal, as the end of its sentence; nothing where the registry's own words must do.
fn cure(status: u16, code: &str) -> &'static str {
    match (code, status) {
        ("NAME_UNKNOWN", _) => "; the repository is gone: run again, and the plan makes it anew",
        ("DENIED" | "UNAUTHORIZED", _) | (_, 401 | 403) => {
            "; allow the push permissions of docs/permissions.md on the repository"
        }
        (_, 413) | ("SIZE_INVALID", _) => {
            "; it takes no layer as large as this one: make the source or its requirements smaller"
        }
        (_, 429) | ("TOOMANYREQUESTS", _) => "; too much is asked of it at once: run again in a minute",
        (_, 500..) => "; it is in trouble itself: run again later, what has arrived is not sent twice",
        _ => "",
    }
}

/// What an HTTP answer with a bad status means; `body` is an error document, or whatever a gateway wrote instead.
pub(crate) fn refusal(registry: &str, status: u16, body: &[u8]) -> RegistryError {
    let registry = registry.to_owned();
    let (code, message) = error_document(body).unwrap_or_else(|| ("error".to_owned(), first_line(body)));
    if matches!(status, 401 | 403) {
        return RegistryError::NotAllowed { registry, reason: format!("{status} {message}") };
    }
    RegistryError::Refused { registry, status, code, message }
}

/// The code and the words of an error document's first error.
fn error_document(body: &[u8]) -> Option<(String, String)> {
    let document: serde_json::Value = serde_json::from_slice(body).ok()?;
    let first = document.get("errors")?.get(0)?;
    let text = |name: &str| first.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
    Some((text("code")?, text("message").unwrap_or_default()))
}

/// The first line of what may be a whole page.
fn first_line(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no further words");
    line.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::RegistryError;

    #[test]
    fn an_upload_that_the_registry_lost_is_worth_another_try_and_a_missing_manifest_is_not() {
        for (status, code, transient) in [
            (404, "BLOB_UPLOAD_UNKNOWN", true),
            (400, "UNKNOWN", true),
            (503, "error", true),
            (404, "MANIFEST_UNKNOWN", false),
        ] {
            let refused =
                RegistryError::Refused { registry: "r".into(), status, code: code.into(), message: String::new() };
            assert_eq!(refused.is_transient(), transient, "{status} {code}");
        }
    }
}
