//! Elastic Container Registry: repositories, their images, tags and policies, and the registry's password.

pub(crate) mod answers;
pub(crate) mod images;
mod lifecycle;
pub(crate) mod members;
mod paging;
mod policies;
mod pull;
mod repositories;
mod tags;
pub(crate) mod token;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::call::{Call, Reply};
use crate::clock::Millis;
use crate::refusal::Refusal;
use crate::services::registry::Upload;

/// The registry of one region.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) repositories: BTreeMap<String, Repository>,
    /// Uploads of blobs that have begun and not ended, by their id.
    pub(crate) uploads: BTreeMap<String, Upload>,
}

/// One repository.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Repository {
    pub(crate) created_at: Millis,
    pub(crate) mutability: Mutability,
    pub(crate) scan_on_push: bool,
    /// `AES256`, `KMS` or `KMS_DSSE`, and the key's id where one was named.
    pub(crate) encryption: (String, Option<String>),
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) policy: Option<String>,
    pub(crate) lifecycle: Option<String>,
    /// The images by their digest.
    pub(crate) images: BTreeMap<String, Image>,
    /// The digests of the blobs that were pushed here: ECR shares none between repositories unasked.
    pub(crate) blobs: BTreeSet<String>,
}

/// Whether a tag may be moved to another image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mutability {
    /// `MUTABLE`, `IMMUTABLE` or one of the two with exclusions.
    pub(crate) setting: String,
    /// Wildcards that name the tags for which the opposite holds.
    pub(crate) exclusions: Vec<String>,
}

/// One image: a manifest and the tags that name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Image {
    /// `sha256:…` of the manifest's bytes.
    pub(crate) digest: String,
    pub(crate) media_type: String,
    pub(crate) manifest: String,
    pub(crate) tags: BTreeSet<String>,
    pub(crate) pushed_at: Millis,
    /// Bytes of the config and the layers.
    pub(crate) size: u64,
}

impl State {
    /// The image that a tag or a digest names.
    pub(crate) fn image(&self, repository: &str, reference: &str) -> Option<&Image> {
        self.repositories.get(repository)?.image(reference)
    }

    /// One line for each thing that is there.
    pub(crate) fn inventory(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, repository) in &self.repositories {
            lines.push(format!("ecr repository {name}"));
            for image in repository.images.values() {
                let tags: Vec<&str> = image.tags.iter().map(String::as_str).collect();
                lines.push(format!("ecr image {name}@{} ({})", image.digest, tags.join(", ")));
            }
        }
        lines.sort();
        lines
    }
}

impl Repository {
    /// The image that a tag or a digest names.
    pub(crate) fn image(&self, reference: &str) -> Option<&Image> {
        if reference.starts_with("sha256:") {
            self.images.get(reference)
        } else {
            self.images.values().find(|image| image.tags.contains(reference))
        }
    }
}

impl Mutability {
    /// Whether `tag`, once given, stays with its image.
    pub(crate) fn pins(&self, tag: &str) -> bool {
        let excluded = self.exclusions.iter().any(|filter| matches_wildcard(filter, tag));
        self.setting.starts_with("IMMUTABLE") != excluded
    }
}

/// Whether `text` fits `filter`, in which `*` stands for any characters.
fn matches_wildcard(filter: &str, text: &str) -> bool {
    match filter.split_once('*') {
        None => filter == text,
        Some((head, rest)) => text.strip_prefix(head).is_some_and(|tail| {
            tail.char_indices().map(|(at, _)| at).chain([tail.len()]).any(|at| matches_wildcard(rest, &tail[at..]))
        }),
    }
}

/// Answers one call.
pub(crate) fn handle(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let target = call.headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let operation = target.strip_prefix("AmazonEC2ContainerRegistry_V20150921.").unwrap_or(target).to_owned();
    let body = call.json()?;
    match operation.as_str() {
        "CreateRepository" => repositories::create(call, &body),
        "DescribeRepositories" => repositories::describe(call, &body),
        "DeleteRepository" => repositories::delete(call, &body),
        "PutImageTagMutability" => repositories::put_tag_mutability(call, &body),
        "PutImageScanningConfiguration" => repositories::put_scanning(call, &body),
        "ListTagsForResource" => tags::list(call, &body),
        "TagResource" => tags::add(call, &body),
        "UntagResource" => tags::remove(call, &body),
        "DescribeImages" => images::describe(call, &body),
        "ListImages" => images::list(call, &body),
        "BatchGetImage" => images::batch_get(call, &body),
        "BatchDeleteImage" => images::batch_delete(call, &body),
        "GetAuthorizationToken" => token::get(call, &body),
        "GetRepositoryPolicy" => policies::get(call, &body),
        "SetRepositoryPolicy" => policies::set(call, &body),
        "DeleteRepositoryPolicy" => policies::delete(call, &body),
        "PutLifecyclePolicy" => lifecycle::put(call, &body),
        "GetLifecyclePolicy" => lifecycle::get(call, &body),
        "DeleteLifecyclePolicy" => lifecycle::delete(call, &body),
        _ => Err(Refusal::not_emulated(format!("ECR's operation {operation}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::{Mutability, matches_wildcard};

    #[test]
    fn a_wildcard_stands_for_any_characters() {
        for (filter, text, fits) in [
            ("dev-*", "dev-1", true),
            ("dev-*", "prod-dev-1", false),
            ("*-rc*", "1.0-rc2", true),
            ("latest", "latest", true),
            ("latest", "latest-1", false),
            ("*", "", true),
        ] {
            assert_eq!(matches_wildcard(filter, text), fits, "{filter} {text}");
        }
    }

    #[test]
    fn an_exclusion_turns_the_setting_round_for_its_tags() {
        let exclusions = vec!["dev-*".to_owned()];
        let immutable = Mutability { setting: "IMMUTABLE_WITH_EXCLUSION".into(), exclusions: exclusions.clone() };
        assert!(immutable.pins("v1") && !immutable.pins("dev-1"));
        let mutable = Mutability { setting: "MUTABLE_WITH_EXCLUSION".into(), exclusions };
        assert!(!mutable.pins("v1") && mutable.pins("dev-1"));
    }
}
