//! The agent's draft, prepared: what versions are cut from and the test alias answers with.

use anyhow::{Result, bail};
use async_trait::async_trait;
use aws_sdk_bedrockagent::types::AgentStatus;
use serde::Serialize;

use super::settling;
use crate::aws::Called;
use crate::facts::{Difference, Facts, Key, Kind, Known, facts};
use crate::ownership::Owner;
use crate::resource::{Context, Need, Resource, Seen};
use crate::wait::{self, Look};

/// The draft of an agent. There is one as long as there is the agent; its identity is the agent's.
#[derive(Debug)]
pub struct Draft {
    /// The agent.
    pub agent: Key,
    /// Its action groups.
    pub action_groups: Vec<Key>,
}

#[derive(Debug, Serialize)]
struct Spec {
    /// `PREPARED`, or the state in which the agent is instead.
    status: String,
}

#[async_trait(?Send)]
impl Resource for Draft {
    fn key(&self) -> Key {
        Key::new(Kind::Draft, &self.agent.name)
    }

    fn needs(&self) -> Vec<Need> {
        self.follows().into_iter().map(Need::ready).collect()
    }

    fn looked_up_by(&self) -> Vec<Key> {
        vec![self.agent.clone()]
    }

    fn follows(&self) -> Vec<Key> {
        std::iter::once(&self.agent).chain(&self.action_groups).cloned().collect()
    }

    fn stands_alone(&self) -> bool {
        false
    }

    fn wanted(&self, _known: &Known) -> Facts {
        facts(&Spec { status: AgentStatus::Prepared.as_str().to_owned() })
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let Some(id) = context.identity(&self.agent) else { return Ok(Seen::Absent) };
        let agent = settling::at_rest(context, self.key(), &id).await?;
        let spec = agent.map(|agent| Spec { status: agent.agent_status.to_string() });
        Ok(spec.map_or(Seen::Absent, |spec| Seen::present(facts(&spec), Owner::Ours, id)))
    }

    async fn create(&self, context: &Context) -> Result<String> {
        let id = context.needed(&self.agent)?;
        let prepare = async || {
            context.aws.bedrock_agent.prepare_agent().agent_id(&id).send().await.called("bedrock:PrepareAgent")
        };
        settling::accepted(context, self.key(), prepare).await?;
        Ok(id)
    }

    async fn update(&self, context: &Context, _differences: &[Difference]) -> Result<String> {
        self.create(context).await
    }

    async fn settle(&self, context: &Context) -> Result<()> {
        let id = context.needed(&self.agent)?;
        let what = "the draft to be prepared";
        let wait = context.wait(self.key(), what, wait::STATE);
        wait.until(async || {
            let Some(agent) = settling::at_rest(context, self.key(), &id).await? else { bail!("the agent is gone") };
            match agent.agent_status {
                AgentStatus::Prepared => Ok(Look::Done(())),
                AgentStatus::Failed => bail!("AWS says: {}", settling::reasons(&agent)),
                status => Ok(Look::NotYet(status.to_string())),
            }
        })
        .await
    }
}
