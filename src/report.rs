//! What is shown: the plan before, the report after, as text or as JSON.

mod created;
mod difference;
pub mod json;
pub mod text;

use crate::facts::{Change, Key, Known};
use crate::plan::Step;

/// How one step ended.
#[derive(Debug)]
pub enum Outcome {
    /// There was nothing to do.
    Kept,
    /// It is done.
    Done,
    /// It was to be deleted and was left, for this reason.
    Spared(String),
    /// It failed.
    Failed(anyhow::Error),
    /// It was begun, and no longer waited for once another step had failed.
    Abandoned,
    /// It was not begun, because another failed.
    Left,
}

/// How a plan's steps ended, and what is known afterwards.
#[derive(Debug)]
pub struct Report {
    /// Every step with its outcome, in the plan's order.
    pub outcomes: Vec<(Step, Outcome)>,
    /// The identities of all that is there.
    pub known: Known,
    /// How many calls changed something, or may have.
    pub writes: usize,
}

impl Report {
    /// What failed.
    pub fn errors(&self) -> Vec<&anyhow::Error> {
        let mut errors = Vec::new();
        for (_, outcome) in &self.outcomes {
            if let Outcome::Failed(error) = outcome {
                errors.push(error);
            }
        }
        errors
    }

    /// How many steps were done.
    pub fn done(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Done))
    }

    /// How many steps that would have changed something were not begun, or not waited for.
    pub fn left(&self) -> usize {
        let unfinished = |outcome: &Outcome| matches!(outcome, Outcome::Left | Outcome::Abandoned);
        let left = |(step, outcome): &&(Step, Outcome)| unfinished(outcome) && step.change != Change::Keep;
        self.outcomes.iter().filter(left).count()
    }

    /// What was to be deleted and was left, with the reasons.
    pub fn spared(&self) -> Vec<(Key, String)> {
        let mut spared = Vec::new();
        for (step, outcome) in &self.outcomes {
            if let Outcome::Spared(reason) = outcome {
                spared.push((step.key(), reason.clone()));
            }
        }
        spared
    }

    fn count(&self, of: impl Fn(&Outcome) -> bool) -> usize {
        self.outcomes.iter().filter(|(_, outcome)| of(outcome)).count()
    }
}

/// Whether a field's values may be secrets and so are never shown.
fn hidden(field: &str) -> bool {
    field == "environment" || field.starts_with("environment.")
}
