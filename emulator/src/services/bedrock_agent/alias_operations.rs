//! The five operations on aliases. An alias made or updated without a routing configuration cuts a new version.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::agent::Agent;
use super::alias::{
    Alias, AliasPassing, AliasStatus, InvocationState, Next, Route, TEST_ALIAS, TEST_ALIAS_NAME, test_alias,
};
use super::quota::Asked;
use super::refusals::{name_taken, not_found, validation};
use super::status::{Status, Then, after};
use super::token::{self, Made};
use super::{find, input, page, shapes, tags};
use crate::call::{Call, Reply};
use crate::refusal::Refusal;

pub(super) fn create(call: &mut Call<'_>, agent_id: &str) -> Result<Reply, Refusal> {
    let operation = "CreateAgentAlias";
    let request = input::body(call, operation, shapes::CREATE_ALIAS)?;
    let name = input::string(&request, "agentAliasName").unwrap_or_default();
    let asked = Asked { operation, account: call.account };
    let (now, lasts, arn) = (call.now, call.timing.alias_change, alias_arn(call, agent_id));
    let agent = find::agent(call, operation, agent_id)?;
    if let Some(alias) = token::replay(&request, agent.aliases.values())? {
        return Ok(wrote(operation, agent_id, alias));
    }
    agent.status.must_be_prepared_for_alias("Create")?;
    must_be_free(agent, "Create", &name, None)?;
    asked.aliases(agent.aliases.len() + 1)?;
    let tags = tags::given(asked, &request)?;
    let wanted = wanted_route(agent, &request)?;

    let id = call.world.next_id();
    let agent = find::agent(call, operation, agent_id)?;
    let alias = Alias {
        arn: format!("{arn}{id}"),
        id: id.clone(),
        name,
        description: input::string(&request, "description"),
        status: AliasStatus::Creating,
        passing: Some(AliasPassing { until: after(now, lasts), next: Next::RouteTo(wanted.route(agent)) }),
        route: None,
        invocation_state: InvocationState::default(),
        history: VecDeque::new(),
        made: Made::by(&request),
        tags,
        created_at: now,
        updated_at: now,
    };
    if wanted.version.is_none() {
        agent.pass(Status::Versioning, now, lasts, Then::Rest(Status::Prepared));
    }
    let reply = wrote(operation, agent_id, &alias);
    agent.aliases.insert(id, alias);
    Ok(reply)
}

/// Overwrites name, description and invocation state: what the request omits is reset.
pub(super) fn update(call: &mut Call<'_>, agent_id: &str, id: &str) -> Result<Reply, Refusal> {
    let operation = "UpdateAgentAlias";
    input::part(operation, "agentAliasId", &shapes::ALIAS_ID, id)?;
    let request = input::body(call, operation, shapes::UPDATE_ALIAS)?;
    let name = input::string(&request, "agentAliasName").unwrap_or_default();
    let invocation_state = request.get("aliasInvocationState").map(input::typed).transpose()?;
    let (now, lasts) = (call.now, call.timing.alias_change);
    let agent = find::agent(call, operation, agent_id)?;
    must_be_own(agent, "Update", id)?;
    let wanted = wanted_route(agent, &request)?;
    match wanted.version {
        None => agent.status.must_be_prepared_for_alias("Update")?,
        // Nothing is cut, so a draft that is not prepared does not matter.
        Some(_) => agent.status.must_rest_for_alias("Update")?,
    }
    must_be_free(agent, "Update", &name, Some(id))?;

    let route = wanted.route(agent);
    if wanted.version.is_none() {
        agent.pass(Status::Versioning, now, lasts, Then::Rest(Status::Prepared));
    }
    let alias = agent.aliases.get_mut(id).ok_or_else(not_found)?;
    alias.name = name;
    alias.description = input::string(&request, "description");
    alias.invocation_state = invocation_state.unwrap_or_default();
    alias.status = AliasStatus::Updating;
    alias.passing = Some(AliasPassing { until: after(now, lasts), next: Next::RouteTo(route) });
    alias.updated_at = now;
    Ok(wrote(operation, agent_id, alias))
}

pub(super) fn get(call: &mut Call<'_>, agent_id: &str, id: &str) -> Result<Reply, Refusal> {
    let operation = "GetAgentAlias";
    input::part(operation, "agentAliasId", &shapes::ALIAS_ID, id)?;
    input::nothing(call, operation)?;
    let arn = alias_arn(call, agent_id);
    let agent = find::agent(call, operation, agent_id)?;
    let alias = match agent.aliases.get(id) {
        Some(alias) => alias.describe(agent_id),
        None if id == TEST_ALIAS => {
            let mut alias = test_alias(agent.created_at);
            alias["agentId"] = json!(agent_id);
            alias["agentAliasArn"] = json!(format!("{arn}{TEST_ALIAS}"));
            alias
        }
        None => return Err(not_found()),
    };
    Ok(Reply::read(operation, json!({ "agentAlias": alias })))
}

