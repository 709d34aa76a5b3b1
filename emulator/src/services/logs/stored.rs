//! What stands in a log group: its streams, and the last of their events.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::calendar::DAY;
use crate::clock::Millis;

/// Events that a group keeps. AWS keeps all; the emulator's world is written whole at each change.
const MOST_EVENTS: usize = 2000;

/// Bytes of messages that a group keeps, for the same reason.
const MOST_BYTES: usize = 1024 * 1024;

/// The streams of a group and the events in them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) streams: BTreeMap<String, Stream>,
    /// In the order of their arrival.
    events: VecDeque<Event>,
    /// Counts up; ids are made of it.
    count: u64,
}

/// One stream, and what is known of its events even when they are not kept any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Stream {
    pub(super) created: Millis,
    /// The oldest and the newest event's own time.
    pub(super) span: Option<(Millis, Millis)>,
    /// When the last event came.
    pub(super) ingested: Option<Millis>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Event {
    /// 56 digits. Ids are in the order of time; at the same time in that of arrival.
    pub(super) id: String,
    pub(super) stream: String,
    /// The event's own time.
    pub(super) at: Millis,
    pub(super) ingested: Millis,
    pub(super) message: String,
}

impl Stored {
    /// Adds events to a stream, which is made if it is not there.
    pub(super) fn add(&mut self, stream: &str, now: Millis, events: Vec<(Millis, String)>) {
        let fresh = || Stream { created: now, span: None, ingested: None };
        let found = self.streams.entry(stream.to_owned()).or_insert_with(fresh);
        for (at, message) in events {
            found.span = Some(found.span.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
            found.ingested = Some(now);
            self.count += 1;
            let id = format!("{at:020}{:036}", self.count);
            self.events.push_back(Event { id, stream: stream.to_owned(), at, ingested: now, message });
        }
        self.forget();
    }

    /// Those of its events that are not yet too old for its retention (in days), in the order of time.
    pub(super) fn events(&self, retention: Option<u64>, now: Millis) -> Vec<&Event> {
        let oldest = retention.map_or(0, |days| now.saturating_sub(days * DAY));
        let mut events: Vec<&Event> = self.events.iter().filter(|event| event.at >= oldest).collect();
        events.sort_by(|one, other| one.id.cmp(&other.id));
        events
    }

    /// Takes a stream with its events away; false if there is none.
    pub(super) fn remove(&mut self, stream: &str) -> bool {
        self.events.retain(|event| event.stream != stream);
        self.streams.remove(stream).is_some()
    }

    /// Bytes of all messages.
    pub(super) fn bytes(&self) -> usize {
        self.events.iter().map(|event| event.message.len()).sum()
    }

    /// Keeps the last events alone.
    fn forget(&mut self) {
        let mut bytes = self.bytes();
        while self.events.len() > MOST_EVENTS || bytes > MOST_BYTES {
            let Some(gone) = self.events.pop_front() else { return };
            bytes -= gone.message.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_EVENTS, Stored};
    use crate::calendar::DAY;

    #[test]
    fn only_the_last_events_are_kept_and_they_are_told_in_the_order_of_time() {
        let mut stored = Stored::default();
        for n in 0..2100 {
            stored.add("s", n, vec![(5000 - n, format!("{n}"))]);
        }
        let events = stored.events(None, 0);
        assert_eq!((events.len(), events[0].message.as_str()), (MOST_EVENTS, "2099"));
        assert_eq!(events.last().map(|event| event.message.as_str()), Some("100"));
        assert_eq!(stored.streams["s"].span, Some((2901, 5000)), "a stream knows of those that are gone");
        stored.add("s", 0, vec![(1, "x".repeat(1_048_576))]);
        assert_eq!(stored.events(None, 0).len(), 1, "a large one takes the room of many");
    }

    #[test]
    fn what_is_older_than_the_retention_is_not_told() {
        let mut stored = Stored::default();
        stored.add("s", 0, vec![(0, "old".to_owned()), (DAY, "new".to_owned())]);
        let told = |now| stored.events(Some(1), now).iter().map(|event| event.message.clone()).collect::<Vec<_>>();
        assert_eq!(told(DAY), ["old", "new"]);
        assert_eq!(told(DAY + 1), ["new"]);
        assert_eq!(stored.events(None, 100 * DAY).len(), 2);
    }
}
