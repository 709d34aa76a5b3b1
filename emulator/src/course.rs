//! The course of a query that the service works on by itself: it waits, runs, and is done, as the clock says.

use crate::clock::{Millis, Timing};

/// Where a query is on its course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Queued,
    Running,
    Done,
    /// Somebody stopped it before it was done.
    Stopped,
}

/// When a query was submitted, began and ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Course {
    pub(crate) submitted: Millis,
    pub(crate) begins: Millis,
    pub(crate) ends: Millis,
    stopped: bool,
}

impl Course {
    /// Of a query that is submitted now.
    pub(crate) fn starting(now: Millis, timing: &Timing) -> Self {
        let millis = |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let begins = now + millis(timing.query_queued);
        Self { submitted: now, begins, ends: begins + millis(timing.query_running), stopped: false }
    }

    pub(crate) fn phase(&self, now: Millis) -> Phase {
        match now {
            _ if self.stopped => Phase::Stopped,
            now if now < self.begins => Phase::Queued,
            now if now < self.ends => Phase::Running,
            _ => Phase::Done,
        }
    }

    /// Stops it; whether there was anything left to stop.
    pub(crate) fn stop(&mut self, now: Millis) -> bool {
        let going_on = matches!(self.phase(now), Phase::Queued | Phase::Running);
        if going_on {
            (self.stopped, self.ends) = (true, now);
        }
        going_on
    }
}
