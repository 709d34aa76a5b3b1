//! Versions: frozen copies of the draft with its action groups, cut by aliases.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::action_group::ActionGroup;
use super::agent::{Agent, Settings};
use super::collaborator::Collaborator;
use super::knowledge_base::KnowledgeBase;
use super::refusals::{conflict, not_found, validation};
use super::status::{Status, after};
use super::{find, input, page, shapes};
use crate::calendar::iso_millis;
use crate::call::{Call, Reply};
use crate::clock::Millis;
use crate::refusal::Refusal;

/// One numbered version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Version {
    pub(super) number: u32,
    pub(super) settings: Settings,
    pub(super) action_groups: BTreeMap<String, ActionGroup>,
    #[serde(default)]
    pub(super) knowledge_bases: BTreeMap<String, KnowledgeBase>,
    #[serde(default)]
    pub(super) collaborators: BTreeMap<String, Collaborator>,
    pub(super) created_at: Millis,
    /// When its deletion, once asked for, is done.
    pub(super) gone_at: Option<Millis>,
}

impl Version {
    /// Whether its deletion is done.
    pub(super) fn gone(&self, now: Millis) -> bool {
        self.gone_at.is_some_and(|gone_at| gone_at <= now)
    }

    fn status(&self) -> Status {
        if self.gone_at.is_some() { Status::Deleting } else { Status::Prepared }
    }

    /// The `AgentVersion` of answers, which names neither orchestration nor client token.
    fn describe(&self, agent: &Agent) -> Value {
        let mut members = self.settings.members();
        members.shift_remove("orchestrationType");
        members.shift_remove("customOrchestration");
        members.extend(input::members(&json!({
            "agentId": agent.id,
            "agentArn": agent.arn,
            "version": self.number.to_string(),
            "agentStatus": self.status(),
            "createdAt": iso_millis(self.created_at),
            "updatedAt": iso_millis(self.created_at),
        })));
        members.into()
    }

    fn summary(&self) -> Value {
        let number = self.number.to_string();
        summary(&self.settings, &number, self.status(), (self.created_at, self.created_at))
    }
}

/// An `AgentVersionSummary`; `moments` are when it was created and updated.
fn summary(settings: &Settings, number: &str, status: Status, moments: (Millis, Millis)) -> Value {
    let mut summary = json!({
        "agentName": settings.agent_name,
        "agentStatus": status,
        "agentVersion": number,
        "createdAt": iso_millis(moments.0),
        "updatedAt": iso_millis(moments.1),
    });
    if let Some(description) = &settings.description {
        summary["description"] = json!(description);
    }
    if let Some(guardrail) = &settings.guardrail_configuration {
        summary["guardrailConfiguration"] = guardrail.clone();
    }
    summary
}

pub(super) fn get(call: &mut Call<'_>, agent_id: &str, number: &str) -> Result<Reply, Refusal> {
    let operation = "GetAgentVersion";
    input::part(operation, "agentVersion", &shapes::NUMERICAL_VERSION, number)?;
    input::nothing(call, operation)?;
    let agent = find::agent(call, operation, agent_id)?;
    let version = find::version(agent, number)?;
    Ok(Reply::read(operation, json!({ "agentVersion": version.describe(agent) })))
}

/// The draft is listed with the numbered versions.
pub(super) fn list(call: &mut Call<'_>, agent_id: &str) -> Result<Reply, Refusal> {
    let operation = "ListAgentVersions";
    let request = input::body(call, operation, shapes::PAGE)?;
    let agent = find::agent(call, operation, agent_id)?;
    let draft = summary(&agent.settings, "DRAFT", agent.status, (agent.created_at, agent.updated_at));
    let mut summaries = vec![(String::new(), draft)];
    // Five digits at most, so that the keys sort as the numbers do.
    summaries.extend(agent.versions.iter().map(|(number, version)| (format!("{number:05}"), version.summary())));
    page::reply(operation, "agentVersionSummaries", summaries, &request)
}

/// A version that an alias routes to is deleted only with `skipResourceInUseCheck=true`; the alias is then dissociated.
pub(super) fn delete(call: &mut Call<'_>, agent_id: &str, number: &str) -> Result<Reply, Refusal> {
    let operation = "DeleteAgentVersion";
    input::part(operation, "agentVersion", &shapes::NUMERICAL_VERSION, number)?;
    let skip = input::skip_in_use_check(call, operation)?;
    let (now, lasts) = (call.now, call.timing.agent_delete);
    let agent = find::agent(call, operation, agent_id)?;
    let version = find::version(agent, number)?;
    agent.status.must_rest("Delete")?;
    if version.gone_at.is_some() {
        let text = "Delete operation can't be performed on AgentVersion when it is in Deleting state.";
        return Err(validation(text));
    }
    let number = version.number;
    if !skip && agent.aliases.values().any(|alias| alias.needs(number)) {
        return Err(conflict(format!(
            "Could not delete Agent version {number} of Agent with ID {agent_id}, since an alias is associated with it"
        )));
    }
    for alias in agent.aliases.values_mut().filter(|alias| alias.routes_to(number)) {
        alias.dissociate(now);
    }
    let version = agent.versions.get_mut(&number).ok_or_else(not_found)?;
    version.gone_at = Some(after(now, lasts));
    let body = json!({ "agentId": agent_id, "agentVersion": number.to_string(), "agentStatus": version.status() });
    Ok(Reply::wrote(operation, 202, body))
}
