//! Watches a running function by this machine's own clock: how long it takes, and how much memory.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::api::Api;
use super::{Outcome, memory};

/// Between two looks. A function that takes memory as fast as it can takes some 20 MB meanwhile.
const BETWEEN: Duration = Duration::from_millis(10);

/// What a function may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Until it asks for its event, beside `time`.
    pub(super) start: Duration,
    /// From then on.
    pub(super) time: Duration,
    /// Bytes.
    pub(super) memory: u64,
}

/// A thread that watches, until this is dropped.
#[derive(Debug)]
pub(super) struct Watch {
    process: Option<u32>,
    verdict: oneshot::Receiver<Outcome>,
    /// Bytes.
    peak: Arc<AtomicU64>,
    _stop: mpsc::Sender<()>,
}

impl Watch {
    pub(super) fn begin(api: Arc<Api>, process: Option<u32>, limits: Limits) -> io::Result<Self> {
        let (sender, verdict) = oneshot::channel();
        let (stop, stopped) = mpsc::channel();
        let peak = Arc::new(AtomicU64::new(0));
        let seen = Arc::clone(&peak);
        std::thread::Builder::new().name("function watch".to_owned()).spawn(move || {
            let began = Instant::now();
            while stopped.recv_timeout(BETWEEN) == Err(RecvTimeoutError::Timeout) {
                let used = process.map(memory::of).unwrap_or_default().now;
                seen.fetch_max(used, Ordering::Relaxed);
                if let Some(outcome) = limits.passed(began, api.handed_out(), used) {
                    // Nobody may be waiting any more.
                    let _ = sender.send(outcome);
                    return;
                }
            }
        })?;
        Ok(Self { process, verdict, peak, _stop: stop })
    }

    /// Waits until a limit is passed.
    pub(super) async fn outcome(&mut self) -> Outcome {
        match (&mut self.verdict).await {
            Ok(outcome) => outcome,
            // The thread has ended without one, so there will be none.
            Err(_) => std::future::pending().await,
        }
    }

    /// The most memory in use, in bytes, as far as it was seen.
    pub(super) fn peak(&self) -> u64 {
        let most = self.process.map(memory::of).unwrap_or_default().most;
        self.peak.load(Ordering::Relaxed).max(most)
    }
}

impl Limits {
    fn passed(&self, began: Instant, asked: Option<Instant>, used: u64) -> Option<Outcome> {
        match asked {
            _ if used > self.memory => Some(Outcome::OutOfMemory),
            Some(asked) if asked.elapsed() >= self.time => Some(Outcome::TimedOut),
            None if began.elapsed() >= self.start + self.time => Some(Outcome::NeverAsked(self.start + self.time)),
            _ => None,
        }
    }
}
