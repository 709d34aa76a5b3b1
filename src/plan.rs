//! What is wanted against what is seen, and so what is to be done. Pure: no call is made from here.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::aws::Site;
use crate::resource::{Resource, Seen};
use crate::stack::Stack;

/// The kinds of things a stack is made of, each named as AWS names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are AWS's")]
pub enum Kind {
    PinpointApplication,
    InferenceProfile,
    BaseImage,
    Repository,
    Image,
    Role,
    LogGroup,
    Function,
    Permission,
    Agent,
    ActionGroup,
    Draft,
    Alias,
    AgentVersion,
}

impl Kind {
    /// The noun for people: `log group`.
    pub fn noun(self) -> &'static str {
        match self {
            Self::PinpointApplication => "pinpoint application",
            Self::InferenceProfile => "inference profile",
            Self::BaseImage => "base image",
            Self::Repository => "repository",
            Self::Image => "image",
            Self::Role => "role",
            Self::LogGroup => "log group",
            Self::Function => "function",
            Self::Permission => "permission",
            Self::Agent => "agent",
            Self::ActionGroup => "action group",
            Self::Draft => "draft",
            Self::Alias => "alias",
            Self::AgentVersion => "agent version",
        }
    }

    /// What AWS gives a resource of this kind when it is made.
    fn identity(self) -> &'static str {
        match self {
            Self::Function => "version",
            _ => self.noun(),
        }
    }
}

/// Names one resource of a stack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Key {
    /// What it is.
    pub kind: Kind,
    /// Its name on AWS; the things AWS gives no name are named after what they belong to.
    pub name: String,
}

impl Key {
    /// The key of the resource of this kind and name.
    pub fn new(kind: Kind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind.noun(), self.name)
    }
}

/// What can be said of a resource, wanted or seen: its typed spec, serialised. Objects are compared field by field.
pub type Facts = Value;

/// The facts of a typed spec. A field that is `None` is left out.
pub fn facts(spec: &impl Serialize) -> Facts {
    // Specs are structs of strings, numbers and maps with text keys: those always have a JSON form.
    serde_json::to_value(spec).unwrap_or(Value::Null)
}

/// What only AWS can tell: whose account it is, and each resource's identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Partition, account and region.
    pub site: Site,
    /// The agent's id, the image's digest, the function's version.
    pub identities: BTreeMap<Key, String>,
}

impl Known {
    /// The identity of a resource, or what stands for it in a plan until it is made: `(new agent)`.
    pub fn identity(&self, key: &Key) -> String {
        self.identities.get(key).cloned().unwrap_or_else(|| format!("(new {})", key.kind.identity()))
    }
}

/// What is there, by key.
pub type Snapshot = BTreeMap<Key, Seen>;

/// Whether any of the differences lies in this field or below it.
pub fn differs(differences: &[Difference], field: &str) -> bool {
    differences.iter().any(|difference| {
        difference.field.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// One field in which wanted and seen differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The way to the field: `environment.KPI_NAME`.
    pub field: String,
    /// What AWS has; `None` when the field is not there.
    pub seen: Option<Value>,
    /// What the manifest wants; `None` when the field is to go.
    pub wanted: Option<Value>,
}

/// What is to be done with one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is as it should be.
    Keep,
    /// It is not there.
    Create,
    /// A broken attempt is in its place: that is deleted first. The text says what was found.
    Recreate(String),
    /// It differs.
    Update(Vec<Difference>),
    /// It is to go.
    Delete,
    /// It can't be made to match, for this reason: the whole plan does not start.
    Refuse(String),
}

impl Change {
    /// The word in plans and reports.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Create => "create",
            Self::Recreate(_) => "recreate",
            Self::Update(_) => "update",
            Self::Delete => "delete",
            Self::Refuse(_) => "refuse",
        }
    }
}

/// One resource with what is to be done to it.
#[derive(Debug, Clone)]
pub struct Step {
    /// The resource.
    pub resource: std::sync::Arc<dyn Resource>,
    /// What is done.
    pub change: Change,
}

impl Step {
    /// The resource's key.
    pub fn key(&self) -> Key {
        self.resource.key()
    }
}

/// Every resource's change, needs before what needs them.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The steps, kept resources among them.
    pub steps: Vec<Step>,
    /// What is known before the first step.
    pub known: Known,
}

impl Plan {
    /// The steps that do something.
    pub fn changes(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.change != Change::Keep)
    }

    /// Whether AWS matches the manifest already.
    pub fn is_empty(&self) -> bool {
        self.changes().next().is_none()
    }

    /// The resources that can't be made to match, with the reasons.
    pub fn refusals(&self) -> Vec<(Key, String)> {
        let reason = |step: &Step| match &step.change {
            Change::Refuse(reason) => Some((step.key(), reason.clone())),
            _ => None,
        };
        self.steps.iter().filter_map(reason).collect()
    }
}

/// The plan that makes AWS match the stack.
pub fn deploy(stack: &Stack, snapshot: &Snapshot, site: &Site) -> Plan {
    let mut known = identities(snapshot, site);
    let mut changed = BTreeSet::new();
    let mut steps: Vec<Step> = Vec::new();
    for resource in strays(snapshot).into_iter().chain(stack.resources().iter().cloned()) {
        let key = resource.key();
        let seen = snapshot.get(&key).unwrap_or(&Seen::Absent);
        let mut change = if stack.contains(&key) { converge(resource.as_ref(), seen, &known) } else { Change::Delete };
        if change == Change::Keep && resource.follows().iter().any(|key| changed.contains(key)) {
            change = Change::Update(Vec::new());
        }
        if change != Change::Keep {
            changed.insert(key.clone());
        }
        if change == Change::Delete {
            changed.extend(resource.looked_up_by());
        }
        let renewed = match &change {
            Change::Create | Change::Recreate(_) => true,
            Change::Update(differences) => resource.renews(differences),
            Change::Keep | Change::Delete | Change::Refuse(_) => false,
        };
        if renewed {
            known.identities.remove(&key);
        }
        steps.push(Step { resource, change });
    }
    redo(&mut steps);
    Plan { steps, known }
}

