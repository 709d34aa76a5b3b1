//! Which request a line belongs to: the one it names, else the one that is open on its stream at its time. Pure.

use std::collections::HashMap;

use super::following::LATE;
use super::invocation::{End, Own};
use super::line::{self, Severity};
use super::reading::Event;
use crate::moment::Moment;

/// An event, told by its request.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The event as AWS has it.
    pub event: Event,
    /// The request's id; none for what happens between requests.
    pub request: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// What it says.
    pub said: Said,
}

/// What an event says.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// The function, or Lambda, wrote this; one line or several.
    Text(String),
    /// The request has ended.
    End(End),
}

/// Joins events to requests, over as many looks as there are.
#[derive(Debug, Default)]
pub struct Joiner {
    streams: HashMap<String, Stream>,
}

/// An instance of the function: it has one request at a time.
#[derive(Debug, Default)]
struct Stream {
    /// The latest requests, in the order in which they began.
    requests: Vec<Request>,
    /// Whether the lines of a traceback are coming one by one.
    traceback: bool,
}

#[derive(Debug)]
struct Request {
    id: String,
    began: Moment,
    ended: Option<Moment>,
}

impl Joiner {
    /// The entries of these events, in the same order. A request's beginning and end are told by its lines: START and END
    /// have no entry.
    pub fn join(&mut self, events: Vec<Event>) -> Vec<Entry> {
        events.into_iter().filter_map(|event| self.entry(event)).collect()
    }

    fn entry(&mut self, event: Event) -> Option<Entry> {
        let stream = self.streams.entry(event.stream.clone()).or_default();
        match Own::read(&event.message) {
            Some(Own::Start { request }) => {
                stream.begin(request, event.at);
                None
            }
            Some(Own::End) => {
                stream.end(event.at);
                None
            }
            Some(Own::Report { request, end }) => {
                stream.end(event.at);
                let severity = if end.is_well() { Severity::Plain } else { Severity::Error };
                Some(Entry { event, request: Some(request), severity, said: Said::End(end) })
            }
            None => Some(stream.line(event)),
        }
    }
}

impl Stream {
    fn begin(&mut self, id: String, began: Moment) {
        // With a filter only the beginnings are read: one request's is the end of the one before.
        self.end(began);
        self.traceback = false;
        let late = i64::try_from(LATE.as_millis()).unwrap_or(i64::MAX);
        self.requests.retain(|request| request.ended.is_none_or(|ended| ended.0.saturating_add(late) >= began.0));
        self.requests.push(Request { id, began, ended: None });
        // An event that comes late may be an older beginning.
        self.requests.sort_by_key(|request| request.began);
    }

    fn end(&mut self, ended: Moment) {
        if let Some(request) = self.open_at(ended) {
            request.ended.get_or_insert(ended);
        }
    }

    fn open_at(&mut self, at: Moment) -> Option<&mut Request> {
        let began = self.requests.iter_mut().rfind(|request| request.began <= at);
        began.filter(|request| request.ended.is_none_or(|ended| at <= ended))
    }

    fn line(&mut self, event: Event) -> Entry {
        let line = line::read(&event.message);
        let request = line.request.or_else(|| self.open_at(event.at).map(|request| request.id.clone()));
        let severity = if self.traceback { Severity::Error } else { line.severity };
        // The frames of a traceback are indented; the line after them names the exception.
        let goes_on = self.traceback && line.text.starts_with(' ');
        self.traceback = goes_on || line::opens_traceback(&line.text);
        Entry { event, request, severity, said: Said::Text(line.text) }
    }
}

#[cfg(test)]
mod tests;
