//! How long the agent's model will be there.

use aws_sdk_bedrock::types::FoundationModelLifecycleStatus;

use crate::aws::{Aws, Called, Found};
use crate::facts::{Key, Kind};
use crate::manifest;
use crate::moment::Moment;
use crate::session::Glance;

/// The model that the manifest names, and what is behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// Its id or ARN, as the manifest has it.
    pub id: String,
    /// The foundation models behind it, by id: itself, or those of the inference profile. None when there is no such
    /// profile.
    pub behind: Vec<(String, Lifecycle)>,
}

/// Where in its life a foundation model is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lifecycle {
    /// To be used.
    Active {
        /// Its last day, if one was announced.
        ends: Option<Moment>,
    },
    /// On its way out: no new customers, and accounts that don't use it may lose it before its last day.
    Legacy {
        /// Its last day, if one was announced.
        ends: Option<Moment>,
    },
    /// Bedrock does not have it in this region, or not any more.
    Gone,
    /// It can't be told, for this reason.
    Unknown(String),
}

/// Asks Bedrock. A question that is refused is no reason to show nothing.
pub(super) async fn look(aws: &Aws, model: &manifest::Model, glance: &Glance) -> Model {
    let mut behind = Vec::new();
    for id in behind_it(model, glance) {
        let lifecycle = lifecycle(aws, &id).await;
        behind.push((id, lifecycle));
    }
    Model { id: model.id().to_owned(), behind }
}

/// The ids of the foundation models.
fn behind_it(model: &manifest::Model, glance: &Glance) -> Vec<String> {
    let own = |arn: &str| arn.rsplit('/').next().unwrap_or(arn).to_owned();
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

async fn lifecycle(aws: &Aws, id: &str) -> Lifecycle {
    let call = aws.bedrock.get_foundation_model().model_identifier(id);
    let answer = match call.send().await.called("bedrock:GetFoundationModel").found() {
        Ok(answer) => answer,
        // So Bedrock says that it knows no such model, or none any more.
        Err(failure) if failure.is("ValidationException") => None,
        Err(failure) => return Lifecycle::Unknown(failure.to_string()),
    };
    let Some(details) = answer.and_then(|answer| answer.model_details) else { return Lifecycle::Gone };
    let Some(life) = details.model_lifecycle else { return Lifecycle::Active { ends: None } };
    let ends = life.end_of_life_time.as_ref().map(Moment::of);
    match life.status {
        FoundationModelLifecycleStatus::Legacy => Lifecycle::Legacy { ends },
        _ => Lifecycle::Active { ends },
    }
}
