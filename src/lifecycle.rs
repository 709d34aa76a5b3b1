//! Foundation models as Bedrock describes them: how long one will be there, and whether it can drive an agent.

mod fitness;
mod offer;

use aws_sdk_bedrock::types::FoundationModelLifecycleStatus;

use crate::aws::{Aws, Called, Failure, Found};
use crate::manifest::{EndOfLife, end_of_life};
use crate::moment::Moment;

pub use fitness::{Fitness, Through, examine, no_profile};
pub use offer::Offer;

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
    Gone {
        /// Its end, if that is known.
        ended: Option<&'static EndOfLife>,
    },
}

/// A foundation model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundationModel {
    /// Where in its life it is.
    pub lifecycle: Lifecycle,
    /// What it writes, in AWS's words: `TEXT`, `EMBEDDING`.
    outputs: Vec<String>,
    /// How it is called: `ON_DEMAND` by its own id, `INFERENCE_PROFILE` through a profile.
    inference: Vec<String>,
}

impl FoundationModel {
    /// Asks Bedrock for the model of this id; `None` if it does not have it.
    pub async fn of(aws: &Aws, id: &str) -> Result<Option<Self>, Failure> {
        let call = aws.bedrock.get_foundation_model().model_identifier(id);
        let answer = match call.send().await.called("bedrock:GetFoundationModel").found() {
            // So Bedrock says that it knows no such model, or none any more.
            Err(failure) if failure.is("ValidationException") => None,
            answer => answer?,
        };
        let Some(details) = answer.and_then(|answer| answer.model_details) else { return Ok(None) };
        let lifecycle = match &details.model_lifecycle {
            None => Lifecycle::Active { ends: None },
            Some(life) => {
                let ends = life.end_of_life_time.as_ref().map(Moment::of);
                match life.status {
                    FoundationModelLifecycleStatus::Legacy => Lifecycle::Legacy { ends },
                    _ => Lifecycle::Active { ends },
                }
            }
        };
        Ok(Some(Self {
            lifecycle,
            outputs: details.output_modalities().iter().map(ToString::to_string).collect(),
            inference: details.inference_types_supported().iter().map(ToString::to_string).collect(),
        }))
    }
}

impl Lifecycle {
    /// Asks Bedrock for the model of this id.
    pub async fn of(aws: &Aws, id: &str) -> Result<Self, Failure> {
        let model = FoundationModel::of(aws, id).await?;
        Ok(model.map_or_else(|| Self::Gone { ended: end_of_life(id) }, |model| model.lifecycle))
    }
}

/// Models that write text and yet take part in no conversation, by what their ids contain; and what they write.
const NO_CONVERSATION: [(&str, &str); 2] = [("rerank", "rankings"), ("sonic", "speech")];

/// What a model writes that takes part in no conversation, though Bedrock says that it writes text.
fn instead_of_conversation(id: &str) -> Option<&'static str> {
    NO_CONVERSATION.iter().find(|(part, _)| id.contains(part)).map(|(_, writes)| *writes)
}

/// A model's own id, from its id or ARN.
pub fn own_id(model: &str) -> &str {
    model.rsplit('/').next().unwrap_or(model)
}
