//! Following a log: looking again and again, and telling each event once, those that come late among them.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::time::Duration;

use anyhow::Result;

use super::joining::{Entry, Joiner};
use super::reading::{Event, Look, Place};
use crate::moment::Moment;
use crate::wait;

/// How much later than the newest event one may still come in. Lambda hands its lines on within seconds, but AWS gives
/// no bound; this much of the log is read again at every look.
pub const LATE: Duration = Duration::from_mins(1);

/// What a look brought.
#[derive(Debug)]
pub enum News {
    /// Events that were not told before; there may be none.
    Entries(Vec<Entry>),
    /// There is no log group (any more). Told once.
    NoGroup,
    /// Nobody answers for now. Told once.
    Unanswered(anyhow::Error),
}

/// Looks until there is nobody to tell, or a look fails for good. Each page is told as soon as it is read; a look that
/// brought none is tried again at the same place.
pub async fn follow(
    since: Moment,
    mut look: impl AsyncFnMut(Place) -> Result<Look>,
    mut tell: impl FnMut(News) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let (mut follower, mut joiner) = (Follower::new(since), Joiner::default());
    let (mut trouble, mut place) = (None, Place::from(since));
    loop {
        let seen = look(place.clone()).await?;
        let kind = std::mem::discriminant(&seen);
        let mut at_once = false;
        let news = match seen {
            Look::Events { events, next } => {
                let fresh = follower.fresh(events);
                at_once = next.is_some();
                place = next.unwrap_or_else(|| Place::from(follower.from()));
                Some(News::Entries(joiner.join(fresh)))
            }
            _ if trouble == Some(kind) => None,
            Look::NoGroup => Some(News::NoGroup),
            Look::Unanswered(error) => Some(News::Unanswered(error)),
        };
        trouble = Some(kind);
        if let Some(news) = news
            && tell(news)?.is_break()
        {
            return Ok(());
        }
        if !at_once {
            wait::until_next_look().await;
        }
    }
}

/// What was seen of a log, and so what is new.
#[derive(Debug)]
pub struct Follower {
    since: Moment,
    /// The newest event's time.
    newest: Moment,
    /// The events that a look may bring again, by id.
    seen: HashMap<String, Moment>,
}

impl Follower {
    /// Follows from a moment on.
    pub fn new(since: Moment) -> Self {
        Self { since, newest: Moment(0), seen: HashMap::new() }
    }

    /// The moment from which on the next look is to read.
    pub fn from(&self) -> Moment {
        let late = i64::try_from(LATE.as_millis()).unwrap_or(i64::MAX);
        self.since.max(Moment(self.newest.0.saturating_sub(late)))
    }

    /// Those of the events that were not there before.
    pub fn fresh(&mut self, events: Vec<Event>) -> Vec<Event> {
        let fresh: Vec<Event> =
            events.into_iter().filter(|event| self.seen.insert(event.id.clone(), event.at).is_none()).collect();
        // A line may be stamped with a time that is yet to come; it must not hide what happens until then.
        let newest = fresh.iter().map(|event| event.at.min(event.taken)).max();
        self.newest = self.newest.max(newest.unwrap_or(self.newest));
        let from = self.from();
        self.seen.retain(|_, at| *at >= from);
        fresh
    }
}

#[cfg(test)]
mod tests;
