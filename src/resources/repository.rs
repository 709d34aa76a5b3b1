//! The ECR repository that the images are pushed to. Copy this file for a new kind of resource.

mod pull;

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use aws_sdk_ecr::types::{ImageTagMutability, Repository as Described, Tag};
use serde::Serialize;
use serde_json::Value;

use crate::aws::{Aws, Called, Found};
use crate::facts::{Change, Difference, Facts, Key, Kind, Known, differs, facts};
use crate::ownership::{Owner, Ownership, Tags};
use crate::resource::{Context, Deleted, Present, Resource, Seen};
use crate::resources::image::TAG_PREFIX;

/// The repository of a stack. Its identity is its URI, as functions name it.
#[derive(Debug)]
pub struct Repository {
    /// Its name.
    pub name: String,
    /// The function that runs its images: Lambda is let in for this one.
    pub function: String,
    /// Whether images are pushed to it. One that an earlier manifest needed is kept, and destroyed with the rest.
    pub needed: bool,
    /// Whose it is.
    pub ownership: Ownership,
}

/// What is wanted and seen of a repository.
#[derive(Debug, Serialize)]
struct Spec {
    /// A tag is a content hash here: it never moves.
    immutable_tags: bool,
    /// The statement by which Lambda pulls the function's image, also weeks after it was created.
    lambda_access: Value,
    tags: Tags,
}

#[async_trait(?Send)]
impl Resource for Repository {
    fn key(&self) -> Key {
        Key::new(Kind::Repository, &self.name)
    }

    fn wanted(&self, known: &Known) -> Facts {
        let lambda_access = pull::statement(&known.site, &self.function);
        facts(&Spec { immutable_tags: true, lambda_access, tags: self.ownership.tags().clone() })
    }

    fn absent(&self) -> Change {
        if self.needed { Change::Create } else { Change::Keep }
    }

    async fn obstacle(&self, context: &Context) -> Result<Option<String>> {
        let foreign = self.foreign_images(&context.aws).await?.join(", ");
        Ok((!foreign.is_empty()).then(|| {
            format!(
                "it holds images that bedrock-ops did not push: {foreign}. Delete them (`aws ecr batch-delete-image`) or \
                 copy them elsewhere, and run destroy again; or delete the repository by hand"
            )
        }))
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let (found, policy) = tokio::try_join!(self.find(&context.aws), pull::policy(&context.aws, &self.name))?;
        let Some(found) = found else { return Ok(Seen::Absent) };
        let tags = tags(&context.aws, found.repository_arn().unwrap_or_default()).await?.unwrap_or_default();
        let owner = self.ownership.owner(&tags);
        if !self.needed && owner != Owner::Ours {
            return Ok(Seen::Absent);
        }
        let spec = Spec {
            immutable_tags: pins_ours(&found),
            lambda_access: policy.as_ref().and_then(pull::ours).unwrap_or_default(),
            tags: self.ownership.of_ours(&tags),
        };
        let unmanaged = policy.as_ref().map(pull::foreign).unwrap_or_default();
        let uri = found.repository_uri().unwrap_or_default();
        Ok(Seen::Present(Present { unmanaged, ..Present::new(facts(&spec), owner, uri) }))
    }

    async fn create(&self, context: &Context) -> Result<String> {
        let call = context.aws.ecr.create_repository().repository_name(&self.name);
        let call = call.image_tag_mutability(ImageTagMutability::Immutable).set_tags(Some(self.tags()?));
        let created = call.send().await.called("ecr:CreateRepository")?;
        pull::allow(context, &self.name, &self.function).await?;
        let uri = created.repository().and_then(Described::repository_uri);
        Ok(uri.context("ecr:CreateRepository gave no URI")?.to_owned())
    }

    async fn update(&self, context: &Context, differences: &[Difference]) -> Result<String> {
        let ecr = &context.aws.ecr;
        if differs(differences, "immutable_tags") {
            let call = ecr.put_image_tag_mutability().repository_name(&self.name);
            let call = call.image_tag_mutability(ImageTagMutability::Immutable);
            call.send().await.called("ecr:PutImageTagMutability")?;
        }
        if differs(differences, "lambda_access") {
            pull::allow(context, &self.name, &self.function).await?;
        }
        if differs(differences, "tags") {
            let arn = context.site().await.repository_arn(&self.name);
            let call = ecr.tag_resource().resource_arn(arn).set_tags(Some(self.tags()?));
            call.send().await.called("ecr:TagResource")?;
        }
        context.needed(&self.key())
    }

    fn tagged_by(&self, known: &Known, _identity: &str) -> Option<String> {
        let arn = known.site.repository_arn(&self.name);
        Some(format!("aws ecr tag-resource --resource-arn {arn} --tags {}", self.ownership.tag_item()))
    }

