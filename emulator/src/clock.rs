//! The emulator's time: tokio's clock, so that tests can pause it, on a calendar that starts where the caller says.

use std::time::Duration;

use tokio::time::Instant;

/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = u64;

/// Tells the time.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    started: Instant,
    epoch: Millis,
}

impl Clock {
    /// A clock that shows `epoch` now and goes on with tokio's time.
    pub(crate) fn starting_at(epoch: Millis) -> Self {
        Self { started: Instant::now(), epoch }
    }

    pub(crate) fn now(&self) -> Millis {
        self.epoch + u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// How long AWS takes over what it does not finish within the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    /// What every call takes before it answers.
    pub call: Duration,
    /// How long a role, or a change of its policies, stays unseen by Lambda and Bedrock.
    pub role_visible: Duration,
    /// `Pending` after `CreateFunction`.
    pub function_create: Duration,
    /// `LastUpdateStatus=InProgress` after a change of code or configuration.
    pub function_update: Duration,
    /// `Deleting` after `DeleteFunction`.
    pub function_delete: Duration,
    /// How long a function may go without a call until it is `Inactive`.
    pub function_idle: Duration,
    /// `Pending` after a call that met an `Inactive` function.
    pub function_restore: Duration,
    /// `CREATING` after `CreateAgent`.
    pub agent_create: Duration,
    /// `UPDATING` after `UpdateAgent`.
    pub agent_update: Duration,
    /// `PREPARING` after `PrepareAgent`.
    pub agent_prepare: Duration,
    /// `DELETING` after `DeleteAgent`.
    pub agent_delete: Duration,
    /// `CREATING` or `UPDATING` of an alias, and `VERSIONING` of the agent when a version is cut.
    pub alias_change: Duration,
    /// `DELETING` of an alias.
    pub alias_delete: Duration,
    /// `QUEUED` of a query in Athena, `Scheduled` of one in Logs Insights.
    pub query_queued: Duration,
    /// `RUNNING` of a query.
    pub query_running: Duration,
    /// Between two chunks of an answer that is streamed.
    pub stream_chunk: Duration,
}

impl Timing {
    /// Every state is passed through, but takes no time worth waiting for (1 ms): for `--local`.
    pub fn quick() -> Self {
        let moment = Duration::from_millis(1);
        Self {
            call: Duration::ZERO,
            role_visible: Duration::ZERO,
            function_create: moment,
            function_update: moment,
            function_delete: moment,
            // A person comes back to a folder after a holiday and asks: the first answer should not be a refusal.
            function_idle: Duration::MAX,
            function_restore: moment,
            agent_create: moment,
            agent_update: moment,
            agent_prepare: moment,
            agent_delete: moment,
            alias_change: moment,
            alias_delete: moment,
            query_queued: moment,
            query_running: moment,
            stream_chunk: Duration::ZERO,
        }
    }

    /// What an operator sees on AWS on an ordinary day.
    pub fn realistic() -> Self {
        let seconds = Duration::from_secs;
        Self {
            call: Duration::from_millis(40),
            role_visible: seconds(8),
            function_create: seconds(4),
            function_update: seconds(3),
            function_delete: seconds(2),
            function_idle: Duration::from_hours(14 * 24),
            function_restore: seconds(45),
            agent_create: seconds(2),
            agent_update: seconds(1),
            agent_prepare: seconds(3),
            agent_delete: seconds(2),
            alias_change: seconds(3),
            alias_delete: seconds(2),
            query_queued: Duration::from_millis(200),
            query_running: seconds(1),
            stream_chunk: Duration::from_millis(5),
        }
    }
}
