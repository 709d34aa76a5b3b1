//! The images of a repository, as ECR's own API shows and deletes them.

use serde_json::{Value, json};

use super::answers::{read, repository, seconds};
use super::members::Members;
use super::paging::page;
use super::{Image, Repository};
use crate::call::{Call, Reply};
use crate::refusal::Refusal;

/// How a request names an image: by digest, by tag, or by both, which must then agree.
struct ImageId<'a> {
    digest: Option<&'a str>,
    tag: Option<&'a str>,
}

/// Why an image that a request names is not given or deleted.
struct Failure {
    code: &'static str,
    reason: &'static str,
}

pub(super) fn describe(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let known = &["registryId", "repositoryName", "imageIds", "nextToken", "maxResults", "filter"];
    let members = read(body, "DescribeImages", known)?;
    let ids = image_ids(&members)?;
    let passes = tag_filter(&members)?;
    if ids.is_some() && ["nextToken", "maxResults", "filter"].iter().any(|name| members.has(name)) {
        let rule = "cannot be combined with 'nextToken', 'maxResults' or 'filter'";
        return Err(members.refuse("imageIds", None, rule));
    }
    let account = call.account;
    let (name, found) = repository(call, &members)?;
    let images: Vec<&Image> = match &ids {
        None => found.images.values().filter(|image| passes(image)).collect(),
        Some(ids) => ids
            .iter()
            .map(|id| id.find(found).map_err(|_| id.not_found(name, account)))
            .collect::<Result<_, Refusal>>()?,
    };
    let (images, next) = page(&members, images)?;
    let details: Vec<Value> = images.into_iter().map(|image| detail(image, name, account)).collect();
    Ok(Reply::read("DescribeImages", with_next(json!({ "imageDetails": details }), next)))
}

pub(super) fn list(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let members = read(body, "ListImages", &["registryId", "repositoryName", "nextToken", "maxResults", "filter"])?;
    let passes = tag_filter(&members)?;
    let (_, found) = repository(call, &members)?;
    let mut ids = Vec::new();
    for image in found.images.values().filter(|image| passes(image)) {
        if image.tags.is_empty() {
            ids.push(json!({ "imageDigest": image.digest }));
        }
        ids.extend(image.tags.iter().map(|tag| json!({ "imageDigest": image.digest, "imageTag": tag })));
    }
    let (ids, next) = page(&members, ids)?;
    Ok(Reply::read("ListImages", with_next(json!({ "imageIds": ids }), next)))
}

pub(super) fn batch_get(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    // acceptedMediaTypes would have ECR translate a manifest; like a pull by digest, the emulator never does.
    let members = read(body, "BatchGetImage", &["registryId", "repositoryName", "imageIds", "acceptedMediaTypes"])?;
    members.texts("acceptedMediaTypes")?;
    let ids = members.required("imageIds", image_ids(&members)?)?;
    let account = call.account;
    let (name, found) = repository(call, &members)?;
    let (mut images, mut failures) = (Vec::new(), Vec::new());
    for id in ids {
        match id.find(found) {
            Ok(image) => images.push(json!({
                "registryId": account,
                "repositoryName": name,
                "imageId": id.shown(Some(&image.digest)),
                "imageManifest": image.manifest,
                "imageManifestMediaType": image.media_type,
            })),
            Err(failure) => failures.push(failure.show(&id)),
        }
    }
    Ok(Reply::read("BatchGetImage", json!({ "images": images, "failures": failures })))
}

pub(super) fn batch_delete(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let members = read(body, "BatchDeleteImage", &["registryId", "repositoryName", "imageIds"])?;
    let ids = members.required("imageIds", image_ids(&members)?)?;
    let (_, found) = repository(call, &members)?;
    let (mut deleted, mut failures) = (Vec::new(), Vec::new());
    for id in ids {
        match id.delete(found) {
            Ok(gone) => deleted.extend(gone),
            Err(failure) => failures.push(failure.show(&id)),
        }
    }
    Ok(Reply::wrote("BatchDeleteImage", 200, json!({ "imageIds": deleted, "failures": failures })))
}

