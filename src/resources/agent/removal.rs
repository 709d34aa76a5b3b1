//! Deleting an agent, and what may stand in the way.

use anyhow::Result;
use aws_sdk_bedrockagent::types::AgentAliasSummary;

use crate::aws::{Called, Found};
use crate::facts::Key;
use crate::ownership::{Owner, Ownership};
use crate::resource::Context;
use crate::resources::{alias, settling};
use crate::wait::{self, Look};

/// The aliases that somebody else made, if there are any.
pub(super) async fn obstacle(context: &Context, ownership: &Ownership, id: &str) -> Result<Option<String>> {
    let mut foreign = Vec::new();
    for alias in alias::list(&context.aws, id).await? {
        // One that has been deleted meanwhile is in nobody's way.
        if owner(context, ownership, id, &alias).await?.is_some_and(|owner| owner != Owner::Ours) {
            foreign.push(format!("{} ({})", alias.agent_alias_name, alias.agent_alias_id));
        }
    }
    let foreign = foreign.join(", ");
    Ok((!foreign.is_empty()).then(|| format!("it has aliases that bedrock-ops did not make: {foreign}")))
}

/// Deletes the aliases of ours that are left, from manifests that named them otherwise. One that somebody else has made
/// since they were looked at stays, and AWS then refuses to delete the agent.
pub(super) async fn remove_aliases(context: &Context, key: Key, ownership: &Ownership, id: &str) -> Result<()> {
    for alias in alias::list(&context.aws, id).await? {
        if owner(context, ownership, id, &alias).await? == Some(Owner::Ours) {
            alias::remove(context, key.clone(), id, &alias.agent_alias_id).await?;
        }
    }
    Ok(())
}

async fn owner(context: &Context, ownership: &Ownership, id: &str, alias: &AgentAliasSummary) -> Result<Option<Owner>> {
    Ok(alias::tags(context, id, &alias.agent_alias_id).await?.map(|tags| ownership.owner(&tags)))
}

/// Deletes an agent without aliases, and waits until it is gone.
pub(super) async fn remove(context: &Context, key: Key, id: &str) -> Result<()> {
    let delete = async |skip: bool| {
        let call = context.aws.bedrock_agent.delete_agent().agent_id(id).skip_resource_in_use_check(skip);
        call.send().await.called("bedrock:DeleteAgent").found()
    };
    settling::accepted(context, key.clone(), async || match delete(false).await {
        // What is in use, if not an alias, can only be the agent's own action groups: they go with it.
        Err(failure) if failure.is("ConflictException") && !failure.says("alias") => delete(true).await,
        done => done,
    })
    .await?;
    let wait = context.wait(key, "the agent to go", wait::STATE);
    wait.until(async || {
        let call = context.aws.bedrock_agent.get_agent().agent_id(id);
        match call.send().await.called("bedrock:GetAgent").found()? {
            None => Ok(Look::Done(())),
            Some(answer) => {
                Ok(Look::NotYet(answer.agent.map(|agent| agent.agent_status.to_string()).unwrap_or_default()))
            }
        }
    })
    .await
}
