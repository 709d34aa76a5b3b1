//! The function's image: built from the source folder and pushed, unless the repository has it already.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use aws_sdk_ecr::types::ImageIdentifier;
use serde_json::json;

use super::base_image::BaseImage;
use crate::aws::{Aws, Called, Found};
use crate::facts::{Change, Facts, Key, Kind, Known};
use crate::image::{self, Address, Base, Host, Source};
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
    /// What a build uses of this machine.
    pub host: Host,
    /// The function that runs it: its image is the one that a new one is compared with.
    pub function: String,
    base: (Key, Arc<OnceLock<Base>>),
    address: OnceLock<Address>,
    /// Why it has to be built, where another one runs.
    why: OnceLock<Vec<String>>,
    /// Why it can't be built on this machine.
    unbuildable: OnceLock<String>,
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

    fn absent(&self) -> Change {
        self.unbuildable.get().map_or(Change::Create, |reason| Change::Refuse(reason.clone()))
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let seen = self.look(context).await?;
        if matches!(seen, Seen::Absent)
            && let Some(obstacle) = image::obstacle(&self.source, self.base()?, &self.host).await
        {
            // Looked at again, it is the same machine.
            let _ = self.unbuildable.set(obstacle.to_string());
        }
        Ok(seen)
    }

    fn unseen(&self, seen: &BTreeMap<Key, Seen>) -> Option<Seen> {
        // What runs is taken for what is wanted: so all that hangs on it can be compared.
        let function = seen.get(&Key::new(Kind::Function, &self.function)).and_then(Seen::as_present);
        let running = function.and_then(|function| function.facts["image"].as_str());
        Some(running.map_or(Seen::Absent, |uri| Seen::present(json!({}), Owner::Ours, uri)))
    }

    fn why(&self, _change: &Change) -> Vec<String> {
        self.why.get().cloned().unwrap_or_default()
    }

    async fn create(&self, context: &Context) -> Result<String> {
        let (base, tag) = (self.base()?, &self.address().await?.tag);
        let uri = context.needed(&self.repository)?;
        let from = context.aws.registries.of_base(&context.aws, &self.source.base_image).await?;
        let into = context.aws.registries.ecr(&context.aws).await?;
        let progress = context.progress.of(self.key());
        let (name, host) = (&self.repository.name, &self.host);
        let pushed = image::build_and_push(&self.source, base, &*from, &*into, name, tag, host, &progress).await?;
        Ok(format!("{uri}@{}", pushed.digest))
    }
}

impl Image {
    /// An image of this source on this base, for this repository and the function of its name.
    pub fn new(source: Source, base: &BaseImage, repository: Key, host: Host) -> Self {
        let base = (base.key(), base.found.clone());
        let function = repository.name.clone();
        Self {
            source,
            base,
            repository,
            host,
            function,
            address: OnceLock::new(),
            why: OnceLock::new(),
            unbuildable: OnceLock::new(),
        }
    }

    /// Looks for the image by the tag of its content; what it finds out beside that is kept for the plan.
    async fn look(&self, context: &Context) -> Result<Seen> {
        let tag = &self.address().await?.tag;
        let Some(uri) = context.identity(&self.repository) else { return Ok(Seen::Absent) };
        let image = ImageIdentifier::builder().image_tag(tag).build();
        if let Some(digest) = digest(&context.aws, &self.repository.name, image).await? {
            return Ok(Seen::present(json!({}), Owner::Ours, format!("{uri}@{digest}")));
        }
        let why = self.compare(context).await;
        let why = why.unwrap_or_else(|error| vec![format!("what changed can't be told: {error:#}")]);
        // Looked at again after a push that failed, the first reasons still stand.
        let _ = self.why.set(why);
        Ok(Seen::Absent)
    }

    fn base(&self) -> Result<&Base> {
        self.base.1.get().context("the base image was not looked up")
    }

    /// The content address. Read once a run: what is built is what was planned, or an error says that it changed.
    async fn address(&self) -> Result<&Address> {
        if let Some(address) = self.address.get() {
            return Ok(address);
        }
        let address = image::address(&self.source, self.base()?).await?;
        // Whoever was first has read the same folder.
        Ok(self.address.get_or_init(|| address))
    }

    /// What this image is made from, against what the one that runs now was made from. Nothing is built for it: ECR is
    /// asked for that image's labels.
    async fn compare(&self, context: &Context) -> Result<Vec<String>> {
        let call = context.aws.lambda.get_function().function_name(&self.function);
        let function = call.send().await.called("lambda:GetFunction").found()?;
        let running = function.and_then(|function| function.code?.resolved_image_uri);
        let running = running.as_deref().and_then(|uri| uri.split_once('/')?.1.split_once('@'));
        let Some((repository, digest)) = running else { return Ok(Vec::new()) };
        let registry = context.aws.registries.ecr(&context.aws).await?;
        Ok(match image::trace_of(&*registry, repository, digest).await? {
            Some(running) => self.address().await?.trace.reasons(&running),
            None => vec!["the image that runs now tells nothing of what it was made from".to_owned()],
        })
    }
}

/// The digest of an image that the repository holds.
pub(super) async fn digest(aws: &Aws, repository: &str, image: ImageIdentifier) -> Result<Option<String>> {
    let call = aws.ecr.describe_images().repository_name(repository).image_ids(image);
    let answer = call.send().await.called("ecr:DescribeImages").found()?;
    let image = answer.and_then(|answer| answer.image_details.unwrap_or_default().into_iter().next());
    Ok(image.and_then(|image| image.image_digest))
}