fn redo(steps: &mut [Step]) {
    let redone: BTreeSet<Key> = steps.iter().filter_map(|step| step.resource.redoes(&step.change)).collect();
    for step in steps.iter_mut().filter(|step| step.change == Change::Keep && redone.contains(&step.key())) {
        step.change = Change::Update(Vec::new());
    }
}

/// The plan that leaves nothing of the stack. What goes with its parent (an action group with its agent) has no step.
pub fn destroy(stack: &Stack, snapshot: &Snapshot, site: &Site) -> Plan {
    let step = |resource: &std::sync::Arc<dyn Resource>| {
        let change = match snapshot.get(&resource.key()) {
            None | Some(Seen::Absent) => Change::Keep,
            Some(Seen::Present(present)) => refusal(&present.owner).map_or(Change::Delete, Change::Refuse),
            Some(Seen::Broken { .. }) => Change::Delete,
        };
        Step { resource: resource.clone(), change }
    };
    let steps = stack.resources().iter().filter(|resource| resource.stands_alone()).map(step).collect();
    Plan { steps, known: identities(snapshot, site) }
}

/// What one resource needs to match, given what is known of the others.
pub fn converge(resource: &dyn Resource, seen: &Seen, known: &Known) -> Change {
    let present = match seen {
        Seen::Absent => return resource.absent(),
        Seen::Broken { reason, .. } => return Change::Recreate(reason.clone()),
        Seen::Present(present) => present,
    };
    if let Some(reason) = refusal(&present.owner) {
        return Change::Refuse(reason);
    }
    let differences = differences(&resource.wanted(known), &present.facts);
    let fixed = differences.iter().find(|difference| resource.fixed().contains(&difference.field.as_str()));
    match fixed {
        Some(Difference { field, seen, wanted }) => Change::Refuse(format!(
            "its {field} is {} and AWS can't change that to {}; delete it by hand, or use another name in the manifest",
            shown(seen.as_ref()),
            shown(wanted.as_ref()),
        )),
        None if differences.is_empty() => Change::Keep,
        None => Change::Update(differences),
    }
}

/// Whose a thing is, told by its tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// It carries this stack's tag, or belongs to something that does.
    Ours,
    /// The manifest names it, but it is not a stack's to change (a Pinpoint application, a ready image).
    Given,
    /// It carries no stack's tag: somebody made it by hand or with another tool.
    Nobody,
    /// It carries another stack's tag.
    Stack(String),
}

fn refusal(owner: &Owner) -> Option<String> {
    match owner {
        Owner::Ours | Owner::Given => None,
        Owner::Nobody => Some(
            "it exists and was not made by bedrock-ops (no tag bedrock-ops:stack); it is left untouched. \
             Choose another `name` in the manifest, or delete it by hand if nobody needs it"
                .to_owned(),
        ),
        Owner::Stack(name) => Some(format!(
            "it belongs to the stack `{name}` (tag bedrock-ops:stack); it is left untouched. \
             Choose another `name` in the manifest"
        )),
    }
}

fn identities(snapshot: &Snapshot, site: &Site) -> Known {
    let mut identities: BTreeMap<Key, String> = BTreeMap::new();
    for (key, seen) in snapshot {
        identities.extend(seen.identity().map(|identity| (key.clone(), identity.to_owned())));
        if let Seen::Present(present) = seen {
            identities.extend(present.leads_to.clone());
        }
    }
    Known { site: site.clone(), identities }
}

fn strays(snapshot: &Snapshot) -> Vec<std::sync::Arc<dyn Resource>> {
    let of = |seen: &Seen| match seen {
        Seen::Present(present) if present.owner == Owner::Ours => present.strays.clone(),
        _ => Vec::new(),
    };
    snapshot.values().flat_map(of).collect()
}

/// The fields in which two facts differ, objects compared field by field, in the wanted facts' order.
pub fn differences(wanted: &Facts, seen: &Facts) -> Vec<Difference> {
    let mut found = Vec::new();
    compare("", Some(wanted), Some(seen), &mut found);
    found
}

fn compare(field: &str, wanted: Option<&Value>, seen: Option<&Value>, found: &mut Vec<Difference>) {
    if let (Some(Value::Object(wanted)), Some(Value::Object(seen))) = (wanted, seen) {
        for name in fields(wanted, seen) {
            let field = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
            compare(&field, wanted.get(name), seen.get(name), found);
        }
    } else if wanted != seen {
        found.push(Difference { field: field.to_owned(), seen: seen.cloned(), wanted: wanted.cloned() });
    }
}

fn fields<'a>(wanted: &'a Map<String, Value>, seen: &'a Map<String, Value>) -> impl Iterator<Item = &'a String> {
    wanted.keys().chain(seen.keys().filter(|name| !wanted.contains_key(*name)))
}

/// A value as a person reads it: text without quotes, everything else as JSON.
pub fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "(none)".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    }
}
