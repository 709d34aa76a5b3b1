//! What a version of an agent holds beside its action groups and associations: what the manifest names, and what it does
//! not. The draft and a numbered version are read into the same struct.

use aws_sdk_bedrockagent::types::{
    Agent as Described, AgentCollaboration, AgentVersion, GuardrailConfiguration, MemoryConfiguration,
    OrchestrationExecutor, OrchestrationType, PromptOverrideConfiguration,
};
use serde::Serialize;
use serde_json::json;

use super::GUARDRAIL;
use super::prompts;
use crate::facts::Unmanaged;

/// The fields that the manifest names.
#[derive(Debug, Serialize)]
pub(in crate::resources) struct Content {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) model: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) instruction: String,
    pub(super) idle_session_ttl: i32,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) role: String,
}

/// All fields of a version.
#[derive(Debug)]
pub(in crate::resources) struct Settings {
    /// Those that the manifest names.
    pub(in crate::resources) content: Content,
    /// Those that it does not name, where they are set.
    pub(in crate::resources) unmanaged: Vec<Unmanaged>,
    /// Whether the agent has collaborators.
    pub(in crate::resources) collaborates: bool,
}

/// The fields that the manifest does not name.
struct Others<'a> {
    guardrail: Option<&'a GuardrailConfiguration>,
    memory: Option<&'a MemoryConfiguration>,
    prompts: Option<&'a PromptOverrideConfiguration>,
    collaboration: Option<&'a AgentCollaboration>,
    encryption_key: Option<&'a str>,
}

/// The draft's fields. Orchestration is among them, though `GetAgentVersion` does not answer it.
pub(super) fn of_draft(agent: &Described) -> Settings {
    let content = Content {
        description: agent.description.clone(),
        model: agent.foundation_model.clone().unwrap_or_default(),
        instruction: agent.instruction().unwrap_or_default().trim_end().to_owned(),
        idle_session_ttl: agent.idle_session_ttl_in_seconds,
        role: agent.agent_resource_role_arn.clone(),
    };
    let others = Others {
        guardrail: agent.guardrail_configuration.as_ref(),
        memory: agent.memory_configuration.as_ref(),
        prompts: agent.prompt_override_configuration.as_ref(),
        collaboration: agent.agent_collaboration.as_ref(),
        encryption_key: agent.customer_encryption_key_arn(),
    };
    let mut settings = settings(content, &others);
    settings.unmanaged.extend(orchestration(agent));
    settings
}

/// A numbered version's fields.
pub(in crate::resources) fn of_version(version: &AgentVersion) -> Settings {
    let content = Content {
        description: version.description.clone(),
        model: version.foundation_model.clone().unwrap_or_default(),
        instruction: version.instruction().unwrap_or_default().trim_end().to_owned(),
        idle_session_ttl: version.idle_session_ttl_in_seconds,
        role: version.agent_resource_role_arn.clone(),
    };
    let others = Others {
        guardrail: version.guardrail_configuration.as_ref(),
        memory: version.memory_configuration.as_ref(),
        prompts: version.prompt_override_configuration.as_ref(),
        collaboration: version.agent_collaboration.as_ref(),
        encryption_key: version.customer_encryption_key_arn(),
    };
    settings(content, &others)
}

fn settings(content: Content, others: &Others) -> Settings {
    let Others { guardrail, memory, prompts, collaboration, encryption_key } = others;
    let collaboration = collaboration.filter(|&collaboration| *collaboration != AgentCollaboration::Disabled);
    let mut unmanaged = Vec::new();
    unmanaged.extend(guardrail.and_then(identifier).map(|guardrail| Unmanaged::new(GUARDRAIL, guardrail)));
    unmanaged.extend(memory.and_then(enabled).map(remembered));
    unmanaged.extend(prompts.and_then(prompts::kept).iter().flat_map(prompts::unmanaged));
    unmanaged.extend(collaboration.map(|mode| Unmanaged::new("collaboration", mode.as_str())));
    unmanaged.extend(encryption_key.map(|key| Unmanaged::new("encryption key", key)));
    Settings { content, unmanaged, collaborates: collaboration.is_some() }
}

/// `gr-1:2`, or the ARN in the place of the id.
fn identifier(guardrail: &GuardrailConfiguration) -> Option<String> {
    let version = guardrail.guardrail_version().unwrap_or_default();
    guardrail.guardrail_identifier().map(|id| format!("{id}:{version}"))
}

/// The memory, unless no type of it is enabled: AWS may answer it so, and does not accept it so.
pub(super) fn enabled(memory: &MemoryConfiguration) -> Option<MemoryConfiguration> {
    (!memory.enabled_memory_types.is_empty()).then(|| memory.clone())
}

fn remembered(memory: MemoryConfiguration) -> Unmanaged {
    let types: Vec<&str> =
        memory.enabled_memory_types.iter().map(aws_sdk_bedrockagent::types::MemoryType::as_str).collect();
    let sessions = memory.session_summary_configuration.and_then(|summary| summary.max_recent_sessions);
    let value = json!({"types": types, "storage_days": memory.storage_days, "max_recent_sessions": sessions});
    Unmanaged::new("memory", value)
}

fn orchestration(agent: &Described) -> Option<Unmanaged> {
    let custom = agent.orchestration_type.as_ref().filter(|&kind| *kind != OrchestrationType::Default)?;
    let executor = agent.custom_orchestration.as_ref().and_then(|custom| custom.executor.as_ref());
    let function = match executor {
        Some(OrchestrationExecutor::Lambda(function)) => function.as_str(),
        Some(_) => "(unknown executor)",
        None => "(no executor)",
    };
    Some(Unmanaged::new("orchestration", format!("{} {function}", custom.as_str())).untold())
}

#[cfg(test)]
mod tests;