pub(super) fn delete(call: &mut Call<'_>, agent_id: &str, id: &str) -> Result<Reply, Refusal> {
    let operation = "DeleteAgentAlias";
    input::part(operation, "agentAliasId", &shapes::ALIAS_ID, id)?;
    input::nothing(call, operation)?;
    let (now, lasts) = (call.now, call.timing.alias_delete);
    let agent = find::agent(call, operation, agent_id)?;
    must_be_own(agent, "Delete", id)?;
    let alias = agent.aliases.get_mut(id).ok_or_else(not_found)?;
    alias.status = AliasStatus::Deleting;
    alias.passing = Some(AliasPassing { until: after(now, lasts), next: Next::Gone });
    let body = json!({ "agentId": agent_id, "agentAliasId": id, "agentAliasStatus": alias.status });
    Ok(Reply::wrote(operation, 202, body))
}

/// The test alias is listed with the others.
pub(super) fn list(call: &mut Call<'_>, agent_id: &str) -> Result<Reply, Refusal> {
    let operation = "ListAgentAliases";
    let request = input::body(call, operation, shapes::PAGE)?;
    let agent = find::agent(call, operation, agent_id)?;
    let mut summaries: Vec<(String, Value)> =
        agent.aliases.iter().map(|(id, alias)| (id.clone(), alias.summary())).collect();
    summaries.push((TEST_ALIAS.to_owned(), test_alias(agent.created_at)));
    page::reply(operation, "agentAliasSummaries", summaries, &request)
}

/// Where a request wants its alias to route.
struct WantedRoute {
    /// None cuts a new version.
    version: Option<u32>,
    provisioned_throughput: Option<String>,
}

impl WantedRoute {
    /// The route, with the number of the version that is about to be cut where the request names none.
    fn route(&self, agent: &Agent) -> Route {
        Route {
            version: self.version.unwrap_or(agent.last_version + 1),
            provisioned_throughput: self.provisioned_throughput.clone(),
        }
    }
}

fn wanted_route(agent: &Agent, request: &Value) -> Result<WantedRoute, Refusal> {
    let item = request.get("routingConfiguration").and_then(|list| list.get(0));
    let version = match item.and_then(|item| item.get("agentVersion")).and_then(Value::as_str) {
        None => None,
        Some("DRAFT") => {
            return Err(validation(
                "The agent version DRAFT can't be used in the routing configuration of an agent alias.",
            ));
        }
        Some(number) => {
            let version = find::version(agent, number)?;
            if version.gone_at.is_some() {
                return Err(not_found());
            }
            Some(version.number)
        }
    };
    let provisioned_throughput = item.and_then(|item| input::string(item, "provisionedThroughput"));
    Ok(WantedRoute { version, provisioned_throughput })
}

/// Refuses the test alias, an alias that is not there, and one in a passing state.
fn must_be_own(agent: &Agent, verb: &str, id: &str) -> Result<(), Refusal> {
    if id == TEST_ALIAS {
        return Err(validation(format!("{verb} operation can't be performed on AgentAlias {TEST_ALIAS}.")));
    }
    agent.aliases.get(id).ok_or_else(not_found)?.must_rest(verb)
}

/// Refuses a name that another alias of the agent has.
fn must_be_free(agent: &Agent, verb: &str, name: &str, own: Option<&str>) -> Result<(), Refusal> {
    let mut others = agent.aliases.values().filter(|alias| own != Some(alias.id.as_str()));
    match others.find(|alias| alias.name == name) {
        Some(holder) => Err(name_taken(verb, name, &holder.id)),
        None if name == TEST_ALIAS_NAME => Err(name_taken(verb, name, TEST_ALIAS)),
        None => Ok(()),
    }
}

/// The ARN of the agent's aliases, up to their id.
fn alias_arn(call: &Call<'_>, agent_id: &str) -> String {
    format!("arn:aws:bedrock:{}:{}:agent-alias/{agent_id}/", call.region, call.account)
}

fn wrote(operation: &'static str, agent_id: &str, alias: &Alias) -> Reply {
    Reply::wrote(operation, 202, json!({ "agentAlias": alias.describe(agent_id) }))
}
