//! What Slack is given.

use crate::aws::Site;
use crate::manifest::Connector;

/// The line that an operator pastes into the Slack channel.
pub fn command(connector: &Connector, site: &Site, agent: &str, alias: &str) -> String {
    format!("{} connector add {} {} {alias}", connector.mention, connector.name, site.agent_arn(agent))
}

/// What else the channel needs, for people.
pub fn notes(connector: &Connector, site: &Site, agent: &str, alias: &str) -> Vec<String> {
    let permission = format!("bedrock:InvokeAgent on {}", site.alias_arn(agent, alias));
    let mut notes = vec![
        "paste the line into the Slack channel; the ids stay the same from deploy to deploy, so once is enough"
            .to_owned(),
        format!("the channel's role and every guardrail policy of the channel must allow {permission}"),
        format!("then ask: {} ask {} <question>", connector.mention, connector.name),
    ];
    if connector.mention == "@aws" {
        notes.push(
            "where the app goes by its new name, write `@Amazon Q` for `@aws` (--mention, or `connector.mention`)"
                .to_owned(),
        );
    }
    notes
}
