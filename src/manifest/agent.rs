//! `agent:` — the Bedrock agent, its instruction and its alias.

use super::field::Field;
use super::instruction;
use super::model::{self, Model};
use super::reach::Files;
use crate::name::{BedrockName, StackName};

/// The Bedrock agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Its name, unique in account and region; the stack's name unless given.
    pub name: BedrockName,
    /// 1 to 200 characters (API model).
    pub description: Option<String>,
    /// What it thinks with.
    pub model: Model,
    /// The prompt, without white space at its end; at least 40 characters (API model).
    pub instruction: String,
    /// Seconds after which a conversation is forgotten, 60 to 5400 (API model); AWS has its own default.
    pub idle_session_ttl: Option<u32>,
    /// The alias that chat channels call.
    pub alias: Alias,
}

/// The agent's alias. Its id is what Slack knows, so it stays while the versions behind it change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// Its name, `live` unless given.
    pub name: BedrockName,
    /// 1 to 200 characters (API model).
    pub description: Option<String>,
}

/// Reads `agent`. `stack` gives the default name, `files` are those that an instruction may be in.
pub(super) fn read(field: Field<'_>, stack: Option<&StackName>, files: &Files) -> Option<Agent> {
    let mut fields = field.fields()?;
    let name = match fields.optional("name") {
        Some(field) => field.name(),
        None => stack.map(BedrockName::from),
    };
    let description = fields.optional("description").and_then(|field| field.text_of(1..=200));
    let model =
        fields.required("model", "add `model: jp.anthropic.claude-sonnet-4-6`").and_then(|field| model::read(&field));
    let instruction = fields
        .required(
            "instruction",
            "add `instruction: |` and the prompt below it, indented, or `instruction: {file: prompt.md}`",
        )
        .and_then(|field| instruction::read(field, files));
    let idle_session_ttl = fields.optional("idle_session_ttl").and_then(|field| field.number(60..=5400, "seconds"));
    let alias = match fields.optional("alias") {
        Some(field) => alias(field),
        None => Some(Alias { name: BedrockName::live(), description: None }),
    };
    fields.finish();
    Some(Agent { name: name?, description, model: model?, instruction: instruction?, idle_session_ttl, alias: alias? })
}

/// A name, or `{name, description}`.
fn alias(field: Field<'_>) -> Option<Alias> {
    if field.is_scalar() {
        return Some(Alias { name: alias_name(&field)?, description: None });
    }
    let mut fields = field.fields()?;
    let name = fields.required("name", "add `name: live`").and_then(|field| alias_name(&field));
    let description = fields.optional("description").and_then(|field| field.text_of(1..=200));
    fields.finish();
    Some(Alias { name: name?, description })
}

/// A name that none of the aliases has which stand beside the one that Slack calls: it would be taken for one of them.
fn alias_name(field: &Field<'_>) -> Option<BedrockName> {
    let name: BedrockName = field.name()?;
    let mut releases = name.as_str().split("-release-").skip(1);
    let numbered = releases.any(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
    if numbered || name.as_str().ends_with("-candidate") {
        let what = format!("{} is `{name}`, which is not for the alias that Slack calls", field.called());
        field.error(what, "bedrock-ops names the aliases of smoke tests and `ask --release` so; choose another");
        return None;
    }
    Some(name)
}
