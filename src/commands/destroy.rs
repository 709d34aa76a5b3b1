//! `destroy`: removes everything that `deploy` made. It ends when a second look finds nothing.

use anyhow::Result;

use super::open;
use super::output::{self, note};
use crate::aws::Site;
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
    let session = open::session(common).await?;
    let (site, mut plan) = session.destruction().await?;
    note(&text::destruction(&session.stack.name, &site, &plan));
    let refusals = plan.refusals();
    if plan.is_empty() || plan.changes().count() == refusals.len() {
        report(args.json, &session, &site, &plan, &Report { outcomes: Vec::new(), known: plan.known.clone() })?;
        return if refusals.is_empty() { Ok(Exit::Done) } else { Err(Refused::plan(&refusals).into()) };
    }
    output::confirm("destroy", "destroy this?", args.yes)?;
    if !args.yes {
        // Minutes may have gone by: what is deleted is what is ours now.
        plan = session.destruction().await?.1;
    }
    for _ in 0..ROUNDS {
        let mut done = session.apply(&plan).await;
        if let Some(error) = done.take_error() {
            note(&text::stopped(&done));
            report(args.json, &session, &site, &plan, &done)?;
            let (finished, failed, left) = (done.done(), done.failed().max(1), done.left());
            let stopped = Partial { done: finished, failed, left, command: "bedrock-ops destroy" };
            return Err(error.context(stopped));
        }
        let spared = done.spared();
        if !spared.is_empty() {
            let kept: Vec<_> = spared.into_iter().map(|(key, reason)| (key, reason.to_owned())).collect();
            report(args.json, &session, &site, &plan, &done)?;
            return Err(Refused::kept(&kept).into());
        }
        let again = session.destruction().await?.1;
        if again.changes().all(|step| matches!(step.change, Change::Refuse(_))) {
            report(args.json, &session, &site, &plan, &done)?;
            note("a second look found nothing left");
            let refusals = again.refusals();
            return if refusals.is_empty() { Ok(Exit::Done) } else { Err(Refused::kept(&refusals).into()) };
        }
        plan = again;
    }
    anyhow::bail!("things keep coming back; something is still calling the function. Stop it and run again")
}

fn report(as_json: bool, session: &Session, site: &Site, plan: &Plan, done: &Report) -> Result<()> {
    if as_json { output::json(&json::report(&session.stack.name, site, plan, done)) } else { Ok(()) }
}
