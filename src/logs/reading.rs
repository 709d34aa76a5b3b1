//! One look into a log group: every event from a moment on, in time order over all its streams.

use anyhow::Result;

use super::Filter;
use crate::aws::{Aws, Called, Found};
use crate::moment::Moment;

/// What is asked of a log group.
#[derive(Debug, Clone)]
pub struct Query {
    /// The log group's name.
    pub group: String,
    /// What lines must hold.
    pub filter: Option<Filter>,
}

/// One event of a log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// AWS's id of it, unique in the group.
    pub id: String,
    /// The stream: one for each instance of the function.
    pub stream: String,
    /// When it happened.
    pub at: Moment,
    /// When CloudWatch Logs took it in: seconds later, mostly.
    pub taken: Moment,
    /// The text, of one line or several.
    pub message: String,
}

/// What a look saw.
#[derive(Debug)]
pub enum Look {
    /// The events; there may be none.
    Events(Vec<Event>),
    /// There is no such log group.
    NoGroup,
    /// Nobody answered, or not now: another look may see more.
    Unanswered(anyhow::Error),
}

/// Looks once, with reading calls only. Should AWS break off between two pages, it is as if it had not answered.
pub async fn look(aws: &Aws, query: &Query, from: Moment) -> Result<Look> {
    let call = aws.logs.filter_log_events().log_group_name(&query.group).start_time(from.0);
    let call = call.set_filter_pattern(query.filter.as_ref().map(Filter::pattern));
    let mut pages = call.into_paginator().send();
    let mut events = Vec::new();
    while let Some(page) = pages.next().await {
        match page.called("logs:FilterLogEvents").found() {
            Ok(Some(page)) => events.extend(page.events.unwrap_or_default().into_iter().map(event)),
            Ok(None) => return Ok(Look::NoGroup),
            Err(failure) if failure.is_passing() => return Ok(Look::Unanswered(failure.into())),
            Err(failure) => return Err(failure.into()),
        }
    }
    // AWS sorts what it gives, but promises that for a page only. Events of the same moment keep its order.
    events.sort_by_key(|event| event.at);
    Ok(Look::Events(events))
}

fn event(event: aws_sdk_cloudwatchlogs::types::FilteredLogEvent) -> Event {
    let at = Moment(event.timestamp.unwrap_or_default());
    let stream = event.log_stream_name.unwrap_or_default();
    let message = event.message.unwrap_or_default();
    Event {
        // AWS gives every event an id.
        id: event.event_id.unwrap_or_else(|| format!("{stream} {} {message}", at.0)),
        taken: event.ingestion_time.map_or(at, Moment),
        stream,
        at,
        message,
    }
}
