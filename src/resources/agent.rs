//! The Bedrock agent: its prompt, its model, its role. Its id never changes under the user; Slack depends on it.

mod lookup;
mod removal;

use anyhow::{Context as _, Result, bail};
use async_trait::async_trait;
use aws_sdk_bedrockagent::types::{Agent as Described, AgentStatus, AgentVersion, CreationMode};
use serde::Serialize;

use super::action_group::{self, ActionGroup};
use super::settling::{self, DRAFT};
use crate::aws::{Called, Failure};
use crate::facts::{Difference, Facts, Key, Kind, Known, differs, facts};
use crate::ownership::Owner;
use crate::ownership::{Ownership, Tags};
use crate::resource::{Context, Deleted, Need, Present, Resource, Seen};
use crate::wait::{self, Wait};

/// How long IAM may take until Bedrock sees that a role exists at all.
const ROLE_SEEN: std::time::Duration = std::time::Duration::from_mins(1);

/// The agent. Its identity is its id.
#[derive(Debug)]
pub struct Agent {
    /// Its name, unique in account and region.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Model id, inference profile id, or ARN.
    pub model: String,
    /// The prompt.
    pub instruction: String,
    /// Seconds until Bedrock forgets a conversation.
    pub idle_session_ttl: i32,
    /// The role it takes.
    pub role: Key,
    /// The function that its action groups call.
    pub function: Key,
    /// The action groups that the manifest names; others on the draft are to go.
    pub action_groups: Vec<Key>,
    /// Whose it is.
    pub ownership: Ownership,
}

/// What a version of an agent holds, apart from its action groups.
#[derive(Debug, Serialize)]
pub(super) struct Content {
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    model: String,
    instruction: String,
    idle_session_ttl: i32,
    role: String,
}

#[derive(Debug, Serialize)]
struct Spec {
    name: String,
    #[serde(flatten)]
    content: Content,
    tags: Tags,
}

#[async_trait(?Send)]
impl Resource for Agent {
    fn key(&self) -> Key {
        Key::new(Kind::Agent, &self.name)
    }

    fn needs(&self) -> Vec<Need> {
        vec![Need::ready(self.role.clone())]
    }

    fn stands_on(&self) -> Vec<Key> {
        vec![self.role.clone(), self.function.clone()]
    }

    async fn obstacle(&self, context: &Context) -> Result<Option<String>> {
        let id = context.needed(&self.key())?;
        removal::obstacle(context, &self.ownership, &id).await
    }

    fn wanted(&self, known: &Known) -> Facts {
        facts(&Spec { name: self.name.clone(), content: self.content(known), tags: self.ownership.tags().clone() })
    }

    async fn locate(&self, context: &Context) -> Result<Option<String>> {
        lookup::find(context, &self.name, &self.ownership).await
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let id = match context.identity(&self.key()) {
            Some(id) => Some(id),
            None => self.locate(context).await?,
        };
        let Some(id) = id else { return Ok(Seen::Absent) };
        let (agent, tags, strays) = tokio::try_join!(
            settling::at_rest(context, self.key(), &id),
            lookup::tags(context, &id),
            self.strays(context, &id),
        )?;
        let Some(agent) = agent else { return Ok(Seen::Absent) };
        let owner = self.ownership.owner(&tags);
        if agent.agent_status == AgentStatus::Failed && agent.prepared_at().is_none() && owner == Owner::Ours {
            let reason = format!("its creation failed: {}", settling::reasons(&agent));
            return Ok(Seen::Broken { reason, identity: Some(id) });
        }
        let spec =
            Spec { name: agent.agent_name.clone(), content: content(&agent), tags: self.ownership.of_ours(&tags) };
        Ok(Seen::Present(Present { strays, ..Present::new(facts(&spec), owner, id) }))
    }

    async fn create(&self, context: &Context) -> Result<String> {
        let role = context.needed(&self.role)?;
        let create = async || {
            let call = context.aws.bedrock_agent.create_agent().agent_name(&self.name).agent_resource_role_arn(&role);
            let call = call.foundation_model(&self.model).instruction(&self.instruction);
            let call =
                call.set_description(self.description.clone()).idle_session_ttl_in_seconds(self.idle_session_ttl);
            let call = call.set_tags(Some(self.ownership.tags().clone().into_iter().collect()));
            call.send().await.called("bedrock:CreateAgent")
        };
        let created = self.once_role_is_seen(context, create).await?;
        Ok(created.agent.context("bedrock:CreateAgent gave no agent")?.agent_id)
    }

    async fn update(&self, context: &Context, differences: &[Difference]) -> Result<String> {
        let id = context.needed(&self.key())?;
        if differs(differences, "tags") {
            let call = context.aws.bedrock_agent.tag_resource().resource_arn(context.site().await.agent_arn(&id));
            let call = call.set_tags(Some(self.ownership.tags().clone().into_iter().collect()));
            call.send().await.called("bedrock:TagResource")?;
        }
        if differences.iter().any(|difference| !difference.field.starts_with("tags")) {
            self.overwrite(context, &id).await?;
        }
        Ok(id)
    }

    async fn delete(&self, context: &Context) -> Result<Deleted> {
        let id = context.needed(&self.key())?;
        if self.ownership.owner(&lookup::tags(context, &id).await?) != Owner::Ours {
            // Looked at again now: what was ours when the plan was shown may be somebody else's today.
            return Ok(Deleted::Kept(format!("the agent {id} does not carry our tag any more")));
        }
        if let Some(obstacle) = self.obstacle(context).await? {
            return Ok(Deleted::Kept(obstacle));
        }
        removal::remove_aliases(context, self.key(), &self.ownership, &id).await?;
        removal::remove(context, self.key(), &id).await?;
        for ghost in lookup::failed(context, &self.name, &self.ownership).await? {
            removal::remove(context, self.key(), &ghost).await?;
        }
        Ok(Deleted::Gone)
    }

