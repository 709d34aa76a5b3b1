//! `deploy`: makes AWS match the manifest, then prints the line for Slack.

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::open;
use super::output::{self, note};
use crate::aws::Site;
use crate::cli::{Common, Deploy};
use crate::connector;
use crate::error::{Exit, Partial, Refused};
use crate::plan::{Key, Kind, Known, Plan};
use crate::report::{Report, json, text};
use crate::resource::Resource as _;
use crate::session::Session;

pub(super) async fn run(common: &Common, args: &Deploy) -> Result<Exit> {
    let session = open::session(common).await?;
    let (site, plan) = session.plan().await?;
    note(&text::plan(&session.stack.name, &site, &plan));
    let refusals = plan.refusals();
    if !refusals.is_empty() {
        return Err(Refused::plan(&refusals).into());
    }
    if !plan.is_empty() {
        output::confirm("deploy", "deploy this?", args.yes)?;
    }
    let report = session.apply(&plan).await;
    let outcome = finish(&session, &site, &plan, report, args.json);
    outcome.map(|()| Exit::Done)
}

/// Prints what came of it: the line for Slack, or what stopped it.
fn finish(session: &Session, site: &Site, plan: &Plan, mut report: Report, as_json: bool) -> Result<()> {
    let mut document = json::report(&session.stack.name, site, plan, &report);
    if let Some(error) = report.take_error() {
        note(&text::stopped(&report));
        if as_json {
            output::json(&document)?;
        }
        let (done, failed, left) = (report.done(), report.failed().max(1), report.left());
        return Err(error.context(Partial { done, failed, left, command: "bedrock-ops deploy" }));
    }
    let connector = &session.manifest.connector;
    let identity = |key: Key| report.known.identities.get(&key).cloned();
    let agent = identity(session.stack.agent.key()).context("the agent has no id")?;
    let alias = identity(session.stack.alias.key()).context("the alias has no id")?;
    released(&session.stack.alias.name, &report.known);
    let line = connector::command(connector, site, &agent, &alias);
    if as_json {
        document["connector"] = Value::from(line);
        document["agent_id"] = Value::from(agent);
        document["alias_id"] = Value::from(alias);
        return output::json(&document);
    }
    output::result(&line)?;
    if !plan.is_empty() {
        connector::notes(connector, site, &agent, &alias).iter().for_each(|text| note(&format!("  {text}")));
    }
    Ok(())
}

/// Tells which version the alias routes to, if this run cut one.
fn released(alias: &str, known: &Known) {
    if let Some(version) = known.identities.get(&Key::new(Kind::AgentVersion, alias)) {
        note(&format!("alias {alias} routes to version {version}"));
    }
}
