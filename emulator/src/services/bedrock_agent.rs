//! bedrock-agent: agents, their action groups, versions and aliases, each passing through the states that AWS's do.
//!
//! What stands between two calls is a function of the time: each call first settles all that is over by then.

mod action_group;
mod agent;
mod agent_operations;
mod alias;
mod alias_operations;
pub(crate) mod check;
mod collaborator;
mod find;
mod input;
mod knowledge_base;
mod openapi;
mod page;
pub(crate) mod pattern;
mod permit;
mod prompt;
mod quota;
mod refusals;
pub(crate) mod routed;
mod shapes;
mod status;
mod tags;
mod token;
mod version;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::call::{Call, Reply};
use crate::clock::Millis;
use crate::refusal::Refusal;

/// The agents of one region, by id.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    agents: BTreeMap<String, agent::Agent>,
}

impl State {
    /// Ends every passing state whose time has come.
    pub(crate) fn settle(&mut self, now: Millis) {
        self.agents.retain(|_, agent| agent.settle(now));
    }

    /// What is there, one line a thing, sorted; without the test aliases. Settle first: what is being deleted is there.
    pub(crate) fn inventory(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for agent in self.agents.values() {
            let name = &agent.settings.agent_name;
            lines.push(format!("bedrock agent {name} ({})", agent.id));
            for group in agent.action_groups.values() {
                lines.push(format!("bedrock action group {} of {name}", group.definition.action_group_name));
            }
            for alias in agent.aliases.values() {
                lines.push(format!("bedrock alias {} of {name} ({})", alias.name, alias.id));
            }
            for number in agent.versions.keys() {
                lines.push(format!("bedrock agent version {number} of {name}"));
            }
        }
        lines.sort();
        lines
    }
}

/// Answers one call.
pub(crate) fn handle(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let now = call.now;
    call.region().bedrock_agent.settle(now);
    let path = call.path.clone();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match *path {
        ["agents", ref rest @ ..] => agents(call, rest),
        ["tags", ref arn @ ..] => tags(call, &arn.join("/")),
        _ => Err(unknown(call)),
    }
}

/// `/agents/` and all below it.
fn agents(call: &mut Call<'_>, rest: &[&str]) -> Result<Reply, Refusal> {
    match (call.method.as_str(), rest) {
        ("PUT", []) => agent_operations::create(call),
        ("POST", []) => agent_operations::list(call),
        ("GET", [id]) => agent_operations::get(call, id),
        ("PUT", [id]) => agent_operations::update(call, id),
        ("POST", [id]) => agent_operations::prepare(call, id),
        ("DELETE", [id]) => agent_operations::delete(call, id),
        (_, [id, "agentversions", rest @ ..]) => versions(call, id, rest),
        ("PUT", [id, "agentaliases"]) => alias_operations::create(call, id),
        ("POST", [id, "agentaliases"]) => alias_operations::list(call, id),
        ("GET", [id, "agentaliases", alias]) => alias_operations::get(call, id, alias),
        ("PUT", [id, "agentaliases", alias]) => alias_operations::update(call, id, alias),
        ("DELETE", [id, "agentaliases", alias]) => alias_operations::delete(call, id, alias),
        _ => Err(unknown(call)),
    }
}

/// `/agents/{id}/agentversions/` and all below it.
fn versions(call: &mut Call<'_>, id: &str, rest: &[&str]) -> Result<Reply, Refusal> {
    match (call.method.as_str(), rest) {
        ("POST", []) => version::list(call, id),
        ("GET", [number]) => version::get(call, id, number),
        ("DELETE", [number]) => version::delete(call, id, number),
        ("PUT", [number, "actiongroups"]) => action_group::create(call, id, number),
        ("POST", [number, "actiongroups"]) => action_group::list(call, id, number),
        ("GET", [number, "actiongroups", group]) => action_group::get(call, id, number, group),
        ("PUT", [number, "actiongroups", group]) => action_group::update(call, id, number, group),
        ("DELETE", [number, "actiongroups", group]) => action_group::delete(call, id, number, group),
        ("PUT", [number, "knowledgebases"]) => knowledge_base::associate(call, id, number),
        ("POST", [number, "knowledgebases"]) => knowledge_base::list(call, id, number),
        ("GET", [number, "knowledgebases", base]) => knowledge_base::get(call, id, number, base),
        ("PUT", [number, "knowledgebases", base]) => knowledge_base::update(call, id, number, base),
        ("DELETE", [number, "knowledgebases", base]) => knowledge_base::disassociate(call, id, number, base),
        ("PUT", [number, "agentcollaborators"]) => collaborator::associate(call, id, number),
        ("POST", [number, "agentcollaborators"]) => collaborator::list(call, id, number),
        ("GET", [number, "agentcollaborators", other]) => collaborator::get(call, id, number, other),
        ("PUT", [number, "agentcollaborators", other]) => collaborator::update(call, id, number, other),
        ("DELETE", [number, "agentcollaborators", other]) => collaborator::disassociate(call, id, number, other),
        _ => Err(unknown(call)),
    }
}

/// `/tags/{arn}`; the slashes of the ARN may come encoded or plain.
fn tags(call: &mut Call<'_>, arn: &str) -> Result<Reply, Refusal> {
    match call.method.as_str() {
        "POST" => tags::add(call, arn),
        "DELETE" => tags::remove(call, arn),
        "GET" => tags::list(call, arn),
        _ => Err(unknown(call)),
    }
}

fn unknown(call: &Call<'_>) -> Refusal {
    Refusal::not_emulated(format!("{} /{} of bedrock-agent", call.method, call.path.join("/")))
}
