//! What the registry's answers share: raw bodies with headers, digests, and the repository behind a request.

use bytes::Bytes;
use http::Method;
use sha2::{Digest, Sha256};

use super::Target;
use crate::call::{Body, Call, Reply};
use crate::refusal::Refusal;
use crate::services::ecr::Repository;

/// A reply of bytes with headers of its own.
pub(super) fn raw(
    operation: &'static str,
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: impl Into<Bytes>,
    writes: bool,
) -> Reply {
    Reply { status, body: Body::Raw(headers, body.into()), operation, writes }
}

/// The answer to GET or HEAD of a content: HEAD says its length and leaves it out.
pub(super) fn content(
    call: &Call<'_>,
    operation: &'static str,
    media_type: &str,
    digest: &str,
    bytes: impl Into<Bytes>,
) -> Reply {
    let bytes = bytes.into();
    let mut headers = vec![
        ("content-type", media_type.to_owned()),
        ("docker-content-digest", digest.to_owned()),
        ("docker-distribution-api-version", "registry/2.0".to_owned()),
    ];
    if *call.method == Method::HEAD {
        headers.push(("content-length", bytes.len().to_string()));
        return raw(operation, 200, headers, Bytes::new(), false);
    }
    raw(operation, 200, headers, bytes, false)
}

/// The repository, which [`super::target`] has found to be there.
pub(super) fn repository<'c>(call: &'c mut Call<'_>, target: &Target) -> Result<&'c mut Repository, Refusal> {
    let ecr = &mut call.world.region(&target.region).ecr;
    ecr.repositories.get_mut(&target.repository).ok_or_else(|| Refusal::new(404, "NAME_UNKNOWN", "no such repository"))
}

/// `sha256:…` of the content.
pub(super) fn digest_of(content: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(content))
}
