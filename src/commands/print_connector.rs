//! `print-connector`: the line that is pasted into Slack, from what is deployed.

use std::sync::Arc;

use anyhow::Result;

use super::open;
use super::output;
use crate::cli::{Common, PrintConnector};
use crate::connector;
use crate::ownership::Owner;
use crate::refused::{Exit, Refused};
use crate::resource::{Resource, Seen};

pub(super) async fn run(common: &Common, args: PrintConnector) -> Result<Exit> {
    let session = open::session_to_read(common).await?;
    let (agent, alias) = (session.stack.agent.clone(), session.stack.alias.clone());
    let keys = (agent.key(), alias.key());
    let resources: [Arc<dyn Resource>; 2] = [agent, alias];
    let (site, snapshot) = session.observe(&resources).await?;
    let (Some(Seen::Present(agent)), Some(Seen::Present(alias))) = (snapshot.get(&keys.0), snapshot.get(&keys.1))
    else {
        return Err(Refused::not_deployed(&session.stack.name, &common.typed("deploy")).into());
    };
    let (agent_id, alias_id) = (&agent.identity, &alias.identity);
    if args.policy {
        output::json(&connector::policy(&site, agent_id, alias_id))?;
        return Ok(Exit::Done);
    }
    let mut connector = session.manifest.connector.clone();
    if let Some(mention) = args.mention {
        connector.mention = mention;
    }
    output::result(connector::command(&connector, &site, agent_id, alias_id))?;
    output::notes(&connector::notes(&connector, &site, agent_id, alias_id, &common.typed("print-connector --policy")));
    if [agent, alias].iter().any(|present| present.owner != Owner::Ours) {
        output::notes(&[format!(
            "this agent is not managed by the stack {}: `deploy` does not change it",
            session.stack.name
        )]);
    }
    Ok(Exit::Done)
}
