//! An agent: what it holds, and how it moves on with time.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::action_group::ActionGroup;
use super::alias::Alias;
use super::collaborator::Collaborator;
use super::input;
use super::knowledge_base::KnowledgeBase;
use super::prompt;
use super::status::{Passing, Status, Then};
use super::token::{Made, Tokened};
use super::version::Version;
use crate::calendar::iso_millis;
use crate::clock::Millis;
use crate::refusal::Refusal;

/// Idle seconds after which a session ends, where the request names none.
const DEFAULT_SESSION_TTL: u64 = 600;

/// One agent, with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Agent {
    pub(super) id: String,
    pub(super) arn: String,
    /// The draft's settings.
    pub(super) settings: Settings,
    pub(super) status: Status,
    pub(super) passing: Option<Passing>,
    pub(super) failure_reasons: Vec<String>,
    /// Whether another agent has the name. Such an agent fails right after it was made and is fit only for deletion.
    pub(super) ghost: bool,
    pub(super) made: Option<Made>,
    pub(super) tags: BTreeMap<String, String>,
    /// The draft's action groups, by id.
    pub(super) action_groups: BTreeMap<String, ActionGroup>,
    /// The draft's knowledge bases, by id.
    #[serde(default)]
    pub(super) knowledge_bases: BTreeMap<String, KnowledgeBase>,
    /// The draft's collaborators, by id.
    #[serde(default)]
    pub(super) collaborators: BTreeMap<String, Collaborator>,
    /// Without the test alias, which every agent has.
    pub(super) aliases: BTreeMap<String, Alias>,
    pub(super) versions: BTreeMap<u32, Version>,
    /// The last number given to a version; a deleted version's number is not given again.
    pub(super) last_version: u32,
    pub(super) created_at: Millis,
    pub(super) updated_at: Millis,
    /// When the last successful preparation began.
    pub(super) prepared_at: Option<Millis>,
}

/// What a client sets: the members of `CreateAgent` and `UpdateAgent`, which versions keep, too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Settings {
    pub(super) agent_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) instruction: Option<String>,
    /// A model's or an inference profile's id or ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) foundation_model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    #[serde(default = "default_orchestration")]
    pub(super) orchestration_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_orchestration: Option<Value>,
    #[serde(rename = "idleSessionTTLInSeconds", default = "default_session_ttl")]
    pub(super) idle_session_ttl: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) agent_resource_role_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_encryption_key_arn: Option<String>,
    /// Only what the client overrides; the answers fill in the defaults.
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_override_configuration: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) guardrail_configuration: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_configuration: Option<Value>,
    #[serde(default = "default_collaboration")]
    pub(super) agent_collaboration: String,
}

fn default_orchestration() -> String {
    "DEFAULT".to_owned()
}

fn default_session_ttl() -> u64 {
    DEFAULT_SESSION_TTL
}

fn default_collaboration() -> String {
    "DISABLED".to_owned()
}

impl Settings {
    /// Refuses what no single member's shape can tell.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        prompt::check(self.prompt_override_configuration.as_ref())
    }

    /// The settings as members of an answer.
    pub(super) fn members(&self) -> Map<String, Value> {
        let mut members = input::members(self);
        let prompts = prompt::configuration(self.prompt_override_configuration.as_ref());
        members.insert("promptOverrideConfiguration".to_owned(), prompts);
        members
    }
}

impl Tokened for Agent {
    fn made(&self) -> Option<&Made> {
        self.made.as_ref()
    }
}

impl Agent {
    /// Enters a passing state.
    pub(super) fn pass(&mut self, status: Status, now: Millis, lasts: Duration, then: Then) {
        self.status = status;
        self.failure_reasons.clear();
        self.passing = Some(Passing::from(now, lasts, then));
    }

    /// Ends every passing state whose time has come. False when the agent itself is gone.
    pub(super) fn settle(&mut self, now: Millis) -> bool {
        if let Some(Passing { since, until, then }) = self.passing.take_if(|passing| passing.until <= now) {
            match then {
                Then::Gone => return false,
                Then::Fail(reason) => {
                    self.status = Status::Failed;
                    self.failure_reasons = vec![reason];
                }
                Then::Rest(next) => {
                    match self.status {
                        Status::Preparing => self.prepared_at = Some(since),
                        Status::Versioning => self.cut_version(until),
                        _ => {}
                    }
                    self.status = next;
                }
            }
        }
        self.versions.retain(|_, version| !version.gone(now));
        // After the versions: an alias may be about to route to one that was cut just now.
        let versions = &self.versions;
        self.aliases.retain(|_, alias| alias.settle(now, versions));
        true
    }

    /// Freezes the draft under the next number. While the agent is versioning nothing can change the draft.
    fn cut_version(&mut self, now: Millis) {
        self.last_version += 1;
        let version = Version {
            number: self.last_version,
            settings: self.settings.clone(),
            action_groups: self.action_groups.clone(),
            knowledge_bases: self.knowledge_bases.clone(),
            collaborators: self.collaborators.clone(),
            created_at: now,
            gone_at: None,
        };
        self.versions.insert(self.last_version, version);
    }

    /// Refuses `verb` while the agent is in a passing state, and always on an agent that never got its name.
    pub(super) fn must_take(&self, verb: &str) -> Result<(), Refusal> {
        if self.ghost { Err(self.status.refuse(verb)) } else { self.status.must_rest(verb) }
    }

    /// The draft has changed: what was prepared is no longer what it says.
    pub(super) fn unprepare(&mut self) {
        if self.status == Status::Prepared {
            self.status = Status::NotPrepared;
        }
    }

    /// `DRAFT` before the first version.
    fn latest_version(&self) -> String {
        self.versions.keys().next_back().map_or_else(|| "DRAFT".to_owned(), u32::to_string)
    }

    /// The `Agent` of answers.
    pub(super) fn describe(&self) -> Value {
        let mut members = self.settings.members();
        members.extend(input::members(&json!({
            "agentId": self.id,
            "agentArn": self.arn,
            "agentVersion": "DRAFT",
            "agentStatus": self.status,
            "createdAt": iso_millis(self.created_at),
            "updatedAt": iso_millis(self.updated_at),
        })));
        if let Some(made) = &self.made {
            members.insert("clientToken".to_owned(), json!(made.token));
        }
        if let Some(prepared_at) = self.prepared_at {
            members.insert("preparedAt".to_owned(), json!(iso_millis(prepared_at)));
        }
        if !self.failure_reasons.is_empty() {
            members.insert("failureReasons".to_owned(), json!(self.failure_reasons));
        }
        members.into()
    }

    /// The `AgentSummary` of `ListAgents`: without ARN, role, tags and model.
    pub(super) fn summary(&self) -> Value {
        let mut summary = json!({
            "agentId": self.id,
            "agentName": self.settings.agent_name,
            "agentStatus": self.status,
            "updatedAt": iso_millis(self.updated_at),
            "latestAgentVersion": self.latest_version(),
        });
        if let Some(description) = &self.settings.description {
            summary["description"] = json!(description);
        }
        if let Some(guardrail) = &self.settings.guardrail_configuration {
            summary["guardrailConfiguration"] = guardrail.clone();
        }
        summary
    }
}
