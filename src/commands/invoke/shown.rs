//! What is printed of a run: the log and the verdict for people, the reply's body as the result.

use anyhow::Result;
use serde_json::{Value, json};

use super::Run;
use crate::commands::output::{self, note};
use crate::contract::{Asked, Breach, Ended, Verdict};
use crate::sanitize::Clean;

/// Prints it.
pub(super) fn show(asked: &Asked, run: &Run, verdict: &Verdict, as_json: bool) -> Result<()> {
    if run.log_lost > 0 {
        note(format!("(the log's first {} bytes are left out)", run.log_lost));
    }
    if !run.log.trim().is_empty() {
        note(Clean::block(&run.log));
    }
    note(Clean::block(judged(asked, run, verdict)));
    if as_json {
        return output::json(&document(asked, run, verdict));
    }
    match &verdict.body {
        Some(body) => output::result(Clean::block(pretty(body))),
        None => Ok(()),
    }
}

fn judged(asked: &Asked, run: &Run, verdict: &Verdict) -> String {
    let Asked { action_group, function } = asked;
    let version = run.version.as_ref().map(|version| format!(" (version {version})")).unwrap_or_default();
    let took = run.took.as_secs_f64();
    let mut lines = Vec::new();
    if verdict.is_kept() {
        let bytes = size(run);
        lines.push(format!("{action_group}.{function}{version} keeps the contract: {bytes} bytes in {took:.2} s"));
    } else {
        lines.push(format!("{action_group}.{function}{version} breaks the contract, after {took:.2} s:"));
        lines.extend(verdict.breaches.iter().map(told));
        if verdict.breaches.iter().any(Breach::ends_the_conversation) {
            lines.push("Bedrock would end the conversation with DependencyFailedException".to_owned());
        }
    }
    lines.extend(verdict.notes.iter().map(|note| format!("note: {note}")));
    lines.join("\n")
}

/// A breach, and below it, indented, what to write instead.
fn told(breach: &Breach) -> String {
    let cure = breach.cure();
    format!("  {breach}\n    {}", cure.replace('\n', "\n      "))
}

fn size(run: &Run) -> usize {
    match &run.ended {
        Ended::Returned(reply) => reply.len(),
        _ => 0,
    }
}

/// JSON laid out for reading; any other text as it is.
fn pretty(body: &str) -> String {
    match serde_json::from_str::<Value>(body) {
        Ok(value) if value.is_object() || value.is_array() => format!("{value:#}"),
        _ => body.to_owned(),
    }
}

fn document(asked: &Asked, run: &Run, verdict: &Verdict) -> Value {
    let breaches = verdict.breaches.iter().map(|breach| json!({"what": breach.to_string(), "cure": breach.cure()}));
    json!({
        "format": 1,
        "action_group": asked.action_group,
        "function": asked.function,
        "version": run.version,
        "kept": verdict.is_kept(),
        "breaches": breaches.collect::<Vec<_>>(),
        "notes": verdict.notes,
        "body": verdict.body,
        "took_ms": u64::try_from(run.took.as_millis()).unwrap_or(u64::MAX),
        "log": run.log,
        "log_lost": run.log_lost,
    })
}
