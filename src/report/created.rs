//! What a reviewer must see of a resource before it is created: who may use it, what it may do, and what it runs.

use serde_json::Value;

use super::{difference, hidden};
use crate::facts::{Change, Facts, Kind};
use crate::plan::{Plan, Step};
use crate::resources::alias::HELD;

/// The spec that the resource is created with. Values that may be secrets are left out, and so is what an alias's version
/// holds: that is the agent and its action groups.
pub(super) fn wanted(step: &Step, plan: &Plan) -> Option<Facts> {
    if !matches!(step.change, Change::Create | Change::Recreate { .. }) {
        return None;
    }
    let mut facts = step.resource.wanted(&plan.known);
    let members = facts.as_object_mut()?;
    if step.key().kind == Kind::Alias {
        members.retain(|name, _| !HELD.contains(&name.as_str()));
    }
    for (_, value) in members.iter_mut().filter(|(name, _)| hidden(name)) {
        let values = value.as_object_mut().into_iter().flat_map(|members| members.values_mut());
        values.for_each(|value| *value = serde_json::json!({"hidden": true}));
    }
    (!members.is_empty()).then_some(facts)
}

/// The same for people, as far as it bears on security: a line each.
pub(super) fn lines(step: &Step, plan: &Plan) -> Vec<String> {
    let Some(facts) = wanted(step, plan) else {
        let is_new = step.key().kind == Kind::Image && step.change == Change::Create;
        return if is_new { base(plan) } else { Vec::new() };
    };
    match step.key().kind {
        Kind::Role => [trust(&facts["trust"]), policy(&facts["policy"])].concat(),
        Kind::Function => function(&facts),
        Kind::Agent => vec![format!("model: {}", text(&facts["model"]))],
        Kind::Permission => vec![format!(
            "allows {} for {} on {}, if aws:SourceArn = {} and aws:SourceAccount = {}",
            text(&facts["action"]),
            text(&facts["principal"]),
            difference::short(&plan.known.site, text(&facts["on"])),
            text(&facts["source_arn"]),
            text(&facts["source_account"]),
        )],
        _ => Vec::new(),
    }
}

/// What an image that is built stands on.
fn base(plan: &Plan) -> Vec<String> {
    let base = plan.steps.iter().map(Step::key).find(|key| key.kind == Kind::BaseImage);
    base.map(|key| format!("base image: {}", key.name)).into_iter().collect()
}

fn function(facts: &Facts) -> Vec<String> {
    let names: Vec<&str> =
        facts["environment"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let image = text(&facts["image"]);
    // One that is built has no URI yet.
    let image = image.contains('/').then(|| format!("image: {image}"));
    let environment =
        (!names.is_empty()).then(|| format!("environment: {} (values are not displayed)", names.join(", ")));
    image.into_iter().chain(environment).collect()
}

/// `assumed by SERVICE, if KEY = VALUE`.
fn trust(document: &Value) -> Vec<String> {
    let statement = |statement: &Value| {
        let principals: Vec<String> =
            statement["Principal"].as_object().into_iter().flatten().flat_map(|(_, who)| texts(who)).collect();
        let condition = |(key, value): (&String, &Value)| format!("{key} = {}", texts(value).join(" or "));
        let operators = statement["Condition"].as_object().into_iter().flatten();
        let conditions: Vec<String> =
            operators.flat_map(|(_, keys)| keys.as_object().into_iter().flatten().map(condition)).collect();
        let only = if conditions.is_empty() { String::new() } else { format!(", if {}", conditions.join(" and ")) };
        format!("assumed by {}{only}", principals.join(", "))
    };
    statements(document).iter().map(statement).collect()
}

/// `allows ACTIONS on RESOURCES`.
fn policy(document: &Value) -> Vec<String> {
    let statement = |statement: &Value| {
        format!("allows {} on {}", texts(&statement["Action"]).join(", "), texts(&statement["Resource"]).join(", "))
    };
    statements(document).iter().map(statement).collect()
}

fn statements(document: &Value) -> &[Value] {
    document["Statement"].as_array().map_or(&[], Vec::as_slice)
}

/// A text, or the texts of a list.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        _ => Vec::new(),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
