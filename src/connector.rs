//! The Slack side: the line that is pasted into the channel, the policy that the channel needs, and notes on both.

use serde_json::{Value, json};

use crate::aws::Site;
use crate::manifest::Connector;

/// The app's name in Slack since it was renamed on 2025-02-19 (AWS Chatbot administrator guide, "service rename").
const CURRENT_MENTION: &str = "@Amazon Q";

/// The line that an operator pastes into the Slack channel.
pub fn command(connector: &Connector, site: &Site, agent: &str, alias: &str) -> String {
    mentioning(&connector.mention, connector, site, agent, alias)
}

fn mentioning(mention: &str, connector: &Connector, site: &Site, agent: &str, alias: &str) -> String {
    format!("{mention} connector add {} {} {alias}", connector.name, site.agent_arn(agent))
}

/// The IAM policy that the channel's role and its guardrail policies must allow.
pub fn policy(site: &Site, agent: &str, alias: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "InvokeBedrockAgent",
            "Effect": "Allow",
            "Action": "bedrock:InvokeAgent",
            "Resource": site.alias_arn(agent, alias),
        }],
    })
}

/// What else the channel needs, for people. `policy` is the command that prints the policy.
pub fn notes(connector: &Connector, site: &Site, agent: &str, alias: &str, policy: &str) -> Vec<String> {
    let current = mentioning(CURRENT_MENTION, connector, site, agent, alias);
    let mut notes = Vec::new();
    if connector.mention != CURRENT_MENTION {
        notes.push(format!("where the app has its current name, paste: {current}"));
    }
    notes.extend([
        format!(
            "Slack must recognize the mention: type {CURRENT_MENTION}, choose the app from Slack's list, then paste the rest; \
             in a private channel, send `/invite {CURRENT_MENTION}` first"
        ),
        "the ids stay the same from deploy to deploy: the line is pasted once per channel".to_owned(),
        format!(
            "the channel's role and its guardrail policies must allow bedrock:InvokeAgent on {}; `{policy}` prints the policy",
            site.alias_arn(agent, alias)
        ),
        format!("then ask: {} ask {} <question>", connector.mention, connector.name),
        "docs/slack.md describes every step, from installing the app to the first question".to_owned(),
    ]);
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_note_is_the_current_form_whole() {
        let site = Site {
            partition: "aws".to_owned(),
            account: "123456789012".to_owned(),
            region: "ap-northeast-1".to_owned(),
            emulated: false,
            endpoint: None,
        };
        let manifest = "name: openrate\nagent: {model: jp.anthropic.claude-sonnet-4-6, instruction: You tell people how \
                        many of them opened the last push.}\nlambda: {image: \
                        123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/r:1}\n";
        let manifest =
            crate::manifest::parse(manifest, std::path::Path::new("agent.yaml")).expect("a manifest").manifest;
        let notes =
            notes(&manifest.connector, &site, "AGENTID123", "ALIASID123", "bedrock-ops print-connector --policy");
        let line =
            "@Amazon Q connector add openrate arn:aws:bedrock:ap-northeast-1:123456789012:agent/AGENTID123 ALIASID123";
        assert!(notes[0].contains(line) && notes[1].contains("/invite @Amazon Q"), "{notes:?}");
        let old = command(&manifest.connector, &site, "AGENTID123", "ALIASID123");
        assert!(old.starts_with("@aws connector add openrate arn:"), "{old}");
    }
}
