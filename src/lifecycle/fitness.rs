//! Whether a foundation model can drive an agent, and what to write instead if it can't.

use std::fmt::Write as _;

use super::{FoundationModel, Lifecycle, Offer, instead_of_conversation};
use crate::aws::{Aws, Failure, Site};
use crate::manifest::end_of_life;
use crate::moment::Moment;

/// How an agent calls a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Through {
    /// By the model's own id.
    OwnId,
    /// Through an inference profile that exists.
    Profile,
}

/// What an agent can expect of its model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fitness {
    /// Why it can't drive an agent, with what to write instead.
    pub refusal: Option<String>,
    /// Whether Bedrock does not have it at all.
    pub is_absent: bool,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// Why it could not be checked.
    pub unchecked: Vec<String>,
}

/// Why a model can't drive an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Obstacle {
    /// Its life has ended: `on 2026-03-01`.
    Ended(String),
    /// Bedrock does not have it.
    Unknown,
    /// It writes something else than text.
    NoText(String),
    /// It is called through inference profiles only.
    NeedsProfile,
}

/// The model that is suggested where nothing better is known: the one of the example.
const USUAL: &str = "anthropic.claude-sonnet-4-6";

/// Asks Bedrock about each of these models. What it does not want to tell is a warning: an agent can be deployed without it.
pub async fn examine(aws: &Aws, site: &Site, ids: &[String], through: Through) -> Result<Fitness, Failure> {
    let mut fitness = Fitness::default();
    for id in ids {
        let model = match FoundationModel::of(aws, id).await {
            Ok(model) => model,
            Err(failure) if failure.is("AccessDenied") || failure.is_passing() => {
                fitness.unchecked.push(unchecked(id, &failure));
                continue;
            }
            Err(failure) => return Err(failure),
        };
        fitness.is_absent |= model.is_none() && through == Through::OwnId;
        match judge(id, model.as_ref(), through, Moment::now()) {
            Ok(warning) => fitness.warnings.extend(warning),
            Err(obstacle) => fitness.refusal = Some(refusal(aws, site, id, &obstacle).await),
        }
    }
    Ok(fitness)
}

/// Why there is no inference profile of this id here, with what to write instead.
pub async fn no_profile(aws: &Aws, site: &Site, id: &str) -> String {
    match end_of_life(id).filter(|end| end.has_come(&Moment::now().date())) {
        Some(end) => refusal(aws, site, id, &Obstacle::Ended(end.shown())).await,
        None => unknown(&Offer::of(aws).await, site, "inference profile", id),
    }
}

/// What stands in the way; else what is worth a warning.
fn judge(id: &str, model: Option<&FoundationModel>, through: Through, now: Moment) -> Result<Option<String>, Obstacle> {
    let known = end_of_life(id).filter(|end| end.has_come(&now.date()));
    let Some(model) = model else {
        return match (known, through) {
            (Some(end), _) => Err(Obstacle::Ended(end.shown())),
            (None, Through::OwnId) => Err(Obstacle::Unknown),
            // The profile is there, and that is what the agent calls.
            (None, Through::Profile) => Ok(Some(undescribed(id))),
        };
    };
    let warning = match model.lifecycle {
        Lifecycle::Active { ends: Some(ends) } | Lifecycle::Legacy { ends: Some(ends) } if ends <= now => {
            return Err(Obstacle::Ended(format!("on {}", ends.date())));
        }
        Lifecycle::Legacy { ends } => Some(legacy(id, ends)),
        Lifecycle::Active { .. } | Lifecycle::Gone { .. } => None,
    };
    if let Some(writes) = instead_of_conversation(id) {
        return Err(Obstacle::NoText(writes.to_owned()));
    }
    if !model.outputs.is_empty() && !model.outputs.iter().any(|output| output == "TEXT") {
        return Err(Obstacle::NoText(model.outputs.join(" and ").to_lowercase()));
    }
    let called_by = |kind: &str| model.inference.iter().any(|inference| inference == kind);
    if through == Through::OwnId && !called_by("ON_DEMAND") {
        if !called_by("PROVISIONED") {
            return Err(Obstacle::NeedsProfile);
        }
        let provisioned = format!(
            "the model {id} has no on-demand throughput here: the agent answers only while its alias has Provisioned \
             Throughput"
        );
        return Ok(Some(warning.map_or(provisioned.clone(), |warning| format!("{warning}. {provisioned}"))));
    }
    Ok(warning)
}

