//! What is shown of an answer while it comes: its text for people, or its events for programs.

use anyhow::Result;

use super::shown_json;
use super::shown_text::Text;
use crate::conversation::{Agent, Event, Question};

/// How an answer is shown.
#[derive(Debug)]
pub(super) enum Shown {
    /// The answer on stdout, the rest on stderr.
    Text(Text),
    /// Everything on stdout, an event a line.
    Json,
}

impl Shown {
    pub(super) fn new(json: bool) -> Self {
        if json { Self::Json } else { Self::Text(Text::default()) }
    }

    /// The question is on its way.
    pub(super) fn asked(&mut self, agent: &Agent, question: &Question) -> Result<()> {
        match self {
            Self::Text(text) => text.asked(question),
            Self::Json => shown_json::print(&shown_json::asked(agent, question)).map(drop)?,
        }
        Ok(())
    }

    /// The next event. Answers whether anybody still reads.
    pub(super) fn event(&mut self, event: &Event) -> Result<bool> {
        match self {
            Self::Text(text) => text.event(event),
            Self::Json => shown_json::print(&shown_json::event(event)),
        }
    }

    /// There was no answer, or half of one. The error itself is printed by whoever gets it.
    pub(super) fn failed(&mut self, error: &anyhow::Error) -> Result<()> {
        match self {
            Self::Text(text) => text.broken(),
            Self::Json => shown_json::print(&shown_json::failed(error)).map(drop),
        }
    }

    /// The answer was broken off here.
    pub(super) fn broken(&mut self) -> Result<()> {
        match self {
            Self::Text(text) => text.broken(),
            Self::Json => shown_json::print(&shown_json::interrupted()).map(drop),
        }
    }
}
