//! An action group of the agent's draft: the functions that the model may call, and the Lambda that answers.

mod functions;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use aws_sdk_bedrockagent::types::{
    ActionGroupExecutor, ActionGroupState, AgentActionGroup, ApiSchema, CustomControlMethod,
};
use serde::Serialize;
use serde_json::json;

use self::functions::FunctionSpec;
use super::function::UNPUBLISHED;
use super::settling::{self, DRAFT};
use crate::aws::{Aws, Called, Found};
use crate::facts::{Change, Difference, Facts, Key, Kind, Known, Unmanaged, facts};
use crate::manifest;
use crate::resource::{Context, Deleted, Need, Resource, Seen};

/// An action group. Its identity is its id.
#[derive(Debug)]
pub struct ActionGroup {
    name: String,
    agent: Key,
    /// What the manifest says of it; nothing for a stray, which is only ever deleted.
    definition: Option<Definition>,
    /// What a stray has that the manifest can't express, so that somebody must have made it by hand.
    made_by_hand: Option<String>,
}

/// One action group of a version.
pub(super) enum Group {
    /// AWS's own, which only has a parent signature: asking the user back, the code interpreter, and their like.
    BuiltIn(Unmanaged),
    /// One with a schema and an executor.
    Defined {
        /// As facts.
        facts: Facts,
        /// What the manifest can't express.
        made_by_hand: Option<String>,
    },
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
    /// Where an OpenAPI schema is, instead of functions.
    #[serde(skip_serializing_if = "Option::is_none")]
    api_schema: Option<String>,
    /// The parent signature of one of AWS's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
}

#[async_trait(?Send)]
impl Resource for ActionGroup {
    fn key(&self) -> Key {
        Self::named(&self.name)
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

    fn fixed(&self) -> &'static [&'static str] {
        &["signature"]
    }

    fn why(&self, change: &Change) -> Vec<String> {
        let lost = self.made_by_hand.as_ref().filter(|_| *change == Change::Delete);
        let told = |what: &String| format!("warning: it was made by hand ({what}), and its definition will be lost");
        lost.map(told).into_iter().collect()
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let Some(agent) = context.identity(&self.agent) else { return Ok(Seen::Absent) };
        let listed = list(&context.aws, &agent, DRAFT).await?;
        let Some((_, id)) = listed.into_iter().find(|(name, _)| *name == self.name) else { return Ok(Seen::Absent) };
        let Some(group) = describe(&context.aws, &agent, DRAFT, &id).await? else { return Ok(Seen::Absent) };
        // It can't be tagged: it belongs to its agent.
        Ok(Seen::present(facts(&spec(group)), crate::ownership::Owner::Ours, id))
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
        let name = group.name.to_string();
        Self { name, agent, definition: Some(Definition { group, function, after }), made_by_hand: None }
    }

    /// One that the manifest does not name, with what tells that it was made by hand.
    pub(super) fn stray(name: &str, agent: Key, made_by_hand: Option<String>) -> Self {
        Self { name: name.to_owned(), agent, definition: None, made_by_hand }
    }

    /// The key of the action group of this name.
    pub(super) fn named(name: &str) -> Key {
        Key::new(Kind::ActionGroup, name)
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
            api_schema: None,
            signature: None,
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

/// One action group of a version.
pub(super) async fn read(aws: &Aws, agent: &str, version: &str, id: &str) -> Result<Option<Group>> {
    Ok(describe(aws, agent, version, id).await?.map(classified))
}

async fn describe(aws: &Aws, agent: &str, version: &str, id: &str) -> Result<Option<AgentActionGroup>> {
    let call = aws.bedrock_agent.get_agent_action_group().agent_id(agent).agent_version(version).action_group_id(id);
    let answer = call.send().await.called("bedrock:GetAgentActionGroup").found()?;
    Ok(answer.and_then(|answer| answer.agent_action_group))
}

fn classified(group: AgentActionGroup) -> Group {
    if let Some(signature) = &group.parent_action_signature {
        let mut value = json!({"signature": signature.as_str(), "state": group.action_group_state.as_str()});
        if let Some(parameters) = group.parent_action_group_signature_params.filter(|given| !given.is_empty()) {
            value["parameters"] = parameters.into_iter().collect::<BTreeMap<_, _>>().into_iter().collect();
        }
        return Group::BuiltIn(Unmanaged::new(format!("action group {}", group.action_group_name), value));
    }
    let spec = spec(group);
    let by_hand = spec.api_schema.as_ref().map(|place| format!("OpenAPI schema, {place}"));
    let by_hand = by_hand.or_else(|| (!spec.lambda.starts_with("arn:")).then(|| spec.lambda.clone()));
    Group::Defined { facts: facts(&spec), made_by_hand: by_hand }
}

fn spec(group: AgentActionGroup) -> Spec {
    let lambda = match group.action_group_executor {
        Some(ActionGroupExecutor::Lambda(arn)) => arn,
        Some(ActionGroupExecutor::CustomControl(CustomControlMethod::ReturnControl)) => "return of control".to_owned(),
        Some(_) => "(unknown executor)".to_owned(),
        None => "(no executor)".to_owned(),
    };
    Spec {
        description: group.description,
        enabled: group.action_group_state == ActionGroupState::Enabled,
        lambda,
        functions: group.function_schema.map(functions::seen).unwrap_or_default(),
        api_schema: group.api_schema.map(|schema| place(&schema)),
        signature: group.parent_action_signature.map(|signature| signature.as_str().to_owned()),
    }
}

/// Where an OpenAPI schema is; not the schema itself, which may be a thousand lines long.
fn place(schema: &ApiSchema) -> String {
    match schema {
        ApiSchema::S3(object) => {
            let part = |part: &Option<String>| part.clone().unwrap_or_default();
            format!("s3://{}/{}", part(&object.s3_bucket_name), part(&object.s3_object_key))
        }
        ApiSchema::Payload(text) => format!("inline, {} characters", text.chars().count()),
        _ => "of an unknown kind".to_owned(),
    }
}
