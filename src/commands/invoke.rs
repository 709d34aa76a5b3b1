//! `invoke`: sends a function the event that Bedrock would send, and judges what comes of it.

mod choice;
mod deployed;
mod interpreter;
mod lent;
mod local;
mod shown;
mod watch;

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use super::open;
use super::output::note;
use crate::cli::{Common, Invoke};
use crate::contract::{self, Asked, Caller, Ended};
use crate::error::Printed;
use crate::manifest::Manifest;
use crate::refused::{Exit, Refused};
use crate::sanitize::Clean;
use choice::Choice;

/// What came of an event.
struct Run {
    ended: Ended,
    /// The end of what the handler printed.
    log: String,
    /// Bytes of the log before that, which are lost; not told by Lambda.
    log_lost: u64,
    took: Duration,
    /// The version of the deployed function that ran.
    version: Option<String>,
}

pub(super) async fn run(common: &Common, args: &Invoke) -> Result<Exit> {
    if !args.watch {
        return once(common, args).await;
    }
    if !common.local {
        return Err(Refused::usage(
            "--watch looks at the files on this machine, but the deployed function runs elsewhere",
            "add --local, or leave --watch away",
        )
        .into());
    }
    let source = local::source(&open::manifest(common)?)?.folder.clone();
    tokio::select! {
        () = again_and_again(common, args, &source) => {}
        // The handler that runs, if one does, ends with this.
        _ = tokio::signal::ctrl_c() => note(Clean::block("\nstopped watching")),
    }
    Ok(Exit::Done)
}

/// Runs it now and after each change, until it is dropped.
async fn again_and_again(common: &Common, args: &Invoke, source: &Path) {
    loop {
        let seen = watch::look(&[source, &common.file]);
        if let Err(error) = once(common, args).await {
            note(&Printed(&error));
        }
        note(Clean::block(format!("\nwaiting for a change in {} (Ctrl-C ends)", source.display())));
        watch::change(&[source, &common.file], &seen).await;
    }
}

async fn once(common: &Common, args: &Invoke) -> Result<Exit> {
    let manifest = if common.local { open::examined(common) } else { open::manifest(common) }?;
    let choice = Choice::of(&manifest, args)?;
    let (asked, run) = if common.local {
        let event = choice.event(&Caller::draft(manifest.agent.name.as_ref()));
        (asked(&event)?, Box::pin(local::run(&manifest, &event)).await?)
    } else {
        Box::pin(deployed::run(common, &manifest, &choice)).await?
    };
    let verdict = contract::judge(&asked, &run.ended, run.took);
    shown::show(&asked, &run, &verdict, args.json)?;
    Ok(if verdict.is_kept() { Exit::Done } else { Exit::Failed })
}

fn asked(event: &Value) -> Result<Asked> {
    let refused = || {
        Refused::usage(
            "the event does not name an action group and a function",
            "it needs the texts `actionGroup` and `function`; leave --event away and a right one is made",
        )
    };
    Asked::of(event).ok_or_else(|| refused().into())
}

/// The manifest's name of the agent, its ids as they are known.
fn caller(manifest: &Manifest, id: String, alias: String, version: Option<String>) -> Caller {
    let draft = Caller::draft(manifest.agent.name.as_ref());
    Caller { id, alias, version: version.unwrap_or_else(|| draft.version.clone()), ..draft }
}
