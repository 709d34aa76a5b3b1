//! Reads the blobs of a repository.

use super::Target;
use super::answers::{content, repository};
use crate::call::{Call, Reply};
use crate::refusal::Refusal;

pub(super) fn read(call: &mut Call<'_>, target: &Target, digest: &str) -> Result<Reply, Refusal> {
    let operation = if *call.method == http::Method::HEAD { "HeadBlob" } else { "GetBlob" };
    let unknown =
        || Refusal::new(404, "BLOB_UNKNOWN", format!("the blob {digest} is not known to {}", target.repository));
    if !repository(call, target)?.blobs.contains(digest) {
        return Err(unknown());
    }
    let bytes = call.blobs.get(digest).ok_or_else(unknown)?;
    Ok(content(call, operation, "application/octet-stream", digest, bytes))
}