    async fn owner(&self, context: &Context) -> Result<Option<Owner>> {
        let Some(found) = self.find(&context.aws).await? else { return Ok(None) };
        let tags = tags(&context.aws, found.repository_arn().unwrap_or_default()).await?;
        Ok(tags.map(|tags| self.ownership.owner(&tags)))
    }

    async fn delete(&self, context: &Context) -> Result<Deleted> {
        if let Some(obstacle) = self.obstacle(context).await? {
            return Ok(Deleted::Kept(obstacle));
        }
        let call = context.aws.ecr.delete_repository().repository_name(&self.name).force(true);
        call.send().await.called("ecr:DeleteRepository").found()?;
        Ok(Deleted::Gone)
    }
}

impl Repository {
    async fn find(&self, aws: &Aws) -> Result<Option<Described>> {
        let call = aws.ecr.describe_repositories().repository_names(&self.name);
        let answer = call.send().await.called("ecr:DescribeRepositories").found()?;
        Ok(answer.and_then(|answer| answer.repositories.unwrap_or_default().into_iter().next()))
    }

    /// Images without a tag of ours: by their tag, or by their digest when they have none.
    async fn foreign_images(&self, aws: &Aws) -> Result<Vec<String>> {
        let mut pages = aws.ecr.list_images().repository_name(&self.name).into_paginator().items().send();
        let mut ours = Vec::new();
        let mut others = Vec::new();
        while let Some(image) = pages.next().await {
            let Some(image) = image.called("ecr:ListImages").found()? else { break };
            let digest = image.image_digest.unwrap_or_default();
            match image.image_tag {
                Some(tag) if tag.starts_with(TAG_PREFIX) => ours.push(digest),
                tag => others.push((digest, tag)),
            }
        }
        others.retain(|(digest, _)| !ours.contains(digest));
        Ok(others.into_iter().map(|(digest, tag)| tag.unwrap_or(digest)).collect())
    }

    fn tags(&self) -> Result<Vec<Tag>> {
        let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
        Ok(self.ownership.tags().iter().map(tag).collect::<Result<_, _>>()?)
    }
}

/// Whether the tags that are pushed here can't be moved. Somebody may have excluded others from that.
fn pins_ours(repository: &Described) -> bool {
    match repository.image_tag_mutability() {
        Some(ImageTagMutability::Immutable) => true,
        Some(ImageTagMutability::ImmutableWithExclusion) => {
            let ours = format!("{TAG_PREFIX}0123456789abcdef");
            let mut exclusions = repository.image_tag_mutability_exclusion_filters().iter();
            !exclusions.any(|exclusion| fits(exclusion.filter(), &ours))
        }
        _ => false,
    }
}

/// Whether a text fits a pattern in which `*` stands for any characters.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, rest)) => text.strip_prefix(head).is_some_and(|tail| {
            let ends = tail.char_indices().map(|(at, _)| at).chain([tail.len()]);
            ends.into_iter().any(|at| fits(rest, &tail[at..]))
        }),
    }
}

/// The repository's tags; `None` when it no longer exists.
async fn tags(aws: &Aws, arn: &str) -> Result<Option<Tags>> {
    let answer =
        aws.ecr.list_tags_for_resource().resource_arn(arn).send().await.called("ecr:ListTagsForResource").found()?;
    let tags = answer.map(|answer| answer.tags.unwrap_or_default());
    Ok(tags.map(|tags| tags.into_iter().map(|tag| (tag.key, tag.value)).collect()))
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecr::types::{
        ImageTagMutability, ImageTagMutabilityExclusionFilter, ImageTagMutabilityExclusionFilterType, Repository,
    };

    use super::pins_ours;

    #[test]
    fn tags_of_others_may_be_excluded_from_immutability() {
        let excluding = |filter: &str| {
            let kind = ImageTagMutabilityExclusionFilterType::Wildcard;
            let filter = ImageTagMutabilityExclusionFilter::builder().filter_type(kind).filter(filter).build().unwrap();
            let repository = Repository::builder().image_tag_mutability(ImageTagMutability::ImmutableWithExclusion);
            pins_ours(&repository.image_tag_mutability_exclusion_filters(filter).build())
        };
        assert!(excluding("latest*") && excluding("*-rc") && excluding("dev"));
        assert!(!excluding("*") && !excluding("src-*") && !excluding("s*c-*"));
        assert!(pins_ours(&Repository::builder().image_tag_mutability(ImageTagMutability::Immutable).build()));
        assert!(!pins_ours(&Repository::builder().image_tag_mutability(ImageTagMutability::Mutable).build()));
    }
}
