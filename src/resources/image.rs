//! The function's image: built from the source folder and pushed, unless the repository has it already.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use aws_sdk_ecr::types::ImageIdentifier;
use serde_json::json;

use super::base_image::BaseImage;
use crate::aws::{Called, Found};
use crate::facts::{Facts, Key, Kind, Known};
use crate::image::{self, Base, Source};
use crate::ownership::Owner;
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
    base: (Key, Arc<OnceLock<Base>>),
    tag: OnceLock<String>,
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
        vec![self.base.0.clone(), self.repository.clone()]
    }

    fn wanted(&self, _known: &Known) -> Facts {
        // The tag names the content: an image that has the tag is the image.
        json!({})
    }

    fn stands_alone(&self) -> bool {
        false
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let tag = self.tag().await?;
        let Some(uri) = context.identity(&self.repository) else { return Ok(Seen::Absent) };
        let image = ImageIdentifier::builder().image_tag(tag).build();
        let call = context.aws.ecr.describe_images().repository_name(&self.repository.name).image_ids(image);
        let answer = call.send().await.called("ecr:DescribeImages").found()?;
        let image = answer.and_then(|answer| answer.image_details.unwrap_or_default().into_iter().next());
        let digest = image.and_then(|image| image.image_digest);
        Ok(digest.map_or(Seen::Absent, |digest| Seen::present(json!({}), Owner::Ours, format!("{uri}@{digest}"))))
    }

    async fn create(&self, context: &Context) -> Result<String> {
        let (base, tag) = (self.base()?, self.tag().await?);
        let uri = context.needed(&self.repository)?;
        let from = context.aws.registries.public(&self.source.base_image)?;
        let into = context.aws.registries.ecr(&context.aws).await?;
        let progress = context.progress.of(self.key());
        let (name, cache) = (&self.repository.name, self.cache.as_deref());
        let pushed = image::build_and_push(&self.source, base, &*from, &*into, name, tag, cache, &progress).await?;
        Ok(format!("{uri}@{}", pushed.digest))
    }
}

impl Image {
    /// An image of this source on this base, for this repository.
    pub fn new(source: Source, base: &BaseImage, repository: Key, cache: Option<PathBuf>) -> Self {
        let base = (base.key(), base.found.clone());
        Self { source, base, repository, cache, tag: OnceLock::new() }
    }

    fn base(&self) -> Result<&Base> {
        self.base.1.get().context("the base image was not looked up")
    }

    /// The content address. Read once a run: what is built is what was planned, or an error says that it changed.
    async fn tag(&self) -> Result<&str> {
        if self.tag.get().is_none() {
            let tag = image::tag(&self.source, self.base()?).await?;
            // Whoever was first has read the same folder.
            let _ = self.tag.set(tag);
        }
        Ok(self.tag.get().map_or("", String::as_str))
    }
}
