//! Each resource's state, from what was seen and what `deploy` would do about it. Pure.

use std::collections::BTreeSet;

use crate::facts::{Change, Key, Kind, Unmanaged};
use crate::ownership::Owner;
use crate::plan::Step;
use crate::resource::Seen;
use crate::session::Glance;

/// How one resource stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As the manifest wants it.
    Ok,
    /// It is there, and differs.
    Differs,
    /// It is not there.
    Absent,
    /// A creation that failed is in its place.
    Broken,
    /// A thing of its name is there that is not this stack's.
    NotOurs,
    /// The manifest does not name it.
    Stray,
    /// It is being changed, or stands on something that is.
    Changing,
    /// It could not be looked at.
    Unknown,
}

/// One resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which.
    pub key: Key,
    /// How it stands.
    pub state: State,
    /// What there is to say of that: the fields that differ, a reason, AWS's word for what it is doing.
    pub details: Vec<String>,
    /// What is in it that the manifest does not name and that a deploy preserves.
    pub unmanaged: Vec<Unmanaged>,
    /// What is worth knowing of it, though no deploy changes it.
    pub notes: Vec<String>,
}

impl State {
    /// The word in the JSON form; people read it with spaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Differs => "differs",
            Self::Absent => "absent",
            Self::Broken => "broken",
            Self::NotOurs => "not_ours",
            Self::Stray => "stray",
            Self::Changing => "changing",
            Self::Unknown => "unknown",
        }
    }
}

/// Every resource's state, in the plan's order.
pub(super) fn rows(glance: &Glance) -> Vec<Row> {
    let mut changing = BTreeSet::new();
    let mut rows = Vec::new();
    for step in &glance.plan.steps {
        let key = step.key();
        if step.change == Change::Keep && matches!(glance.snapshot.get(&key), Some(Seen::Absent)) {
            // It is there only while something else changes.
            continue;
        }
        let row = row(step, glance, &changing);
        if row.state == State::Changing {
            changing.insert(key);
        }
        rows.push(row);
    }
    rows
}

pub(super) fn is_ours(owner: &Owner) -> bool {
    matches!(owner, Owner::Ours | Owner::Given)
}

fn row(step: &Step, glance: &Glance, changing: &BTreeSet<Key>) -> Row {
    let key = step.key();
    if let Some(reason) = glance.unknown.get(&key) {
        let awaited = step.resource.looked_up_by().into_iter().find(|need| glance.unknown.contains_key(need));
        let reason = awaited.map_or_else(|| reason.clone(), |awaited| format!("not without the {awaited}"));
        return Row { key, state: State::Unknown, details: vec![reason], unmanaged: Vec::new(), notes: Vec::new() };
    }
    if let Some(state) = glance.passing.get(&key) {
        let (unmanaged, notes) = Default::default();
        return Row { key, state: State::Changing, details: vec![state.clone()], unmanaged, notes };
    }
    let (unmanaged, notes) = (step.unmanaged.clone(), step.notes.clone());
    let needs = step.resource.needs().into_iter().map(|need| need.key);
    let awaited = needs.chain(step.resource.looked_up_by()).find(|need| changing.contains(need));
    if let (Some(awaited), false) = (awaited, step.change == Change::Keep) {
        // What it would be compared with is not known yet.
        return Row { key, state: State::Changing, details: vec![format!("after the {awaited}")], unmanaged, notes };
    }
    let (state, details) = state(step, glance.snapshot.get(&key));
    Row { key, state, details, unmanaged, notes }
}

fn state(step: &Step, seen: Option<&Seen>) -> (State, Vec<String>) {
    match &step.change {
        Change::Keep => (State::Ok, Vec::new()),
        // An image of another content runs: not there is only the one that would be built.
        Change::Create if step.key().kind == Kind::Image && !step.resource.why(&step.change).is_empty() => {
            (State::Differs, step.resource.why(&step.change))
        }
        Change::Create => (State::Absent, Vec::new()),
        Change::Recreate { reason, .. } => (State::Broken, vec![reason.clone()]),
        Change::Update(differences) if differences.is_empty() => {
            (State::Differs, vec!["follows from what else differs".to_owned()])
        }
        Change::Update(differences) => {
            (State::Differs, differences.iter().map(|difference| difference.field.clone()).collect())
        }
        Change::Delete => {
            let why = step.resource.why(&step.change);
            (State::Stray, if why.is_empty() { vec!["the manifest does not name it".to_owned()] } else { why })
        }
        Change::Refuse(reason) => (refused(seen), vec![reason.clone()]),
    }
}

/// Why a resource can't be made to match: it is missing, somebody else's, or AWS can't change it.
fn refused(seen: Option<&Seen>) -> State {
    match seen {
        Some(Seen::Present(present)) if is_ours(&present.owner) => State::Differs,
        Some(Seen::Present(_)) => State::NotOurs,
        Some(Seen::Broken { .. }) => State::Broken,
        Some(Seen::Unusable { identity: Some(_), .. }) => State::Differs,
        Some(Seen::Absent | Seen::Unusable { .. }) | None => State::Absent,
    }
}
