//! `print-connector`: the line that is pasted into Slack, from what is deployed.

use std::sync::Arc;

use anyhow::Result;

use super::open;
use super::output;
use crate::cli::{Common, PrintConnector};
use crate::connector;
use crate::refused::{Exit, Refused};
use crate::resource::{Resource, Seen};

pub(super) async fn run(common: &Common, args: PrintConnector) -> Result<Exit> {
    let session = open::session(common).await?;
    let (agent, alias) = (session.stack.agent.clone(), session.stack.alias.clone());
    let keys = (agent.key(), alias.key());
    let resources: [Arc<dyn Resource>; 2] = [agent, alias];
    let (site, snapshot) = session.observe(&resources).await?;
    let identity = |key| snapshot.get(key).and_then(Seen::identity);
    let (Some(agent), Some(alias)) = (identity(&keys.0), identity(&keys.1)) else {
        return Err(Refused::not_deployed(&session.stack.name, &common.typed("deploy")).into());
    };
    let mut connector = session.manifest.connector.clone();
    if let Some(mention) = args.mention {
        connector.mention = mention;
    }
    output::result(connector::command(&connector, &site, agent, alias))?;
    output::notes(&connector::notes(&connector, &site, agent, alias));
    Ok(Exit::Done)
}
