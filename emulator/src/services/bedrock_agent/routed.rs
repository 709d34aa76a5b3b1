//! What a call through an alias meets: the agent as the routed version froze it, or the draft behind the test alias.

use std::collections::BTreeMap;

use serde_json::Value;

use super::State;
use super::action_group::ActionGroup;
use super::agent::{Agent, Settings};
use super::alias::{Alias, AliasStatus, InvocationState, TEST_ALIAS};
use super::knowledge_base::KnowledgeBase;
use super::quota;
use super::refusals::validation;
use super::status::Status;
use crate::refusal::Refusal;

/// An agent as one alias shows it.
#[derive(Debug, Clone)]
pub(crate) struct Routed {
    pub(crate) agent_id: String,
    pub(crate) agent_arn: String,
    pub(crate) agent_name: String,
    pub(crate) alias_id: String,
    /// `DRAFT` or a number.
    pub(crate) version: String,
    /// What AWS finds wrong with the alias only once the stream has begun.
    pub(crate) trouble: Option<Trouble>,
    pub(crate) role: Option<String>,
    /// A model's or an inference profile's id or ARN.
    pub(crate) model: Option<String>,
    pub(crate) instruction: Option<String>,
    /// Idle seconds after which a session ends.
    pub(crate) session_ttl: u64,
    /// The enabled action groups, by name.
    pub(crate) groups: Vec<Group>,
}

/// Why an alias leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// `REJECT_INVOCATIONS`.
    Rejects,
    /// Its state, as AWS spells it.
    State(&'static str),
}

/// An action group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) executor: Executor,
    pub(crate) functions: Vec<Function>,
}

/// Who does what an action group can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Executor {
    /// The function with this ARN.
    Lambda(String),
    /// Whoever called the agent.
    ReturnControl,
}

/// A function of an action group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) parameters: Vec<Parameter>,
    /// Whether the user has to agree before it is called.
    pub(crate) confirmed: bool,
}

/// A parameter of a function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) description: String,
    /// `string`, `number`, `integer`, `boolean` or `array`.
    pub(crate) kind: String,
    pub(crate) required: bool,
}

/// The refusal of an agent or alias that is not there, in the words of the runtime.
fn not_found() -> Refusal {
    let text =
        "Failed to retrieve resource because it doesn't exist. Retry the request with a different resource identifier.";
    Refusal::new(404, "ResourceNotFoundException", text)
}

impl State {
    /// What is behind the alias of an agent. Settle first.
    pub(crate) fn routed(&self, agent_id: &str, alias_id: &str) -> Result<Routed, Refusal> {
        let agent = self.agents.get(agent_id).ok_or_else(not_found)?;
        if alias_id == TEST_ALIAS {
            must_be_prepared(agent)?;
            must_have_no_knowledge_base(&agent.knowledge_bases)?;
            return frozen(agent, alias_id, "DRAFT".to_owned(), (&agent.settings, &agent.action_groups), None);
        }
        let alias = agent.aliases.get(alias_id).ok_or_else(not_found)?;
        let version = alias.route.as_ref().and_then(|route| agent.versions.get(&route.version));
        if let Some(version) = version {
            must_have_no_knowledge_base(&version.knowledge_bases)?;
            let held = (&version.settings, &version.action_groups);
            return frozen(agent, alias_id, version.number.to_string(), held, trouble(alias));
        }
        let trouble = trouble(alias).unwrap_or(Trouble::State("DISSOCIATED"));
        frozen(agent, alias_id, "DRAFT".to_owned(), (&agent.settings, &BTreeMap::new()), Some(trouble))
    }
}

/// While a version is being cut, the draft stays as it was prepared.
fn must_be_prepared(agent: &Agent) -> Result<(), Refusal> {
    match agent.status {
        Status::Prepared | Status::Versioning => Ok(()),
        status => Err(status.refuse("Invoke")),
    }
}

