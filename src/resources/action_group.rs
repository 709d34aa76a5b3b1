//! An action group of the agent's draft: the functions that the model may call, and the Lambda that answers.

mod functions;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use aws_sdk_bedrockagent::types::{ActionGroupExecutor, ActionGroupState, AgentActionGroup};
use serde::Serialize;

use self::functions::FunctionSpec;
use super::function::UNPUBLISHED;
use super::settling::{self, DRAFT};
use crate::aws::{Aws, Called, Found};
use crate::facts::{Difference, Facts, Key, Kind, Known, facts};
use crate::manifest;
use crate::resource::{Context, Deleted, Need, Resource, Seen};

/// An action group. Its identity is its id.
#[derive(Debug)]
pub struct ActionGroup {
    name: String,
    agent: Key,
    /// What the manifest says of it; nothing for a stray, which is only ever deleted.
    definition: Option<Definition>,
}

#[derive(Debug)]
struct Definition {
    group: manifest::ActionGroup,
    function: Key,
    /// The action group before it: Bedrock takes one change of a draft at a time.
    after: Option<Key>,
}

#[derive(Debug, Serialize)]
struct Spec {
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    enabled: bool,
    /// The ARN of the function with its version, or what answers in its place.
    lambda: String,
    functions: BTreeMap<String, FunctionSpec>,
}

#[async_trait(?Send)]
impl Resource for ActionGroup {
    fn key(&self) -> Key {
        Key::new(Kind::ActionGroup, &self.name)
    }

    fn needs(&self) -> Vec<Need> {
        let mut needs = vec![Need::ready(self.agent.clone())];
        if let Some(definition) = &self.definition {
            needs.push(Need::made(definition.function.clone()));
            needs.extend(definition.after.clone().map(Need::ready));
        }
        needs
    }

    fn looked_up_by(&self) -> Vec<Key> {
        vec![self.agent.clone()]
    }

    fn stands_alone(&self) -> bool {
        false
    }

    fn wanted(&self, known: &Known) -> Facts {
        self.definition.as_ref().map_or(Facts::Null, |definition| facts(&definition.spec(known)))
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let Some(agent) = context.identity(&self.agent) else { return Ok(Seen::Absent) };
        let listed = list(&context.aws, &agent, DRAFT).await?;
        let Some((_, id)) = listed.into_iter().find(|(name, _)| *name == self.name) else { return Ok(Seen::Absent) };
        let seen = read(&context.aws, &agent, DRAFT, &id).await?;
        // It can't be tagged: it belongs to its agent.
        Ok(seen.map_or(Seen::Absent, |seen| Seen::present(seen, crate::ownership::Owner::Ours, id)))
    }

    async fn create(&self, context: &Context) -> Result<String> {
        let definition = self.definition()?;
        let agent = context.needed(&self.agent)?;
        let known = context.known().await;
        let schema = functions::schema(&definition.group.functions)?;
        let create = async || {
            let call = context.aws.bedrock_agent.create_agent_action_group().agent_id(&agent).agent_version(DRAFT);
            let call = call.action_group_name(&self.name).set_description(definition.description());
            let call = call.action_group_state(definition.state()).function_schema(schema.clone());
            let call = call.action_group_executor(ActionGroupExecutor::Lambda(definition.lambda(&known)));
            call.send().await.called("bedrock:CreateAgentActionGroup")
        };
        let created = settling::accepted(context, self.key(), create).await?;
        Ok(created.agent_action_group.context("bedrock:CreateAgentActionGroup gave no action group")?.action_group_id)
    }

    async fn update(&self, context: &Context, _differences: &[Difference]) -> Result<String> {
        let definition = self.definition()?;
        let agent = context.needed(&self.agent)?;
        let id = context.needed(&self.key())?;
        let known = context.known().await;
        let schema = functions::schema(&definition.group.functions)?;
        let update = async || {
            let call = context.aws.bedrock_agent.update_agent_action_group().agent_id(&agent).agent_version(DRAFT);
            let call =
                call.action_group_id(&id).action_group_name(&self.name).set_description(definition.description());
            let call = call.action_group_state(definition.state()).function_schema(schema.clone());
            let call = call.action_group_executor(ActionGroupExecutor::Lambda(definition.lambda(&known)));
            call.send().await.called("bedrock:UpdateAgentActionGroup")
        };
        settling::accepted(context, self.key(), update).await?;
        Ok(id)
    }