    async fn settle(&self, context: &Context) -> Result<()> {
        let id = context.needed(&self.key())?;
        let Some(agent) = settling::at_rest(context, self.key(), &id).await? else {
            bail!("the agent {id} is gone again: somebody deleted it");
        };
        if agent.agent_status != AgentStatus::Failed {
            return Ok(());
        }
        if agent.failure_reasons().iter().any(|reason| reason.contains("same name")) {
            removal::remove(context, self.key(), &id).await?;
            bail!("another deploy made an agent of this name at the same moment; run again to converge on that one");
        }
        bail!("AWS says: {}", settling::reasons(&agent))
    }
}

impl Agent {
    /// What the manifest wants a version to hold.
    pub(super) fn content(&self, known: &Known) -> Content {
        Content {
            description: self.description.clone(),
            model: self.model.clone(),
            instruction: self.instruction.clone(),
            idle_session_ttl: self.idle_session_ttl,
            role: known.site.role_arn(&self.role.name),
        }
    }

    /// Action groups on the draft that the manifest does not name.
    async fn strays(&self, context: &Context, id: &str) -> Result<Vec<std::sync::Arc<dyn Resource>>> {
        let groups = action_group::list(&context.aws, id, DRAFT).await?;
        let stray = |(name, _): (String, String)| {
            let stray = ActionGroup::stray(&name, self.key());
            (!self.action_groups.contains(&stray.key())).then(|| std::sync::Arc::new(stray) as _)
        };
        Ok(groups.into_iter().filter_map(stray).collect())
    }

    /// `UpdateAgent` resets what it is not told: everything that the manifest says nothing of is sent back as it is.
    async fn overwrite(&self, context: &Context, id: &str) -> Result<()> {
        let Some(live) = settling::at_rest(context, self.key(), id).await? else { bail!("the agent {id} is gone") };
        let role = context.needed(&self.role)?;
        let prompts = live.prompt_override_configuration.map(|mut prompts| {
            // GetAgent answers the defaults too; sent back, they would count as overridden.
            prompts
                .prompt_configurations
                .retain(|prompt| prompt.prompt_creation_mode == Some(CreationMode::Overridden));
            prompts
        });
        let prompts = prompts.filter(|prompts| !prompts.prompt_configurations.is_empty());
        let update = async || {
            let call = context.aws.bedrock_agent.update_agent().agent_id(id).agent_name(&self.name);
            let call = call.agent_resource_role_arn(&role).foundation_model(&self.model).instruction(&self.instruction);
            let call =
                call.set_description(self.description.clone()).idle_session_ttl_in_seconds(self.idle_session_ttl);
            let call = call.set_prompt_override_configuration(prompts.clone());
            let call = call.set_guardrail_configuration(live.guardrail_configuration.clone());
            let call = call.set_memory_configuration(live.memory_configuration.clone());
            let call = call.set_agent_collaboration(live.agent_collaboration.clone());
            let call = call.set_orchestration_type(live.orchestration_type.clone());
            let call = call.set_custom_orchestration(live.custom_orchestration.clone());
            let call = call.set_customer_encryption_key_arn(live.customer_encryption_key_arn.clone());
            call.send().await.called("bedrock:UpdateAgent")
        };
        self.once_role_is_seen(context, update).await?;
        Ok(())
    }

    /// Calls until the agent is in a state to be changed and Bedrock sees the role and what it allows: until then it
    /// says that access is denied.
    async fn once_role_is_seen<T>(
        &self,
        context: &Context,
        call: impl AsyncFnMut() -> Result<T, Failure>,
    ) -> Result<T> {
        let wait = Wait {
            progress: &context.progress,
            key: self.key(),
            what: "Bedrock to see the agent's role (IAM takes its time)",
            limit: wait::PROPAGATION,
        };
        let started = tokio::time::Instant::now();
        let passing = |failure: &Failure| {
            let profile = failure.says("inference profile") || failure.says("InferenceProfile");
            // A role that is not seen at all looks like a missing permission of the caller: for a minute, no longer.
            let role = failure.says("not authorized to perform: bedrock:") && started.elapsed() < ROLE_SEEN;
            let denied = failure.is("AccessDeniedException") && (profile || role) && !failure.says("maintenance mode");
            denied || settling::is_busy(failure, started.elapsed())
        };
        wait.retry(passing, call).await
    }
}

fn content(agent: &Described) -> Content {
    Content {
        description: agent.description.clone(),
        model: agent.foundation_model.clone().unwrap_or_default(),
        instruction: agent.instruction().unwrap_or_default().trim_end().to_owned(),
        idle_session_ttl: agent.idle_session_ttl_in_seconds,
        role: agent.agent_resource_role_arn.clone(),
    }
}

/// What a numbered version holds.
pub(super) fn content_of_version(version: &AgentVersion) -> Content {
    Content {
        description: version.description.clone(),
        model: version.foundation_model.clone().unwrap_or_default(),
        instruction: version.instruction().unwrap_or_default().trim_end().to_owned(),
        idle_session_ttl: version.idle_session_ttl_in_seconds,
        role: version.agent_resource_role_arn.clone(),
    }
}