fn trouble(alias: &Alias) -> Option<Trouble> {
    if alias.invocation_state == InvocationState::RejectInvocations {
        return Some(Trouble::Rejects);
    }
    match alias.status {
        // The old version answers until the alias has moved.
        AliasStatus::Prepared | AliasStatus::Updating => None,
        AliasStatus::Creating => Some(Trouble::State("CREATING")),
        AliasStatus::Deleting => Some(Trouble::State("DELETING")),
        AliasStatus::Dissociated => Some(Trouble::State("DISSOCIATED")),
    }
}

fn frozen(
    agent: &Agent,
    alias_id: &str,
    version: String,
    (settings, groups): (&Settings, &BTreeMap<String, ActionGroup>),
    trouble: Option<Trouble>,
) -> Result<Routed, Refusal> {
    must_be_plain(settings)?;
    let groups = groups.values().filter(|group| group.enabled());
    let groups: Vec<Option<Group>> = groups.map(group).collect::<Result<_, _>>()?;
    let mut groups: Vec<Group> = groups.into_iter().flatten().collect();
    groups.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Routed {
        agent_id: agent.id.clone(),
        agent_arn: agent.arn.clone(),
        agent_name: settings.agent_name.clone(),
        alias_id: alias_id.to_owned(),
        version,
        trouble,
        role: settings.agent_resource_role_arn.clone(),
        model: settings.foundation_model.clone(),
        instruction: settings.instruction.clone(),
        session_ttl: settings.idle_session_ttl,
        groups,
    })
}

fn must_have_no_knowledge_base(bases: &BTreeMap<String, KnowledgeBase>) -> Result<(), Refusal> {
    if bases.is_empty() { Ok(()) } else { Err(Refusal::not_emulated("how an agent with a knowledge base answers")) }
}

/// What nobody here can play.
fn must_be_plain(settings: &Settings) -> Result<(), Refusal> {
    if settings.orchestration_type != "DEFAULT" {
        return Err(Refusal::not_emulated("how an agent with CUSTOM_ORCHESTRATION answers"));
    }
    if settings.agent_collaboration != "DISABLED" {
        return Err(Refusal::not_emulated("how an agent with collaborators answers"));
    }
    if settings.guardrail_configuration.is_some() {
        return Err(Refusal::not_emulated("how an agent with a guardrail answers"));
    }
    Ok(())
}

/// None for AWS's own group that lets an agent ask its user back: every agent here does.
fn group(group: &ActionGroup) -> Result<Option<Group>, Refusal> {
    let definition = &group.definition;
    let name = &definition.action_group_name;
    match definition.parent_action_group_signature.as_deref() {
        None => {}
        Some("AMAZON.UserInput") => return Ok(None),
        Some(signature) => return Err(Refusal::not_emulated(format_args!("how an agent uses {signature}"))),
    }
    if definition.function_schema.is_none() {
        return Err(Refusal::not_emulated(format_args!("how an agent uses the apiSchema of the action group {name}")));
    }
    let executor = definition.action_group_executor.as_ref();
    let executor = match executor.and_then(|executor| executor["lambda"].as_str()) {
        Some(arn) => Executor::Lambda(arn.to_owned()),
        None if executor.is_some() => Executor::ReturnControl,
        None => return Err(validation(format!("The action group {name} has no executor."))),
    };
    Ok(Some(Group {
        name: name.clone(),
        description: definition.description.clone().unwrap_or_default(),
        executor,
        functions: quota::functions(definition.function_schema.as_ref()).iter().map(function).collect(),
    }))
}

fn function(function: &Value) -> Function {
    let parameters = function["parameters"].as_object();
    let mut parameters: Vec<Parameter> =
        parameters.into_iter().flatten().map(|(name, value)| parameter(name, value)).collect();
    // A map has no order, and clients send it in another one each time.
    parameters.sort_by(|one, other| one.name.cmp(&other.name));
    Function {
        name: text(&function["name"]),
        description: text(&function["description"]),
        parameters,
        confirmed: function["requireConfirmation"] == "ENABLED",
    }
}

fn parameter(name: &str, parameter: &Value) -> Parameter {
    Parameter {
        name: name.to_owned(),
        description: text(&parameter["description"]),
        kind: text(&parameter["type"]),
        required: parameter["required"] == true,
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
