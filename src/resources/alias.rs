//! The agent's alias, and with it publishing: cut a version of the prepared draft and point the alias at it. It compares
//! what is wanted with what the routed version really holds, so that a console edit or a crash between two calls is seen.

mod find;
mod lookup;
mod publishing;
mod smoke;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use serde::Serialize;

use super::action_group::ActionGroup;
use super::agent::{Agent, GUARDRAIL};
use super::settling;
use super::version::{self, Held};
use crate::aws::Called;
use crate::facts::{Change, Difference, Facts, Key, Kind, Known, differs, facts, shown};
use crate::name::BedrockName;
use crate::ownership::{Owner, Ownership, Tags};
use crate::resource::{Context, Deleted, Need, Present, Resource, Seen};
use crate::wait::Wait;

pub(crate) use lookup::list;
use lookup::{get, is_passing};
pub(super) use lookup::{remove, routed, tags};
use publishing::{crossed, routing};
pub use smoke::Smoke;

/// The tag of an alias that no channel calls; its value says what it is for.
pub const PURPOSE_TAG: &str = "bedrock-ops:alias";

/// The alias. Its identity is its id, which Slack is given and which never changes.
#[derive(Debug)]
pub struct Alias {
    /// Its name, unique in the agent.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The agent whose draft it publishes.
    pub agent: Arc<Agent>,
    /// The action groups that go into the version.
    pub action_groups: Vec<Arc<ActionGroup>>,
    /// The prepared draft that versions are cut from.
    pub draft: Key,
    /// What must be usable before the alias moves: the function's version and the permission on it.
    pub behind: Vec<Key>,
    /// The alias that it is asked for, if it is a candidate.
    pub serves: Option<Key>,
    /// What its version must answer before it moves there. Without it the alias cuts its version itself.
    pub smoke: Option<Smoke>,
    /// Whose it is.
    pub ownership: Ownership,
}

#[derive(Debug, Serialize)]
struct Spec {
    name: String,
    /// The agent as the routed version holds it.
    agent: Facts,
    /// The action groups as the routed version holds them.
    action_groups: BTreeMap<String, Facts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    tags: Tags,
}

/// The fields that only a new version changes.
pub const HELD: [&str; 2] = ["agent", "action_groups"];

#[async_trait(?Send)]
impl Resource for Alias {
    fn key(&self) -> Key {
        Key::new(Kind::Alias, &self.name)
    }

    fn needs(&self) -> Vec<Need> {
        let candidate = self.smoke.iter().map(|smoke| smoke.candidate.key());
        let needed = [self.agent.key(), self.draft.clone()].into_iter().chain(self.behind.clone()).chain(candidate);
        needed.map(Need::ready).collect()
    }

    fn stands_on(&self) -> Vec<Key> {
        // The candidate stands beside it, not under it.
        [self.agent.key(), self.draft.clone()].into_iter().chain(self.behind.clone()).collect()
    }

    fn looked_up_by(&self) -> Vec<Key> {
        vec![self.agent.key()]
    }

    fn redoes(&self, change: &Change) -> Option<Key> {
        // With a smoke test it is the candidate that cuts the version.
        (self.smoke.is_none() && moves(change)).then(|| self.draft.clone())
    }

    fn serves(&self) -> Option<Key> {
        self.serves.clone()
    }

    fn publishes(&self) -> Vec<Key> {
        // What a candidate publishes is asked only, and is live when the alias beside it moves.
        if self.serves.is_none() { vec![self.agent.key()] } else { Vec::new() }
    }

    fn protects(&self, change: &Change, unpublished: &[Difference]) -> Option<String> {
        let lost = |difference: &&Difference| difference.field == GUARDRAIL && difference.wanted.is_none();
        let lost = unpublished.iter().find(lost).filter(|_| moves(change))?;
        Some(format!(
            "what is live would lose its guardrail {}: the version that {} routes to has it, and the agent's draft has \
             none. Associate the guardrail with the agent again, or accept the loss with --accept-unmanaged",
            shown(lost.seen.as_ref()),
            self.name
        ))
    }

    fn why(&self, change: &Change) -> Vec<String> {
        self.smoke.as_ref().filter(|_| moves(change)).map(Smoke::told).unwrap_or_default()
    }

    fn wanted(&self, known: &Known) -> Facts {
        let groups = self.action_groups.iter().map(|group| (group.key().name, group.wanted(known)));
        facts(&Spec {
            name: self.name.clone(),
            agent: facts(&self.agent.content(known)),
            action_groups: groups.collect(),
            description: self.description.clone(),
            tags: self.ownership.tags().clone(),
        })
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let Some(agent) = context.identity(&self.agent.key()) else { return Ok(Seen::Absent) };
        let Some(alias) = self.find(context, &agent).await? else { return Ok(Seen::Absent) };
        let version = routed(alias.routing_configuration());
        let (tags, held) = tokio::try_join!(tags(context, &agent, &alias.agent_alias_id), async {
            Ok(match &version {
                Some(version) => Some(version::held(&context.aws, &agent, version).await?),
                None => None,
            })
        })?;
        let tags = tags.unwrap_or_default();
        let unmanaged = publishing::unmanaged(&alias);
        let (held_agent, action_groups, live) = match held {
            Some(Held { agent, action_groups, unmanaged }) => (agent, action_groups, unmanaged),
            None => Default::default(),
        };
        let spec = Spec {
            name: alias.agent_alias_name,
            agent: held_agent,
            action_groups,
            description: alias.description,
            tags: self.ownership.of_ours(&tags),
        };
        Ok(Seen::Present(Present {
            leads_to: version.map(|version| (self.version(), version)),
            live,
            unmanaged,
            ..Present::new(facts(&spec), self.ownership.owner(&tags), alias.agent_alias_id)
        }))
    }

