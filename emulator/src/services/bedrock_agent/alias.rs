//! An alias: the version it routes to, and how it moves on with time.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refusals::validation;
use super::token::{Made, Tokened};
use super::version::Version;
use crate::calendar::iso_millis;
use crate::clock::Millis;
use crate::refusal::Refusal;

/// The id of the alias that every agent has from the start; it always routes to the draft.
pub(super) const TEST_ALIAS: &str = "TSTALIASID";
/// Its name.
pub(super) const TEST_ALIAS_NAME: &str = "AgentTestAlias";
/// The model gives the history ten events at most; the oldest are dropped.
const HISTORY: usize = 10;

/// One alias that a client has made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Alias {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) status: AliasStatus,
    pub(super) passing: Option<AliasPassing>,
    /// Where it routes now: nowhere before its first version is cut, and after that version was deleted.
    pub(super) route: Option<Route>,
    pub(super) invocation_state: InvocationState,
    pub(super) history: VecDeque<HistoryEvent>,
    pub(super) made: Option<Made>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) created_at: Millis,
    pub(super) updated_at: Millis,
}

/// `agentAliasStatus`. An alias has no `FAILED` here: what could fail it is refused at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum AliasStatus {
    Creating,
    Prepared,
    Updating,
    Deleting,
    /// The version it routed to was deleted.
    Dissociated,
}

/// `aliasInvocationState`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum InvocationState {
    #[default]
    AcceptInvocations,
    RejectInvocations,
}

/// A state of an alias that ends by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct AliasPassing {
    pub(super) until: Millis,
    pub(super) next: Next,
}

/// What follows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Next {
    RouteTo(Route),
    Gone,
}

/// The one item of a routing configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Route {
    pub(super) version: u32,
    pub(super) provisioned_throughput: Option<String>,
}

/// When the alias routed where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct HistoryEvent {
    route: Route,
    start: Millis,
    end: Option<Millis>,
}

impl Tokened for Alias {
    fn made(&self) -> Option<&Made> {
        self.made.as_ref()
    }
}

impl Route {
    fn describe(&self) -> Value {
        let mut route = json!({ "agentVersion": self.version.to_string() });
        if let Some(throughput) = &self.provisioned_throughput {
            route["provisionedThroughput"] = json!(throughput);
        }
        route
    }
}

impl HistoryEvent {
    fn describe(&self) -> Value {
        let mut event = json!({ "routingConfiguration": [self.route.describe()], "startDate": iso_millis(self.start) });
        if let Some(end) = self.end {
            event["endDate"] = json!(iso_millis(end));
        }
        event
    }
}

impl Alias {
    /// Ends a passing state whose time has come. False when the alias is gone.
    pub(super) fn settle(&mut self, now: Millis, versions: &BTreeMap<u32, Version>) -> bool {
        let Some(AliasPassing { until, next }) = self.passing.take_if(|passing| passing.until <= now) else {
            return true;
        };
        match next {
            Next::Gone => return false,
            Next::RouteTo(route) if versions.contains_key(&route.version) => {
                if self.route.as_ref() != Some(&route) {
                    self.end_route(until);
                    self.history.push_back(HistoryEvent { route: route.clone(), start: until, end: None });
                    self.history.drain(..self.history.len().saturating_sub(HISTORY));
                    self.route = Some(route);
                }
                self.status = AliasStatus::Prepared;
            }
            Next::RouteTo(_) => self.dissociate(until),
        }
        true
    }

    /// Whether it routes to this version.
    pub(super) fn routes_to(&self, number: u32) -> bool {
        self.route.as_ref().is_some_and(|route| route.version == number)
    }

    /// Whether it routes to this version, or is about to.
    pub(super) fn needs(&self, number: u32) -> bool {
        match &self.passing {
            Some(AliasPassing { next: Next::RouteTo(route), .. }) if route.version == number => true,
            _ => self.routes_to(number),
        }
    }

    /// Its version has gone, or is going in spite of it. One that is about to route elsewhere goes on to do so.
    pub(super) fn dissociate(&mut self, now: Millis) {
        self.end_route(now);
        self.route = None;
        if self.passing.is_none() {
            self.status = AliasStatus::Dissociated;
        }
    }

    fn end_route(&mut self, now: Millis) {
        if let Some(event) = self.history.back_mut() {
            event.end.get_or_insert(now);
        }
    }

    /// Refuses a change while the alias is in a passing state.
    pub(super) fn must_rest(&self, verb: &str) -> Result<(), Refusal> {
        let state = match self.status {
            AliasStatus::Creating => "Creating",
            AliasStatus::Updating => "Updating",
            AliasStatus::Deleting => "Deleting",
            AliasStatus::Prepared | AliasStatus::Dissociated => return Ok(()),
        };
        Err(validation(format!(
            "{verb} operation can't be performed on AgentAlias when it is in {state} state. Retry the request when the \
             agent alias is in a valid state."
        )))
    }

    /// `[{}]` while the first version is being cut, `[]` when the version is gone.
    fn routing(&self) -> Value {
        match (&self.route, self.status) {
            (Some(route), _) => json!([route.describe()]),
            (None, AliasStatus::Creating) => json!([{}]),
            (None, _) => json!([]),
        }
    }

    /// The `AgentAliasSummary` of `ListAgentAliases`.
    pub(super) fn summary(&self) -> Value {
        let mut summary = json!({
            "agentAliasId": self.id,
            "agentAliasName": self.name,
            "agentAliasStatus": self.status,
            "aliasInvocationState": self.invocation_state,
            "routingConfiguration": self.routing(),
            "createdAt": iso_millis(self.created_at),
            "updatedAt": iso_millis(self.updated_at),
        });
        if let Some(description) = &self.description {
            summary["description"] = json!(description);
        }
        summary
    }

    /// The `AgentAlias` of answers.
    pub(super) fn describe(&self, agent_id: &str) -> Value {
        let mut alias = self.summary();
        alias["agentId"] = json!(agent_id);
        alias["agentAliasArn"] = json!(self.arn);
        alias["agentAliasHistoryEvents"] = self.history.iter().map(HistoryEvent::describe).collect();
        if let Some(made) = &self.made {
            alias["clientToken"] = json!(made.token);
        }
        alias
    }
}

/// The test alias of an agent that was made at `created`, as its summary.
pub(super) fn test_alias(created: Millis) -> Value {
    json!({
        "agentAliasId": TEST_ALIAS,
        "agentAliasName": TEST_ALIAS_NAME,
        "description": "Test Alias for Agent",
        "agentAliasStatus": AliasStatus::Prepared,
        "aliasInvocationState": InvocationState::AcceptInvocations,
        "routingConfiguration": [{ "agentVersion": "DRAFT" }],
        "createdAt": iso_millis(created),
        "updatedAt": iso_millis(created),
    })
}
