//! An agent's collaborators: other agents, by their aliases.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refusals::{name_taken, not_found, validation};
use super::token::{self, Made, Tokened};
use super::{find, input, page, shapes};
use crate::calendar::iso_millis;
use crate::call::{Body, Call, Reply};
use crate::clock::Millis;
use crate::refusal::Refusal;

/// One collaborator of the draft, or of a version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Collaborator {
    id: String,
    definition: Definition,
    made: Option<Made>,
    created_at: Millis,
    updated_at: Millis,
}

/// What a client sets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Definition {
    agent_descriptor: Value,
    collaborator_name: String,
    collaboration_instruction: String,
    #[serde(default = "no_relay")]
    relay_conversation_history: String,
}

fn no_relay() -> String {
    "DISABLED".to_owned()
}

impl Tokened for Collaborator {
    fn made(&self) -> Option<&Made> {
        self.made.as_ref()
    }
}

impl Collaborator {
    /// The `AgentCollaborator` of answers, which a summary repeats.
    fn describe(&self, agent_id: &str, version: &str) -> Value {
        let mut members = input::members(&self.definition);
        members.extend(input::members(&json!({
            "agentId": agent_id,
            "agentVersion": version,
            "collaboratorId": self.id,
            "createdAt": iso_millis(self.created_at),
            "lastUpdatedAt": iso_millis(self.updated_at),
        })));
        members.into()
    }
}

pub(super) fn associate(call: &mut Call<'_>, agent_id: &str, version: &str) -> Result<Reply, Refusal> {
    let operation = "AssociateAgentCollaborator";
    input::part(operation, "agentVersion", &shapes::DRAFT_VERSION, version)?;
    let request = input::body(call, operation, shapes::ASSOCIATE_COLLABORATOR)?;
    let definition: Definition = input::typed(&request)?;
    let now = call.now;
    must_be_an_alias(call, &definition)?;
    let agent = find::agent(call, operation, agent_id)?;
    if let Some(collaborator) = token::replay(&request, agent.collaborators.values())? {
        return Ok(wrote(operation, agent_id, collaborator));
    }
    agent.must_take("Create")?;
    must_be_free(&agent.collaborators, "Create", &definition, None)?;
    let id = call.world.next_id();
    let made = Made::by(&request);
    let collaborator = Collaborator { id: id.clone(), definition, made, created_at: now, updated_at: now };
    let reply = wrote(operation, agent_id, &collaborator);
    let agent = find::agent(call, operation, agent_id)?;
    agent.collaborators.insert(id, collaborator);
    agent.unprepare();
    Ok(reply)
}

/// Overwrites the whole definition.
pub(super) fn update(call: &mut Call<'_>, agent_id: &str, version: &str, id: &str) -> Result<Reply, Refusal> {
    let operation = "UpdateAgentCollaborator";
    input::part(operation, "agentVersion", &shapes::DRAFT_VERSION, version)?;
    input::part(operation, "collaboratorId", &shapes::ID, id)?;
    let request = input::body(call, operation, shapes::UPDATE_COLLABORATOR)?;
    let definition: Definition = input::typed(&request)?;
    let now = call.now;
    must_be_an_alias(call, &definition)?;
    let agent = find::agent(call, operation, agent_id)?;
    agent.must_take("Update")?;
    must_be_free(&agent.collaborators, "Update", &definition, Some(id))?;
    let collaborator = agent.collaborators.get_mut(id).ok_or_else(not_found)?;
    (collaborator.definition, collaborator.updated_at) = (definition, now);
    let reply = wrote(operation, agent_id, collaborator);
    agent.unprepare();
    Ok(reply)
}

pub(super) fn get(call: &mut Call<'_>, agent_id: &str, version: &str, id: &str) -> Result<Reply, Refusal> {
    let operation = "GetAgentCollaborator";
    input::part(operation, "collaboratorId", &shapes::ID, id)?;
    input::nothing(call, operation)?;
    let collaborator = of_version(call, operation, agent_id, version)?.get(id).ok_or_else(not_found)?;
    Ok(Reply::read(operation, json!({ "agentCollaborator": collaborator.describe(agent_id, version) })))
}

pub(super) fn disassociate(call: &mut Call<'_>, agent_id: &str, version: &str, id: &str) -> Result<Reply, Refusal> {
    let operation = "DisassociateAgentCollaborator";
    input::part(operation, "agentVersion", &shapes::DRAFT_VERSION, version)?;
    input::part(operation, "collaboratorId", &shapes::ID, id)?;
    input::nothing(call, operation)?;
    let agent = find::agent(call, operation, agent_id)?;
    agent.must_take("Delete")?;
    agent.collaborators.remove(id).ok_or_else(not_found)?;
    agent.unprepare();
    Ok(Reply { status: 204, body: Body::Empty, operation, writes: true })
}

pub(super) fn list(call: &mut Call<'_>, agent_id: &str, version: &str) -> Result<Reply, Refusal> {
    let operation = "ListAgentCollaborators";
    let request = input::body(call, operation, shapes::PAGE)?;
    let collaborators = of_version(call, operation, agent_id, version)?;
    let summary = |(id, collaborator): (&String, &Collaborator)| (id.clone(), collaborator.describe(agent_id, version));
    let summaries = collaborators.iter().map(summary).collect();
    page::reply(operation, "agentCollaboratorSummaries", summaries, &request)
}

/// The draft's collaborators, or those frozen in a version.
fn of_version<'a>(
    call: &'a mut Call<'_>,
    operation: &str,
    agent_id: &str,
    version: &str,
) -> Result<&'a BTreeMap<String, Collaborator>, Refusal> {
    input::part(operation, "agentVersion", &shapes::ANY_VERSION, version)?;
    let agent = find::agent(call, operation, agent_id)?;
    match version {
        "DRAFT" => Ok(&agent.collaborators),
        number => Ok(&find::version(agent, number)?.collaborators),
    }
}

/// Refuses an ARN that is no alias of an agent here.
fn must_be_an_alias(call: &mut Call<'_>, definition: &Definition) -> Result<(), Refusal> {
    let arn = definition.agent_descriptor.get("aliasArn").and_then(Value::as_str).unwrap_or_default();
    let known = |alias: &super::alias::Alias| alias.arn == arn;
    if call.region().bedrock_agent.agents.values().any(|agent| agent.aliases.values().any(known)) {
        return Ok(());
    }
    Err(validation(format!("The agent alias {arn} of the collaborator does not exist.")))
}

fn must_be_free(
    collaborators: &BTreeMap<String, Collaborator>,
    verb: &str,
    definition: &Definition,
    own: Option<&str>,
) -> Result<(), Refusal> {
    let name = &definition.collaborator_name;
    let mut others = collaborators.values().filter(|collaborator| own != Some(collaborator.id.as_str()));
    match others.find(|collaborator| collaborator.definition.collaborator_name == *name) {
        Some(holder) => Err(name_taken(verb, name, &holder.id)),
        None => Ok(()),
    }
}

fn wrote(operation: &'static str, agent_id: &str, collaborator: &Collaborator) -> Reply {
    Reply::wrote(operation, 200, json!({ "agentCollaborator": collaborator.describe(agent_id, "DRAFT") }))
}
