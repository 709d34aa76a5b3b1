//! What this tool refuses to do, each refusal with the way out, and how commands end.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::path::Path;

use thiserror::Error;

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
    /// The new version did not pass the smoke test: the alias stays where it was.
    Smoke = 6,
    /// Interrupted by Ctrl-C or SIGINT.
    Interrupted = 130,
    /// Ended by SIGTERM.
    Terminated = 143,
    /// Ended by SIGHUP.
    HungUp = 129,
}

/// What this tool refuses to do, with the way out.
#[derive(Debug, Error)]
#[error("{what}")]
pub struct Refused {
    what: String,
    hint: String,
    exit: Exit,
    ends_a_run: bool,
}

impl Refused {
    fn new(exit: Exit, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into(), exit, ends_a_run: false }
    }

    /// The refusal of a step that says how the whole run ends.
    fn ending_a_run(exit: Exit, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { ends_a_run: true, ..Self::new(exit, what, hint) }
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// Whether the run ends with this exit code and hint, though it is one step that was refused.
    pub fn ends_a_run(&self) -> bool {
        self.ends_a_run
    }

    /// The way out.
    pub fn hint(&self) -> &str {
        &self.hint
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
            "put `region:` into the manifest (`region: ap-northeast-1`), or set AWS_REGION or the profile's region; nothing \
             was changed",
        )
    }

    /// The manifest and the environment name different regions.
    pub fn other_region(wanted: &str, set: &str) -> Self {
        Self::new(
            Exit::Refused,
            format!("the manifest is for the region {wanted}, but AWS_REGION or the profile says {set}"),
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
    pub fn plan(refused: usize) -> Self {
        Self::new(
            Exit::Refused,
            format!("this plan can't start: {refused} refused (marked ! above)"),
            "nothing was changed; mend what is marked, then run the same command again",
        )
    }

    /// Things that destroying found in the way and left.
    pub fn kept(kept: &[(impl Display, String)]) -> Self {
        let lines = kept.iter().map(|(key, reason)| format!("\n{key}: {reason}"));
        Self::new(
            Exit::Partial,
            format!("what is not ours was left:{}", lines.collect::<String>()),
            "everything else of ours is gone; what is listed stays until somebody deletes it by hand",
        )
    }

    /// A new version was asked and did not pass. `stays` says where the alias is now, `flags` are those of this run.
    pub fn smoke(version: &str, question: &str, why: &str, stays: &str, flags: &str) -> Self {
        Self::ending_a_run(
            Exit::Smoke,
            format!("version {version} did not pass the smoke test: asked “{question}”, {why}"),
            format!(
                "{stays}; `bedrock-ops ask --release {version} --trace{flags}` shows what it does; mend it and deploy \
                 again, or deploy with --no-smoke"
            ),
        )
    }

    /// A smoke test for a function without versions.
    pub fn nothing_to_hold_back() -> Self {
        Self::usage(
            "a smoke test protects nothing with `lambda.publish: false`: what Slack talks to runs new code at once",
            "remove `publish: false` from the manifest, or deploy with --no-smoke",
        )
    }

    /// AWS creates no agents in this account. `flags` are those of this run.
    pub fn no_new_agents(flags: &str) -> Self {
        Self::ending_a_run(
            Exit::Refused,
            "AWS does not create Bedrock agents in this account",
            format!(
                "running deploy again does not help. Since 2026-07-30 AWS creates agents only for accounts that used \
                 Bedrock Agents in the 12 months before: deploy into such an account. Its successor is Amazon Bedrock \
                 AgentCore; a Slack app of your own can call that, Amazon Q Developer can't. If an earlier deploy left \
                 resources of this stack, `bedrock-ops destroy{flags}` removes them"
            ),
        )
    }

    /// The manifest says that its stack is not to be destroyed.
    pub fn protected(stack: &str, manifest: &Path) -> Self {
        let file = manifest.display();
        Self::new(
            Exit::Refused,
            format!("the stack {stack} is protected: `{file}` has `protect: true`"),
            format!(
                "nothing was changed; to destroy the stack, remove `protect` from `{file}` and run the same command again"
            ),
        )
    }

    /// There is no terminal to ask on.
    pub fn unasked(command: &str) -> Self {
        Self::new(
            Exit::Usage,
            "this asks before it changes anything, and there is no terminal to ask on",
            format!("the plan is above; `{command} --yes` carries it out; nothing was changed"),
        )
    }

    /// The stack was deployed from another repository or path, and nobody is there to confirm that this one takes it over.
    pub fn elsewhere(origins: &BTreeSet<String>, command: &str) -> Self {
        let origins = origins.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        Self::new(
            Exit::Refused,
            format!("this stack was deployed from {origins}, not from this manifest's repository and path"),
            format!(
                "nothing was changed; if it is another project's stack, choose another `name` in the manifest; if the \
                 project has moved, add --take-over: `{command} --take-over`"
            ),
        )
    }

    /// The user said no.
    pub fn declined() -> Self {
        Self::new(Exit::Failed, "not confirmed", "nothing was changed")
    }

    /// What would be changed is not ours.
    pub fn foreign(what: impl Display) -> Self {
        Self::new(
            Exit::Refused,
            format!("the {what} was not made by this stack"),
            "nothing was changed; choose another name in the manifest, or delete it by hand if nobody needs it",
        )
    }

    /// AWS did not say whose a thing is.
    pub fn unreadable_tags(what: &str, reason: &str) -> Self {
        Self::new(
            Exit::Failed,
            format!("AWS does not show the tags of the {what}: {reason}"),
            "without its tags bedrock-ops can't tell whether it belongs to this stack; allow lambda:ListTags on it to the \
             deploying identity (docs/permissions.md), then run the same command again",
        )
    }

    /// A signal came at the confirmation prompt. `how` names it, `exit` is its exit code.
    pub fn cancelled(how: &str, exit: Exit) -> Self {
        Self::new(exit, format!("{how} at the confirmation prompt"), "nothing was changed")
    }

    /// There is no agent or alias to speak of.
    pub fn not_deployed(stack: &str, command: &str) -> Self {
        Self::new(Exit::Failed, format!("the stack {stack} is not deployed here"), format!("run `{command}` first"))
    }

    /// The function has no log group.
    pub fn no_log_group(group: &str, command: &str) -> Self {
        Self::new(
            Exit::Failed,
            format!("the log group {group} is not there"),
            format!("run `{command}` first, or add --follow to wait for it"),
        )
    }
}
