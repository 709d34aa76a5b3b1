//! What can be said of a resource, wanted or seen, and how two sayings differ. Pure.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::aws::Site;

/// The kinds of things a stack is made of, each named as AWS names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are AWS's")]
pub enum Kind {
    PinpointApplication,
    InferenceProfile,
    FoundationModel,
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
            Self::FoundationModel => "foundation model",
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

/// A field or a thing inside a managed resource that the manifest does not name: somebody added it by hand, or another
/// tool did. A deploy preserves it, and the plan displays it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmanaged {
    /// What it is, in AWS's words: `guardrail`, `attached policy AdministratorAccess`.
    pub field: String,
    /// What AWS has.
    pub value: Value,
    /// The command that removes it, where it is one that somebody may want to be rid of.
    pub removal: Option<String>,
    /// Whether the versions of what it is in tell it, so that it can be compared between them.
    pub compared: bool,
}

impl Unmanaged {
    /// This field with this value.
    pub fn new(field: impl Into<String>, value: impl Into<Value>) -> Self {
        Self { field: field.into(), value: without_nulls(value.into()), removal: None, compared: true }
    }

    /// A field that AWS does not tell of versions, and that is displayed only.
    #[must_use]
    pub fn untold(self) -> Self {
        Self { compared: false, ..self }
    }

    /// With the command that removes it.
    #[must_use]
    pub fn removed_by(self, command: impl Into<String>) -> Self {
        Self { removal: Some(command.into()), ..self }
    }
}

/// What AWS does not have is left out rather than displayed as nothing.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let there = members.into_iter().filter(|(_, member)| !member.is_null());
            there.map(|(name, member)| (name, without_nulls(member))).collect::<Map<_, _>>().into()
        }
        value => value,
    }
}

/// The unmanaged values in which two versions differ: what is live against what the next version holds.
pub fn unmanaged_differences(live: &[Unmanaged], next: &[Unmanaged]) -> Vec<Difference> {
    let object = |unmanaged: &[Unmanaged]| {
        let frozen = unmanaged.iter().filter(|unmanaged| unmanaged.compared);
        frozen.map(|unmanaged| (unmanaged.field.clone(), unmanaged.value.clone())).collect::<Map<_, _>>().into()
    };
    differences(&object(next), &object(live))
}

/// What is to be done with one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is as it should be.
    Keep,
    /// It is not there.
    Create,
    /// What a failed creation left is in its place, and is deleted first.
    Recreate {
        /// What was found.
        reason: String,
        /// The identity of what was found, to delete it by.
        identity: Option<String>,
    },
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
            Self::Recreate { .. } => "recreate",
            Self::Update(_) => "update",
            Self::Delete => "delete",
            Self::Refuse(_) => "refuse",
        }
    }
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
