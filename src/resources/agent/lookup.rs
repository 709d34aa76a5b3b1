//! Finding the stack's agent among all that there are.

use anyhow::Result;
use aws_sdk_bedrockagent::types::{AgentStatus, AgentSummary};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use crate::aws::{Aws, Called, Found as _};
use crate::ownership::{Owner, Ownership, Tags};
use crate::resource::Context;

/// Agents whose tags are looked at side by side; AWS takes 10 such calls a second.
const AT_ONCE: usize = 4;

/// Agents a page; AWS gives ten all the same.
const PAGE: i32 = 100;

/// What was found among all agents.
pub(super) struct Found {
    /// The id of the stack's agent.
    pub(super) id: Option<String>,
    /// Whether there is no agent at all.
    pub(super) is_first: bool,
}

/// The id of the agent of this name. Where there is none, the manifest may name it anew: then it is the one that carries
/// our tag, and is renamed in place. Last comes one of this name whose creation failed.
pub(super) async fn find(context: &Context, name: &str, ownership: &Ownership) -> Result<Found> {
    let agents = list(&context.aws).await?;
    let is_first = agents.is_empty();
    let id = choose(context, agents, name, ownership).await?;
    Ok(Found { id, is_first })
}

async fn choose(
    context: &Context,
    agents: Vec<AgentSummary>,
    name: &str,
    ownership: &Ownership,
) -> Result<Option<String>> {
    let (named, others): (Vec<_>, Vec<_>) = agents.into_iter().partition(|agent| agent.agent_name == name);
    let (failed, good): (Vec<_>, Vec<_>) = named.into_iter().partition(is_failed);
    if let Some(agent) = good.into_iter().next() {
        return Ok(Some(agent.agent_id));
    }
    let others = others.into_iter().filter(|agent| !is_failed(agent)).collect();
    let renamed = ours(context, others, ownership).await?;
    Ok(renamed.into_iter().chain(failed.into_iter().map(|agent| agent.agent_id)).next())
}

/// The ids of the agents that creations of ours under this name have left when they failed.
pub(super) async fn failed(context: &Context, name: &str, ownership: &Ownership) -> Result<Vec<String>> {
    let mut agents = list(&context.aws).await?;
    agents.retain(|agent| agent.agent_name == name && is_failed(agent));
    ours(context, agents, ownership).await
}

/// Those that carry our tag.
async fn ours(context: &Context, agents: Vec<AgentSummary>, ownership: &Ownership) -> Result<Vec<String>> {
    let look = async |agent: AgentSummary| {
        let tags = tags(context, &agent.agent_id).await?;
        anyhow::Ok((ownership.owner(&tags) == Owner::Ours).then_some(agent.agent_id))
    };
    let found = stream::iter(agents.into_iter().map(look)).buffered(AT_ONCE).try_collect::<Vec<_>>().await?;
    Ok(found.into_iter().flatten().collect())
}

/// Every agent of the account and region. AWS checks that a name is free only after it has answered, so that several
/// of one name may be listed: at most one that works, and those whose creation failed.
async fn list(aws: &Aws) -> Result<Vec<AgentSummary>> {
    let mut agents = aws.bedrock_agent.list_agents().max_results(PAGE).into_paginator().items().send();
    let mut found = Vec::new();
    while let Some(agent) = agents.next().await {
        found.push(agent.called("bedrock:ListAgents")?);
    }
    Ok(found)
}

fn is_failed(agent: &AgentSummary) -> bool {
    agent.agent_status == AgentStatus::Failed
}

/// The tags of an agent; none when it is gone.
pub(super) async fn tags(context: &Context, id: &str) -> Result<Tags> {
    let arn = context.site().await.agent_arn(id);
    let call = context.aws.bedrock_agent.list_tags_for_resource().resource_arn(arn);
    let answer = call.send().await.called("bedrock:ListTagsForResource").found()?;
    Ok(answer.and_then(|answer| answer.tags).unwrap_or_default().into_iter().collect())
}
