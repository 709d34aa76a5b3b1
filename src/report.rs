//! What is shown: the plan before, the report after, as text or as JSON.

pub mod json;
pub mod text;

use crate::facts::{Change, Known};
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
}

impl Report {
    /// Takes the first error out, to be told at the end.
    pub fn take_error(&mut self) -> Option<anyhow::Error> {
        self.outcomes.iter_mut().find_map(|(_, outcome)| match std::mem::replace(outcome, Outcome::Left) {
            Outcome::Failed(error) => Some(error),
            other => {
                *outcome = other;
                None
            }
        })
    }

    /// How many steps were done.
    pub fn done(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Done))
    }

    /// How many steps failed.
    pub fn failed(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Failed(_)))
    }

    /// How many steps that would have changed something were not begun.
    pub fn left(&self) -> usize {
        let left = |(step, outcome): &&(Step, Outcome)| matches!(outcome, Outcome::Left) && step.change != Change::Keep;
        self.outcomes.iter().filter(left).count()
    }

    /// What was to be deleted and was left, with the reasons.
    pub fn spared(&self) -> Vec<(crate::facts::Key, &str)> {
        let mut spared = Vec::new();
        for (step, outcome) in &self.outcomes {
            if let Outcome::Spared(reason) = outcome {
                spared.push((step.key(), reason.as_str()));
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
