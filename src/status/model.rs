//! How long the agent's model will be there.

use crate::aws::Aws;
use crate::facts::{Key, Kind};
use crate::lifecycle::{Lifecycle, own_id};
use crate::manifest;
use crate::session::Glance;

/// The model that the manifest names, and what is behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// Its id or ARN, as the manifest has it.
    pub id: String,
    /// The foundation models behind it, by id: itself, or those of the inference profile; where in its life each is, or why
    /// that can't be told. None when there is no such profile.
    pub behind: Vec<(String, Result<Lifecycle, String>)>,
}

/// Asks Bedrock. A question that is refused is no reason to show nothing.
pub(super) async fn look(aws: &Aws, model: &manifest::Model, glance: &Glance) -> Model {
    let mut behind = Vec::new();
    for id in behind_it(model, glance) {
        let lifecycle = Lifecycle::of(aws, &id).await;
        behind.push((id, lifecycle.map_err(|failure| failure.to_string())));
    }
    Model { id: model.id().to_owned(), behind }
}

/// The ids of the foundation models.
fn behind_it(model: &manifest::Model, glance: &Glance) -> Vec<String> {
    let own = |model: &str| own_id(model).to_owned();
    let id = match model {
        manifest::Model::Foundation(id) => return vec![own(id)],
        manifest::Model::Profile(id) => id,
    };
    // The profile's identity is its ARN and those of its models, one for each region.
    let identity = glance.known.identities.get(&Key::new(Kind::InferenceProfile, id));
    let mut ids: Vec<String> = identity.iter().flat_map(|identity| identity.split(' ').skip(1)).map(own).collect();
    ids.sort();
    ids.dedup();
    ids
}
