//! The only printing of results: stdout is the result, everything else goes to stderr. What is printed is [`Clean`].

use std::io::{ErrorKind, IsTerminal as _, Write as _};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::signals;
use crate::error::Printed;
use crate::plan::Plan;
use crate::refused::Refused;
use crate::report::{Report, text};
use crate::sanitize::Clean;

/// Prints a result.
pub(super) fn result(text: impl Into<Clean>) -> Result<()> {
    let mut text = text.into().trimmed();
    // Who reads no further has read enough.
    piece(text.end()).map(|_| ())
}

/// Prints a result as JSON.
pub(super) fn json(value: &Value) -> Result<()> {
    result(Clean::pretty_json(value))
}

/// Prints a piece of a result at once. Answers whether anybody still reads.
pub(super) fn piece(text: &Clean) -> Result<bool> {
    let mut out = anstream::stdout();
    match out.write_all(text.as_str().as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        written => written.map(|()| true).context("writing to stdout"),
    }
}

/// Prints a JSON document on one line. Answers whether anybody still reads.
pub(super) fn json_line(value: &Value) -> Result<bool> {
    piece(Clean::json(value).end())
}

/// Prints a message for people. A plain text is one line.
pub(super) fn note(text: impl Into<Clean>) {
    // A closed stderr is no reason to stop.
    let _ = writeln!(anstream::stderr(), "{}", text.into().trimmed());
}

/// Tells people several things, one a line, under what was said before.
pub(super) fn notes(texts: &[String]) {
    for text in texts {
        note(format!("  {text}"));
    }
}

/// Tells what a stopped run did and did not do, and everything that failed.
pub(super) fn stopped(report: &Report) {
    note(text::stopped(report));
    for error in report.errors() {
        note(&Printed(error));
    }
}

/// Refuses to change a stack that was deployed from elsewhere, unless the command line or a person agrees to take it over.
pub(super) fn taken_over(plan: &Plan, command: &str, yes: bool, take_over: bool) -> Result<()> {
    if plan.origins.is_empty() || take_over || (!yes && is_interactive()) {
        return Ok(());
    }
    Err(Refused::elsewhere(&plan.origins, command).into())
}

/// Whether somebody can read a question and answer it.
fn is_interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks on the terminal; `yes` answers in advance. Where there is no terminal, nobody is asked and nothing is done.
pub(super) async fn confirm(command: &str, question: &str, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !is_interactive() {
        return Err(Refused::unasked(command).into());
    }
    let mut err = anstream::stderr();
    write!(err, "{} [y/N] ", Clean::from(question)).and_then(|()| err.flush()).context("asking for confirmation")?;
    // On a thread of its own, so that Ctrl-C is heard meanwhile; one that nobody waits for when the program ends.
    let (tell, told) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || tell.send(std::io::stdin().lines().next().transpose()));
    let told = tokio::select! {
        stop = signals::any() => return Err(Refused::cancelled(stop.text(), stop.exit()).into()),
        told = told => told,
    };
    let answer = told.context("reading the answer")?.context("reading the answer")?.unwrap_or_default();
    if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") { Ok(()) } else { Err(Refused::declined().into()) }
}
