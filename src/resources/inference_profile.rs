//! The inference profile that the manifest names as model. Looked up, never changed: it tells which models, in which
//! regions, the agent's role must be allowed.

use anyhow::Result;
use async_trait::async_trait;
use serde_json::json;

use crate::aws::{Called, Found};
use crate::facts::{Change, Facts, Key, Kind, Known};
use crate::ownership::Owner;
use crate::resource::{Context, Resource, Seen};

/// The profile. Its identity is its ARN and, after spaces, the ARNs of the models it routes to.
#[derive(Debug)]
pub struct InferenceProfile {
    /// Its id or ARN, as the manifest has it.
    pub id: String,
}

#[async_trait(?Send)]
impl Resource for InferenceProfile {
    fn key(&self) -> Key {
        Key::new(Kind::InferenceProfile, &self.id)
    }

    fn wanted(&self, _known: &Known) -> Facts {
        json!({})
    }

    fn stands_alone(&self) -> bool {
        false
    }

    fn absent(&self) -> Change {
        Change::Refuse(format!(
            "Bedrock has no inference profile {} in this region; `aws bedrock list-inference-profiles` lists those \
             it has, put one of them into `agent.model`",
            self.id
        ))
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let call = context.aws.bedrock.get_inference_profile().inference_profile_identifier(&self.id);
        let answer = match call.send().await.called("bedrock:GetInferenceProfile").found() {
            Ok(Some(answer)) => answer,
            Ok(None) => return Ok(Seen::Absent),
            Err(failure) if failure.is("ValidationException") && failure.says("identifier is invalid") => {
                return Ok(Seen::Absent);
            }
            Err(failure) => return Err(failure.into()),
        };
        let mut models: Vec<&str> = answer.models().iter().filter_map(|model| model.model_arn()).collect();
        models.sort_unstable();
        models.dedup();
        let arns = std::iter::once(answer.inference_profile_arn()).chain(models);
        Ok(Seen::present(json!({}), Owner::Given, arns.collect::<Vec<_>>().join(" ")))
    }
}