fn legacy(id: &str, ends: Option<Moment>) -> String {
    let mut text = format!("the model {id} is legacy");
    if let Some(ends) = ends {
        let _ = write!(text, ", and its last day is {}", ends.date());
    }
    text.push_str(
        ". Bedrock refuses it to an account that has not used it in the last 30 days: the agent can be deployed, and \
         every question to it fails",
    );
    if let Some(end) = end_of_life(id) {
        let _ = write!(text, ". Its successor is {}", end.successor);
    }
    text
}

fn undescribed(id: &str) -> String {
    format!(
        "Bedrock does not describe {id}, the model behind the inference profile, in this region, so it is not known \
         whether the model has ended"
    )
}

fn unchecked(id: &str, failure: &Failure) -> String {
    let allow = if failure.is("AccessDenied") {
        ". Allow bedrock:GetFoundationModel to the deploying identity (docs/permissions.md)"
    } else {
        ""
    };
    format!("could not check whether the model {id} has ended and can drive an agent: {failure}{allow}")
}

async fn refusal(aws: &Aws, site: &Site, id: &str, obstacle: &Obstacle) -> String {
    let offer = Offer::of(aws).await;
    let region = &site.region;
    match obstacle {
        Obstacle::Ended(when) => {
            let successor = end_of_life(id).map_or(USUAL, |end| end.successor);
            format!(
                "the model {id} ended {when}: Bedrock refuses every call to it. Write {} into `agent.model`",
                offer.instead(successor)
            )
        }
        Obstacle::Unknown => unknown(&offer, site, "foundation model", id),
        Obstacle::NoText(writes) => format!(
            "the model {id} writes {writes}, and an agent needs a model that writes text. Write for example {} into \
             `agent.model`",
            offer.instead(USUAL)
        ),
        Obstacle::NeedsProfile => {
            let profiles = offer.leading_to(id);
            let write = match profiles.as_slice() {
                [] => "an inference profile (`aws bedrock list-inference-profiles` lists them)".to_owned(),
                profiles => profiles.iter().map(|profile| profile.shown(region)).collect::<Vec<_>>().join(" or "),
            };
            format!(
                "the model {id} can't be called by its own id in {region}: it has no on-demand throughput there. Write \
                 {write} into `agent.model`"
            )
        }
    }
}

/// The text for what Bedrock does not have. The emulator's catalogue is a part of AWS's, and so it says less.
fn unknown(offer: &Offer, site: &Site, noun: &str, id: &str) -> String {
    let near = offer.near(id);
    let region = &site.region;
    let what = if site.emulated {
        format!("the emulator has no {noun} {id} in {region}; AWS may have it")
    } else {
        format!("Bedrock has no {noun} {id} in {region}")
    };
    match (near.as_slice(), site.emulated) {
        ([], true) => format!("{what}. Write one that the emulator has into `agent.model`: {}", offer.ids().join(", ")),
        ([], false) => format!(
            "{what}. `aws bedrock list-inference-profiles` and `aws bedrock list-foundation-models` list what there is; \
             write one of them into `agent.model`"
        ),
        (near, _) => {
            let near: Vec<String> = near.iter().map(|id| format!("`{id}`")).collect();
            format!("{what}. Did you mean {}?", near.join(" or "))
        }
    }
}

#[cfg(test)]
mod tests;
