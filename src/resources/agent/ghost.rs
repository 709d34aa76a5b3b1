//! What a failed creation left beside the agent that works: AWS found only afterwards that the name was taken.

use anyhow::Result;
use async_trait::async_trait;

use super::{lookup, removal};
use crate::facts::{Change, Facts, Key, Kind, Known};
use crate::ownership::{Owner, Ownership};
use crate::resource::{Context, Deleted, Resource, Seen};

/// A FAILED agent of this stack's name and tag. Nobody can use it; it is only ever deleted.
#[derive(Debug)]
pub(super) struct Ghost {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) ownership: Ownership,
}

#[async_trait(?Send)]
impl Resource for Ghost {
    fn key(&self) -> Key {
        Key::new(Kind::Agent, format!("{} ({})", self.name, self.id))
    }

    fn wanted(&self, _known: &Known) -> Facts {
        Facts::Null
    }

    fn why(&self, _change: &Change) -> Vec<String> {
        vec!["left behind by a creation that failed, beside the agent of this name that works".to_owned()]
    }

    async fn observe(&self, _context: &Context) -> Result<Seen> {
        // It is found with the agent that works.
        Ok(Seen::Absent)
    }

    async fn owner(&self, context: &Context) -> Result<Option<Owner>> {
        Ok(lookup::tags(context, &self.id).await?.map(|tags| self.ownership.owner(&tags)))
    }

    async fn delete(&self, context: &Context) -> Result<Deleted> {
        removal::remove(context, self.key(), &self.id).await?;
        Ok(Deleted::Gone)
    }
}
