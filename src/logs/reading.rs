//! A log group, read page by page: every event from a moment on, in time order over all its streams.

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

/// Where a look begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The moment from which on is read.
    from: Moment,
    /// AWS's token for the page after one that was read; it holds for a day.
    page: Option<String>,
}

impl Place {
    /// The first page of what happened from this moment on.
    pub fn from(from: Moment) -> Self {
        Self { from, page: None }
    }
}

/// What a look saw.
#[derive(Debug)]
pub enum Look {
    /// A page of events; it may be empty, and have another one after it all the same.
    Events {
        /// In time order.
        events: Vec<Event>,
        /// Where it goes on; none at the log's end.
        next: Option<Place>,
    },
    /// There is no such log group.
    NoGroup,
    /// Nobody answered, or not now: another look at the same place may see more.
    Unanswered(anyhow::Error),
}

/// Reads one page, with a reading call only: AWS gives up to 10,000 events or 1 MB of them, the streams interleaved.
pub async fn look(aws: &Aws, query: &Query, place: &Place) -> Result<Look> {
    let call = aws.logs.filter_log_events().log_group_name(&query.group).start_time(place.from.0);
    let call = call.set_filter_pattern(query.filter.as_ref().map(Filter::pattern)).set_next_token(place.page.clone());
    let page = match call.send().await.called("logs:FilterLogEvents").found() {
        Ok(Some(page)) => page,
        Ok(None) => return Ok(Look::NoGroup),
        Err(failure) if failure.is_passing() => return Ok(Look::Unanswered(failure.into())),
        Err(failure) => return Err(failure.into()),
    };
    let mut events: Vec<Event> = page.events.unwrap_or_default().into_iter().map(event).collect();
    // AWS sorts them by the same time; this only makes sure. Events of the same moment keep its order.
    events.sort_by_key(|event| event.at);
    let next = page.next_token.map(|token| Place { from: place.from, page: Some(token) });
    // A page that leads to itself would never end.
    Ok(Look::Events { events, next: next.filter(|next| next != place) })
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
