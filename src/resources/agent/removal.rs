//! Deleting an agent, and what may stand in the way.

use anyhow::Result;

use crate::aws::{Aws, Called, Found};
use crate::facts::Key;
use crate::resource::Context;
use crate::resources::settling;
use crate::wait::{self, Look, Wait};

/// The alias that Bedrock keeps for the draft of every agent. Nobody can delete it.
const TEST_ALIAS: &str = "TSTALIASID";

/// Aliases that would stand in the way of deleting the agent. Ours is gone by then: whatever is left is not ours.
pub(super) async fn foreign_aliases(aws: &Aws, id: &str) -> Result<Vec<String>> {
    let mut aliases = aws.bedrock_agent.list_agent_aliases().agent_id(id).into_paginator().items().send();
    let mut found = Vec::new();
    while let Some(alias) = aliases.next().await {
        let Some(alias) = alias.called("bedrock:ListAgentAliases").found()? else { break };
        if alias.agent_alias_id != TEST_ALIAS {
            found.push(format!("{} ({})", alias.agent_alias_name, alias.agent_alias_id));
        }
    }
    Ok(found)
}

/// Deletes an agent without aliases, and waits until it is gone.
pub(super) async fn remove(context: &Context, key: Key, id: &str) -> Result<()> {
    let delete = async |skip: bool| {
        let call = context.aws.bedrock_agent.delete_agent().agent_id(id).skip_resource_in_use_check(skip);
        call.send().await.called("bedrock:DeleteAgent").found()
    };
    settling::accepted(context, key.clone(), async || match delete(false).await {
        // No alias is left, so what is in use can only be the agent's own action groups: they go with it.
        Err(failure) if failure.is("ConflictException") => delete(true).await,
        done => done,
    })
    .await?;
    let wait = Wait { progress: &context.progress, key, what: "the agent to go", limit: wait::STATE };
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
