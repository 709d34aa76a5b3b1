//! The image that the function's image builds on. Looked up in its registry for what its name means today.

use std::sync::{Arc, OnceLock};

use anyhow::Result;
use async_trait::async_trait;
use serde_json::json;

use crate::facts::{Facts, Key, Kind, Known};
use crate::image::{self, Base, Source};
use crate::ownership::Owner;
use crate::resource::{Context, Resource, Seen};

/// The base image. Its identity is the digest for the function's processor.
#[derive(Debug)]
pub struct BaseImage {
    /// Any registry reference.
    pub reference: String,
    /// The processor, by its OCI name.
    pub architecture: String,
    /// What was found. Looked up once a run, so that what is built is what was planned.
    pub(super) found: Arc<OnceLock<Base>>,
}

impl BaseImage {
    /// The base that the source names.
    pub fn of(source: &Source) -> Self {
        let Source { base_image, architecture, .. } = source;
        Self { reference: base_image.clone(), architecture: architecture.clone(), found: Arc::default() }
    }
}

#[async_trait(?Send)]
impl Resource for BaseImage {
    fn key(&self) -> Key {
        Key::new(Kind::BaseImage, &self.reference)
    }

    fn stands_alone(&self) -> bool {
        false
    }

    fn wanted(&self, _known: &Known) -> Facts {
        json!({})
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let registry = context.aws.registries.of_base(&context.aws, &self.reference).await?;
        let base = image::resolve_base(&*registry, &self.reference, &self.architecture).await?;
        let base = self.found.get_or_init(|| base);
        Ok(Seen::present(json!({}), Owner::Given, &base.digest))
    }
}
