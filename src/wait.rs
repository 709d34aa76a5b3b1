//! The only waiting: for a state to pass, or for a refused call to be accepted. On tokio's clock.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use thiserror::Error;
use tokio::sync::SetOnce;
use tokio::time::{Instant, sleep};

use crate::aws::Failure;
use crate::facts::Key;
use crate::progress::Progress;

/// How long AWS may take over a change of state: Terraform's default for the same resources.
pub const STATE: Duration = Duration::from_mins(5);

/// How long IAM may take until other services see a role or a policy. AWS gives no bound; minutes have been reported.
pub const PROPAGATION: Duration = Duration::from_mins(5);

/// How long ECR may take to show Lambda an image that was just pushed.
pub const IMAGE: Duration = Duration::from_secs(30);

/// How long Lambda may take to return a function or version that it has just created. What is absent for longer was
/// deleted by somebody else.
pub const VERSION: Duration = Duration::from_secs(45);

/// How long something that was returned once may be absent before it counts as deleted: AWS answers from several copies,
/// and they can differ for a moment.
const DELETED: Duration = Duration::from_secs(5);

/// How long a registry may take to tell a status what the base image is today. There is a status without it.
pub const GLANCE: Duration = Duration::from_secs(10);

/// How long AWS may be at another change of the same log group.
pub const LOG_GROUP: Duration = Duration::from_mins(1);

/// The pause between two looks at what has no end, a log that is followed: in most regions CloudWatch Logs takes 5 such
/// calls a second from the whole account, and a look may be several.
const NEXT_LOOK: Duration = Duration::from_secs(2);

/// Reading is cheap, and a state that passed unnoticed is time lost.
const SHORTEST_LOOK: Duration = Duration::from_millis(200);
/// A refused write counts against tighter quotas: Lambda takes 15 a second from the whole account.
const SHORTEST_RETRY: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(5);
/// The pause is this part of the time waited so far: nobody waits more than a twentieth longer than AWS takes.
const PART: u32 = 20;

/// How long AWS may take to show what a function has just logged: mostly a second or two.
pub const LOG_EVENTS: Duration = Duration::from_secs(6);

/// Waits for what may stay away for good: `None` when it has not come within the limit.
pub async fn within<T>(limit: Duration, coming: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(limit, coming).await.ok()
}

/// Looks for what may still come, every second, until it is there or the limit has passed.
pub async fn seen_within<T>(
    limit: Duration,
    mut look: impl AsyncFnMut() -> Result<Option<T>, Failure>,
) -> Result<Option<T>, Failure> {
    let started = Instant::now();
    loop {
        match look().await? {
            None if started.elapsed() < limit => sleep(Duration::from_secs(1)).await,
            found => return Ok(found),
        }
    }
}

/// A state that did not pass in time.
#[derive(Debug, Error)]
#[error("{given_up} (last seen: {state})")]
pub struct StillPassing {
    given_up: String,
    /// The state that was seen last, in AWS's words.
    pub state: String,
}

/// A wait that ended because another step of the same run failed.
#[derive(Debug, Error)]
#[error("no longer waited for {what}, because another step failed")]
pub struct Abandoned {
    what: String,
}

impl Abandoned {
    /// Of a wait for this.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into() }
    }
}

/// Ends all waits of one run. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<SetOnce<()>>);

impl Stop {
    /// Ends the waits that are under way and those that would begin.
    pub fn now(&self) {
        // A second failure ends nothing more.
        let _ = self.0.set(());
    }

    /// Whether the waits were ended.
    pub fn is_set(&self) -> bool {
        self.0.get().is_some()
    }
}

/// What one look saw.
#[derive(Debug)]
pub enum Look<T> {
    /// What was waited for.
    Done(T),
    /// Not yet; the text says what was seen instead.
    NotYet(String),
    /// AWS does not return it: it is too new, or somebody deleted it.
    Absent,
}

/// Pauses before the next look at what has no end.
pub async fn until_next_look() {
    sleep(NEXT_LOOK).await;
}

/// One thing that is waited for.
#[derive(Debug)]
pub struct Wait<'a> {
    /// Where it is reported.
    pub progress: &'a Progress,
    /// What ends it early.
    pub stop: &'a Stop,
    /// The resource it is for.
    pub key: Key,
    /// What is awaited, to stand after "waiting for".
    pub what: &'a str,
    /// When to give up.
    pub limit: Duration,
}

impl Wait<'_> {
    /// Looks until the look is done, fails, or time is up; or until what is looked at has been deleted.
    pub async fn until<T>(&self, mut look: impl AsyncFnMut() -> Result<Look<T>>) -> Result<T> {
        let started = Instant::now();
        let mut seen = None;
        loop {
            match look().await? {
                Look::Done(value) => return Ok(value),
                Look::NotYet(state) => {
                    seen = Some(Instant::now());
                    self.pause(started, SHORTEST_LOOK, &state).await?;
                }
                Look::Absent => {
                    let absent = seen.map_or(started, |seen| seen).elapsed();
                    if absent >= if seen.is_some() { DELETED } else { VERSION } {
                        bail!("the {} no longer exists: somebody else deleted it", self.key);
                    }
                    self.pause(started, SHORTEST_LOOK, "not found").await?;
                }
            }
        }
    }

    /// Calls until the call succeeds, fails for another reason than `passing`, or time is up.
    pub async fn retry<T>(
        &self,
        passing: impl Fn(&Failure) -> bool,
        mut call: impl AsyncFnMut() -> Result<T, Failure>,
    ) -> Result<T> {
        let started = Instant::now();
        loop {
            match call().await {
                Ok(value) => return Ok(value),
                Err(failure) if passing(&failure) => {
                    if started.elapsed() >= self.limit {
                        return Err(anyhow::Error::new(failure).context(self.given_up()));
                    }
                    self.pause(started, SHORTEST_RETRY, failure.message()).await?;
                }
                Err(failure) => return Err(failure.into()),
            }
        }
    }

    async fn pause(&self, started: Instant, shortest: Duration, state: &str) -> Result<()> {
        let waited = started.elapsed();
        if waited >= self.limit {
            return Err(StillPassing { given_up: self.given_up(), state: state.to_owned() }.into());
        }
        self.progress.waiting(&self.key, self.what, waited, self.limit);
        tokio::select! {
            // First: a run that has been stopped waits for nothing more.
            biased;
            &() = self.stop.0.wait() => Err(Abandoned::new(self.what).into()),
            () = sleep((waited / PART).clamp(shortest, LONGEST)) => Ok(()),
        }
    }

    fn given_up(&self) -> String {
        format!("gave up waiting for {} after {} s", self.what, self.limit.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{LOG_EVENTS, seen_within, within};

    #[tokio::test(start_paused = true)]
    async fn what_comes_late_is_seen_and_what_does_not_come_is_given_up() {
        let began = Instant::now();
        let late = async || Ok((began.elapsed() >= Duration::from_secs(3)).then_some("here"));
        assert_eq!(seen_within(LOG_EVENTS, late).await.unwrap(), Some("here"));
        assert_eq!(began.elapsed(), Duration::from_secs(3));
        let mut looks = 0;
        let never = async || {
            looks += 1;
            Ok(None::<()>)
        };
        assert_eq!(seen_within(LOG_EVENTS, never).await.unwrap(), None);
        assert_eq!(looks, 7);
        assert_eq!(within(LOG_EVENTS, std::future::pending::<()>()).await, None);
    }
}
