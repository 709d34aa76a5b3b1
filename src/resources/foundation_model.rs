//! The foundation model that the manifest names as model, called by its own id. Looked up, never changed.

use anyhow::Result;
use async_trait::async_trait;
use serde_json::json;

use super::inference_profile::observed;
use crate::facts::{Facts, Key, Kind, Known};
use crate::lifecycle::{Through, own_id};
use crate::resource::{Context, Resource, Seen};

/// The model. Its identity is its id.
#[derive(Debug)]
pub struct FoundationModel {
    /// Its id or ARN, as the manifest has it.
    pub id: String,
}

#[async_trait(?Send)]
impl Resource for FoundationModel {
    fn key(&self) -> Key {
        Key::new(Kind::FoundationModel, &self.id)
    }

    fn wanted(&self, _known: &Known) -> Facts {
        json!({})
    }

    fn stands_alone(&self) -> bool {
        false
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let id = own_id(&self.id).to_owned();
        observed(context, std::slice::from_ref(&id), Through::OwnId, id.clone()).await
    }
}
