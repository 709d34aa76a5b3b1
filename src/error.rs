//! How an error is printed, and the exit code it gives.

use std::fmt;

use thiserror::Error;

use crate::aws::Failure;
use crate::conversation::Unanswered;
use crate::manifest::LoadError;
use crate::refused::{Exit, Refused};
use crate::report::Report;

/// A command stopped part-way. What was done is in the report that was shown.
#[derive(Debug, Error)]
#[error("{}: {done} done, {failed} failed, {left} left", if *writes == 0 { "failed, nothing was changed" } else { "stopped part-way" })]
pub struct Partial {
    done: usize,
    failed: usize,
    left: usize,
    writes: usize,
    /// The exit code and the hint of a step that was refused, or did not pass the smoke test.
    refused: Option<(Exit, String)>,
    command: String,
}

impl Partial {
    /// Of this report; `command` is what the user types to go on.
    pub fn of(report: &Report, command: String) -> Self {
        let Report { writes, .. } = *report;
        let refused = report.errors().into_iter().find_map(|error| {
            let refused = error.downcast_ref::<Refused>().filter(|refused| refused.ends_a_run())?;
            Some((refused.exit(), refused.hint().to_owned()))
        });
        Self { done: report.done(), failed: report.errors().len(), left: report.left(), writes, refused, command }
    }
}

/// The exit code of an error.
pub fn exit(error: &anyhow::Error) -> Exit {
    for cause in error.chain() {
        if let Some(refused) = cause.downcast_ref::<Refused>() {
            return refused.exit();
        }
        if cause.is::<LoadError>() {
            return Exit::Usage;
        }
        if let Some(partial) = cause.downcast_ref::<Partial>() {
            return match partial {
                Partial { refused: Some((exit, _)), .. } => *exit,
                Partial { writes: 0, .. } => Exit::Failed,
                Partial { .. } => Exit::Partial,
            };
        }
    }
    Exit::Failed
}

/// An error as it is printed: what, why, and what to type next.
#[derive(Debug)]
pub struct Printed<'a>(pub &'a anyhow::Error);

impl fmt::Display for Printed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(LoadError::Refused(refused)) = self.0.downcast_ref() {
            // Each of its problems says where it is, and that it is an error.
            return write!(f, "{refused}");
        }
        write!(f, "error: {}", self.0)?;
        let mut said = self.0.to_string();
        for cause in self.0.chain().skip(1) {
            let text = cause.to_string();
            // Some libraries repeat their cause in their own text.
            if !said.contains(&text) {
                write!(f, "\n  caused by: {text}")?;
            }
            said = text;
        }
        match hint(self.0) {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// What to type next, as it is printed under the error; not every error has it.
pub fn hint(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(cure)
}

fn cure(cause: &(dyn std::error::Error + 'static)) -> Option<String> {
    // The hint of a refusal that ends a run is given once, at the end.
    if let Some(refused) = cause.downcast_ref::<Refused>().filter(|refused| !refused.ends_a_run()) {
        return Some(refused.hint().to_owned());
    }
    if let Some(unanswered) = cause.downcast_ref::<Unanswered>() {
        return Some(unanswered.hint().to_owned());
    }
    if let Some(load) = cause.downcast_ref::<LoadError>() {
        return load.cure().map(str::to_owned);
    }
    if let Some(partial) = cause.downcast_ref::<Partial>() {
        if let Some((_, hint)) = &partial.refused {
            return Some(hint.clone());
        }
        return Some(format!("mend what failed, then run `{}` again: it goes on where this stopped", partial.command));
    }
    cause.downcast_ref::<Failure>().and_then(Failure::hint)
}
