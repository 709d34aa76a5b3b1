//! Asks a registry again after a passing failure: as patiently as the AWS SDK does, and as the failure is worth.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};

use crate::image::registry::RegistryError;

/// The first pause; each later one is twice as long, up to the longest. To each a random part of its length is added, so
/// that runs which were refused together do not come back together.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A registry that asks to be left alone is left alone this long at most.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(30);
/// No failure has more tries than this; `RegistryError::tries` says how many each has.
const MOST_TRIES: usize = 8;

/// Runs `ask` until it works, fails for good, or has failed as often as such a failure is worth.
pub(crate) async fn retry<T, F>(ask: impl FnMut() -> F) -> Result<T, RegistryError>
where
    F: Future<Output = Result<T, RegistryError>>,
{
    let pauses = ExponentialBuilder::new()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(LONGEST_PAUSE)
        .with_max_times(MOST_TRIES - 1)
        .with_jitter();
    let mut failed = 0;
    let asked = ask.retry(pauses).when(|error: &RegistryError| {
        failed += 1;
        failed < error.tries()
    });
    let asked_for = |error: &RegistryError| error.retry_after().unwrap_or_default().min(LONGEST_RETRY_AFTER);
    asked.adjust(|error, pause| pause.map(|pause| pause.max(asked_for(error)))).await
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::time::Duration;

    use tokio::time::Instant;

    use super::retry;
    use crate::image::registry::RegistryError;

    fn refused(status: u16, retry_after: Option<Duration>) -> RegistryError {
        let (registry, code, message) = ("r".into(), "X".into(), String::new());
        RegistryError::Refused { registry, status, code, message, retry_after }
    }

    /// The failures that all tries meet: how many tries there were, and how long they took.
    async fn failing(error: RegistryError) -> (usize, Duration) {
        let (started, mut tries) = (Instant::now(), 0);
        let answer: Result<(), _> = retry(|| {
            tries += 1;
            ready(Err(error.clone()))
        })
        .await;
        assert_eq!(answer, Err(error));
        (tries, started.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_passing_failure_is_outlasted() {
        let mut tries = 0;
        let answer = retry(|| {
            tries += 1;
            ready(if tries < 8 { Err(refused(503, None)) } else { Ok(tries) })
        });
        assert_eq!(answer.await, Ok(8));
    }

    #[tokio::test(start_paused = true)]
    async fn each_failure_has_as_many_tries_as_it_is_worth() {
        let registry = || "r".to_owned();
        let reason = || "refused".to_owned();
        for (error, tries) in [
            (refused(429, None), 8),
            (refused(500, None), 8),
            (RegistryError::Connection { registry: registry(), reason: reason() }, 8),
            (RegistryError::Unreachable { registry: registry(), reason: reason() }, 4),
            (RegistryError::TooSlow { registry: registry(), what: "a manifest", seconds: 60 }, 2),
            (refused(400, None), 1),
            (refused(404, None), 1),
            (RegistryError::NotAllowed { registry: registry(), reason: reason(), anonymous: true }, 1),
        ] {
            assert_eq!(failing(error.clone()).await.0, tries, "{error}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_pauses_are_as_long_as_the_registry_asks_within_bounds() {
        let secs = Duration::from_secs;
        let within = |taken: Duration, least: u64, most: u64| {
            assert!(taken >= secs(least) && taken <= secs(most), "{taken:?}");
        };
        // 0.25 + 0.5 + 1 + 2 + 4 + 8 + 10, and as much again at most.
        within(failing(refused(503, None)).await.1, 25, 52);
        within(failing(refused(429, Some(secs(20)))).await.1, 7 * 20, 7 * 20);
        within(failing(refused(429, Some(secs(3600)))).await.1, 7 * 30, 7 * 30);
    }
}
