//! Lists of what an emulated agent never has: knowledge bases and collaborators.

use super::{find, input, page, shapes};
use crate::call::{Call, Reply};
use crate::refusal::Refusal;

pub(super) fn knowledge_bases(call: &mut Call<'_>, agent_id: &str, version: &str) -> Result<Reply, Refusal> {
    empty(call, ("ListAgentKnowledgeBases", "agentKnowledgeBaseSummaries"), agent_id, version)
}

pub(super) fn collaborators(call: &mut Call<'_>, agent_id: &str, version: &str) -> Result<Reply, Refusal> {
    empty(call, ("ListAgentCollaborators", "agentCollaboratorSummaries"), agent_id, version)
}

/// An empty page of an operation and its member, for an agent and a version that must be there.
fn empty(
    call: &mut Call<'_>,
    (operation, member): (&'static str, &str),
    agent_id: &str,
    version: &str,
) -> Result<Reply, Refusal> {
    input::part(operation, "agentVersion", &shapes::ANY_VERSION, version)?;
    let request = input::body(call, operation, shapes::PAGE)?;
    let agent = find::agent(call, operation, agent_id)?;
    if version != "DRAFT" {
        find::version(agent, version)?;
    }
    page::reply(operation, member, Vec::new(), &request)
}
