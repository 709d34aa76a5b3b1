//! `action_groups:` — what the agent may call, as the model is told of it.

use std::collections::BTreeMap;

use super::field::Field;
use super::function::{self, Function};
use crate::name::BedrockName;

/// Functions that the agent may call, under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionGroup {
    /// Its name, unique in the agent.
    pub name: BedrockName,
    /// 1 to 200 characters (API model).
    pub description: Option<String>,
    /// Whether the agent sees it. `true` unless given.
    pub enabled: bool,
    /// What can be called; at least one.
    pub functions: Vec<Function>,
}

/// Groups that an agent may have, and how many of them enabled (quotas; AWS raises them on request).
const GROUPS_QUOTA: usize = 20;
const ENABLED_QUOTA: usize = 15;

/// Functions that an agent may have over all its groups (quota; AWS raises it on request).
const FUNCTIONS_QUOTA: usize = 11;

/// Reads `action_groups`.
pub(super) fn read(field: &Field<'_>) -> Vec<ActionGroup> {
    let Some(items) = field.items() else { return Vec::new() };
    if items.is_empty() {
        let cure = "list the functions that the agent may call";
        field.warning_at_key("there is no action group: the agent will never call the Lambda function", cure);
    }
    let mut seen = BTreeMap::new();
    let groups: Vec<ActionGroup> = items.into_iter().filter_map(|item| group(item, &mut seen)).collect();
    check_quotas(field, &groups);
    groups
}

/// `seen` holds the names of the groups before this one and their lines.
fn group(field: Field<'_>, seen: &mut BTreeMap<String, usize>) -> Option<ActionGroup> {
    let mut fields = field.fields()?;
    let name =
        fields.required("name", "add `name: get_my_api`").and_then(|field| unique(&field, "action groups", seen));
    let description = fields.optional("description").and_then(|field| field.text_of(1..=200));
    let enabled = fields.optional("enabled").and_then(|field| field.boolean());
    let functions = fields
        .required("functions", "add `functions:` and, below it, one `- name: …` for each function")
        .map(|field| function::read(&field, name.as_ref()));
    fields.finish();
    Some(ActionGroup { name: name?, description, enabled: enabled.unwrap_or(true), functions: functions? })
}

/// A name that none of `what` before it has.
pub(super) fn unique(field: &Field<'_>, what: &str, seen: &mut BTreeMap<String, usize>) -> Option<BedrockName> {
    let name: BedrockName = field.name()?;
    if let Some(line) = seen.insert(name.to_string(), field.line()) {
        field.error(format!("two {what} are named `{name}`, the other on line {line}"), "give each its own name");
    }
    Some(name)
}

fn check_quotas(field: &Field<'_>, groups: &[ActionGroup]) {
    let enabled = groups.iter().filter(|group| group.enabled).count();
    let functions = groups.iter().map(|group| group.functions.len()).sum();
    for (count, quota, what) in [
        (groups.len(), GROUPS_QUOTA, "action groups"),
        (enabled, ENABLED_QUOTA, "enabled action groups"),
        (functions, FUNCTIONS_QUOTA, "functions"),
    ] {
        if count > quota {
            let what = format!("the agent has {count} {what}, the quota is {quota}");
            field.warning_at_key(what, "have the quota raised in Service Quotas, or use fewer");
        }
    }
}
