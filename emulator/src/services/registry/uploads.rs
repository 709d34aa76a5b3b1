//! Takes blobs in: in one request, or in as many as the client likes.

use bytes::Bytes;
use http::Method;
use serde::{Deserialize, Serialize};

use super::Target;
use super::answers::{digest_of, raw, repository};
use crate::call::{Call, Reply};
use crate::refusal::Refusal;
use crate::services::ecr::images::is_digest;

/// An upload that has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Upload {
    pub(crate) repository: String,
    /// The parts received, each kept as a blob under its own digest: so the world stays small.
    parts: Vec<String>,
    /// Bytes received.
    received: usize,
}

/// `POST …/blobs/uploads/`: begins an upload, or takes a whole blob when its digest is given.
pub(super) fn begin(call: &mut Call<'_>, target: &Target) -> Result<Reply, Refusal> {
    // `mount` falls through to a plain upload: ECR mounts only for accounts that have turned BLOB_MOUNTING on.
    if let Some(digest) = call.query("digest").map(str::to_owned) {
        let body = call.body.clone();
        return finish(call, target, &digest, &body);
    }
    let id = call.world.next_id();
    let upload = Upload { repository: target.repository.clone(), parts: Vec::new(), received: 0 };
    let reply = progress("InitiateLayerUpload", 202, &id, &upload);
    call.world.region(&target.region).ecr.uploads.insert(id, upload);
    Ok(reply)
}

/// `PATCH`, `PUT`, `GET` and `DELETE` of an upload that has begun.
pub(super) fn go_on(call: &mut Call<'_>, target: &Target, id: &str) -> Result<Reply, Refusal> {
    let found = call.world.region(&target.region).ecr.uploads.get(id).cloned();
    let upload = found.filter(|upload| upload.repository == target.repository);
    let upload = upload.ok_or_else(|| Refusal::new(404, "BLOB_UPLOAD_UNKNOWN", format!("no upload {id}")))?;
    if call.query("_state") != Some(state(id).as_str()) {
        let text = "the query of the Location that the last answer named is missing: keep it, append the digest with &";
        return Err(Refusal::new(400, "BLOB_UPLOAD_INVALID", text));
    }
    match *call.method {
        Method::GET => Ok(progress("GetLayerUpload", 204, id, &upload)),
        Method::DELETE => {
            call.world.region(&target.region).ecr.uploads.remove(id);
            Ok(raw("CancelLayerUpload", 204, vec![], Bytes::new(), true))
        }
        Method::PATCH => {
            let upload = append(call, upload)?;
            let reply = progress("UploadLayerPart", 202, id, &upload);
            call.world.region(&target.region).ecr.uploads.insert(id.to_owned(), upload);
            Ok(reply)
        }
        Method::PUT => {
            let digest = call.query("digest").map(str::to_owned);
            let digest = digest.ok_or_else(|| Refusal::new(400, "DIGEST_INVALID", "the query names no digest"))?;
            let upload = append(call, upload)?;
            let whole = joined(call, &upload)?;
            let reply = finish(call, target, &digest, &whole)?;
            call.world.region(&target.region).ecr.uploads.remove(id);
            Ok(reply)
        }
        _ => Err(Refusal::not_emulated(format!("{} of an upload", call.method))),
    }
}

/// Adds the request's body to the upload.
fn append(call: &mut Call<'_>, mut upload: Upload) -> Result<Upload, Refusal> {
    let range = call.headers.get("content-range").and_then(|value| value.to_str().ok());
    let start = range.and_then(|range| range.split_once('-')?.0.parse::<usize>().ok());
    if range.is_some() && start != Some(upload.received) {
        let text = format!("the part must begin at {}", upload.received);
        return Err(Refusal::new(416, "BLOB_UPLOAD_INVALID", text));
    }
    if !call.body.is_empty() {
        let part = digest_of(call.body);
        keep(call, &part, call.body.clone())?;
        upload.parts.push(part);
        upload.received += call.body.len();
    }
    Ok(upload)
}

/// The parts, put together.
fn joined(call: &Call<'_>, upload: &Upload) -> Result<Bytes, Refusal> {
    let lost = || Refusal::new(404, "BLOB_UPLOAD_UNKNOWN", "a part of the upload is lost");
    let parts = upload.parts.iter().map(|part| call.blobs.get(part).ok_or_else(lost));
    let mut parts = parts.collect::<Result<Vec<Bytes>, Refusal>>()?;
    Ok(if parts.len() == 1 { parts.remove(0) } else { parts.concat().into() })
}

/// Makes the content a blob of the repository, if it is what its digest says.
fn finish(call: &mut Call<'_>, target: &Target, digest: &str, content: &Bytes) -> Result<Reply, Refusal> {
    let actual = digest_of(content);
    if !is_digest(digest) || actual != digest {
        let text = format!("Layer digest '{digest}' does not match the uploaded content's '{actual}'");
        return Err(Refusal::new(400, "DIGEST_INVALID", text));
    }
    keep(call, digest, content.clone())?;
    repository(call, target)?.blobs.insert(digest.to_owned());
    let headers = vec![
        ("location", format!("/v2/{}/blobs/{digest}", target.repository)),
        ("docker-content-digest", digest.to_owned()),
    ];
    Ok(raw("CompleteLayerUpload", 201, headers, Bytes::new(), true))
}

fn keep(call: &mut Call<'_>, digest: &str, content: Bytes) -> Result<(), Refusal> {
    if call.blobs.has(digest) {
        return Ok(());
    }
    // Its own status: the disk of this machine is no passing trouble of a registry.
    let failed =
        |error| Refusal::new(507, "UNKNOWN", format!("the emulator can't write the layer to its folder: {error}"));
    call.blobs.put(digest, content).map_err(failed)
}

/// Where the upload stands and where it goes on; the path is relative and carries a query, as ECR's may.
fn progress(operation: &'static str, status: u16, id: &str, upload: &Upload) -> Reply {
    let headers = vec![
        ("location", format!("/v2/{}/blobs/uploads/{id}?_state={}", upload.repository, state(id))),
        ("docker-upload-uuid", id.to_owned()),
        ("range", format!("0-{}", upload.received.saturating_sub(1))),
    ];
    raw(operation, status, headers, Bytes::new(), operation != "GetLayerUpload")
}

/// What the Location's query holds, so that a client that drops it is found out.
fn state(id: &str) -> String {
    digest_of(id.as_bytes()).chars().skip("sha256:".len()).take(16).collect()
}
