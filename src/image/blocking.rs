//! Runs work that blocks (reading, hashing, compressing) where it holds up nobody else.

use std::future::pending;
use std::panic::resume_unwind;

use tokio::task::spawn_blocking;

/// The work's result. A panic in it goes on here, as it would in a plain call.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
        // The runtime is shutting down and will not ask again.
        Err(_) => pending().await,
    }
}
