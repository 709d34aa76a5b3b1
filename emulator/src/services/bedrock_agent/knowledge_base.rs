//! An agent's associations with knowledge bases. Knowledge bases themselves are not emulated: any id is accepted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refusals::{conflict, not_found};
use super::{find, input, page, shapes};
use crate::calendar::iso_millis;
use crate::call::{Body, Call, Reply};
use crate::clock::Millis;
use crate::refusal::Refusal;

/// One association of the draft, or of a version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct KnowledgeBase {
    id: String,
    description: String,
    state: String,
    created_at: Millis,
    updated_at: Millis,
}

impl KnowledgeBase {
    fn describe(&self, agent_id: &str, version: &str) -> Value {
        let mut members = self.summary();
        members["agentId"] = json!(agent_id);
        members["agentVersion"] = json!(version);
        members["createdAt"] = json!(iso_millis(self.created_at));
        members
    }

    fn summary(&self) -> Value {
        json!({
            "knowledgeBaseId": self.id,
            "description": self.description,
            "knowledgeBaseState": self.state,
            "updatedAt": iso_millis(self.updated_at),
        })
    }
}

pub(super) fn associate(call: &mut Call<'_>, agent_id: &str, version: &str) -> Result<Reply, Refusal> {
    let operation = "AssociateAgentKnowledgeBase";
    input::part(operation, "agentVersion", &shapes::DRAFT_VERSION, version)?;
    let request = input::body(call, operation, shapes::ASSOCIATE_KNOWLEDGE_BASE)?;
    let id = input::string(&request, "knowledgeBaseId").unwrap_or_default();
    let now = call.now;
    let agent = find::agent(call, operation, agent_id)?;
    agent.must_take("Create")?;
    if agent.knowledge_bases.contains_key(&id) {
        return Err(conflict(format!("The knowledge base {id} is already associated with the agent {agent_id}.")));
    }
    let base = KnowledgeBase {
        id: id.clone(),
        description: input::string(&request, "description").unwrap_or_default(),
        state: input::string(&request, "knowledgeBaseState").unwrap_or_else(|| "ENABLED".to_owned()),
        created_at: now,
        updated_at: now,
    };
    let reply = wrote(operation, agent_id, &base);
    agent.knowledge_bases.insert(id, base);
    agent.unprepare();
    Ok(reply)
}

pub(super) fn update(call: &mut Call<'_>, agent_id: &str, version: &str, id: &str) -> Result<Reply, Refusal> {
    let operation = "UpdateAgentKnowledgeBase";
    input::part(operation, "agentVersion", &shapes::DRAFT_VERSION, version)?;
    input::part(operation, "knowledgeBaseId", &shapes::ID, id)?;
    let request = input::body(call, operation, shapes::UPDATE_KNOWLEDGE_BASE)?;
    let now = call.now;
    let agent = find::agent(call, operation, agent_id)?;
    agent.must_take("Update")?;
    let base = agent.knowledge_bases.get_mut(id).ok_or_else(not_found)?;
    base.description = input::string(&request, "description").unwrap_or_else(|| base.description.clone());
    base.state = input::string(&request, "knowledgeBaseState").unwrap_or_else(|| base.state.clone());
    base.updated_at = now;
    let reply = wrote(operation, agent_id, base);
    agent.unprepare();
    Ok(reply)
}

pub(super) fn get(call: &mut Call<'_>, agent_id: &str, version: &str, id: &str) -> Result<Reply, Refusal> {
    let operation = "GetAgentKnowledgeBase";
    input::part(operation, "knowledgeBaseId", &shapes::ID, id)?;
    input::nothing(call, operation)?;
    let base = of_version(call, operation, agent_id, version)?.get(id).ok_or_else(not_found)?;
    Ok(Reply::read(operation, json!({ "agentKnowledgeBase": base.describe(agent_id, version) })))
}

pub(super) fn disassociate(call: &mut Call<'_>, agent_id: &str, version: &str, id: &str) -> Result<Reply, Refusal> {
    let operation = "DisassociateAgentKnowledgeBase";
    input::part(operation, "agentVersion", &shapes::DRAFT_VERSION, version)?;
    input::part(operation, "knowledgeBaseId", &shapes::ID, id)?;
    input::nothing(call, operation)?;
    let agent = find::agent(call, operation, agent_id)?;
    agent.must_take("Delete")?;
    agent.knowledge_bases.remove(id).ok_or_else(not_found)?;
    agent.unprepare();
    Ok(Reply { status: 204, body: Body::Empty, operation, writes: true })
}

pub(super) fn list(call: &mut Call<'_>, agent_id: &str, version: &str) -> Result<Reply, Refusal> {
    let operation = "ListAgentKnowledgeBases";
    let request = input::body(call, operation, shapes::PAGE)?;
    let bases = of_version(call, operation, agent_id, version)?;
    let summaries = bases.iter().map(|(id, base)| (id.clone(), base.summary())).collect();
    page::reply(operation, "agentKnowledgeBaseSummaries", summaries, &request)
}

/// The draft's associations, or those frozen in a version.
fn of_version<'a>(
    call: &'a mut Call<'_>,
    operation: &str,
    agent_id: &str,
    version: &str,
) -> Result<&'a BTreeMap<String, KnowledgeBase>, Refusal> {
    input::part(operation, "agentVersion", &shapes::ANY_VERSION, version)?;
    let agent = find::agent(call, operation, agent_id)?;
    match version {
        "DRAFT" => Ok(&agent.knowledge_bases),
        number => Ok(&find::version(agent, number)?.knowledge_bases),
    }
}

fn wrote(operation: &'static str, agent_id: &str, base: &KnowledgeBase) -> Reply {
    Reply::wrote(operation, 200, json!({ "agentKnowledgeBase": base.describe(agent_id, "DRAFT") }))
}