    async fn delete(&self, context: &Context) -> Result<Deleted> {
        let agent = context.needed(&self.agent)?;
        let listed = list(&context.aws, &agent, DRAFT).await?;
        let Some((_, id)) = listed.into_iter().find(|(name, _)| *name == self.name) else { return Ok(Deleted::Gone) };
        let delete = async || {
            let call = context.aws.bedrock_agent.delete_agent_action_group().agent_id(&agent).agent_version(DRAFT);
            // Else AWS wants it disabled first.
            let call = call.action_group_id(&id).skip_resource_in_use_check(true);
            call.send().await.called("bedrock:DeleteAgentActionGroup").found()
        };
        settling::accepted(context, self.key(), delete).await?;
        Ok(Deleted::Gone)
    }
}

impl ActionGroup {
    /// An action group of the manifest, to be made after the one before it.
    pub fn new(group: manifest::ActionGroup, agent: Key, function: Key, after: Option<Key>) -> Self {
        Self { name: group.name.to_string(), agent, definition: Some(Definition { group, function, after }) }
    }

    /// One that the manifest does not name.
    pub(super) fn stray(name: &str, agent: Key) -> Self {
        Self { name: name.to_owned(), agent, definition: None }
    }

    fn definition(&self) -> Result<&Definition> {
        self.definition.as_ref().context("the manifest does not name this action group")
    }
}

impl Definition {
    fn spec(&self, known: &Known) -> Spec {
        Spec {
            description: self.description(),
            enabled: self.group.enabled,
            lambda: self.lambda(known),
            functions: functions::wanted(&self.group.functions),
        }
    }

    fn lambda(&self, known: &Known) -> String {
        match known.identity(&self.function) {
            version if version == UNPUBLISHED => known.site.function_arn(&self.function.name),
            version => known.site.function_arn(&format!("{}:{version}", self.function.name)),
        }
    }

    fn description(&self) -> Option<String> {
        self.group.description.clone()
    }

    fn state(&self) -> ActionGroupState {
        if self.group.enabled { ActionGroupState::Enabled } else { ActionGroupState::Disabled }
    }
}

/// Name and id of every action group of a version.
pub(super) async fn list(aws: &Aws, agent: &str, version: &str) -> Result<Vec<(String, String)>> {
    let call = aws.bedrock_agent.list_agent_action_groups().agent_id(agent).agent_version(version);
    let mut groups = call.into_paginator().items().send();
    let mut found = Vec::new();
    while let Some(group) = groups.next().await {
        let Some(group) = group.called("bedrock:ListAgentActionGroups").found()? else { break };
        found.push((group.action_group_name, group.action_group_id));
    }
    Ok(found)
}

/// One action group of a version, as facts.
pub(super) async fn read(aws: &Aws, agent: &str, version: &str, id: &str) -> Result<Option<Facts>> {
    let call = aws.bedrock_agent.get_agent_action_group().agent_id(agent).agent_version(version).action_group_id(id);
    let answer = call.send().await.called("bedrock:GetAgentActionGroup").found()?;
    Ok(answer.and_then(|answer| answer.agent_action_group).map(|group| facts(&spec(group))))
}

fn spec(group: AgentActionGroup) -> Spec {
    let lambda = match (group.action_group_executor, group.parent_action_signature) {
        (Some(ActionGroupExecutor::Lambda(arn)), _) => arn,
        (_, Some(signature)) => signature.as_str().to_owned(),
        _ => "(return control)".to_owned(),
    };
    Spec {
        description: group.description,
        enabled: group.action_group_state == ActionGroupState::Enabled,
        lambda,
        functions: group.function_schema.map(functions::seen).unwrap_or_default(),
    }
}
