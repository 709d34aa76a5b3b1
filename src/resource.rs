//! What every resource can say of itself and do, and what it is given to do it with.

mod context;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use anyhow::Result;
use async_trait::async_trait;

pub use self::context::Context;
use crate::facts::{Change, Difference, Facts, Key, Known, Unmanaged};
use crate::ownership::Owner;

/// One AWS thing of a stack. `resources/repository.rs` is the file to copy for a new kind.
///
/// Its futures stay on one thread: everything here waits for the network, and one thread waits as well as many.
#[async_trait(?Send)]
pub trait Resource: Debug + Send + Sync {
    /// Its name in the stack.
    fn key(&self) -> Key;

    /// What must be there before it can be created or updated; it is deleted before them.
    fn needs(&self) -> Vec<Need> {
        Vec::new()
    }

    /// What must be there before this change can begin. The rest of what it needs is waited for before it settles.
    fn needs_to_begin(&self, _change: &Change) -> Vec<Need> {
        self.needs()
    }

    /// Whether its creation decides if the stack can be deployed at all: nothing else is changed before AWS accepts it.
    fn goes_first(&self) -> bool {
        false
    }

    /// What it stands on, and so what is deleted only after it.
    fn stands_on(&self) -> Vec<Key> {
        self.needs().into_iter().map(|need| need.key).collect()
    }

    /// Why it can't be deleted, though it is ours: things in it that are not. Makes reading calls only.
    async fn obstacle(&self, _context: &Context) -> Result<Option<String>> {
        Ok(None)
    }

    /// The things whose identities it is looked up by: they are located first.
    fn looked_up_by(&self) -> Vec<Key> {
        Vec::new()
    }

    /// The spec that the manifest asks for, as facts.
    fn wanted(&self, known: &Known) -> Facts;

    /// Fields of the spec that AWS can't change in place.
    fn fixed(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether an update of these fields gives it another identity (a function gets a new version).
    fn renews(&self, _differences: &[Difference]) -> bool {
        false
    }

    /// Resources whose change must be followed by an update of this one, even if it looks the same.
    fn follows(&self) -> Vec<Key> {
        Vec::new()
    }

    /// A resource that must be brought up anew when this one changes so, even if nothing else asks for it.
    fn redoes(&self, _change: &Change) -> Option<Key> {
        None
    }

    /// The resource for whose change alone this one is there: while that is kept, so is this, whatever it is like.
    fn serves(&self) -> Option<Key> {
        None
    }

    /// The resources whose unmanaged values go live when this one publishes.
    fn publishes(&self) -> Vec<Key> {
        Vec::new()
    }

    /// Why a change must not be made that would also publish these differences in unmanaged values, unless the user
    /// accepts them.
    fn protects(&self, _change: &Change, _unpublished: &[Difference]) -> Option<String> {
        None
    }

    /// Whether destroying the stack has to delete it; else it goes with what it belongs to.
    fn stands_alone(&self) -> bool {
        true
    }

    /// What is to be done when it is not there.
    fn absent(&self) -> Change {
        Change::Create
    }

    /// Why the step is needed, a reason a line, where facts can't show it: what changed in an image's source, what is asked
    /// before an alias moves. Known after `observe`; for plans only.
    fn why(&self, _change: &Change) -> Vec<String> {
        Vec::new()
    }

    /// Finds its identity alone, if that takes fewer calls than `observe`: what is looked up by it need not wait.
    async fn locate(&self, _context: &Context) -> Result<Option<String>> {
        Ok(None)
    }

    /// Looks it up, with reading calls only. A thing in a passing state is waited for.
    async fn observe(&self, context: &Context) -> Result<Seen>;

    /// What `status` goes by when it can't be looked at, with all else that was seen; nothing where there is no status
    /// without it.
    fn unseen(&self, _seen: &BTreeMap<Key, Seen>) -> Option<Seen> {
        None
    }

    /// Makes it; answers its identity. What is only looked up is never made.
    async fn create(&self, context: &Context) -> Result<String> {
        context.needed(&self.key())
    }

    /// Brings the differing fields to what is wanted; answers its identity.
    async fn update(&self, context: &Context, _differences: &[Difference]) -> Result<String> {
        context.needed(&self.key())
    }

    /// Whose it is at this moment, read right before it is deleted; `None` if it no longer exists. What can't be tagged
    /// belongs to what it is part of.
    async fn owner(&self, _context: &Context) -> Result<Option<Owner>> {
        Ok(Some(Owner::Ours))
    }

    /// The manifest's field that gives it its name on AWS.
    fn named_by(&self) -> &'static str {
        "name"
    }