    async fn create(&self, context: &Context) -> Result<String> {
        let agent = context.needed(&self.agent.key())?;
        let routing = self.asked(context, &agent).await?.map(|version| vec![routing(&version, None)]);
        if routing.is_none() {
            self.check_draft(context, &agent).await?;
        }
        let create = async || {
            let call = context.aws.bedrock_agent.create_agent_alias().agent_id(&agent).agent_alias_name(&self.name);
            let call = call.set_description(self.description.clone()).set_routing_configuration(routing.clone());
            let call = call.set_tags(Some(self.ownership.tags().clone().into_iter().collect()));
            call.send().await.called("bedrock:CreateAgentAlias")
        };
        let created = settling::accepted(context, self.key(), create).await?;
        Ok(created.agent_alias.context("bedrock:CreateAgentAlias gave no alias")?.agent_alias_id)
    }

    async fn update(&self, context: &Context, differences: &[Difference]) -> Result<String> {
        let agent = context.needed(&self.agent.key())?;
        let id = context.needed(&self.key())?;
        let publish = publishes(differences);
        if differs(differences, "tags") {
            let arn = context.site().await.alias_arn(&agent, &id);
            let call = context.aws.bedrock_agent.tag_resource().resource_arn(arn);
            let call = call.set_tags(Some(self.ownership.tags().clone().into_iter().collect()));
            call.send().await.called("bedrock:TagResource")?;
        }
        if publish {
            self.publish(context, &agent, &id).await?;
        } else if differs(differences, "description") || differs(differences, "name") {
            let live = self.live(context, &agent, &id).await?;
            self.point(context, &agent, &id, &live, Some(live.routing_configuration.clone())).await?;
        }
        Ok(id)
    }

    fn named_by(&self) -> &'static str {
        "agent.alias.name"
    }

    fn tagged_by(&self, known: &Known, identity: &str) -> Option<String> {
        let agent = known.identities.get(&self.agent.key())?;
        let arn = known.site.alias_arn(agent, identity);
        Some(format!("aws bedrock-agent tag-resource --resource-arn {arn} --tags {}", self.ownership.tag()))
    }

    async fn owner(&self, context: &Context) -> Result<Option<Owner>> {
        let (agent, id) = (context.identity(&self.agent.key()), context.identity(&self.key()));
        let (Some(agent), Some(id)) = (agent, id) else { return Ok(None) };
        Ok(tags(context, &agent, &id).await?.map(|tags| self.ownership.owner(&tags)))
    }

    async fn delete(&self, context: &Context) -> Result<Deleted> {
        let Some(agent) = context.identity(&self.agent.key()) else { return Ok(Deleted::Gone) };
        let id = context.needed(&self.key())?;
        remove(context, self.key(), &agent, &id).await?;
        Ok(Deleted::Gone)
    }

    async fn settle(&self, context: &Context) -> Result<()> {
        let agent = context.needed(&self.agent.key())?;
        let id = context.needed(&self.key())?;
        let Some(version) = self.at_rest(context, &agent, &id).await? else { return Ok(()) };
        if !self.holds(context, &agent, &version).await? {
            return Err(crossed(&version, "the alias routes to it"));
        }
        context.learn(self.version(), version);
        Ok(())
    }
}

impl Alias {
    /// The alias beside this one that cuts the versions which are asked first.
    #[must_use]
    pub fn candidate(&self, name: &BedrockName) -> Self {
        Self {
            name: name.beside("candidate").to_string(),
            description: Some(format!("Asked by bedrock-ops before {} moves", self.name)),
            agent: self.agent.clone(),
            action_groups: self.action_groups.clone(),
            draft: self.draft.clone(),
            behind: self.behind.clone(),
            serves: Some(self.key()),
            smoke: None,
            ownership: Smoke::ownership(&self.ownership),
        }
    }

    /// The key of the version that it routes to.
    pub fn version(&self) -> Key {
        Key::new(Kind::AgentVersion, &self.name)
    }

    fn wait<'a>(&self, context: &'a Context, what: &'a str) -> Wait<'a> {
        context.wait(self.key(), what, context.patience)
    }
}

/// Whether the alias leads to another version after this change.
fn moves(change: &Change) -> bool {
    match change {
        Change::Create | Change::Recreate { .. } => true,
        Change::Update(differences) => publishes(differences),
        Change::Keep | Change::Delete | Change::Refuse(_) => false,
    }
}

/// Whether these differences take a new version.
pub fn publishes(differences: &[Difference]) -> bool {
    HELD.iter().any(|field| differs(differences, field))
}
