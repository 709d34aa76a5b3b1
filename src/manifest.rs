//! Reads `agent.yaml` into a [`Manifest`] that is valid as a whole, or says everything that is wrong with it.

mod action_group;
mod agent;
mod builder;
mod code;
mod connector;
mod environment;
mod examined;
mod excerpt;
mod field;
mod fields;
mod findings;
mod function;
mod lambda;
mod model;
mod permissions;
mod pinpoint;
mod problem;
mod smoke;
mod surroundings;
mod syntax;
mod tags;
mod tree;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use thiserror::Error;

pub use action_group::ActionGroup;
pub use agent::{Agent, Alias};
pub use builder::{Builder, Engine};
pub use code::{BOOTSTRAP, Code, Source, is_without_runtime};
pub use connector::{Connector, MENTION_CURE, is_mention};
pub use function::{Function, Parameter, ParameterKind};
pub use lambda::{Architecture, Lambda};
pub use model::Model;
pub use permissions::Statement;
pub use pinpoint::Pinpoint;
pub use problem::{Problem, Refused, Severity};
pub use smoke::{Expectation, Smoke};

use crate::name::{AccountId, RegionName, StackName};
use field::Field;
use fields::Fields;
use findings::{Findings, Place};
use surroundings::Surroundings;
use tree::Node;

/// A valid `agent.yaml`, its defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The stack's name, from which the names in AWS are derived.
    pub name: StackName,
    /// Where it goes; the credentials' region unless given.
    pub region: Option<RegionName>,
    /// The only account it may go to, if given.
    pub account: Option<AccountId>,
    /// Tags for everything that can have them.
    pub tags: BTreeMap<String, String>,
    /// The Bedrock agent.
    pub agent: Agent,
    /// The function behind its action groups.
    pub lambda: Lambda,
    /// The Pinpoint application that the handler reads, if it reads one.
    pub pinpoint: Option<Pinpoint>,
    /// What the agent may call.
    pub action_groups: Vec<ActionGroup>,
    /// What a new version must answer before the alias moves to it, if anything.
    pub smoke: Option<Smoke>,
    /// What the chat channel is given.
    pub connector: Connector,
    /// The manifest's folder; paths in the manifest are relative to it.
    pub dir: PathBuf,
    /// The manifest's file, as it was named.
    pub path: PathBuf,
    /// Where it comes from (see [`crate::origin`]); not read from the file, and unknown unless the caller looks it up.
    pub origin: Option<String>,
}

/// A manifest that can be used, and what is worth saying about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The manifest.
    pub manifest: Manifest,
    /// Problems that do not stop it, in the order of the file.
    pub warnings: Vec<Problem>,
}

/// Why there is no manifest.
#[derive(Debug, Error)]
pub enum LoadError {
    /// No such file.
    #[error("there is no manifest `{}`", path.display())]
    Missing {
        /// The file asked for.
        path: PathBuf,
    },
    /// The file is there but cannot be read.
    #[error("cannot read the manifest `{}`", path.display())]
    Unreadable {
        /// The file asked for.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is not text in UTF-8.
    #[error("the manifest `{}` is not UTF-8: the first bad byte is in line {line}", path.display())]
    NotUtf8 {
        /// The file asked for.
        path: PathBuf,
        /// The line of the first bad byte, from 1.
        line: usize,
    },
    /// The file was read and is wrong.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl LoadError {
    /// What to do about it; the problems of a refused manifest carry their own cures.
    pub fn cure(&self) -> Option<&'static str> {
        match self {
            Self::Missing { .. } => {
                Some("name it with `bedrock-ops -f FILE`, or write a first one with `bedrock-ops init`")
            }
            Self::Unreadable { .. } => Some("mend its permissions, or name another with `bedrock-ops -f FILE`"),
            Self::NotUtf8 { .. } => Some("save it as UTF-8, or name another with `bedrock-ops -f FILE`"),
            Self::Refused(_) => None,
        }
    }
}

