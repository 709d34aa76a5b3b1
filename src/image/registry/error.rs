//! Why a call to a registry failed, how often such a call is worth making, and what helps.

use std::time::Duration;

/// As many tries as every call of the AWS SDK has: throttling and a registry's own troubles pass.
const PATIENT: usize = 8;
/// A registry that can't be reached at all is mostly a network that is not there: somebody is waiting.
const UNREACHABLE: usize = 4;
/// Two tries tell a bad moment from a bad registry; each may have taken a minute or more.
const ONCE_MORE: usize = 2;

/// The codes of refusals that pass, whatever status they come with: an upload that the registry has lost. Each try begins
/// a new one.
const PASSING: [&str; 2] = ["BLOB_UPLOAD_UNKNOWN", "BLOB_UPLOAD_INVALID"];

/// Why a call to a registry failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// No connection came about.
    #[error("cannot connect to {registry}: {reason}")]
    Unreachable {
        /// The registry's host.
        registry: String,
        /// The innermost cause, as the operating system words it.
        reason: String,
    },
    /// The registry's certificate is not trusted.
    #[error("the certificate of {registry} is not trusted: {reason}")]
    Untrusted {
        /// The registry's host.
        registry: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A connection that broke.
    #[error("the connection to {registry} broke: {reason}")]
    Connection {
        /// The registry's host.
        registry: String,
        /// The innermost cause, as the operating system words it.
        reason: String,
    },
    /// Nothing moved for too long.
    #[error("no data moved to or from {registry} for {seconds} seconds")]
    Stalled {
        /// The registry's host, or the repository that was pushed to.
        registry: String,
        /// How long was waited.
        seconds: u64,
    },
    /// A small answer did not come in time, whether or not bytes of it moved.
    #[error("{registry} did not finish sending {what} within {seconds} seconds")]
    TooSlow {
        /// The registry's host.
        registry: String,
        /// What was being read: `a manifest`.
        what: &'static str,
        /// The limit.
        seconds: u64,
    },
    /// An answer larger than such an answer can be.
    #[error("{registry} sent more than {limit} bytes for {what}; bedrock-ops reads no more of it")]
    TooLarge {
        /// The registry's host.
        registry: String,
        /// What was being read: `a manifest`.
        what: &'static str,
        /// The limit in bytes.
        limit: usize,
    },
    /// The registry wants credentials, or other ones.
    #[error("{registry} denied access{} ({reason})", if *anonymous { " without a login" } else { "" })]
    NotAllowed {
        /// The registry's host.
        registry: String,
        /// The registry's own words.
        reason: String,
        /// Whether it was asked without credentials.
        anonymous: bool,
    },
    /// ECR gave no new token for one that ran out. The SDK has tried it as often as it is worth.
    #[error("ECR gave no new token for {registry}: {reason}")]
    NoToken {
        /// The registry's host.
        registry: String,
        /// ECR's answer.
        reason: String,
    },
    /// The registry answered no.
    #[error("{registry} refused with {status} {code}: {message}")]
    Refused {
        /// The registry's host.
        registry: String,
        /// The HTTP status.
        status: u16,
        /// The code of the distribution specification (`TAG_INVALID`), or `error` when the registry gave none.
        code: String,
        /// The registry's own words.
        message: String,
        /// How long the registry asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// The token ran out while a blob was on its way. There is a new one; the blob has to be sent again.
    #[error("the token for {registry} expired during an upload")]
    Renewed {
        /// The registry's host, or the repository that was pushed to.
        registry: String,
    },
    /// Bytes that are not those that were asked for: most often a transfer cut short.
    #[error("{registry} sent bytes for {digest} that have another digest")]
    Mismatch {
        /// The registry's host.
        registry: String,
        /// What was asked for.
        digest: String,
    },
    /// The answer is not what the specification promises.
    #[error("{registry} does not answer as a registry does: {what}")]
    Odd {
        /// The registry's host.
        registry: String,
        /// What is wrong with it.
        what: String,
    },
    /// A layer of the base image, on its way from its registry to ours, could not be read.
    #[error("reading a layer of the base image: {0}")]
    AtSource(Box<RegistryError>),
    /// What was to be sent could not be read.
    #[error("reading a finished layer failed: {reason}")]
    Local {
        /// The operating system's words.
        reason: String,
    },
}

/// What was being done with a registry; on it depends what helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Reading the base image.
    Base,
    /// Reading from the stack's own repository, or pushing to it.
    Own,
}

