//! The function's image: built from the source folder and pushed, unless the repository has it already.

use std::path::PathBuf;
use std::sync::OnceLock;

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use aws_sdk_ecr::types::ImageIdentifier;
use serde_json::json;

use crate::aws::{Called, Found};
use crate::image::{self, Base, Source};
use crate::plan::{Facts, Key, Kind, Known, Owner};
use crate::resource::{Context, Need, Resource, Seen};

/// How the tags of our images begin; a content hash follows.
pub const TAG_PREFIX: &str = "src-";

/// The image. Its identity is its URI with the digest.
#[derive(Debug)]
pub struct Image {
    /// What it is made of.
    pub source: Source,
    /// The repository it goes to.
    pub repository: Key,
    /// Where layers of dependencies are kept between builds.
    pub cache: Option<PathBuf>,
    /// The base and the tag, from the moment they were looked up.
    pub(crate) address: OnceLock<(Base, String)>,
}

#[async_trait(?Send)]
impl Resource for Image {
    fn key(&self) -> Key {
        Key::new(Kind::Image, &self.repository.name)
    }

    fn needs(&self) -> Vec<Need> {
        vec![Need::ready(self.repository.clone())]
    }

    fn looked_up_by(&self) -> Vec<Key> {
        vec![self.repository.clone()]
    }

    fn wanted(&self, _known: &Known) -> Facts {
        // The tag names the content: an image that has the tag is the image.
        json!({})
    }

    fn stands_alone(&self) -> bool {
        false
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let (_, tag) = self.address(context).await?;
        let Some(uri) = context.identity(&self.repository) else { return Ok(Seen::Absent) };
        let image = ImageIdentifier::builder().image_tag(tag).build();
        let call = context.aws.ecr.describe_images().repository_name(&self.repository.name).image_ids(image);
        let answer = call.send().await.called("ecr:DescribeImages").found()?;
        let image = answer.and_then(|answer| answer.image_details.unwrap_or_default().into_iter().next());
        let digest = image.and_then(|image| image.image_digest);
        Ok(digest.map_or(Seen::Absent, |digest| Seen::present(json!({}), Owner::Ours, format!("{uri}@{digest}"))))
    }

    async fn create(&self, context: &Context) -> Result<String> {
        let (base, tag) = self.address(context).await?;
        let uri = context.needed(&self.repository)?;
        let from = context.aws.registries.public(&self.source.base_image)?;
        let into = context.aws.registries.ecr(&context.aws).await?;
        let progress = context.progress.of(self.key());
        let (name, cache) = (&self.repository.name, self.cache.as_deref());
        let pushed =
            image::build_and_push(&self.source, base, &*from, &*into, name, tag, cache, &progress).await?;
        Ok(format!("{uri}@{}", pushed.digest))
    }
}

impl Image {
    /// An image of this source for this repository.
    pub fn new(source: Source, repository: Key, cache: Option<PathBuf>) -> Self {
        Self { source, repository, cache, address: OnceLock::new() }
    }

    /// The base as its registry has it today, and the tag that follows from it and the source. Asked for once a run:
    /// what is built is what was planned.
    async fn address(&self, context: &Context) -> Result<&(Base, String)> {
        if let Some(address) = self.address.get() {
            return Ok(address);
        }
        let reference = &self.source.base_image;
        let registry = context.aws.registries.public(reference)?;
        let base = image::resolve_base(&*registry, reference, &self.source.architecture)
            .await
            .with_context(|| format!("looking up the base image {reference}"))?;
        let tag = image::tag(&self.source, &base).await?;
        Ok(self.address.get_or_init(|| (base, tag)))
    }
}