/// Loads the manifest at `path`.
pub fn load(path: &Path) -> Result<Loaded, LoadError> {
    let text = text(path)?;
    Ok(parse(&text, path)?)
}

/// Loads the manifest at `path`, and looks through the files of its source as well: for whoever is about to deploy them.
pub fn examine(path: &Path) -> Result<Loaded, LoadError> {
    let text = text(path)?;
    Ok(parse_with(&text, path, true)?)
}

fn text(path: &Path) -> Result<String, LoadError> {
    let bytes = fs::read(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => LoadError::Missing { path: path.to_owned() },
        _ => LoadError::Unreadable { path: path.to_owned(), source },
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        LoadError::NotUtf8 { path: path.to_owned(), line: good.split(|byte| *byte == b'\n').count() }
    })
}

/// Reads a manifest's `text` as if it lay at `path`; the files it names are looked for beside that.
pub fn parse(text: &str, path: &Path) -> Result<Loaded, Refused> {
    parse_with(text, path, false)
}

fn parse_with(text: &str, path: &Path, examines: bool) -> Result<Loaded, Refused> {
    let findings = Findings::new(path, text);
    let manifest = tree::read(text, &findings).and_then(|root| read(&root, &findings, path, examines));
    let problems = findings.finish();
    let refused = problems.iter().any(|problem| problem.severity == Severity::Error);
    match manifest {
        Some(manifest) if !refused => Ok(Loaded { manifest, warnings: problems }),
        _ => Err(Refused { problems }),
    }
}

/// Reads each section; a further one is a file of its own and a line here.
fn read(root: &Node, findings: &Findings<'_>, path: &Path, examines: bool) -> Option<Manifest> {
    let dir = folder_of(path);
    let start = Place::start();
    let mut fields = Field::root(root, &start, findings).fields()?;
    let name = fields.required("name", "add `name: push-openrate`").and_then(|field| field.name());
    let region = fields.optional("region").and_then(|field| region(&field));
    let account = fields.optional("account").and_then(|field| field.name());
    let tags = fields.optional("tags").map(|field| tags::read(&field)).unwrap_or_default();
    let pinpoint = fields.optional("pinpoint").and_then(pinpoint::read);
    let around = Surroundings { dir: &dir, region: region.as_ref(), pinpoint: pinpoint.as_ref(), examines };
    let agent = fields
        .required("agent", "add `agent:` with `model` and `instruction` below it, indented")
        .and_then(|field| agent::read(field, name.as_ref(), &dir));
    let lambda = fields
        .required("lambda", "add `lambda:` with `source` or `image` below it, indented")
        .and_then(|field| lambda::read(field, &around));
    let action_groups = action_groups(&mut fields);
    let publishes = lambda.as_ref().is_none_or(|lambda| lambda.publish);
    let smoke = fields.optional("smoke").and_then(|field| smoke::read(field, publishes));
    let connector = connector::read(fields.optional("connector"), name.as_ref());
    fields.finish();
    Some(Manifest {
        name: name?,
        region,
        account,
        tags,
        agent: agent?,
        lambda: lambda?,
        pinpoint,
        action_groups,
        smoke,
        connector: connector?,
        dir,
        path: path.to_owned(),
        origin: None,
    })
}

fn region(field: &Field<'_>) -> Option<RegionName> {
    let region: RegionName = field.name()?;
    if !region.has_agents() {
        let what = format!("Bedrock Agents are not known to exist in {region}");
        field.warning(what, "choose a region that has them, like `ap-northeast-1`, unless you know better");
    }
    Some(region)
}

/// An agent without action groups is legal, but its function is never called.
fn action_groups(fields: &mut Fields<'_>) -> Vec<ActionGroup> {
    let groups = fields.optional("action_groups").map(|field| action_group::read(&field));
    if !fields.has("action_groups") {
        let cure = "add `action_groups:` with the functions that the agent may call";
        fields.owner().warn_missing("action_groups", "the agent will never call the Lambda function", cure);
    }
    groups.unwrap_or_default()
}

/// The folder of a file; of `agent.yaml` alone it is `.`.
fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}
