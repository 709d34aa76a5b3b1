//! Sessions: what an agent remembers from one question to the next, until it has been idle for too long.

use std::collections::BTreeMap;

use super::planner::{Asking, Chosen};
use super::request::Attributes;
use crate::clock::Millis;

/// Agent, alias and session id: no two of them share a session.
pub(super) type Key = (String, String, String);

/// The sessions of one region.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct State {
    sessions: BTreeMap<Key, (Millis, Session)>,
}

/// What is remembered.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Session {
    pub(super) attributes: Attributes,
    pub(super) waiting: Option<Waiting>,
}

/// What the agent has asked for, and the next call may bring.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Waiting {
    /// A parameter's value, of the user.
    Parameter(Asking),
    /// What came of an action, or leave to take it, of the caller.
    Control { invocation_id: String, chosen: Chosen },
}

impl State {
    /// The session as it is now: new if there is none, or if it has been idle for too long.
    pub(super) fn take(&mut self, key: &Key, now: Millis) -> Session {
        self.sessions.retain(|_, (until, _)| now < *until);
        self.sessions.get(key).map(|(_, session)| session.clone()).unwrap_or_default()
    }

    /// Keeps a session for so many idle seconds.
    pub(super) fn keep(&mut self, key: Key, session: Session, now: Millis, ttl: u64) {
        self.sessions.insert(key, (now + ttl * 1000, session));
    }

    pub(super) fn end(&mut self, key: &Key) {
        self.sessions.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::{Session, State};

    #[test]
    fn a_session_is_forgotten_when_it_has_been_idle_for_too_long() {
        let key = ("A".to_owned(), "B".to_owned(), "c".to_owned());
        let other = ("A".to_owned(), "B".to_owned(), "d".to_owned());
        let kept = Session { attributes: [("name".to_owned(), "value".to_owned())].into(), waiting: None };
        let mut state = State::default();
        state.keep(key.clone(), kept.clone(), 1_000, 60);
        assert_eq!(state.take(&key, 60_999), kept);
        assert_eq!(state.take(&other, 60_999), Session::default());
        assert_eq!(state.take(&key, 61_000), Session::default());
        state.keep(key.clone(), kept, 1_000, 60);
        state.end(&key);
        assert_eq!(state.take(&key, 1_000), Session::default());
    }
}
