//! `deploy`: makes AWS match the manifest, then prints the line for Slack.

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::open;
use super::output::{self, note};
use crate::aws::{Access, Site};
use crate::cli::{Common, Deploy};
use crate::connector;
use crate::error::Partial;
use crate::facts::Key;
use crate::manifest::Smoke;
use crate::plan::Plan;
use crate::refused::{Exit, Refused};
use crate::report::{Report, json, text};
use crate::resource::Resource as _;
use crate::session::Session;

pub(super) async fn run(common: &Common, args: &Deploy) -> Result<Exit> {
    let mut manifest = open::examined(common)?;
    manifest.smoke = smoke(args, manifest.smoke)?;
    if manifest.smoke.is_some() && !manifest.lambda.publish {
        return Err(Refused::nothing_to_hold_back().into());
    }
    let session = open::session_of(common, manifest, Access::Write).await?;
    let session = session.accepting_unmanaged(args.accept_unmanaged);
    let (site, plan) = session.plan().await?;
    note(text::plan(&session.stack.name, &site, &plan));
    let refusals = plan.refusals();
    if !refusals.is_empty() {
        return Err(Refused::plan(refusals.len()).into());
    }
    output::taken_over(&plan, &common.typed("deploy"), args.yes, args.take_over)?;
    if args.smoke.is_some() && plan.keeps(&session.stack.alias.key()) {
        note(format!("the alias does not move, so nothing is asked; `{}` asks what is live", common.typed("ask")));
    }
    if !plan.is_empty() {
        output::confirm(&common.typed("deploy"), &question(&session, &site, &plan), args.yes).await?;
    }
    let report = session.apply(&plan).await;
    finish(common, &session, &site, &plan, &report, args.json)?;
    open::close(&session)?;
    Ok(Exit::Done)
}

/// The confirmation prompt; taking a stack over from elsewhere is part of what is confirmed.
fn question(session: &Session, site: &Site, plan: &Plan) -> String {
    let name = &session.stack.name;
    if plan.origins.is_empty() {
        "deploy this?".to_owned()
    } else {
        format!("take over the stack {name} in {}?", site.shown())
    }
}

/// What the new version is asked: by the command line, else by the manifest.
fn smoke(args: &Deploy, manifests: Option<Smoke>) -> Result<Option<Smoke>> {
    match &args.smoke {
        _ if args.no_smoke => Ok(None),
        None => Ok(manifests),
        Some(question) if question.trim().is_empty() => {
            Err(Refused::usage("--smoke asks nothing", "write a question that the agent must answer").into())
        }
        Some(question) => Ok(Some(Smoke { question: question.trim().to_owned(), expect: args.expect.clone() })),
    }
}

/// Prints what came of it: the line for Slack, or what stopped it.
fn finish(common: &Common, session: &Session, site: &Site, plan: &Plan, report: &Report, as_json: bool) -> Result<()> {
    let mut document = json::report(&session.stack.name, site, plan, report);
    if !report.errors().is_empty() {
        output::stopped(report);
        if as_json {
            output::json(&document)?;
        }
        return Err(Partial::of(report, common.typed("deploy")).into());
    }
    let connector = &session.manifest.connector;
    let identity = |key: Key| report.known.identities.get(&key).cloned();
    let agent = identity(session.stack.agent.key()).context("the agent has no id")?;
    let alias = identity(session.stack.alias.key()).context("the alias has no id")?;
    let version = identity(session.stack.alias.version());
    if let (Some(version), false) = (&version, plan.is_empty()) {
        note(format!("alias {} routes to version {version}", session.stack.alias.name));
    }
    let line = connector::command(connector, site, &agent, &alias);
    if as_json {
        document["connector"] = Value::from(line);
        document["agent_id"] = Value::from(agent);
        document["alias_id"] = Value::from(alias);
        document["agent_version"] = Value::from(version);
        return output::json(&document);
    }
    // What was done must not be lost with a full disk: the line goes to stderr then.
    output::result(&line).map_err(|error| error.context(format!("deployed; the line for Slack is: {line}")))?;
    if !plan.is_empty() {
        output::notes(&connector::notes(connector, site, &agent, &alias, &common.typed("print-connector --policy")));
    }
    Ok(())
}
