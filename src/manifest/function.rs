//! `action_groups[].functions` — one thing that the agent can call, and what it must find out before it does.

use std::collections::BTreeMap;

use super::action_group::unique;
use super::field::Field;
use crate::name::BedrockName;

/// A function that the model may choose to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name, unique in its group.
    pub name: BedrockName,
    /// What the model chooses by: 1 to 1200 characters (API model).
    pub description: Option<String>,
    /// What the model must find out from the conversation, by name.
    pub parameters: BTreeMap<String, Parameter>,
    /// Whether the user is asked before the call (`requireConfirmation`). `false` unless given.
    pub confirm: bool,
}

/// One parameter of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its type; `type` in the manifest. The handler gets text in any case.
    pub kind: ParameterKind,
    /// What the model asks the user by: 1 to 500 characters (API model).
    pub description: Option<String>,
    /// Whether the agent asks until it has it. `false` unless given.
    pub required: bool,
}

/// The types of parameters that the agent API knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// Text.
    String,
    /// A number with a fraction.
    Number,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A list.
    Array,
}

impl ParameterKind {
    /// As the agent API and the manifest have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Array => "array",
        }
    }
}

/// Parameters that a function may have (quota; AWS raises it on request).
const PARAMETERS_QUOTA: usize = 5;

/// Characters of the tool name `<verb>__<group>__<function>` that the model is shown (user guide, `agents-action-add`).
const TOOL_NAME: usize = 64;

/// Characters of that name which are neither group's nor function's: the longest verb and two double underscores.
const TOOL_NAME_FRAME: usize = 8;

/// Reads the functions of the action group of the given name.
pub(super) fn read(field: &Field<'_>, group: Option<&BedrockName>) -> Vec<Function> {
    let Some(items) = field.items() else { return Vec::new() };
    if items.is_empty() {
        field.error_at_key(
            format!("{} lists nothing", field.called()),
            "list at least one function, or remove the group",
        );
    }
    let mut seen = BTreeMap::new();
    items.into_iter().filter_map(|item| function(item, group, &mut seen)).collect()
}

/// Slack has no way to confirm a call: the chat application takes no return of control (AWS Chatbot guide, limits).
fn confirm(field: &Field<'_>) -> Option<bool> {
    let confirm = field.boolean()?;
    if confirm {
        let cure =
            "remove it for an agent that is used in Slack, or use the agent from a program that answers the request";
        field.warning(
            format!("{} is true, and Slack can't confirm: the call never happens there", field.called()),
            cure,
        );
    }
    Some(confirm)
}

fn function(field: Field<'_>, group: Option<&BedrockName>, seen: &mut BTreeMap<String, usize>) -> Option<Function> {
    let mut fields = field.fields()?;
    let name = fields.required("name", "add `name: get_my_api`").and_then(|field| {
        let name = unique(&field, "functions of the group", seen)?;
        check_tool_name(&field, group, &name);
        Some(name)
    });
    let description = fields.optional("description").and_then(|field| field.text_of(1..=1200));
    let parameters = fields.optional("parameters").map(|field| parameters(&field)).unwrap_or_default();
    let confirm = fields.optional("confirm").and_then(|field| confirm(&field));
    if !fields.has("description") {
        let cure = "add `description:` with what it returns and when to call it";
        fields.owner().warn_missing("description", "the model chooses functions by it", cure);
    }
    fields.finish();
    Some(Function { name: name?, description, parameters, confirm: confirm.unwrap_or(false) })
}

fn check_tool_name(field: &Field<'_>, group: Option<&BedrockName>, function: &BedrockName) {
    let Some(group) = group else { return };
    let length = group.as_str().len() + function.as_str().len() + TOOL_NAME_FRAME;
    if length > TOOL_NAME {
        let what =
            format!("group and function together make a tool name of {length} characters, models take {TOOL_NAME}");
        field.warning(what, format!("shorten `{group}` or `{function}` by {} characters", length - TOOL_NAME));
    }
}

fn parameters(field: &Field<'_>) -> BTreeMap<String, Parameter> {
    let members = field.members();
    if members.len() > PARAMETERS_QUOTA {
        let what = format!("the function has {} parameters, the quota is {PARAMETERS_QUOTA}", members.len());
        field.warning_at_key(what, "have the quota raised in Service Quotas, or use fewer");
    }
    let named = |member: Field<'_>| {
        let name = member.key_as::<BedrockName>();
        let parameter = parameter(member);
        Some((name?.to_string(), parameter?))
    };
    members.into_iter().filter_map(named).collect()
}

fn parameter(field: Field<'_>) -> Option<Parameter> {
    let mut fields = field.fields()?;
    let kind = fields.required("type", "add `type: string`").and_then(|field| {
        use ParameterKind::{Array, Boolean, Integer, Number, String};
        field.choice(&[String, Number, Integer, Boolean, Array].map(|kind| (kind.as_str(), kind)))
    });
    let description = fields.optional("description").and_then(|field| field.text_of(1..=500));
    let required = fields.optional("required").and_then(|field| field.boolean());
    fields.finish();
    Some(Parameter { kind: kind?, description, required: required.unwrap_or(false) })
}
