//! Reading aliases and what their versions hold, and deleting one.

use anyhow::Result;
use aws_sdk_bedrockagent::types::{
    AgentAlias, AgentAliasRoutingConfigurationListItem as Routing, AgentAliasStatus, AgentAliasSummary,
};

use crate::aws::{Aws, Called, Found};
use crate::conversation::TEST_ALIAS;
use crate::facts::Key;
use crate::ownership::Tags;
use crate::resource::Context;
use crate::resources::settling;
use crate::wait::{self, Look};

/// Every alias of the agent but the one that Bedrock keeps for its draft, and that nobody can delete.
pub(crate) async fn list(aws: &Aws, agent: &str) -> Result<Vec<AgentAliasSummary>> {
    let mut aliases = aws.bedrock_agent.list_agent_aliases().agent_id(agent).into_paginator().items().send();
    let mut found = Vec::new();
    while let Some(alias) = aliases.next().await {
        let Some(alias) = alias.called("bedrock:ListAgentAliases").found()? else { break };
        if alias.agent_alias_id != TEST_ALIAS {
            found.push(alias);
        }
    }
    Ok(found)
}

/// Deletes an alias, and waits until it is gone.
pub(in crate::resources) async fn remove(context: &Context, key: Key, agent: &str, id: &str) -> Result<()> {
    let delete = async || {
        let call = context.aws.bedrock_agent.delete_agent_alias().agent_id(agent).agent_alias_id(id);
        call.send().await.called("bedrock:DeleteAgentAlias").found()
    };
    settling::accepted(context, key.clone(), delete).await?;
    let gone = async || match get(&context.aws, agent, id).await? {
        None => Ok(Look::Done(())),
        Some(alias) => Ok(Look::NotYet(alias.agent_alias_status.to_string())),
    };
    let wait = context.wait(key, "the alias to go", wait::STATE);
    wait.until(gone).await
}

/// One alias, if it is there.
pub(super) async fn get(aws: &Aws, agent: &str, id: &str) -> Result<Option<AgentAlias>> {
    let call = aws.bedrock_agent.get_agent_alias().agent_id(agent).agent_alias_id(id);
    Ok(call.send().await.called("bedrock:GetAgentAlias").found()?.and_then(|answer| answer.agent_alias))
}

/// An alias's tags; `None` if it no longer exists.
pub(in crate::resources) async fn tags(context: &Context, agent: &str, id: &str) -> Result<Option<Tags>> {
    let arn = context.site().await.alias_arn(agent, id);
    let call = context.aws.bedrock_agent.list_tags_for_resource().resource_arn(arn);
    let answer = call.send().await.called("bedrock:ListTagsForResource").found()?;
    Ok(answer.map(|answer| answer.tags.unwrap_or_default().into_iter().collect()))
}

/// The version that it routes to.
pub(in crate::resources) fn routed(routing: &[Routing]) -> Option<String> {
    routing.first().and_then(|item| item.agent_version.clone())
}

/// Whether AWS is still at work on it.
pub(super) fn is_passing(status: &AgentAliasStatus) -> bool {
    matches!(status, AgentAliasStatus::Creating | AgentAliasStatus::Updating | AgentAliasStatus::Deleting)
}
