//! Where in its life a foundation model is: how long an agent can go on thinking with it.

use aws_sdk_bedrock::types::FoundationModelLifecycleStatus;

use crate::aws::{Aws, Called, Failure, Found};
use crate::moment::Moment;

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
}

impl Lifecycle {
    /// Asks Bedrock for the model of this id.
    pub async fn of(aws: &Aws, id: &str) -> Result<Self, Failure> {
        let call = aws.bedrock.get_foundation_model().model_identifier(id);
        let answer = match call.send().await.called("bedrock:GetFoundationModel").found() {
            // So Bedrock says that it knows no such model, or none any more.
            Err(failure) if failure.is("ValidationException") => None,
            answer => answer?,
        };
        let Some(details) = answer.and_then(|answer| answer.model_details) else { return Ok(Self::Gone) };
        let Some(life) = details.model_lifecycle else { return Ok(Self::Active { ends: None }) };
        let ends = life.end_of_life_time.as_ref().map(Moment::of);
        Ok(match life.status {
            FoundationModelLifecycleStatus::Legacy => Self::Legacy { ends },
            _ => Self::Active { ends },
        })
    }
}

/// A model's own id, from its id or ARN.
pub fn own_id(model: &str) -> &str {
    model.rsplit('/').next().unwrap_or(model)
}
