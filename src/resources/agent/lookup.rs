//! Finding the stack's agent among all that there are. An account may hold hundreds that belong to others, and AWS answers
//! few questions about tags a second: no call is made for an agent of another name, unless the stack's own things name it.

use anyhow::Result;
use aws_sdk_bedrockagent::types::{AgentStatus, AgentSummary};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::Agent;
use crate::aws::{Aws, Called, Found};
use crate::ownership::{Owner, Ownership, Tags};
use crate::resource::Context;
use crate::resources::{permission, role};

/// Agents whose tags are looked at side by side; AWS takes 10 such calls a second.
const AT_ONCE: usize = 4;

/// Agents a page; AWS gives ten all the same.
const PAGE: i32 = 100;

/// Seconds by which an agent may be older than its role: a first deploy creates the role right after it.
const OLDER: i64 = 600;

/// What a search found among all agents.
#[derive(Debug)]
pub(super) struct Search {
    /// The id of the stack's agent.
    pub(super) id: Option<String>,
    /// Whether there is no agent at all.
    pub(super) is_first: bool,
    /// The other agents of its name whose creation failed, whoever made them.
    pub(super) failed: Vec<String>,
}

/// Finds the agent of this name. Where there is none, the manifest may have been given another name for it: then it is
/// the one that the stack's function lets in, and is renamed in place. Last comes one of this name whose creation failed.
pub(super) async fn search(context: &Context, agent: &Agent) -> Result<Search> {
    let agents = list(&context.aws).await?;
    let is_first = agents.is_empty();
    let (named, others): (Vec<_>, Vec<_>) = agents.into_iter().partition(|found| found.agent_name == agent.name);
    let (failed, good): (Vec<_>, Vec<_>) = named.into_iter().partition(is_failed);
    let mut failed: Vec<String> = failed.into_iter().map(|agent| agent.agent_id).collect();
    let mut id = good.into_iter().map(|agent| agent.agent_id).next();
    if id.is_none() {
        id = renamed(context, agent, &others).await?;
    }
    if id.is_none() {
        let ours = ours(context, failed.clone(), &agent.ownership).await?;
        id = ours.into_iter().chain(failed.iter().cloned()).next();
    }
    failed.retain(|failed| id.as_ref() != Some(failed));
    Ok(Search { id, is_first, failed })
}

/// The agent of this stack that goes by another name. The permission on the function names it. Where there is no
/// permission yet, a first deploy was stopped part-way: the agent is then one of those changed since its role was created.
async fn renamed(context: &Context, agent: &Agent, others: &[AgentSummary]) -> Result<Option<String>> {
    let mut candidates: Vec<&AgentSummary> = others.iter().filter(|agent| !is_failed(agent)).collect();
    if candidates.is_empty() {
        return Ok(None);
    }
    if let Some(id) = permission::permitted_agent(&context.aws, &agent.function).await? {
        candidates.retain(|agent| agent.agent_id == id);
    } else if let Some(created) = role::created(&context.aws, &agent.role).await? {
        candidates.retain(|agent| agent.updated_at.secs() + OLDER >= created);
    } else {
        return Ok(None);
    }
    let candidates = candidates.into_iter().map(|agent| agent.agent_id.clone()).collect();
    Ok(ours(context, candidates, &agent.ownership).await?.into_iter().next())
}

/// Those of the agents that carry this stack's tag.
pub(super) async fn ours(context: &Context, agents: Vec<String>, ownership: &Ownership) -> Result<Vec<String>> {
    let look = async |id: String| {
        let owner = tags(context, &id).await?.map(|tags| ownership.owner(&tags));
        anyhow::Ok((owner == Some(Owner::Ours)).then_some(id))
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

/// The tags of an agent; `None` when it no longer exists.
pub(super) async fn tags(context: &Context, id: &str) -> Result<Option<Tags>> {
    let arn = context.site().await.agent_arn(id);
    let call = context.aws.bedrock_agent.list_tags_for_resource().resource_arn(arn);
    let answer = call.send().await.called("bedrock:ListTagsForResource").found()?;
    Ok(answer.map(|answer| answer.tags.unwrap_or_default().into_iter().collect()))
}