impl ImageId<'_> {
    fn find<'r>(&self, repository: &'r Repository) -> Result<&'r Image, Failure> {
        let reference = self.digest.or(self.tag).ok_or(MISSING)?;
        if self.digest.is_some_and(|digest| !is_digest(digest)) {
            return Err(BAD_DIGEST);
        }
        let image = repository.image(reference).ok_or(NOT_FOUND)?;
        match self.tag {
            Some(tag) if !image.tags.contains(tag) => Err(MISMATCH),
            _ => Ok(image),
        }
    }

    /// Takes the tag away, or, named by digest alone, the image; ECR keeps no image that has lost its last tag so.
    fn delete(&self, repository: &mut Repository) -> Result<Vec<Value>, Failure> {
        let digest = self.find(repository)?.digest.clone();
        let ends = match self.tag {
            None => true,
            Some(tag) => {
                let tags = &repository.images[&digest].tags;
                tags.len() == 1 && tags.contains(tag)
            }
        };
        if ends && is_child(repository, &digest) {
            return Err(REFERENCED);
        }
        let Some(image) = repository.images.get_mut(&digest) else { return Err(NOT_FOUND) };
        let gone: Vec<String> = match self.tag {
            Some(tag) => image.tags.take(tag).into_iter().collect(),
            None => std::mem::take(&mut image.tags).into_iter().collect(),
        };
        if ends {
            repository.images.remove(&digest);
        }
        if gone.is_empty() {
            return Ok(vec![json!({ "imageDigest": digest })]);
        }
        Ok(gone.iter().map(|tag| json!({ "imageDigest": digest, "imageTag": tag })).collect())
    }

    fn shown(&self, digest: Option<&str>) -> Value {
        let mut id = json!({});
        if let Some(digest) = digest.or(self.digest) {
            id["imageDigest"] = digest.into();
        }
        if let Some(tag) = self.tag {
            id["imageTag"] = tag.into();
        }
        id
    }

    fn not_found(&self, name: &str, account: &str) -> Refusal {
        let quoted = |part: Option<&str>| part.unwrap_or("null").to_owned();
        Refusal::new(
            400,
            "ImageNotFoundException",
            format!(
                "The image with imageId {{imageDigest:'{}', imageTag:'{}'}} does not exist within the repository \
                 with name '{name}' in the registry with id '{account}'",
                quoted(self.digest),
                quoted(self.tag),
            ),
        )
    }
}

impl Failure {
    fn show(&self, id: &ImageId<'_>) -> Value {
        json!({ "imageId": id.shown(None), "failureCode": self.code, "failureReason": self.reason })
    }
}

const MISSING: Failure =
    Failure { code: "MissingDigestAndTag", reason: "Invalid request parameters: both tag and digest cannot be null" };
const BAD_DIGEST: Failure = Failure {
    code: "InvalidImageDigest",
    reason: "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
};
const NOT_FOUND: Failure = Failure { code: "ImageNotFound", reason: "Requested image not found" };
const MISMATCH: Failure =
    Failure { code: "ImageTagDoesNotMatchDigest", reason: "Requested image tag does not map to the image digest" };
const REFERENCED: Failure =
    Failure { code: "ImageReferencedByManifestList", reason: "Requested image referenced by manifest list" };

fn image_ids<'a>(members: &Members<'a>) -> Result<Option<Vec<ImageId<'a>>>, Refusal> {
    let Some(list) = members.inners("imageIds", &["imageDigest", "imageTag"])? else { return Ok(None) };
    members.within("imageIds", "", list.len(), 1, 100)?;
    let read = |id: Members<'a>| Ok(ImageId { digest: id.text("imageDigest")?, tag: id.sized("imageTag", 1, 300)? });
    list.into_iter().map(read).collect::<Result<_, Refusal>>().map(Some)
}

/// Which images the member `filter` lets through.
fn tag_filter(members: &Members<'_>) -> Result<impl Fn(&Image) -> bool + use<>, Refusal> {
    let filter = members.inner("filter", &["tagStatus", "imageStatus"])?;
    let (mut tagged, mut active) = (None, true);
    if let Some(filter) = filter {
        tagged = match filter.choice("tagStatus", &["TAGGED", "UNTAGGED", "ANY"])? {
            Some("TAGGED") => Some(true),
            Some("UNTAGGED") => Some(false),
            _ => None,
        };
        let status = filter.choice("imageStatus", &["ACTIVE", "ARCHIVED", "ACTIVATING", "ANY"])?;
        active = matches!(status, None | Some("ACTIVE" | "ANY")); // nothing is ever archived here
    }
    Ok(move |image: &Image| active && tagged.is_none_or(|wanted| wanted != image.tags.is_empty()))
}

/// Whether an index in the repository names this manifest.
fn is_child(repository: &Repository, digest: &str) -> bool {
    repository.images.values().any(|image| {
        let manifest: Value = serde_json::from_str(&image.manifest).unwrap_or_default();
        manifest["manifests"].as_array().is_some_and(|children| children.iter().any(|child| child["digest"] == digest))
    })
}

fn detail(image: &Image, name: &str, account: &str) -> Value {
    let manifest: Value = serde_json::from_str(&image.manifest).unwrap_or_default();
    let mut shown = json!({
        "registryId": account,
        "repositoryName": name,
        "imageDigest": image.digest,
        "imageSizeInBytes": image.size,
        "imagePushedAt": seconds(image.pushed_at),
        "imageManifestMediaType": image.media_type,
        "imageStatus": "ACTIVE",
    });
    if !image.tags.is_empty() {
        shown["imageTags"] = image.tags.iter().map(String::as_str).collect();
    }
    if let Some(artifact) = manifest["config"]["mediaType"].as_str() {
        shown["artifactMediaType"] = artifact.into();
    }
    shown
}

/// Whether the text has the form of a digest: `sha256:` and 64 hexadecimal digits.
pub(crate) fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    })
}

fn with_next(mut answer: Value, next: Option<String>) -> Value {
    if let Some(next) = next {
        answer["nextToken"] = next.into();
    }
    answer
}