    /// The command that gives it the stack's tag, for a resource whose tag was lost or that another tool made.
    fn tagged_by(&self, _known: &Known, _identity: &str) -> Option<String> {
        None
    }

    /// Deletes it. What no longer exists is success.
    async fn delete(&self, _context: &Context) -> Result<Deleted> {
        Ok(Deleted::Kept("bedrock-ops did not make it".to_owned()))
    }

    /// Takes back what an update left in place for what was live until now. It runs last, when all else went well.
    async fn tidy(&self, _context: &Context) -> Result<()> {
        Ok(())
    }

    /// Waits until AWS has finished with what `create` or `update` began.
    async fn settle(&self, _context: &Context) -> Result<()> {
        Ok(())
    }
}

/// A resource that must be there first, and how far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Which resource.
    pub key: Key,
    /// How far it must have come.
    pub until: Milestone,
}

/// How far a step has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Milestone {
    /// AWS has accepted it and its identity is known, but it may be in a passing state.
    Made,
    /// AWS has finished with it.
    Ready,
}

impl Need {
    /// Needs the resource's identity.
    pub fn made(key: Key) -> Self {
        Self { key, until: Milestone::Made }
    }

    /// Needs the resource to be usable.
    pub fn ready(key: Key) -> Self {
        Self { key, until: Milestone::Ready }
    }
}

/// What `observe` found.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "a stack has some twenty of them, most of them present")]
pub enum Seen {
    /// Nothing.
    Absent,
    /// Something that a creation of ours left and that can't be mended, only deleted.
    Broken {
        /// What was found.
        reason: String,
        /// Its identity, to delete it by.
        identity: Option<String>,
    },
    /// Something that is only looked up, and that a stack can't be deployed with: it is not there, it has ended, or it is
    /// of the wrong kind.
    Unusable {
        /// Why, with what to write instead.
        reason: String,
        /// Its identity, if it is there.
        identity: Option<String>,
    },
    /// The thing.
    Present(Present),
}

/// A thing that is there.
#[derive(Debug, Clone)]
pub struct Present {
    /// Its spec as AWS has it, defaults filled in.
    pub facts: Facts,
    /// Whose it is.
    pub owner: Owner,
    /// What AWS calls it: agent id, digest, version.
    pub identity: String,
    /// The identity of what it leads to, where that is no resource itself: the version that an alias routes to.
    pub leads_to: Option<(Key, String)>,
    /// Things within it that the manifest does not name and that are to go.
    pub strays: Vec<Arc<dyn Resource>>,
    /// What is in it that the manifest does not name and that is preserved.
    pub unmanaged: Vec<Unmanaged>,
    /// What is worth knowing of it, though no deploy changes it, a sentence each.
    pub notes: Vec<String>,
    /// What the user should know of it before a deploy, a sentence each.
    pub warnings: Vec<String>,
    /// The unmanaged values of what it publishes, as they are live.
    pub live: Vec<Unmanaged>,
}

impl Present {
    /// A thing that leads to nothing, without strays and without anything unmanaged.
    pub fn new(facts: Facts, owner: Owner, identity: impl Into<String>) -> Self {
        let (leads_to, strays, notes, warnings) = Default::default();
        let (unmanaged, live) = Default::default();
        Self { facts, owner, identity: identity.into(), leads_to, strays, unmanaged, notes, warnings, live }
    }
}

impl Seen {
    /// A thing that leads to nothing, without strays and without anything unmanaged.
    pub fn present(facts: Facts, owner: Owner, identity: impl Into<String>) -> Self {
        Self::Present(Present::new(facts, owner, identity))
    }

    /// The thing, if it is there and whole.
    pub fn as_present(&self) -> Option<&Present> {
        match self {
            Self::Present(present) => Some(present),
            Self::Absent | Self::Broken { .. } | Self::Unusable { .. } => None,
        }
    }

    /// The identity of what is there.
    pub fn identity(&self) -> Option<&str> {
        match self {
            Self::Absent => None,
            Self::Broken { identity, .. } | Self::Unusable { identity, .. } => identity.as_deref(),
            Self::Present(present) => Some(&present.identity),
        }
    }
}

/// How a deletion ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deleted {
    /// It is gone.
    Gone,
    /// It was left, for this reason.
    Kept(String),
}
