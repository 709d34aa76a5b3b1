//! An image that the manifest names by its URI. Looked up for its digest, never changed.

use anyhow::Result;
use async_trait::async_trait;
use aws_sdk_ecr::types::ImageIdentifier;
use serde_json::json;

use super::image;
use crate::facts::{Change, Facts, Key, Kind, Known};
use crate::ownership::Owner;
use crate::resource::{Context, Resource, Seen};

/// The image. Its identity is its URI with the digest in the tag's place.
#[derive(Debug)]
pub struct ReadyImage {
    /// `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME`, then `:TAG`, `@sha256:…` or nothing, which is `:latest`.
    pub uri: String,
}

#[async_trait(?Send)]
impl Resource for ReadyImage {
    fn key(&self) -> Key {
        Key::new(Kind::Image, &self.uri)
    }

    fn wanted(&self, _known: &Known) -> Facts {
        json!({})
    }

    fn stands_alone(&self) -> bool {
        false
    }

    fn absent(&self) -> Change {
        Change::Refuse(
            "ECR has no such image in this account and region; push it first, or correct `lambda.image`".to_owned(),
        )
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let (registry, rest) = self.uri.split_once('/').unwrap_or(("", &self.uri));
        let image = ImageIdentifier::builder();
        let (repository, image) = match (rest.split_once('@'), rest.split_once(':')) {
            (Some((repository, digest)), _) => (repository, image.image_digest(digest)),
            (None, Some((repository, tag))) => (repository, image.image_tag(tag)),
            (None, None) => (rest, image.image_tag("latest")),
        };
        let repository = repository.split(':').next().unwrap_or(repository);
        let digest = image::digest(&context.aws, repository, image.build()).await?;
        Ok(digest.map_or(Seen::Absent, |digest| {
            Seen::present(json!({}), Owner::Given, format!("{registry}/{repository}@{digest}"))
        }))
    }
}
