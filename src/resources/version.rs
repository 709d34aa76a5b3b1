//! What a version of an agent holds, the draft or a numbered one. Everything that a version freezes is read here.

use std::collections::BTreeMap;

use anyhow::Result;
use aws_sdk_bedrockagent::types::RelayConversationHistory;
use futures_util::future::try_join_all;
use serde_json::json;

use super::action_group::{self, Group};
use super::agent;
use crate::aws::{Aws, Called, Found};
use crate::facts::{Facts, Unmanaged, facts};

/// What a version holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Held {
    /// The agent's fields that a manifest names; null where the version is not there.
    pub(super) agent: Facts,
    /// The action groups that a manifest could name, by name.
    pub(super) action_groups: BTreeMap<String, Facts>,
    /// All else.
    pub(super) unmanaged: Vec<Unmanaged>,
}

/// What a numbered version holds. Nothing when it is not there.
pub(super) async fn held(aws: &Aws, agent: &str, version: &str) -> Result<Held> {
    let settings = async {
        let call = aws.bedrock_agent.get_agent_version().agent_id(agent).agent_version(version);
        let answer = call.send().await.called("bedrock:GetAgentVersion").found()?;
        Ok(answer.and_then(|answer| answer.agent_version).map(|version| agent::of_version(&version)))
    };
    let (settings, (action_groups, built_in), bases) =
        tokio::try_join!(settings, groups(aws, agent, version), knowledge_bases(aws, agent, version))?;
    let Some(settings) = settings else {
        return Ok(Held { agent: Facts::Null, action_groups, unmanaged: Vec::new() });
    };
    let collaborators = if settings.collaborates { collaborators(aws, agent, version).await? } else { Vec::new() };
    let unmanaged = [settings.unmanaged, built_in, bases, collaborators].concat();
    Ok(Held { agent: facts(&settings.content), action_groups, unmanaged })
}

/// The action groups that a manifest could name, by name, and those that it could not.
pub(super) async fn groups(aws: &Aws, agent: &str, version: &str) -> Result<(BTreeMap<String, Facts>, Vec<Unmanaged>)> {
    let read = async |(name, id): (String, String)| {
        anyhow::Ok(action_group::read(aws, agent, version, &id).await?.map(|group| (name, group)))
    };
    let listed = action_group::list(aws, agent, version).await?;
    let (mut named, mut built_in) = (BTreeMap::new(), Vec::new());
    for (name, group) in try_join_all(listed.into_iter().map(read)).await?.into_iter().flatten() {
        match group {
            Group::BuiltIn(unmanaged) => built_in.push(unmanaged),
            Group::Defined { facts, .. } => drop(named.insert(name, facts)),
        }
    }
    Ok((named, built_in))
}

/// The knowledge bases of a version.
pub(super) async fn knowledge_bases(aws: &Aws, agent: &str, version: &str) -> Result<Vec<Unmanaged>> {
    let call = aws.bedrock_agent.list_agent_knowledge_bases().agent_id(agent).agent_version(version);
    let mut bases = call.into_paginator().items().send();
    let mut found = Vec::new();
    while let Some(base) = bases.next().await {
        let Some(base) = base.called("bedrock:ListAgentKnowledgeBases").found()? else { break };
        let value = json!({"state": base.knowledge_base_state.as_str(), "description": base.description});
        found.push(Unmanaged::new(format!("knowledge base {}", base.knowledge_base_id), value));
    }
    Ok(found)
}

/// The collaborators of a version.
pub(super) async fn collaborators(aws: &Aws, agent: &str, version: &str) -> Result<Vec<Unmanaged>> {
    let call = aws.bedrock_agent.list_agent_collaborators().agent_id(agent).agent_version(version);
    let mut collaborators = call.into_paginator().items().send();
    let mut found = Vec::new();
    while let Some(collaborator) = collaborators.next().await {
        let Some(collaborator) = collaborator.called("bedrock:ListAgentCollaborators").found()? else { break };
        let relays = collaborator.relay_conversation_history == RelayConversationHistory::ToCollaborator;
        let value = json!({
            "alias": collaborator.agent_descriptor.and_then(|descriptor| descriptor.alias_arn),
            "instruction": collaborator.collaboration_instruction,
            "relays_history": relays,
        });
        found.push(Unmanaged::new(format!("collaborator {}", collaborator.collaborator_name), value));
    }
    Ok(found)
}
