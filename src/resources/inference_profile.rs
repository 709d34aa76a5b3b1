//! The inference profile that the manifest names as model. Looked up, never changed: it says which models, in which
//! regions, the agent's role must be allowed, and whether they can drive an agent.

use anyhow::Result;
use async_trait::async_trait;
use serde_json::json;

use crate::aws::{Called, Found};
use crate::facts::{Facts, Key, Kind, Known};
use crate::lifecycle::{self, Fitness, Through, own_id};
use crate::ownership::Owner;
use crate::resource::{Context, Present, Resource, Seen};

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

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let call = context.aws.bedrock.get_inference_profile().inference_profile_identifier(&self.id);
        let answer = match call.send().await.called("bedrock:GetInferenceProfile").found() {
            Err(failure) if failure.is("ValidationException") && failure.says("identifier is invalid") => None,
            answer => answer?,
        };
        let Some(answer) = answer else {
            let reason = lifecycle::no_profile(&context.aws, &context.site().await, &self.id).await;
            return Ok(Seen::Unusable { reason, identity: None });
        };
        let mut arns: Vec<&str> = answer.models().iter().filter_map(|model| model.model_arn()).collect();
        arns.sort_unstable();
        arns.dedup();
        let mut models: Vec<String> = arns.iter().map(|arn| own_id(arn).to_owned()).collect();
        models.dedup();
        let identity = std::iter::once(answer.inference_profile_arn()).chain(arns).collect::<Vec<_>>().join(" ");
        observed(context, &models, Through::Profile, identity).await
    }
}

/// What is seen of a model that is there: whether it can drive an agent.
pub(super) async fn observed(context: &Context, models: &[String], through: Through, identity: String) -> Result<Seen> {
    let site = context.site().await;
    let fitness = lifecycle::examine(&context.aws, &site, models, through).await?;
    let Fitness { refusal, is_absent, warnings, unchecked } = fitness;
    if let Some(reason) = refusal {
        return Ok(Seen::Unusable { reason, identity: (!is_absent).then_some(identity) });
    }
    let warnings = [warnings, unchecked].concat();
    Ok(Seen::Present(Present { warnings, ..Present::new(json!({}), Owner::Given, identity) }))
}
