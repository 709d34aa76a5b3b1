//! An alias for asking one release: AWS takes questions through aliases only, and mostly none leads to an older version.
//! Each run makes one of its own and deletes it; what a killed run leaves is swept away by a later one, or by `destroy`.

use anyhow::{Context as _, Result, bail};
use aws_sdk_bedrockagent::types::{
    AgentAliasRoutingConfigurationListItem as Routing, AgentAliasStatus, AgentAliasSummary, AliasInvocationState,
};

use super::alias::{self, PURPOSE_TAG};
use super::settling;
use crate::aws::{Aws, Called, Found};
use crate::facts::{Key, Kind};
use crate::ownership::{Owner, Ownership};
use crate::resource::Context;
use crate::wait::{self, Look};

/// The value of [`PURPOSE_TAG`] on an alias that is not to last.
const PURPOSE: &str = "ask";

/// Seconds after which an alias counts as left behind: a day. It does not tell whether somebody is asking through it, and a
/// conversation may go on for a working day.
const LEFT_BEHIND: i64 = 86_400;

/// Characters of the lasting alias's name that are kept in ours: AWS takes a hundred letters and digits, release and run too.
const STEM: usize = 50;

/// Characters that tell one run from another.
const RUN: usize = 30;

/// The alias for one version of an agent.
#[derive(Debug)]
pub struct TemporaryAlias {
    /// The agent's id.
    pub agent: String,
    /// The version that it leads to.
    pub version: String,
    /// Its name.
    pub name: String,
    /// What the names of all of them begin with.
    stem: String,
    ownership: Ownership,
}

/// The numbered versions of an agent, oldest first.
pub async fn versions(aws: &Aws, agent: &str) -> Result<Vec<String>> {
    let mut listed = aws.bedrock_agent.list_agent_versions().agent_id(agent).into_paginator().items().send();
    let mut found = Vec::new();
    while let Some(version) = listed.next().await {
        let version = version.called("bedrock:ListAgentVersions")?.agent_version;
        found.extend(version.parse::<u32>().ok());
    }
    found.sort_unstable();
    Ok(found.iter().map(ToString::to_string).collect())
}

/// The id of an alias that leads to a version, takes questions, and stays so: one with a purpose of its own does not.
pub async fn lasting(context: &Context, agent: &str, version: &str) -> Result<Option<String>> {
    for alias in alias::list(&context.aws, agent).await? {
        let rejects = alias.alias_invocation_state == Some(AliasInvocationState::RejectInvocations);
        let ready = alias.agent_alias_status == AgentAliasStatus::Prepared && !rejects;
        let leads = ready && alias::routed(alias.routing_configuration()).as_deref() == Some(version);
        if leads
            && !alias::tags(context, agent, &alias.agent_alias_id).await?.unwrap_or_default().contains_key(PURPOSE_TAG)
        {
            return Ok(Some(alias.agent_alias_id));
        }
    }
    Ok(None)
}

impl TemporaryAlias {
    /// One for this version, named after the lasting alias and this run: letters and digits that no other run has, for
    /// what one run deletes another may be asking through.
    pub fn new(agent: String, version: String, run: &str, lasting: &alias::Alias) -> Self {
        // AWS takes no name in which two dashes or underscores follow each other.
        let stem: String = lasting.name.chars().take(STEM).collect();
        let stem = format!("{}-release-", stem.trim_end_matches(['-', '_']));
        let run: String = run.chars().filter(char::is_ascii_alphanumeric).take(RUN).collect();
        let name = format!("{stem}{version}-{run}");
        Self { agent, version, name, stem, ownership: lasting.ownership.clone() }
    }

    fn key(&self) -> Key {
        Key::new(Kind::Alias, &self.name)
    }

    /// Sweeps away what killed runs left, makes it, and waits until it can be asked through. Answers its id. `now` is in
    /// seconds since 1970.
    pub async fn make(&self, context: &Context, now: i64) -> Result<String> {
        self.sweep(context, |alias| alias.updated_at.secs() + LEFT_BEHIND < now).await?;
        let id = self.create(context).await?;
        self.settle(context, &id).await?;
        Ok(id)
    }

    /// Deletes it. That it is not there is success.
    pub async fn remove(&self, context: &Context) -> Result<()> {
        self.sweep(context, |alias| alias.agent_alias_name == self.name).await
    }

    async fn create(&self, context: &Context) -> Result<String> {
        let routing = Routing::builder().agent_version(&self.version).build();
        let mut tags = self.ownership.tags().clone();
        tags.insert(PURPOSE_TAG.to_owned(), PURPOSE.to_owned());
        let create = async || {
            let call = context.aws.bedrock_agent.create_agent_alias().agent_id(&self.agent);
            let call = call.agent_alias_name(&self.name).description("Made by `bedrock-ops ask --release`");
            let call = call.routing_configuration(routing.clone()).set_tags(Some(tags.clone().into_iter().collect()));
            call.send().await.called("bedrock:CreateAgentAlias")
        };
        let created = settling::accepted(context, self.key(), create).await?;
        Ok(created.agent_alias.context("bedrock:CreateAgentAlias gave no alias")?.agent_alias_id)
    }

    async fn settle(&self, context: &Context, id: &str) -> Result<()> {
        let what = "the alias to take questions";
        let wait = context.wait(self.key(), what, wait::STATE);
        wait.until(async || {
            let call = context.aws.bedrock_agent.get_agent_alias().agent_id(&self.agent).agent_alias_id(id);
            let answer = call.send().await.called("bedrock:GetAgentAlias").found()?;
            let Some(alias) = answer.and_then(|answer| answer.agent_alias) else {
                bail!("the alias {id} is gone again: somebody deleted it");
            };
            match alias.agent_alias_status {
                AgentAliasStatus::Prepared => Ok(Look::Done(())),
                AgentAliasStatus::Failed => bail!("AWS says: {}", alias.failure_reasons().join("; ")),
                status => Ok(Look::NotYet(status.to_string())),
            }
        })
        .await
    }

    /// Deletes those that were made for asking and of which this is true.
    async fn sweep(&self, context: &Context, goes: impl Fn(&AgentAliasSummary) -> bool) -> Result<()> {
        for alias in alias::list(&context.aws, &self.agent).await? {
            let named = alias.agent_alias_name.starts_with(&self.stem);
            if named && goes(&alias) && self.is_ours(context, &alias.agent_alias_id).await? {
                alias::remove(context, self.key(), &self.agent, &alias.agent_alias_id).await?;
            }
        }
        Ok(())
    }

    async fn is_ours(&self, context: &Context, id: &str) -> Result<bool> {
        let tags = alias::tags(context, &self.agent, id).await?.unwrap_or_default();
        let for_asking = tags.get(PURPOSE_TAG).is_some_and(|purpose| purpose == PURPOSE);
        Ok(for_asking && self.ownership.owner(&tags) == Owner::Ours)
    }
}
