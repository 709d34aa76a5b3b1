//! What a region has to offer an agent: its inference profiles, and the models that are called by their own ids.

use aws_sdk_bedrock::types::{InferenceProfileType, InferenceType, ModelModality};

use super::{instead_of_conversation, own_id};
use crate::aws::{Aws, Called};
use crate::manifest::without_geography;

/// Suggestions that are made at most.
const SUGGESTED: usize = 3;

/// How alike two ids must be for one to be taken for a slip of the other, from 0 to 1.
const ALIKE: f64 = 0.85;

/// What can be written into `agent.model` in a region.
#[derive(Debug, Clone, Default)]
pub struct Offer {
    pub(super) profiles: Vec<Profile>,
    /// Ids of models that are called on demand and write text.
    pub(super) models: Vec<String>,
}

/// An inference profile of AWS's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Profile {
    pub(super) id: String,
    /// The id of the model that it leads to.
    pub(super) model: String,
    /// The regions that its calls may go to, sorted; empty where they may go anywhere.
    pub(super) regions: Vec<String>,
}

impl Offer {
    /// Asks Bedrock. It serves suggestions only: where the caller may not ask, there are fewer of them.
    pub async fn of(aws: &Aws) -> Self {
        let mut offer = Self::default();
        let list = aws.bedrock.list_inference_profiles().type_equals(InferenceProfileType::SystemDefined);
        let mut profiles = list.into_paginator().items().send();
        while let Some(profile) = profiles.next().await {
            let Ok(profile) = profile.called("bedrock:ListInferenceProfiles") else { break };
            let arns: Vec<&str> = profile.models().iter().filter_map(|model| model.model_arn()).collect();
            let Some(model) = arns.first().map(|arn| own_id(arn).to_owned()) else { continue };
            let mut regions: Vec<String> =
                arns.iter().filter_map(|arn| arn.split(':').nth(3)).map(str::to_owned).collect();
            regions.sort();
            regions.dedup();
            if regions.iter().any(String::is_empty) {
                regions.clear();
            }
            offer.profiles.push(Profile { id: profile.inference_profile_id, model, regions });
        }
        let list = aws.bedrock.list_foundation_models().by_output_modality(ModelModality::Text);
        let list = list.by_inference_type(InferenceType::OnDemand).send().await.called("bedrock:ListFoundationModels");
        let models = list.ok().and_then(|list| list.model_summaries).unwrap_or_default();
        let ids = models.into_iter().map(|model| model.model_id);
        offer.models = ids.filter(|id| instead_of_conversation(id).is_none()).collect();
        offer.profiles.sort_by(|one, other| (breadth(one), &one.id).cmp(&(breadth(other), &other.id)));
        offer
    }

    /// Every id, profiles first.
    pub(super) fn ids(&self) -> Vec<&str> {
        self.profiles.iter().map(|profile| profile.id.as_str()).chain(self.models.iter().map(String::as_str)).collect()
    }

    /// The profiles of a model, those that keep calls closest first.
    pub(super) fn leading_to(&self, model: &str) -> Vec<&Profile> {
        self.profiles.iter().filter(|profile| profile.model == own_id(model)).collect()
    }

    /// What to write in order to call this model, for people.
    pub(super) fn instead(&self, model: &str) -> String {
        let profiles = self.leading_to(model);
        if profiles.is_empty() && self.models.iter().any(|known| known == model) {
            return format!("`{model}`");
        }
        match profiles.first() {
            Some(profile) => format!("`{}`", profile.id),
            None => format!("an inference profile of {model}, such as `global.{model}`,"),
        }
    }

    /// The ids that were probably meant: the same model in a geography of this region, or nearly the same spelling.
    pub(super) fn near(&self, id: &str) -> Vec<&str> {
        let wanted = without_geography(own_id(id));
        let likeness = |known: &&str| {
            let known = without_geography(known);
            if known.starts_with(wanted) || wanted.starts_with(known) {
                1.0
            } else {
                strsim::normalized_damerau_levenshtein(wanted, known)
            }
        };
        let mut near: Vec<(f64, &str)> = self.ids().into_iter().map(|id| (likeness(&id), id)).collect();
        near.retain(|(likeness, _)| *likeness >= ALIKE);
        // Stable: of equals, profiles that keep calls closest come first.
        near.sort_by(|one, other| other.0.total_cmp(&one.0));
        near.into_iter().map(|(_, id)| id).take(SUGGESTED).collect()
    }
}

impl Profile {
    /// `jp.anthropic.claude-x` and where its calls go.
    pub(super) fn shown(&self, region: &str) -> String {
        let to = match self.regions.as_slice() {
            [] => "any region".to_owned(),
            [only] if only == region => "this region".to_owned(),
            regions => regions.join(", "),
        };
        format!("`{}` (its calls go to {to})", self.id)
    }
}

/// How far a profile's calls may go: the fewer regions, the sooner it is suggested.
fn breadth(profile: &Profile) -> usize {
    if profile.regions.is_empty() { usize::MAX } else { profile.regions.len() }
}
