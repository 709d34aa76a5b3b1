//! What can go wrong for a user: refusals that are ours to word, exit codes, and how an error is printed.

use std::fmt;

use thiserror::Error;

use crate::aws::Failure;
use crate::manifest::LoadError;

/// How a command ends, as the shell sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// Failed, nothing changed.
    Failed = 1,
    /// `plan --detailed-exitcode` found changes.
    Changes = 2,
    /// Stopped part-way: run again.
    Partial = 3,
    /// The command line or the manifest is wrong.
    Usage = 4,
    /// Refused: not ours, or the wrong account or region.
    Refused = 5,
    /// Interrupted.
    Interrupted = 130,
}

/// What this tool refuses to do, with the way out.
#[derive(Debug, Error)]
#[error("{what}")]
pub struct Refused {
    what: String,
    hint: String,
    exit: Exit,
}

impl Refused {
    fn new(exit: Exit, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into(), exit }
    }

    /// The command line asks for something that can't be done so.
    pub fn usage(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what, hint)
    }

    /// Nobody said which region.
    pub fn no_region() -> Self {
        Self::new(
            Exit::Usage,
            "no region is set",
            "put `region:` into the manifest, or set AWS_REGION or the profile's region",
        )
    }

    /// The manifest and the environment name different regions.
    pub fn other_region(wanted: &str, set: &str) -> Self {
        Self::new(
            Exit::Refused,
            format!("the manifest is for the region {wanted}, but the AWS settings say {set}"),
            format!("set AWS_REGION={wanted}, or correct `region` in the manifest; nothing was changed"),
        )
    }

    /// The credentials belong to another account than the manifest's.
    pub fn other_account(wanted: &str, found: &str) -> Self {
        Self::new(
            Exit::Refused,
            format!("the manifest is for the account {wanted}, but the credentials belong to {found}"),
            "use the other account's credentials (AWS_PROFILE), or correct `account` in the manifest; nothing was changed",
        )
    }

    /// The plan holds things that are not ours, or can't be changed.
    pub fn plan(refusals: &[(crate::plan::Key, String)]) -> Self {
        let lines = refusals.iter().map(|(key, reason)| format!("\n  {key}: {reason}"));
        Self::new(
            Exit::Refused,
            format!("this plan can't start:{}", lines.collect::<String>()),
            "nothing was changed; mend what is listed, then run the same command again",
        )
    }

    /// Things that destroying found in the way and left.
    pub fn kept(kept: &[(crate::plan::Key, String)]) -> Self {
        let lines = kept.iter().map(|(key, reason)| format!("\n  {key}: {reason}"));
        Self::new(
            Exit::Partial,
            format!("what is not ours was left:{}", lines.collect::<String>()),
            "remove what is named by hand if nobody needs it, then run `bedrock-ops destroy` again for the rest",
        )
    }

    /// There is no terminal to ask on.
    pub fn unasked(command: &str) -> Self {
        Self::new(
            Exit::Usage,
            format!("`{command}` asks before it changes anything, and there is no terminal to ask on"),
            format!("look at `bedrock-ops plan`, then run `bedrock-ops {command} --yes`; nothing was changed"),
        )
    }

    /// The user said no.
    pub fn declined() -> Self {
        Self::new(Exit::Failed, "not confirmed", "nothing was changed")
    }

    /// There is no agent or alias to speak of.
    pub fn not_deployed(stack: &str) -> Self {
        Self::new(Exit::Failed, format!("the stack {stack} is not deployed here"), "run `bedrock-ops deploy` first")
    }
}

/// A command stopped part-way. What was done is in the report that was shown.
#[derive(Debug, Error)]
#[error("stopped part-way: {done} done, {failed} failed, {left} left")]
#[allow(missing_docs, reason = "counts of steps")]
pub struct Partial {
    pub done: usize,
    pub failed: usize,
    pub left: usize,
    /// What the user types to go on.
    pub command: &'static str,
}

/// The exit code of an error.
pub fn exit(error: &anyhow::Error) -> Exit {
    for cause in error.chain() {
        if let Some(refused) = cause.downcast_ref::<Refused>() {
            return refused.exit;
        }
        if cause.is::<LoadError>() {
            return Exit::Usage;
        }
        if let Some(partial) = cause.downcast_ref::<Partial>() {
            return if partial.done == 0 { Exit::Failed } else { Exit::Partial };
        }
    }
    Exit::Failed
}

/// An error as it is printed: what, why, and what to type next.
#[derive(Debug)]
pub struct Printed<'a>(pub &'a anyhow::Error);

impl fmt::Display for Printed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
        match self.0.chain().find_map(hint) {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

fn hint(cause: &(dyn std::error::Error + 'static)) -> Option<String> {
    if let Some(refused) = cause.downcast_ref::<Refused>() {
        return Some(refused.hint.clone());
    }
    if let Some(load) = cause.downcast_ref::<LoadError>() {
        return load.cure().map(str::to_owned);
    }
    if let Some(partial) = cause.downcast_ref::<Partial>() {
        return Some(format!("mend what failed, then run `{}` again: it goes on where this stopped", partial.command));
    }
    cause.downcast_ref::<Failure>().and_then(Failure::hint)
}
