//! The container registry's door (OCI distribution v2): ECR's private registry, and the base images of public.ecr.aws.

mod answers;
mod base_images;
mod blobs;
pub(crate) mod manifest;
mod manifests;
mod uploads;

use http::Method;
use serde_json::json;

pub use base_images::{base_images, has_base_images};
pub(crate) use uploads::Upload;

use crate::call::{Call, Reply};
use crate::refusal::Refusal;
use crate::services::ecr::token::Grant;
use answers::raw;

/// What a request is about: a repository of a region, and what of it.
struct Target {
    region: String,
    repository: String,
}

/// Answers one call.
pub(crate) fn handle(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let path = call.path.clone();
    let segments: Vec<&str> = path.iter().map(String::as_str).collect();
    let Some((&"v2", rest)) = segments.split_first() else {
        return Err(Refusal::not_emulated(format!("the registry's path /{}", path.join("/"))));
    };
    let reads = matches!(*call.method, Method::GET | Method::HEAD);
    let grant = granted(call)?;
    if reads && base_images::is_known(rest) && !grant.as_ref().is_some_and(|grant| owns(call, grant, &rest[..2])) {
        return base_images::answer(call, rest);
    }
    let Some(grant) = grant else { return Ok(challenge(call)) };
    if rest.is_empty() {
        let headers = vec![("content-type", "application/json".to_owned())];
        return Ok(raw("CheckRegistry", 200, headers, "{}", false));
    }
    let stray = || Refusal::not_emulated(format!("the registry's {} /{}", call.method, path.join("/")));
    let (name, asked) = read_path(rest).ok_or_else(stray)?;
    let target = target(call, &grant, name)?;
    match (asked, call.method) {
        (Asked::Tags, &Method::GET) => manifests::list_tags(call, &target),
        (Asked::Uploads, &Method::POST) => uploads::begin(call, &target),
        (Asked::Upload(id), _) => uploads::go_on(call, &target, id),
        (Asked::Blob(digest), &Method::GET | &Method::HEAD) => blobs::read(call, &target, digest),
        (Asked::Manifest(reference), &Method::GET | &Method::HEAD) => manifests::read(call, &target, reference),
        (Asked::Manifest(reference), &Method::PUT) => manifests::write(call, &target, reference),
        _ => Err(Refusal::not_emulated(format!("the registry's {} /{}", call.method, path.join("/")))),
    }
}

/// What of a repository a path names.
enum Asked<'p> {
    Tags,
    Uploads,
    Upload(&'p str),
    Blob(&'p str),
    Manifest(&'p str),
}

/// The repository's name, in its parts, and what of it the path (without `v2`) names.
fn read_path<'p>(path: &'p [&'p str]) -> Option<(&'p [&'p str], Asked<'p>)> {
    Some(match path {
        [name @ .., "tags", "list"] => (name, Asked::Tags),
        [name @ .., "blobs", "uploads"] => (name, Asked::Uploads),
        [name @ .., "blobs", "uploads", id] => (name, Asked::Upload(id)),
        [name @ .., "blobs", digest] => (name, Asked::Blob(digest)),
        [name @ .., "manifests", reference] => (name, Asked::Manifest(reference)),
        _ => return None,
    })
}

/// What the password in the request opens; `None` when there is no password or a wrong one.
fn granted(call: &Call<'_>) -> Result<Option<Grant>, Refusal> {
    let header = call.headers.get(http::header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let grant = header.and_then(|header| call.seal.grant(header)).filter(|grant| grant.account == call.account);
    if grant.as_ref().is_some_and(|grant| grant.expires_at <= call.now) {
        let text = "Your authorization token has expired. Reauthenticate and try again.";
        return Err(Refusal::new(403, "DENIED", text));
    }
    Ok(grant)
}

/// Asks for the password, as ECR does also at `/v2/` itself.
fn challenge(call: &Call<'_>) -> Reply {
    let realm = format!("Basic realm=\"{}/\",service=\"ecr.amazonaws.com\"", call.endpoint);
    let body = json!({ "errors": [{ "code": "UNAUTHORIZED", "message": "Not Authorized" }] });
    let headers = vec![("www-authenticate", realm), ("content-type", "application/json".to_owned())];
    raw("CheckRegistry", 401, headers, body.to_string().into_bytes(), false)
}

/// Whether the account has a repository of this name in the grant's region.
fn owns(call: &mut Call<'_>, grant: &Grant, name: &[&str]) -> bool {
    call.world.region(&grant.region).ecr.repositories.contains_key(&name.join("/"))
}

/// The repository that the path names, if it is there: a push creates none.
fn target(call: &mut Call<'_>, grant: &Grant, name: &[&str]) -> Result<Target, Refusal> {
    let repository = name.join("/");
    if owns(call, grant, name) {
        return Ok(Target { region: grant.region.clone(), repository });
    }
    Err(Refusal::new(
        404,
        "NAME_UNKNOWN",
        format!("The repository with name '{repository}' does not exist in the registry with id '{}'", call.account),
    ))
}