impl RegistryError {
    /// How often a call that fails so is worth making.
    pub(crate) fn tries(&self) -> usize {
        match self {
            Self::Connection { .. } | Self::Renewed { .. } => PATIENT,
            Self::Refused { status, code, .. } => {
                let passes = matches!(*status, 408 | 429 | 500 | 502 | 503 | 504) || PASSING.contains(&code.as_str());
                if passes { PATIENT } else { 1 }
            }
            Self::AtSource(error) => error.tries(),
            Self::Unreachable { .. } => UNREACHABLE,
            Self::Stalled { .. } | Self::TooSlow { .. } | Self::Mismatch { .. } => ONCE_MORE,
            Self::Untrusted { .. }
            | Self::TooLarge { .. }
            | Self::NotAllowed { .. }
            | Self::NoToken { .. }
            | Self::Odd { .. }
            | Self::Local { .. } => 1,
        }
    }

    /// Whether asking again may help.
    pub fn is_transient(&self) -> bool {
        self.tries() > 1
    }

    /// How long the registry asks to be left alone before the next try.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            Self::AtSource(error) => error.retry_after(),
            _ => None,
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

    /// What helps, as the end of a sentence; nothing where the registry's own words must do.
    pub(crate) fn cure(&self, purpose: Purpose) -> Option<&'static str> {
        let base = purpose == Purpose::Base;
        Some(match self {
            Self::Unreachable { .. } if base => {
                "check the network and any proxy (HTTPS_PROXY, NO_PROXY); where this machine has no way to that \
                 registry, push a copy of the image to a private ECR repository of the region and name that as \
                 `lambda.base_image`"
            }
            Self::Unreachable { .. } => "check the network and any proxy (HTTPS_PROXY, NO_PROXY), then run again",
            Self::Untrusted { .. } => {
                "behind a proxy that opens TLS, set AWS_CA_BUNDLE to the file with its certificate authority"
            }
            Self::Connection { .. } | Self::Stalled { .. } => {
                "check the network, then run again; layers that arrived are not sent twice"
            }
            Self::TooSlow { .. } | Self::TooLarge { .. } | Self::Odd { .. } if base => {
                "check that `lambda.base_image`, or FROM in the Dockerfile, names a registry, and that no proxy answers \
                 in its place"
            }
            Self::TooSlow { .. } | Self::TooLarge { .. } | Self::Odd { .. } => {
                "check that no proxy answers in its place, then run again"
            }
            Self::NotAllowed { anonymous: true, .. } if base => {
                "the image may not exist there, or needs a login: check its name, or push a copy to a private ECR \
                 repository of the stack's region, the only registry that bedrock-ops logs in to"
            }
            Self::NotAllowed { .. } if base => {
                "allow ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on that repository to the deploying identity; \
                 in another account the repository's policy must allow them, too"
            }
            Self::NotAllowed { .. } => {
                "allow the registry's actions listed in docs/permissions.md on the repository to the deploying identity"
            }
            Self::NoToken { .. } => {
                "allow ecr:GetAuthorizationToken to the deploying identity, or renew its credentials"
            }
            Self::Refused { status, code, .. } => return refusal_cure(*status, code, base),
            Self::AtSource(error) => return error.cure(Purpose::Base),
            Self::Renewed { .. } | Self::Mismatch { .. } => "run again",
            Self::Local { .. } => "check the disk of the temporary folder",
        })
    }
}

/// What helps against a refusal.
fn refusal_cure(status: u16, code: &str, base: bool) -> Option<&'static str> {
    Some(match (code, status) {
        ("NAME_UNKNOWN", _) if !base => "the repository is gone: run again, and it is created",
        ("DENIED" | "UNAUTHORIZED", _) if !base => {
            "allow the push permissions of docs/permissions.md on the repository"
        }
        (_, 413) | ("SIZE_INVALID", _) => {
            "it takes no layer as large as this one: make the source or its requirements smaller"
        }
        (_, 429) | ("TOOMANYREQUESTS", _) => {
            "it limits how often it may be asked, and was asked 8 times with growing pauses: run again in a few minutes"
        }
        (_, 500 | 502 | 503 | 504) => "it is out of order, and was asked 8 times with growing pauses: run again later",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::RegistryError;

    #[test]
    fn a_call_is_repeated_as_often_as_its_failure_may_pass() {
        for (status, code, tries) in [
            (404, "BLOB_UPLOAD_UNKNOWN", 8),
            (429, "TOOMANYREQUESTS", 8),
            (500, "error", 8),
            (502, "error", 8),
            (503, "error", 8),
            (504, "error", 8),
            (400, "UNKNOWN", 1),
            (404, "MANIFEST_UNKNOWN", 1),
            (501, "UNSUPPORTED", 1),
        ] {
            let (registry, message) = ("r".to_owned(), String::new());
            let refused = RegistryError::Refused { registry, status, code: code.into(), message, retry_after: None };
            assert_eq!(refused.tries(), tries, "{status} {code}");
        }
    }
}
