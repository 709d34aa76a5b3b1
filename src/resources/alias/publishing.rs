//! Publishing: cut a version of the draft and route the alias to it. Another deploy may change the same agent meanwhile, so
//! what is cut is compared with what this run wants, before and after.

use anyhow::{Context as _, Result, anyhow, bail};
use aws_sdk_bedrockagent::types::{
    AgentAlias, AgentAliasRoutingConfigurationListItem as Routing, AgentAliasStatus, AgentAliasSummary,
    AliasInvocationState,
};
use serde_json::json;

use super::{Alias, HELD, get, is_passing, routed};
use crate::aws::Called;
use crate::facts::{Facts, Unmanaged};
use crate::resource::{Context, Resource as _};
use crate::resources::settling::{self, DRAFT};
use crate::resources::{agent as agents, version};
use crate::wait::Look;

/// What somebody set on the alias that no manifest names: that it is paused, and its provisioned throughput.
pub(super) fn unmanaged(alias: &AgentAliasSummary) -> Vec<Unmanaged> {
    let state =
        alias.alias_invocation_state.as_ref().filter(|state| **state == AliasInvocationState::RejectInvocations);
    let paused = state.map(|state| Unmanaged::new("invocation state (the alias is paused)", state.as_str()).untold());
    let throughput = throughput(alias.routing_configuration());
    let throughput = throughput.map(|arn| Unmanaged::new("provisioned throughput", arn).untold());
    paused.into_iter().chain(throughput).collect()
}

/// A routing to one version.
pub(super) fn routing(version: &str, throughput: Option<&str>) -> Routing {
    Routing::builder().agent_version(version).set_provisioned_throughput(throughput.map(str::to_owned)).build()
}

fn throughput(routing: &[Routing]) -> Option<&str> {
    routing.first().and_then(Routing::provisioned_throughput)
}

/// Another deploy changed the agent while this one published.
pub(super) fn crossed(version: &str, outcome: &str) -> anyhow::Error {
    anyhow!(
        "another deploy changed this agent at the same moment: version {version} does not hold what this manifest asks for, \
         and {outcome}. Let the other deploy end, then run this one again"
    )
}

impl Alias {
    /// Routes the alias to a new version, or to the one that the candidate was asked by.
    pub(super) async fn publish(&self, context: &Context, agent: &str, id: &str) -> Result<()> {
        let asked = self.asked(context, agent).await?;
        let live = self.live(context, agent, id).await?;
        let kept = throughput(&live.routing_configuration);
        if let Some(version) = asked {
            return self.point(context, agent, id, &live, Some(vec![routing(&version, kept)])).await;
        }
        self.check_draft(context, agent).await?;
        self.point(context, agent, id, &live, None).await?;
        let Some(version) = self.at_rest(context, agent, id).await? else { return Ok(()) };
        if !self.holds(context, agent, &version).await? {
            if live.routing_configuration.is_empty() {
                return Err(crossed(&version, "the alias routes to it"));
            }
            self.point(context, agent, id, &live, Some(live.routing_configuration.clone())).await?;
            let before = routed(&live.routing_configuration).unwrap_or_default();
            self.at_rest(context, agent, id).await?;
            return Err(crossed(&version, &format!("the alias routes to version {before} again, as before")));
        }
        if kept.is_some() {
            self.point(context, agent, id, &live, Some(vec![routing(&version, kept)])).await?;
        }
        Ok(())
    }

    /// The version that a candidate cut and that passed the smoke test; none without one.
    pub(super) async fn asked(&self, context: &Context, agent: &str) -> Result<Option<String>> {
        match &self.smoke {
            Some(smoke) => Ok(Some(smoke.ask(context, self, agent).await?)),
            None => Ok(None),
        }
    }

    /// The alias as it is now.
    pub(super) async fn live(&self, context: &Context, agent: &str, id: &str) -> Result<AgentAlias> {
        get(&context.aws, agent, id)
            .await?
            .with_context(|| format!("the alias {id} is gone again: somebody deleted it"))
    }

    /// `UpdateAgentAlias` resets what it is not given: whether the alias is paused is sent back as it was. Without a routing AWS
    /// cuts a new version, every time; with the present one it changes the rest alone.
    pub(super) async fn point(
        &self,
        context: &Context,
        agent: &str,
        id: &str,
        live: &AgentAlias,
        routing: Option<Vec<Routing>>,
    ) -> Result<()> {
        let update = async || {
            let call = context.aws.bedrock_agent.update_agent_alias().agent_id(agent).agent_alias_id(id);
            let call = call.agent_alias_name(&self.name).set_description(self.description.clone());
            let call = call.set_alias_invocation_state(live.alias_invocation_state.clone());
            call.set_routing_configuration(routing.clone()).send().await.called("bedrock:UpdateAgentAlias")
        };
        settling::accepted(context, self.key(), update).await?;
        Ok(())
    }

    /// Waits until the alias and its agent are in no passing state; the version that the alias routes to.
    pub(super) async fn at_rest(&self, context: &Context, agent: &str, id: &str) -> Result<Option<String>> {
        let routed = async || match get(&context.aws, agent, id).await? {
            None => bail!("the alias {id} is gone again: somebody deleted it"),
            Some(alias) if is_passing(&alias.agent_alias_status) => {
                Ok(Look::NotYet(alias.agent_alias_status.to_string()))
            }
            Some(alias) if alias.agent_alias_status == AgentAliasStatus::Failed => {
                bail!("AWS says: {}", alias.failure_reasons().join("; "))
            }
            Some(alias) => Ok(Look::Done(routed(alias.routing_configuration()))),
        };
        let version = self.wait(context, "the alias to route to the new version").until(routed).await?;
        settling::at_rest(context, self.key(), agent).await?;
        Ok(version)
    }

    /// Fails when the draft no longer is what this run made of it: nothing is cut then.
    pub(super) async fn check_draft(&self, context: &Context, agent: &str) -> Result<()> {
        let Some(draft) = settling::at_rest(context, self.key(), agent).await? else { return Ok(()) };
        let (groups, _) = version::groups(&context.aws, agent, DRAFT).await?;
        let held = json!({HELD[0]: agents::draft_content(&draft), HELD[1]: groups});
        if held == self.held_as_wanted(context).await {
            return Ok(());
        }
        Err(anyhow!(
            "another deploy changed this agent at the same moment: its draft does not hold what this manifest asks for. \
             Nothing was published by this run. Let the other deploy end, then run this one again"
        ))
    }

    /// Whether a version holds what this run wants.
    pub(super) async fn holds(&self, context: &Context, agent: &str, version: &str) -> Result<bool> {
        let held = version::held(&context.aws, agent, version).await?;
        Ok(json!({HELD[0]: held.agent, HELD[1]: held.action_groups}) == self.held_as_wanted(context).await)
    }

    async fn held_as_wanted(&self, context: &Context) -> Facts {
        let wanted = self.wanted(&context.known().await);
        json!({HELD[0]: wanted[HELD[0]], HELD[1]: wanted[HELD[1]]})
    }
}
