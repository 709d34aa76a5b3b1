//! `destroy`: removes everything that `deploy` made. It ends when a second look finds nothing.

use anyhow::Result;

use super::open;
use super::output::{self, note};
use crate::aws::Access;
use crate::cli::{Common, Destroy};
use crate::error::Partial;
use crate::facts::Change;
use crate::plan::Plan;
use crate::refused::{Exit, Refused};
use crate::report::{Report, json, text};
use crate::session::Session;

/// Rounds at the most: what comes back in the first (a log group, by a call still under way) goes in the second.
const ROUNDS: u32 = 3;

pub(super) async fn run(common: &Common, args: &Destroy) -> Result<Exit> {
    let typed = common.typed("destroy");
    let manifest = open::manifest(common)?;
    if manifest.protect {
        return Err(Refused::protected(manifest.name.as_ref(), &manifest.path).into());
    }
    let session = open::session_of(common, manifest, Access::Write).await?;
    let (site, mut plan) = session.destruction().await?;
    note(text::destruction(&session.stack.name, &site, &plan));
    output::taken_over(&plan, &typed, args.yes, args.take_over)?;
    if deletes_something(&plan) {
        let question =
            format!("destroy the stack {} in account {}, region {}?", session.stack.name, site.account, site.region);
        output::confirm(&typed, &question, args.yes).await?;
    }
    if !args.yes && deletes_something(&plan) {
        // Minutes may have gone by: what is deleted is what is ours now.
        plan = session.destruction().await?.1;
    }
    let (plan, done, ended) = rounds(&session, plan, &typed).await?;
    if args.json {
        output::json(&json::report(&session.stack.name, &site, &plan, &done))?;
    }
    let exit = ended?;
    open::close(&session)?;
    Ok(exit)
}

/// Deletes, and looks again, until nothing is left to delete. Answers the last round, and how it ended.
async fn rounds(session: &Session, mut plan: Plan, typed: &str) -> Result<(Plan, Report, Result<Exit>)> {
    for _ in 0..ROUNDS {
        let done = session.apply(&plan).await;
        if !done.errors().is_empty() {
            output::stopped(&done);
            let stopped = Partial::of(&done, typed.to_owned());
            return Ok((plan, done, Err(stopped.into())));
        }
        let kept = done.spared();
        if !deletes_something(&plan) {
            let ended = if kept.is_empty() { Ok(Exit::Done) } else { Err(Refused::plan(kept.len()).into()) };
            return Ok((plan, done, ended));
        }
        if !kept.is_empty() {
            return Ok((plan, done, Err(Refused::kept(&kept).into())));
        }
        let again = session.destruction().await?.1;
        if !deletes_something(&again) {
            note("a second look found nothing left");
            return Ok((plan, done, Ok(Exit::Done)));
        }
        plan = again;
    }
    anyhow::bail!("things keep coming back; something is still calling the function. Stop it and run again")
}

fn deletes_something(plan: &Plan) -> bool {
    plan.changes().any(|step| step.change == Change::Delete)
}
