//! Finding the stack's alias among those of its agent.

use anyhow::Result;
use aws_sdk_bedrockagent::types::AgentAliasSummary;

use super::{Alias, PURPOSE_TAG, is_passing, list, tags};
use crate::ownership::Owner;
use crate::resource::Context;
use crate::wait::Look;

impl Alias {
    /// The alias of this name, when it is in no passing state; else the one that carries our tag under another name,
    /// for the manifest may name it anew.
    pub(super) async fn find(&self, context: &Context, agent: &str) -> Result<Option<AgentAliasSummary>> {
        let find = async || {
            let listed = list(&context.aws, agent).await?;
            let found = match listed.iter().find(|alias| alias.agent_alias_name == self.name) {
                Some(alias) => Some(alias.clone()),
                None => self.renamed(context, agent, listed).await?,
            };
            let passing = found.as_ref().map(|alias| &alias.agent_alias_status).filter(|status| is_passing(status));
            Ok(passing.map(ToString::to_string).map_or(Look::Done(found), Look::NotYet))
        };
        self.wait(context, "the alias to come to rest").until(find).await
    }

    async fn renamed(
        &self,
        context: &Context,
        agent: &str,
        listed: Vec<AgentAliasSummary>,
    ) -> Result<Option<AgentAliasSummary>> {
        for alias in listed {
            let tags = tags(context, agent, &alias.agent_alias_id).await?.unwrap_or_default();
            let same_purpose = tags.get(PURPOSE_TAG) == self.ownership.tags().get(PURPOSE_TAG);
            if same_purpose && self.ownership.owner(&tags) == Owner::Ours {
                return Ok(Some(alias));
            }
        }
        Ok(None)
    }
}
