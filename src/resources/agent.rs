//! The Bedrock agent: its prompt, its model, its role. Its id never changes under the user; Slack depends on it.

mod content;
mod ghost;
mod lookup;
mod prompts;
mod removal;
mod strays;
mod update;

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use anyhow::{Context as _, Result, bail};
use async_trait::async_trait;
use aws_sdk_bedrockagent::types::{Agent as Described, AgentStatus};
use serde::Serialize;

pub(super) use self::content::{Content, of_version};
use super::settling::{self, DRAFT};
use super::version;
use crate::aws::Called;
use crate::facts::{Change, Difference, Facts, Key, Kind, Known, differs, facts};
use crate::ownership::{Owner, Ownership, Tags};
use crate::refused::Refused;
use crate::resource::{Context, Deleted, Need, Present, Resource, Seen};

/// The unmanaged field that what is live must not lose.
pub(super) const GUARDRAIL: &str = "guardrail";

/// What a plan says when it creates the first agent of an account and region.
const FIRST_AGENT: &str = "warning: there is no Bedrock agent in this account and region yet. Since 2026-07-30 AWS creates \
                           agents only for accounts that used Bedrock Agents in the 12 months before. If it refuses, \
                           deploy stops before it changes anything";

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
    /// What was found beside it when it was last looked at.
    pub found: Findings,
}

/// What a search among all agents, and a look at the draft, find out beside what is compared.
#[derive(Debug, Default)]
pub struct Findings {
    /// Set if it was searched for on AWS and there was no agent at all in account and region.
    is_first: OnceLock<()>,
    /// The other agents of its name whose creation failed, by their ids.
    failed: Mutex<Vec<String>>,
    /// The steps of the draft whose overridden prompts set temperature and `top_p`.
    sampled_twice: OnceLock<Vec<String>>,
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

    fn needs_to_begin(&self, change: &Change) -> Vec<Need> {
        match change {
            // It is created with a name only and gets its role when that is there: an account in which AWS creates no
            // agents learns that before anything else is made.
            Change::Create | Change::Recreate { .. } => Vec::new(),
            _ => self.needs(),
        }
    }

    fn goes_first(&self) -> bool {
        true
    }

    fn why(&self, change: &Change) -> Vec<String> {
        let first = *change == Change::Create && self.found.is_first.get().is_some();
        let first = first.then(|| FIRST_AGENT.to_owned());
        let other_model = matches!(change, Change::Update(differences) if differs(differences, "model"));
        let prompts = self.found.sampled_twice.get().filter(|_| other_model).map(|steps| {
            format!(
                "warning: the prompts of {} are overridden with temperature and top_p. Newer models accept one of them \
                 at most, and then refuse every question: ask the draft before this is live (`ask --draft`)",
                steps.join(", ")
            )
        });
        first.into_iter().chain(prompts).collect()
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
        let search = lookup::search(context, self).await?;
        if search.is_first && !context.site().await.emulated {
            // Looked at again, there may be more: for the plan the first look counts.
            let _ = self.found.is_first.set(());
        }
        *self.failed() = search.failed;
        Ok(search.id)
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let Some(id) = context.identity(&self.key()) else { return Ok(Seen::Absent) };
        let (agent, tags, (strays, built_in), bases) = tokio::try_join!(
            settling::at_rest(context, self.key(), &id),
            lookup::tags(context, &id),
            self.not_in_the_manifest(context, &id),
            version::knowledge_bases(&context.aws, &id, DRAFT),
        )?;
        let Some(agent) = agent else { return Ok(Seen::Absent) };
        let tags = tags.unwrap_or_default();
        let owner = self.ownership.owner(&tags);
        if agent.agent_status == AgentStatus::Failed && agent.prepared_at().is_none() && owner == Owner::Ours {
            let reason = format!("its creation failed: {}", settling::reasons(&agent));
            return Ok(Seen::Broken { reason, identity: Some(id) });
        }
        if let Some(prompts) = &agent.prompt_override_configuration {
            let twice = prompts::sampled_twice(prompts);
            if !twice.is_empty() {
                // Looked at again, the first look counts: it is what the plan shows.
                let _ = self.found.sampled_twice.set(twice);
            }
        }
        let draft = content::of_draft(&agent);
        let collaborators =
            if draft.collaborates { version::collaborators(&context.aws, &id, DRAFT).await? } else { Vec::new() };
        let unmanaged = [draft.unmanaged, built_in, bases, collaborators].concat();
        let spec = Spec { name: agent.agent_name.clone(), content: draft.content, tags: self.ownership.of_ours(&tags) };
        Ok(Seen::Present(Present { strays, unmanaged, ..Present::new(facts(&spec), owner, id) }))
    }

    async fn create(&self, context: &Context) -> Result<String> {
        let call = context.aws.bedrock_agent.create_agent().agent_name(&self.name);
        let call = call.set_description(self.description.clone());
        let call = call.set_tags(Some(self.ownership.tags().clone().into_iter().collect()));
        let created = call.send().await.called("bedrock:CreateAgent").map_err(|failure| match failure {
            closed if closed.is_closed_to_new_agents() => {
                anyhow::Error::new(closed).context(Refused::no_new_agents(&context.flags))
            }
            failure => failure.into(),
        })?;
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

    fn named_by(&self) -> &'static str {
        "agent.name"
    }

    fn tagged_by(&self, known: &Known, identity: &str) -> Option<String> {
        let arn = known.site.agent_arn(identity);
        Some(format!("aws bedrock-agent tag-resource --resource-arn {arn} --tags {}", self.ownership.tag()))
    }

    async fn owner(&self, context: &Context) -> Result<Option<Owner>> {
        let Some(id) = context.identity(&self.key()) else { return Ok(None) };
        Ok(lookup::tags(context, &id).await?.map(|tags| self.ownership.owner(&tags)))
    }

    async fn delete(&self, context: &Context) -> Result<Deleted> {
        let id = context.needed(&self.key())?;
        if let Some(obstacle) = self.obstacle(context).await? {
            return Ok(Deleted::Kept(obstacle));
        }
        removal::remove_aliases(context, self.key(), &self.ownership, &id).await?;
        removal::remove(context, self.key(), &id).await?;
        let failed = self.failed().clone();
        for ghost in lookup::ours(context, failed, &self.ownership).await? {
            removal::remove(context, self.key(), &ghost).await?;
        }
        Ok(Deleted::Gone)
    }

    async fn settle(&self, context: &Context) -> Result<()> {
        let id = context.needed(&self.key())?;
        let mut agent = self.at_rest(context, &id).await?;
        if agent.agent_status != AgentStatus::Failed && agent.foundation_model.is_none() {
            // It was created with a name only.
            self.overwrite(context, &id).await?;
            agent = self.at_rest(context, &id).await?;
        }
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

/// The fields of the draft that a manifest names.
pub(super) fn draft_content(draft: &aws_sdk_bedrockagent::types::Agent) -> Facts {
    facts(&content::of_draft(draft).content)
}

impl Agent {
    async fn at_rest(&self, context: &Context, id: &str) -> Result<Described> {
        let agent = settling::at_rest(context, self.key(), id).await?;
        agent.with_context(|| format!("the agent {id} is gone again: somebody deleted it"))
    }

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

    fn failed(&self) -> MutexGuard<'_, Vec<String>> {
        self.found.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
