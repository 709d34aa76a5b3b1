//! The states an agent passes through, and which operation is legal in which.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::refusals::validation;
use crate::clock::Millis;
use crate::refusal::Refusal;

/// `agentStatus`, as it stands on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Status {
    NotPrepared,
    Prepared,
    Failed,
    Creating,
    Preparing,
    Versioning,
    Updating,
    Deleting,
}

/// A state that ends by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Passing {
    pub(super) since: Millis,
    pub(super) until: Millis,
    pub(super) then: Then,
}

/// What follows a passing state. It is settled when the state begins; nothing that could change it is legal meanwhile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Then {
    Rest(Status),
    /// `FAILED`, with AWS's reason.
    Fail(String),
    /// The agent, with all it holds, is no more.
    Gone,
}

impl Passing {
    pub(super) fn from(now: Millis, lasts: Duration, then: Then) -> Self {
        Self { since: now, until: after(now, lasts), then }
    }
}

/// The moment `lasts` after `now`.
pub(super) fn after(now: Millis, lasts: Duration) -> Millis {
    now + u64::try_from(lasts.as_millis()).unwrap_or(u64::MAX - now)
}

impl Status {
    /// The state as AWS's texts say it.
    fn spoken(self) -> &'static str {
        match self {
            Self::NotPrepared => "Not Prepared",
            Self::Prepared => "Prepared",
            Self::Failed => "Failed",
            Self::Creating => "Creating",
            Self::Preparing => "Preparing",
            Self::Versioning => "Versioning",
            Self::Updating => "Updating",
            Self::Deleting => "Deleting",
        }
    }

    fn passes(self) -> bool {
        !matches!(self, Self::NotPrepared | Self::Prepared | Self::Failed)
    }

    /// Refuses a change of the agent, of its action groups or of its versions while the agent is in a passing state.
    /// `verb` is AWS's: `Create`, `Update`, `Prepare`, `Delete`.
    pub(super) fn must_rest(self, verb: &str) -> Result<(), Refusal> {
        if self.passes() { Err(self.refuse(verb)) } else { Ok(()) }
    }

    /// Refuses `verb` on the agent, whatever its state.
    pub(super) fn refuse(self, verb: &str) -> Refusal {
        let state = self.spoken();
        validation(format!(
            "{verb} operation can't be performed on Agent when it is in {state} state. Retry the request when the agent is in a valid state."
        ))
    }

    /// Refuses a change of an alias while the agent is in a passing state.
    pub(super) fn must_rest_for_alias(self, verb: &str) -> Result<(), Refusal> {
        if self.passes() { Err(self.refuse_alias(verb)) } else { Ok(()) }
    }

    /// Refuses what can only be done with a prepared agent: making an alias and cutting a version.
    pub(super) fn must_be_prepared_for_alias(self, verb: &str) -> Result<(), Refusal> {
        if self == Self::Prepared { Ok(()) } else { Err(self.refuse_alias(verb)) }
    }

    fn refuse_alias(self, verb: &str) -> Refusal {
        let state = self.spoken();
        let end = if self == Self::Creating { " Retry your request after the Agent is created" } else { "" };
        validation(format!("{verb} operation can't be performed on AgentAlias when Agent is in {state} state.{end}"))
    }
}
