//! Action groups: their definition, and the five operations on them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::agent::Agent;
use super::quota::{self, Asked};
use super::refusals::{name_taken, not_found, validation};
use super::token::{self, Made, Tokened};
use super::{find, input, openapi, page, shapes};
use crate::calendar::iso_millis;
use crate::call::{Body, Call, Reply};
use crate::clock::Millis;
use crate::refusal::Refusal;

/// An action group of the draft, or of a version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ActionGroup {
    id: String,
    pub(super) definition: Definition,
    made: Option<Made>,
    created_at: Millis,
    updated_at: Millis,
}

/// What a client sets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Definition {
    pub(super) action_group_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    /// The answers call it `parentActionSignature`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) parent_action_group_signature: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_action_group_signature_params: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) action_group_executor: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_schema: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) function_schema: Option<Value>,
    #[serde(default)]
    action_group_state: ActionGroupState,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ActionGroupState {
    #[default]
    Enabled,
    Disabled,
}

impl Tokened for ActionGroup {
    fn made(&self) -> Option<&Made> {
        self.made.as_ref()
    }
}

impl Definition {
    /// Refuses what no single member's shape can tell.
    fn check(&self) -> Result<(), Refusal> {
        let schemas = [&self.api_schema, &self.function_schema].into_iter().flatten().count();
        let Some(signature) = &self.parent_action_group_signature else {
            return match (schemas, &self.api_schema) {
                (1, Some(schema)) => openapi::check(&self.action_group_name, schema),
                (1, None) => Ok(()),
                _ => Err(validation(
                    "Failed to create or update ActionGroup. Try providing either apiSchema or functionSchema",
                )),
            };
        };
        if schemas > 0 || self.description.is_some() || self.action_group_executor.is_some() {
            return Err(validation(format!(
                "description, apiSchema, functionSchema and actionGroupExecutor must be blank for an ActionGroup with \
                 parentActionGroupSignature {signature}"
            )));
        }
        Ok(())
    }
}

impl ActionGroup {
    pub(super) fn enabled(&self) -> bool {
        self.definition.action_group_state == ActionGroupState::Enabled
    }

    /// The `AgentActionGroup` of answers, as part of `version` (`DRAFT` or a number).
    fn describe(&self, agent_id: &str, version: &str) -> Value {
        let mut members = input::members(&self.definition);
        if let Some(signature) = members.shift_remove("parentActionGroupSignature") {
            members.insert("parentActionSignature".to_owned(), signature);
        }
        members.extend(input::members(&json!({
            "agentId": agent_id,
            "agentVersion": version,
            "actionGroupId": self.id,
            "createdAt": iso_millis(self.created_at),
            "updatedAt": iso_millis(self.updated_at),
        })));
        if let Some(made) = &self.made {
            members.insert("clientToken".to_owned(), json!(made.token));
        }
        members.into()
    }

    fn summary(&self) -> Value {
        let mut summary = json!({
            "actionGroupId": self.id,
            "actionGroupName": self.definition.action_group_name,
            "actionGroupState": self.definition.action_group_state,
            "updatedAt": iso_millis(self.updated_at),
        });
        if let Some(description) = &self.definition.description {
            summary["description"] = json!(description);
        }
        summary
    }
}

pub(super) fn create(call: &mut Call<'_>, agent_id: &str, version: &str) -> Result<Reply, Refusal> {
    let operation = "CreateAgentActionGroup";
    input::part(operation, "agentVersion", &shapes::DRAFT_VERSION, version)?;
    let request = input::body(call, operation, shapes::CREATE_ACTION_GROUP)?;
    let definition: Definition = input::typed(&request)?;
    definition.check()?;
    let (now, account) = (call.now, call.account);
    let agent = find::agent(call, operation, agent_id)?;
    if let Some(group) = token::replay(&request, agent.action_groups.values())? {
        return Ok(wrote(operation, agent_id, group));
    }
    agent.must_take("Create")?;
    must_fit(agent, Asked { operation, account }, "Create", &definition, None)?;

    let id = call.world.next_id();
    let group = ActionGroup { id: id.clone(), definition, made: Made::by(&request), created_at: now, updated_at: now };
    let reply = wrote(operation, agent_id, &group);
    let agent = find::agent(call, operation, agent_id)?;
    agent.action_groups.insert(id, group);
    agent.unprepare();
    Ok(reply)
}

