//! The ECR repository that the images are pushed to. Copy this file for a new kind of resource.

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use aws_sdk_ecr::types::{ImageTagMutability, Repository as Described, Tag};
use serde::Serialize;

use crate::aws::{Aws, Called, Found};
use crate::facts::{Change, Difference, Facts, Key, Kind, Known, differs, facts};
use crate::ownership::{Owner, Ownership, Tags};
use crate::resource::{Context, Deleted, Resource, Seen};
use crate::resources::image::TAG_PREFIX;

/// The repository of a stack. Its identity is its URI, as functions name it.
#[derive(Debug)]
pub struct Repository {
    /// Its name.
    pub name: String,
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
    tags: Tags,
}

#[async_trait(?Send)]
impl Resource for Repository {
    fn key(&self) -> Key {
        Key::new(Kind::Repository, &self.name)
    }

    fn wanted(&self, _known: &Known) -> Facts {
        facts(&Spec { immutable_tags: true, tags: self.ownership.tags().clone() })
    }

    fn absent(&self) -> Change {
        if self.needed { Change::Create } else { Change::Keep }
    }

    async fn obstacle(&self, context: &Context) -> Result<Option<String>> {
        let foreign = self.foreign_images(&context.aws).await?.join(", ");
        Ok((!foreign.is_empty()).then(|| format!("it holds images that bedrock-ops did not push: {foreign}")))
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let Some(found) = self.find(&context.aws).await? else { return Ok(Seen::Absent) };
        let tags = tags(&context.aws, found.repository_arn().unwrap_or_default()).await?;
        let owner = self.ownership.owner(&tags);
        if !self.needed && owner != Owner::Ours {
            return Ok(Seen::Absent);
        }
        let spec = Spec {
            immutable_tags: found.image_tag_mutability() == Some(&ImageTagMutability::Immutable),
            tags: self.ownership.of_ours(&tags),
        };
        Ok(Seen::present(facts(&spec), owner, found.repository_uri().unwrap_or_default()))
    }

    async fn create(&self, context: &Context) -> Result<String> {
        let call = context.aws.ecr.create_repository().repository_name(&self.name);
        let call = call.image_tag_mutability(ImageTagMutability::Immutable).set_tags(Some(self.tags()?));
        let created = call.send().await.called("ecr:CreateRepository")?;
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
        if differs(differences, "tags") {
            let arn = context.site().await.repository_arn(&self.name);
            let call = ecr.tag_resource().resource_arn(arn).set_tags(Some(self.tags()?));
            call.send().await.called("ecr:TagResource")?;
        }
        context.needed(&self.key())
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

async fn tags(aws: &Aws, arn: &str) -> Result<Tags> {
    let answer =
        aws.ecr.list_tags_for_resource().resource_arn(arn).send().await.called("ecr:ListTagsForResource").found()?;
    let tags = answer.and_then(|answer| answer.tags).unwrap_or_default();
    Ok(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
}
