//! Asks a registry again after a passing failure.

use std::time::Duration;

use crate::image::registry::RegistryError;

/// Five tries outlast a restarted load balancer and a short spell of throttling (0.5 + 1 + 2 + 4 seconds).
const TRIES: u32 = 5;
/// The first pause; each later one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// Runs `ask` until it works, fails for good, or has failed in passing five times.
pub(crate) async fn retry<T, F>(mut ask: impl FnMut() -> F) -> Result<T, RegistryError>
where
    F: Future<Output = Result<T, RegistryError>>,
{
    let mut pause = FIRST_PAUSE;
    for _ in 1..TRIES {
        match ask().await {
            Err(error) if error.is_transient() => {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            other => return other,
        }
    }
    ask().await
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use super::retry;
    use crate::image::registry::RegistryError;

    fn refused(status: u16) -> RegistryError {
        RegistryError::Refused { registry: "r".into(), status, code: "X".into(), message: String::new() }
    }

    #[tokio::test(start_paused = true)]
    async fn a_passing_failure_is_outlasted() {
        let mut tries = 0;
        let answer = retry(|| {
            tries += 1;
            ready(if tries < 5 { Err(refused(503)) } else { Ok(tries) })
        });
        assert_eq!(answer.await, Ok(5));
    }

    #[tokio::test(start_paused = true)]
    async fn five_failures_are_enough() {
        let mut tries = 0;
        let answer: Result<(), _> = retry(|| {
            tries += 1;
            ready(Err(refused(429)))
        })
        .await;
        assert_eq!((answer, tries), (Err(refused(429)), 5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_final_failure_is_not_asked_again() {
        let mut tries = 0;
        let answer: Result<(), _> = retry(|| {
            tries += 1;
            ready(Err(refused(403)))
        })
        .await;
        assert_eq!((answer, tries), (Err(refused(403)), 1));
    }
}
