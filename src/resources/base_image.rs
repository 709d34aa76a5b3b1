//! The image that the function's image builds on. Looked up in its registry for what its name means today.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use anyhow::{Result, bail};
use async_trait::async_trait;
use serde_json::json;

use crate::facts::{Facts, Key, Kind, Known};
use crate::image::{self, Base, Source};
use crate::ownership::Owner;
use crate::resource::{Context, Resource, Seen};
use crate::wait;

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

    fn unseen(&self, _seen: &BTreeMap<Key, Seen>) -> Option<Seen> {
        Some(Seen::present(json!({}), Owner::Given, "unknown"))
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let resolving = async {
            let registry = context.aws.registries.of_base(&context.aws, &self.reference).await?;
            anyhow::Ok(image::resolve_base(&*registry, &self.reference, &self.architecture).await?)
        };
        let base = if context.patience.is_zero() {
            wait::within(wait::GLANCE, resolving).await.unwrap_or_else(|| {
                bail!("its registry did not answer within {} seconds", wait::GLANCE.as_secs());
            })?
        } else {
            resolving.await?
        };
        let base = self.found.get_or_init(|| base);
        Ok(Seen::present(json!({}), Owner::Given, &base.digest))
    }
}
