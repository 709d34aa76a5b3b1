//! The agent's draft against the version that Slack talks to. Pure.

use serde_json::{Map, Value, json};

use crate::facts::{Difference, Facts, Kind, differences};
use crate::resource::{Present, Resource as _, Seen};
use crate::session::Glance;
use crate::stack::Stack;

/// The state of a draft that versions can be cut from.
const PREPARED: &str = "PREPARED";

/// The draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// `PREPARED`, `NOT_PREPARED` or `FAILED`, as AWS says it.
    pub state: String,
    /// The fields in which it differs from the version that the alias routes to; none when there is no such version.
    pub differs: Option<Vec<String>>,
}

impl Draft {
    /// Whether a version can be cut from it.
    pub fn is_prepared(&self) -> bool {
        self.state == PREPARED
    }
}

/// The draft, unless it is being changed.
pub(super) fn of(stack: &Stack, glance: &Glance) -> Option<Draft> {
    let agent = present(glance, &stack.agent.key())?;
    let draft = glance.snapshot.iter().find_map(|(key, seen)| match seen {
        Seen::Present(present) if key.kind == Kind::Draft => Some(present),
        _ => None,
    })?;
    let alias = present(glance, &stack.alias.key()).filter(|alias| alias.leads_to.is_some());
    Some(Draft {
        state: draft.facts["status"].as_str().unwrap_or_default().to_owned(),
        differs: alias.map(|alias| differing(glance, agent, &alias.facts)),
    })
}

pub(super) fn present<'g>(glance: &'g Glance, key: &crate::facts::Key) -> Option<&'g Present> {
    glance.snapshot.get(key).and_then(Seen::as_present)
}

fn differing(glance: &Glance, agent: &Present, alias: &Facts) -> Vec<String> {
    let mut content = agent.facts.clone();
    if let Some(content) = content.as_object_mut() {
        // The agent's own, which no version holds.
        content.retain(|field, _| field != "name" && field != "tags");
    }
    let mut groups = Map::new();
    for (key, seen) in &glance.snapshot {
        if let (Kind::ActionGroup, Seen::Present(present)) = (key.kind, seen) {
            groups.insert(key.name.clone(), present.facts.clone());
        }
    }
    // What is in an action group that the manifest does not name was not looked at, only that it is there.
    for stray in &agent.strays {
        let name = stray.key().name;
        let held = alias["action_groups"].get(&name).cloned();
        groups.insert(name, held.unwrap_or(Value::Null));
    }
    let unpublished = unpublished(glance).into_iter().map(|difference| difference.field);
    let draft = json!({"agent": content, "action_groups": groups});
    let version = json!({"agent": alias["agent"], "action_groups": alias["action_groups"]});
    differences(&draft, &version).into_iter().map(|difference| difference.field).chain(unpublished).collect()
}

/// The unmanaged fields that only the next version publishes.
fn unpublished(glance: &Glance) -> Vec<Difference> {
    glance.plan.steps.iter().flat_map(|step| step.unpublished.clone()).collect()
}
