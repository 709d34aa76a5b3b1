//! What a version of an agent holds, apart from its action groups.

use aws_sdk_bedrockagent::types::{Agent as Described, AgentVersion};
use serde::Serialize;

/// What a version of an agent holds, apart from its action groups.
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

pub(super) fn content(agent: &Described) -> Content {
    Content {
        description: agent.description.clone(),
        model: agent.foundation_model.clone().unwrap_or_default(),
        instruction: agent.instruction().unwrap_or_default().trim_end().to_owned(),
        idle_session_ttl: agent.idle_session_ttl_in_seconds,
        role: agent.agent_resource_role_arn.clone(),
    }
}

/// What a numbered version holds.
pub(in crate::resources) fn content_of_version(version: &AgentVersion) -> Content {
    Content {
        description: version.description.clone(),
        model: version.foundation_model.clone().unwrap_or_default(),
        instruction: version.instruction().unwrap_or_default().trim_end().to_owned(),
        idle_session_ttl: version.idle_session_ttl_in_seconds,
        role: version.agent_resource_role_arn.clone(),
    }
}
