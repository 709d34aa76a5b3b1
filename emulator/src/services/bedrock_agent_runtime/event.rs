//! The event that Bedrock hands to the function of a function schema (user guide, `agents-lambda`).

use serde_json::{Value, json};

use super::planner::{Argument, Chosen};
use super::request::Attributes;
use crate::services::bedrock_agent::routed::Routed;

/// What the event tells beside the call itself.
pub(super) struct Context<'a> {
    pub(super) routed: &'a Routed,
    pub(super) session_id: &'a str,
    pub(super) input: &'a str,
    pub(super) session_attributes: &'a Attributes,
    pub(super) prompt_session_attributes: &'a Attributes,
}

pub(super) fn event(context: &Context<'_>, chosen: &Chosen) -> Value {
    let Context { routed, session_id, input, session_attributes, prompt_session_attributes } = context;
    json!({
        "messageVersion": "1.0",
        "agent": {
            "name": routed.agent_name,
            "id": routed.agent_id,
            "alias": routed.alias_id,
            "version": routed.version,
        },
        "inputText": input,
        "sessionId": session_id,
        "actionGroup": chosen.group,
        "function": chosen.function,
        "parameters": parameters(&chosen.arguments),
        "sessionAttributes": session_attributes,
        "promptSessionAttributes": prompt_session_attributes,
    })
}

/// Arguments as events, traces and returned control list them: whatever its type, a value is text.
pub(super) fn parameters(arguments: &[Argument]) -> Vec<Value> {
    let parameter = |Argument { name, kind, value }: &Argument| json!({"name": name, "type": kind, "value": value});
    arguments.iter().map(parameter).collect()
}
