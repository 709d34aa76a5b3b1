//! `CreateAgent`, `GetAgent`, `UpdateAgent`, `PrepareAgent`, `DeleteAgent` and `ListAgents`.

use std::collections::BTreeMap;

use serde_json::json;

use super::agent::{Agent, Settings};
use super::permit::{self, Deed};
use super::quota::Asked;
use super::refusals::{conflict, denied, name_taken, validation};
use super::status::{Passing, Status, Then};
use super::tags;
use super::token::{self, Made};
use super::{find, input, page, shapes};
use crate::calendar::iso_millis;
use crate::call::{Call, Reply};
use crate::refusal::Refusal;
use crate::services::bedrock;

/// AWS's text for an account that may not create agents, as recorded on 2026-08-06.
const IN_MAINTENANCE: &str = "Bedrock Agents is in Maintenance Mode. New agent creation is not available for accounts \
    without prior service usage. To learn more visit \
    https://docs.aws.amazon.com/bedrock/latest/userguide/agents-maintenance-mode.html.";

pub(super) fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let operation = "CreateAgent";
    let request = input::body(call, operation, shapes::CREATE_AGENT)?;
    if call.closed_to_new_agents {
        return Err(denied(IN_MAINTENANCE));
    }
    if let Some(agent) = token::replay(&request, call.region().bedrock_agent.agents.values())? {
        return Ok(Reply::wrote(operation, 202, json!({ "agent": agent.describe() })));
    }
    let settings: Settings = input::typed(&request)?;
    settings.check()?;
    let arn = format!("arn:aws:bedrock:{}:{}:agent/", call.region, call.account);
    permit::check(call, &Deed { operation, verb: "create", agent: format!("{arn}*") }, &settings)?;
    let asked = Asked { operation, account: call.account };
    asked.instruction(settings.instruction.as_deref())?;
    asked.agents(call.region().bedrock_agent.agents.len() + 1)?;
    let tags = tags::given(asked, &request)?;

    let (now, lasts, id) = (call.now, call.timing.agent_create, call.world.next_id());
    let agents = &mut call.region().bedrock_agent.agents;
    // AWS finds a taken name only after it has answered, and so leaves a failed agent behind.
    let ghost = holder(agents, &settings.agent_name, None).is_some();
    let then = if ghost {
        Then::Fail("Cannot create a new agent as an agent with the same name already exists.".to_owned())
    } else {
        Then::Rest(Status::NotPrepared)
    };
    let agent = Agent {
        arn: format!("{arn}{id}"),
        id: id.clone(),
        settings,
        status: Status::Creating,
        passing: Some(Passing::from(now, lasts, then)),
        failure_reasons: Vec::new(),
        ghost,
        made: Made::by(&request),
        tags,
        action_groups: BTreeMap::new(),
        knowledge_bases: BTreeMap::new(),
        collaborators: BTreeMap::new(),
        aliases: BTreeMap::new(),
        versions: BTreeMap::new(),
        last_version: 0,
        created_at: now,
        updated_at: now,
        prepared_at: None,
    };
    let reply = Reply::wrote(operation, 202, json!({ "agent": agent.describe() }));
    agents.insert(id, agent);
    Ok(reply)
}

/// The id of the agent that has this name, other than `own`.
fn holder(agents: &BTreeMap<String, Agent>, name: &str, own: Option<&str>) -> Option<String> {
    let others = agents.values().filter(|agent| own != Some(agent.id.as_str()) && !agent.ghost);
    others.filter(|agent| agent.settings.agent_name == name).map(|agent| agent.id.clone()).next()
}

pub(super) fn get(call: &mut Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let operation = "GetAgent";
    input::nothing(call, operation)?;
    let agent = find::agent(call, operation, id)?;
    Ok(Reply::read(operation, json!({ "agent": agent.describe() })))
}