/// Overwrites the whole definition: what the request omits is reset.
pub(super) fn update(call: &mut Call<'_>, agent_id: &str, version: &str, id: &str) -> Result<Reply, Refusal> {
    let operation = "UpdateAgentActionGroup";
    input::part(operation, "agentVersion", &shapes::DRAFT_VERSION, version)?;
    input::part(operation, "actionGroupId", &shapes::ID, id)?;
    let request = input::body(call, operation, shapes::UPDATE_ACTION_GROUP)?;
    let definition: Definition = input::typed(&request)?;
    definition.check()?;
    let (now, account) = (call.now, call.account);
    let agent = find::agent(call, operation, agent_id)?;
    if !agent.action_groups.contains_key(id) {
        return Err(not_found());
    }
    agent.must_take("Update")?;
    must_fit(agent, Asked { operation, account }, "Update", &definition, Some(id))?;
    agent.unprepare();
    let group = agent.action_groups.get_mut(id).ok_or_else(not_found)?;
    group.definition = definition;
    group.updated_at = now;
    Ok(wrote(operation, agent_id, group))
}

/// Refuses a taken name and what goes beyond a quota. `own` is the id of the group being changed.
fn must_fit(
    agent: &Agent,
    asked: Asked<'_>,
    verb: &str,
    definition: &Definition,
    own: Option<&str>,
) -> Result<(), Refusal> {
    let others: Vec<&ActionGroup> =
        agent.action_groups.values().filter(|group| own != Some(group.id.as_str())).collect();
    let name = &definition.action_group_name;
    if let Some(holder) = others.iter().find(|group| group.definition.action_group_name == *name) {
        return Err(name_taken(verb, name, &holder.id));
    }
    let enabled = others.iter().filter(|group| group.enabled()).count();
    let own_enabled = usize::from(definition.action_group_state == ActionGroupState::Enabled);
    asked.action_groups(others.len() + 1, enabled + own_enabled)?;
    let functions = others.iter().map(|group| quota::functions(group.definition.function_schema.as_ref()).len()).sum();
    asked.functions(definition.function_schema.as_ref(), functions)
}

pub(super) fn get(call: &mut Call<'_>, agent_id: &str, version: &str, id: &str) -> Result<Reply, Refusal> {
    let operation = "GetAgentActionGroup";
    input::part(operation, "actionGroupId", &shapes::ID, id)?;
    input::nothing(call, operation)?;
    let groups = of_version(call, operation, agent_id, version)?;
    let group = groups.get(id).ok_or_else(not_found)?;
    Ok(Reply::read(operation, json!({ "agentActionGroup": group.describe(agent_id, version) })))
}

/// An enabled group is deleted only with `skipResourceInUseCheck=true`.
pub(super) fn delete(call: &mut Call<'_>, agent_id: &str, version: &str, id: &str) -> Result<Reply, Refusal> {
    let operation = "DeleteAgentActionGroup";
    input::part(operation, "agentVersion", &shapes::DRAFT_VERSION, version)?;
    input::part(operation, "actionGroupId", &shapes::ID, id)?;
    let skip = input::skip_in_use_check(call, operation)?;
    let agent = find::agent(call, operation, agent_id)?;
    let group = agent.action_groups.get(id).ok_or_else(not_found)?;
    agent.must_take("Delete")?;
    if group.enabled() && !skip {
        let name = &group.definition.action_group_name;
        return Err(validation(format!(
            "ActionGroup with name {name} cannot be deleted when it is Enabled. Either use \
             SkipResourceInUseCheckOnDelete flag or mark it as Disabled."
        )));
    }
    agent.action_groups.remove(id);
    agent.unprepare();
    Ok(Reply { status: 204, body: Body::Empty, operation, writes: true })
}

pub(super) fn list(call: &mut Call<'_>, agent_id: &str, version: &str) -> Result<Reply, Refusal> {
    let operation = "ListAgentActionGroups";
    let request = input::body(call, operation, shapes::PAGE)?;
    let groups = of_version(call, operation, agent_id, version)?;
    let summaries = groups.iter().map(|(id, group)| (id.clone(), group.summary())).collect();
    page::reply(operation, "actionGroupSummaries", summaries, &request)
}

/// The draft's action groups, or those frozen in a version.
fn of_version<'a>(
    call: &'a mut Call<'_>,
    operation: &str,
    agent_id: &str,
    version: &str,
) -> Result<&'a BTreeMap<String, ActionGroup>, Refusal> {
    input::part(operation, "agentVersion", &shapes::ANY_VERSION, version)?;
    let agent = find::agent(call, operation, agent_id)?;
    match version {
        "DRAFT" => Ok(&agent.action_groups),
        number => Ok(&find::version(agent, number)?.action_groups),
    }
}

fn wrote(operation: &'static str, agent_id: &str, group: &ActionGroup) -> Reply {
    Reply::wrote(operation, 200, json!({ "agentActionGroup": group.describe(agent_id, "DRAFT") }))
}
