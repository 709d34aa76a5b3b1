//! Reads `agent.yaml` into a [`Manifest`] that is valid as a whole, or says everything that is wrong with it.

mod action_group;
mod agent;
mod broad;
mod builder;
mod code;
mod connector;
mod encoding;
mod environment;
mod examined;
mod excerpt;
mod field;
mod fields;
mod findings;
mod foreign;
mod function;
mod indentation;
mod instruction;
mod lambda;
mod load;
mod model;
mod outline;
mod permissions;
mod pinpoint;
mod privacy;
mod problem;
mod reach;
mod redaction;
mod secret_names;
mod slips;
mod smoke;
mod surroundings;
mod syntax;
mod tags;
mod tree;
mod vocabulary;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use action_group::ActionGroup;
pub use agent::{Agent, Alias};
pub use builder::{Builder, Engine};
pub use code::{BOOTSTRAP, Code, Source, is_without_runtime};
pub use connector::{Connector, MENTION_CURE, is_mention};
pub use function::{Function, Parameter, ParameterKind};
pub use lambda::{Architecture, Lambda};
pub use load::{LoadError, examine, load};
pub use model::{EndOfLife, Model, end_of_life, without_geography};
pub use permissions::Statement;
pub use pinpoint::Pinpoint;
pub use problem::{Problem, Refused, Severity};
pub use reach::Reach;
pub use smoke::{Expectation, Smoke};

use crate::name::{AccountId, RegionName, StackName};
use field::Field;
use fields::Fields;
use findings::{Findings, Place};
use reach::Files;
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
    /// Whether `destroy` refuses.
    pub protect: bool,
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

/// Reads a manifest's `text` as if it lay at `path`; the files it names are looked for beside that.
pub fn parse(text: &str, path: &Path) -> Result<Loaded, Refused> {
    parse_with(text, path, Look { reach: Reach::Inside, examines: false })
}

/// How far a manifest is followed.
#[derive(Debug, Clone, Copy)]
struct Look {
    /// Which files it may name.
    reach: Reach,
    /// Whether the files of its source are looked through as well.
    examines: bool,
}

fn parse_with(text: &str, path: &Path, look: Look) -> Result<Loaded, Refused> {
    let text = encoding::unified(text);
    let findings = Findings::new(path, &text);
    let manifest = tree::read(&text, &findings).and_then(|root| read(&root, &findings, path, look));
    let problems = findings.finish();
    let refused = problems.iter().any(|problem| problem.severity == Severity::Error);
    match manifest {
        Some(manifest) if !refused => Ok(Loaded { manifest, warnings: problems }),
        _ => Err(Refused { problems }),
    }
}

/// Reads each section; a further one is a file of its own and a line here.
fn read(root: &Node, findings: &Findings<'_>, path: &Path, look: Look) -> Option<Manifest> {
    let dir = folder_of(path);
    let files = Files::of(&dir, look.reach);
    let start = Place::start();
    let mut fields = Field::root(root, &start, findings).fields()?;
    let name_field = fields.required("name", "add `name: push-openrate`");
    let name = name_field.as_ref().and_then(Field::name);
    let region = fields.optional("region").and_then(|field| region(&field));
    let account = fields.optional("account").and_then(|field| field.name());
    let protect = fields.optional("protect").and_then(|field| field.boolean()).unwrap_or(false);
    let tags = fields.optional("tags").map(|field| tags::read(&field)).unwrap_or_default();
    let pinpoint = fields.optional("pinpoint").and_then(pinpoint::read);
    let around =
        Surroundings { files: &files, region: region.as_ref(), pinpoint: pinpoint.as_ref(), examines: look.examines };
    let agent = fields
        .required("agent", "add `agent:` with `model` and `instruction` below it, indented")
        .and_then(|field| agent::read(field, name.as_ref(), &files));
    let lambda = fields
        .required("lambda", "add `lambda:` with `source` or `image` below it, indented")
        .and_then(|field| lambda::read(field, &around));
    let action_groups = action_groups(&mut fields);
    let publishes = lambda.as_ref().is_none_or(|lambda| lambda.publish);
    let smoke = fields.optional("smoke").and_then(|field| smoke::read(field, publishes));
    let connector = connector::read(fields.optional("connector"), name.as_ref(), name_field.as_ref());
    fields.finish();
    Some(Manifest {
        name: name?,
        region,
        account,
        protect,
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