/// Overwrites all settings: what the request omits is reset.
pub(super) fn update(call: &mut Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let operation = "UpdateAgent";
    let request = input::body(call, operation, shapes::UPDATE_AGENT)?;
    let settings: Settings = input::typed(&request)?;
    settings.check()?;
    let agent = find::agent(call, operation, id)?;
    agent.must_take("Update")?;
    let deed = Deed { operation, verb: "update", agent: agent.arn.clone() };
    permit::check(call, &deed, &settings)?;
    Asked { operation, account: call.account }.instruction(settings.instruction.as_deref())?;
    let name = &settings.agent_name;
    if let Some(holder) = holder(&call.region().bedrock_agent.agents, name, Some(id)) {
        return Err(name_taken("Update", name, &holder));
    }

    let (now, lasts) = (call.now, call.timing.agent_update);
    let agent = find::agent(call, operation, id)?;
    agent.settings = settings;
    agent.updated_at = now;
    agent.pass(Status::Updating, now, lasts, Then::Rest(Status::NotPrepared));
    Ok(Reply::wrote(operation, 202, json!({ "agent": agent.describe() })))
}

/// Makes the draft usable; a model that is not there fails it.
pub(super) fn prepare(call: &mut Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let operation = "PrepareAgent";
    input::nothing(call, operation)?;
    let agent = find::agent(call, operation, id)?;
    agent.must_take("Prepare")?;
    let model = whole(agent)?.to_owned();
    let then = if bedrock::knows(&model, call.region, call.account) {
        Then::Rest(Status::Prepared)
    } else {
        Then::Fail(bedrock::no_such_model(call.region, call.account, call.now))
    };

    let (now, lasts) = (call.now, call.timing.agent_prepare);
    let agent = find::agent(call, operation, id)?;
    agent.pass(Status::Preparing, now, lasts, then);
    let body = json!({
        "agentId": id,
        "agentStatus": agent.status,
        "agentVersion": "DRAFT",
        "preparedAt": iso_millis(now),
    });
    Ok(Reply::wrote(operation, 202, body))
}

/// The model of an agent that has all that it needs to be prepared.
fn whole(agent: &Agent) -> Result<&str, Refusal> {
    let settings = &agent.settings;
    let missing = |what: &str| validation(format!("Prepare operation can't be performed on Agent without {what}."));
    if settings.agent_resource_role_arn.is_none() {
        return Err(missing("agentResourceRoleArn"));
    }
    if settings.instruction.is_none() {
        return Err(missing("instruction"));
    }
    let collaboration = &settings.agent_collaboration;
    if collaboration != "DISABLED" && agent.collaborators.is_empty() {
        return Err(validation(format!(
            "The AgentCollaboration attribute is set to {collaboration} but no agent collaborators are added."
        )));
    }
    settings.foundation_model.as_deref().ok_or_else(|| missing("foundationModel"))
}

/// Takes the draft, the versions and the action groups along; with the check skipped, the aliases too.
pub(super) fn delete(call: &mut Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let operation = "DeleteAgent";
    let skip = input::skip_in_use_check(call, operation)?;
    let (now, lasts) = (call.now, call.timing.agent_delete);
    let agent = find::agent(call, operation, id)?;
    agent.status.must_rest("Delete")?;
    if !skip && !agent.aliases.is_empty() {
        return Err(conflict(format!("Could not delete Agent with ID {id}, since it has active aliases")));
    }
    agent.pass(Status::Deleting, now, lasts, Then::Gone);
    Ok(Reply::wrote(operation, 202, json!({ "agentId": id, "agentStatus": agent.status })))
}

pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let operation = "ListAgents";
    let request = input::body(call, operation, shapes::PAGE)?;
    let agents = &call.region().bedrock_agent.agents;
    let summaries = agents.iter().map(|(id, agent)| (id.clone(), agent.summary())).collect();
    page::reply(operation, "agentSummaries", summaries, &request)
}
