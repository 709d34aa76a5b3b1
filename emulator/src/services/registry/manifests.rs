//! Reads and takes in manifests, and lists tags.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::Method;
use serde_json::json;

use super::Target;
use super::answers::{content, digest_of, raw, repository};
use super::manifest::{Descriptor, Manifest, invalid, parse};
use crate::call::{Call, Reply};
use crate::refusal::Refusal;
use crate::services::ecr::images::is_digest;
use crate::services::ecr::{Image, Repository};

/// ECR lists no more tags at once.
const MOST_TAGS: usize = 1000;

pub(super) fn read(call: &mut Call<'_>, target: &Target, reference: &str) -> Result<Reply, Refusal> {
    let operation = if *call.method == Method::HEAD { "HeadManifest" } else { "GetManifest" };
    let found = repository(call, target)?.image(reference).cloned();
    let image = found.ok_or_else(|| Refusal::new(404, "MANIFEST_UNKNOWN", "Requested image not found"))?;
    Ok(content(call, operation, &image.media_type, &image.digest, image.manifest))
}

/// `PUT` of a manifest: makes it an image, if all that it names is there.
pub(super) fn write(call: &mut Call<'_>, target: &Target, reference: &str) -> Result<Reply, Refusal> {
    let media_type = call.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.ok_or_else(|| invalid("the request has no Content-Type"))?.to_owned();
    let body = call.body.clone();
    let manifest = parse(&body, &media_type)?;
    let digest = digest_of(&body);
    let tag = if reference.starts_with("sha256:") {
        if reference != digest {
            return Err(Refusal::new(400, "DIGEST_INVALID", format!("the manifest's digest is {digest}")));
        }
        None
    } else {
        Some(checked_tag(reference)?)
    };
    let size = check_parts(call, target, &manifest)?;
    let now = call.now;
    let text = String::from_utf8(body.to_vec()).map_err(|_| invalid("Invalid JSON syntax"))?;
    let new = Image { digest: digest.clone(), media_type, manifest: text, tags: BTreeSet::new(), pushed_at: now, size };
    put(repository(call, target)?, &target.repository, new, tag)?;
    let headers =
        vec![("location", format!("/v2/{}/manifests/{digest}", target.repository)), ("docker-content-digest", digest)];
    Ok(raw("PutImage", 201, headers, Bytes::new(), true))
}

pub(super) fn list_tags(call: &mut Call<'_>, target: &Target) -> Result<Reply, Refusal> {
    let most = match call.query("n").map(str::parse::<usize>) {
        None => MOST_TAGS,
        Some(Ok(number)) if (1..=MOST_TAGS).contains(&number) => number,
        Some(_) => {
            let text = "Invalid parameter at 'maxResults' failed to satisfy constraint: '1 to 1000'";
            return Err(Refusal::new(400, "UNSUPPORTED", text));
        }
    };
    let last = call.query("last").unwrap_or_default().to_owned();
    let found = repository(call, target)?;
    let mut tags: Vec<&str> = found.images.values().flat_map(|image| image.tags.iter().map(String::as_str)).collect();
    tags.sort_unstable();
    tags.retain(|tag| *tag > last.as_str());
    let more = tags.len() > most;
    tags.truncate(most);
    let mut headers = vec![("content-type", "application/json".to_owned())];
    if let (true, Some(end)) = (more, tags.last()) {
        headers.push(("link", format!("</v2/{}/tags/list?n={most}&last={end}>; rel=\"next\"", target.repository)));
    }
    let body = json!({ "name": target.repository, "tags": tags }).to_string();
    Ok(raw("ListTags", 200, headers, body.into_bytes(), false))
}

/// Refuses a manifest that names what the repository does not hold; tells the image's size in bytes.
fn check_parts(call: &mut Call<'_>, target: &Target, manifest: &Manifest) -> Result<u64, Refusal> {
    let found = repository(call, target)?;
    let absent = |digest: &str, what: &str| {
        Refusal::new(404, "MANIFEST_BLOB_UNKNOWN", format!("{what} with digest '{digest}' does not exist"))
    };
    let parts: Vec<&Descriptor> = match manifest {
        Manifest::Index(children) => {
            if let Some(child) = children.iter().find(|child| !found.images.contains_key(&child.digest)) {
                return Err(absent(&child.digest, "Images"));
            }
            return Ok(children
                .iter()
                .filter_map(|child| found.images.get(&child.digest))
                .map(|child| child.size)
                .sum());
        }
        Manifest::Image { config, layers } => std::iter::once(config).chain(layers).collect(),
    };
    if let Some(part) = parts.iter().find(|part| !found.blobs.contains(&part.digest)) {
        return Err(absent(&part.digest, "Layers"));
    }
    for part in &parts {
        let length = call.blobs.get(&part.digest).map(|blob| blob.len() as u64);
        if length != Some(part.size) {
            return Err(invalid(&format!("the size of {} is not {}", part.digest, part.size)));
        }
    }
    Ok(parts.iter().map(|part| part.size).sum())
}

/// Keeps the image and moves the tag to it, unless the tag must stay where it is.
fn put(repository: &mut Repository, name: &str, new: Image, tag: Option<&str>) -> Result<(), Refusal> {
    let digest = new.digest.clone();
    if let Some(tag) = tag {
        let holder = repository.image(tag).map(|image| image.digest.clone());
        if holder.as_ref().is_some_and(|holder| *holder != digest) && repository.mutability.pins(tag) {
            let text = format!(
                "The image tag '{tag}' already exists in the '{name}' repository and cannot be overwritten because \
                 the tag is immutable."
            );
            return Err(Refusal::new(400, "TAG_INVALID", text));
        }
        if let Some(image) = holder.and_then(|holder| repository.images.get_mut(&holder)) {
            image.tags.remove(tag);
        }
    }
    // A manifest that is pushed again keeps its tags and its first date.
    let image = repository.images.entry(digest).or_insert(new);
    image.tags.extend(tag.map(str::to_owned));
    Ok(())
}

fn checked_tag(tag: &str) -> Result<&str, Refusal> {
    let first = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let fits = tag.len() <= 128
        && tag.bytes().next().is_some_and(first)
        && tag.bytes().all(|byte| first(byte) || byte == b'.' || byte == b'-');
    if fits && !is_digest(tag) {
        return Ok(tag);
    }
    Err(Refusal::new(400, "TAG_INVALID", format!("'{tag}' is not a tag: [a-zA-Z0-9_][a-zA-Z0-9._-]{{0,127}}")))
}
