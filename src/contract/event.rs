//! The event of a function schema, with every field that Bedrock sends.

use serde_json::{Value, json};

use super::parameters::Argument;

/// Who calls, as the event tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The agent's name.
    pub agent: String,
    /// The agent's id.
    pub id: String,
    /// The id of the alias that was talked to.
    pub alias: String,
    /// The agent's version.
    pub version: String,
}

impl Caller {
    /// An agent that is not deployed: its draft, through the test alias that every agent has.
    pub fn draft(agent: &str) -> Self {
        Self {
            agent: agent.to_owned(),
            id: "LOCALAGENT".to_owned(),
            alias: "TSTALIASID".to_owned(),
            version: "DRAFT".to_owned(),
        }
    }
}

/// What an event asks for, which the reply must repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The action group.
    pub action_group: String,
    /// The function in it.
    pub function: String,
}

impl Asked {
    /// What this event asks for; none if it does not say, and so is no event of a function schema.
    pub fn of(event: &Value) -> Option<Self> {
        let text = |name: &str| event[name].as_str().map(str::to_owned);
        Some(Self { action_group: text("actionGroup")?, function: text("function")? })
    }
}

/// The event that Bedrock would send.
pub fn event(caller: &Caller, asked: &Asked, arguments: &[Argument]) -> Value {
    let Caller { agent, id, alias, version } = caller;
    let Asked { action_group, function } = asked;
    let parameter = |Argument { name, kind, value }: &Argument| {
        // Whatever its type, a value is sent as text.
        json!({"name": name, "type": kind.as_str(), "value": value})
    };
    json!({
        "messageVersion": "1.0",
        "agent": {"name": agent, "id": id, "alias": alias, "version": version},
        "inputText": format!("bedrock-ops invoke {action_group}.{function}"),
        "sessionId": "bedrock-ops-invoke",
        "actionGroup": action_group,
        "function": function,
        "parameters": arguments.iter().map(parameter).collect::<Vec<_>>(),
        "sessionAttributes": {},
        "promptSessionAttributes": {},
    })
}
