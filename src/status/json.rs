//! The status for programs. The form is documented in docs/json.md and carries its version.

use serde_json::{Value, json};

use super::{Draft, Image, Model, Release, Row, Status};
use crate::lifecycle::Lifecycle;
use crate::moment::Moment;

/// The version of the form.
const FORMAT: u32 = 1;

/// The status.
pub fn status(status: &Status) -> Value {
    let Status { stack, site, deployed, resources, release, draft, model, connector } = status;
    json!({
        "format": FORMAT,
        "stack": stack,
        "account": site.account,
        "region": site.region,
        "deployed": deployed,
        "resources": resources.iter().map(resource).collect::<Vec<_>>(),
        "release": release.as_ref().map(released),
        "draft": draft.as_ref().map(drafted),
        "model": named(model),
        "connector": connector,
    })
}

fn resource(row: &Row) -> Value {
    let Row { key, state, details, unmanaged, notes } = row;
    let mut value = json!({"kind": key.kind, "name": key.name, "state": state.word(), "details": details});
    if !notes.is_empty() {
        value["notes"] = json!(notes);
    }
    if !unmanaged.is_empty() {
        value["unmanaged"] = crate::report::json::unmanaged(unmanaged);
    }
    value
}

fn released(release: &Release) -> Value {
    let Release { agent_id, alias, alias_id, agent_version, functions, image, deployed_at } = release;
    json!({
        "agent_id": agent_id,
        "alias": alias,
        "alias_id": alias_id,
        "agent_version": agent_version,
        "functions": functions,
        "image": image.as_ref().map(running),
        "deployed_at": deployed_at.map(Moment::rfc3339),
    })
}

fn running(image: &Image) -> Value {
    let Image { uri, commit, current, why } = image;
    json!({"uri": uri, "commit": commit, "current": current, "why": why})
}

fn drafted(draft: &Draft) -> Value {
    json!({"state": draft.state, "differs": draft.differs})
}

fn named(model: &Model) -> Value {
    let Model { id, behind } = model;
    let told = |(id, lifecycle): &(String, Result<Lifecycle, String>)| {
        let (word, ends, reason) = match lifecycle {
            Ok(Lifecycle::Active { ends }) => ("active", *ends, None),
            Ok(Lifecycle::Legacy { ends }) => ("legacy", *ends, None),
            Ok(Lifecycle::Gone { .. }) => ("gone", None, None),
            Err(reason) => ("unknown", None, Some(reason)),
        };
        json!({"id": id, "lifecycle": word, "ends": ends.map(Moment::date), "reason": reason})
    };
    json!({"id": id, "foundation_models": behind.iter().map(told).collect::<Vec<_>>()})
}
