//! Tags of agents and aliases; action groups and versions have none.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::quota::Asked;
use super::refusals::{not_found, validation};
use super::{input, shapes};
use crate::call::{Call, Reply};
use crate::refusal::Refusal;

type Tags = BTreeMap<String, String>;

/// The `tags` of a request that makes something.
pub(super) fn given(asked: Asked<'_>, request: &Value) -> Result<Tags, Refusal> {
    let tags: Tags = request.get("tags").map(input::typed).transpose()?.unwrap_or_default();
    if let Some(key) = tags.keys().find(|key| key.to_ascii_lowercase().starts_with("aws:")) {
        return Err(validation(format!("The tag key {key} is reserved: tag keys can't start with aws:.")));
    }
    asked.tags(&tags)?;
    Ok(tags)
}

pub(super) fn add(call: &mut Call<'_>, arn: &str) -> Result<Reply, Refusal> {
    let operation = "TagResource";
    let request = input::body(call, operation, shapes::TAG_RESOURCE)?;
    let asked = Asked { operation, account: call.account };
    let more = given(asked, &request)?;
    let tags = of_resource(call, arn)?;
    let mut all = tags.clone();
    all.extend(more);
    asked.tags(&all)?;
    *tags = all;
    Ok(Reply::wrote(operation, 200, json!({})))
}

pub(super) fn remove(call: &mut Call<'_>, arn: &str) -> Result<Reply, Refusal> {
    let operation = "UntagResource";
    let keys = input::tag_keys(call, operation)?;
    of_resource(call, arn)?.retain(|key, _| !keys.contains(key));
    Ok(Reply::wrote(operation, 200, json!({})))
}

pub(super) fn list(call: &mut Call<'_>, arn: &str) -> Result<Reply, Refusal> {
    let operation = "ListTagsForResource";
    input::nothing(call, operation)?;
    let tags = of_resource(call, arn)?;
    Ok(Reply::read(operation, json!({ "tags": tags })))
}

/// The tags of the agent or alias with this ARN.
///
/// The model's own pattern for the ARN is broken (`/d{12}`), so the kinds that can be tagged are told apart here.
fn of_resource<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Tags, Refusal> {
    let mut parts = arn.splitn(6, ':');
    let head = [parts.next(), parts.next(), parts.next()];
    let (region, account, name) = (parts.next(), parts.next(), parts.next().unwrap_or_default());
    if head != [Some("arn"), Some("aws"), Some("bedrock")] || name.is_empty() {
        return Err(not_taggable(arn));
    }
    if region != Some(call.region) || account != Some(call.account) {
        return Err(not_found());
    }
    let agents = &mut call.region().bedrock_agent.agents;
    match *name.split('/').collect::<Vec<_>>() {
        ["agent", id] => agents.get_mut(id).map(|agent| &mut agent.tags).ok_or_else(not_found),
        ["agent-alias", agent, id] => {
            let alias = agents.get_mut(agent).and_then(|agent| agent.aliases.get_mut(id));
            alias.map(|alias| &mut alias.tags).ok_or_else(not_found)
        }
        ["knowledge-base" | "flow" | "prompt", ..] => Err(not_found()),
        _ => Err(not_taggable(arn)),
    }
}

fn not_taggable(arn: &str) -> Refusal {
    validation(format!(
        "1 validation error detected: Value '{arn}' at 'resourceArn' failed to satisfy constraint: Member must be the \
         ARN of an agent, agent-alias, knowledge-base, flow or prompt"
    ))
}
