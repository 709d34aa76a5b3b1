//! Reads the events of a log group: all streams together, or one of them.

use serde_json::{Value, json};

use super::members::{Members, invalid};
use super::pattern::Pattern;
use super::stored::Event;
use super::streams::no_such_stream;
use crate::call::Call;
use crate::clock::Millis;
use crate::refusal::Refusal;

/// Events of an answer, the most and unless told.
const PAGE: usize = 10_000;

/// Events of FilterLogEvents's answer, the most: a page "might only be partially full", and nobody is to count on one.
const FILTERED: usize = 1000;

/// Letters of an event's id, and so of a token.
const ID: usize = 56;

/// All streams of a group, in the order of time.
pub(super) fn filter(call: &mut Call<'_>, mut members: Members) -> Result<Option<Value>, Refusal> {
    let group = members.group(call.account, call.region)?;
    let streams = members.streams()?;
    let prefix = members.stream("logStreamNamePrefix")?;
    let start = members.number("startTime")?.unwrap_or(0);
    let end = members.number("endTime")?.unwrap_or(Millis::MAX);
    let pattern = members.pattern()?;
    let after = members.text("nextToken")?;
    let limit = members.sized("limit", PAGE)?.unwrap_or(PAGE).min(FILTERED);
    // Out of use: what it asked for is what always happens now.
    members.flag("interleaved")?;
    members.only_false("unmask")?;
    members.finish()?;
    if streams.is_some() && prefix.is_some() {
        return Err(invalid("Both logStreamNames and logStreamNamePrefix are specified; only one may be."));
    }
    let pattern = Pattern::read(&pattern.unwrap_or_default())?;
    if after.as_deref().is_some_and(|token| !is_id(token)) {
        return Err(invalid("The specified nextToken is invalid."));
    }
    let now = call.now;
    let group = call.region().logs.read(&group, now)?;
    if streams.iter().flatten().any(|name| !group.stored.streams.contains_key(name)) {
        return Err(no_such_stream());
    }
    let mut events = group.stored.events(group.retention, now);
    events.retain(|event| {
        // The end is part of the span here, and not of that of GetLogEvents.
        (start..=end).contains(&event.at)
            && streams.as_ref().is_none_or(|names| names.contains(&event.stream))
            && prefix.as_ref().is_none_or(|prefix| event.stream.starts_with(prefix))
            && after.as_ref().is_none_or(|after| event.id > *after)
            && pattern.fits(&event.message)
    });
    let page: Vec<Value> = events.iter().take(limit).map(|event| filtered(event)).collect();
    let mut answer = json!({ "events": page, "searchedLogStreams": [] });
    if events.len() > limit {
        answer["nextToken"] = json!(events[limit - 1].id);
    }
    Ok(Some(answer))
}

/// One stream, page by page in both directions. A direction has ended when it gives the token that it was given.
pub(super) fn get(call: &mut Call<'_>, mut members: Members) -> Result<Option<Value>, Refusal> {
    let group = members.group(call.account, call.region)?;
    let stream = members.stream_name()?;
    let start = members.number("startTime")?.unwrap_or(0);
    let end = members.number("endTime")?.unwrap_or(Millis::MAX);
    let token = members.text("nextToken")?;
    let limit = members.sized("limit", PAGE)?.unwrap_or(PAGE);
    let from_head = members.flag("startFromHead")?.unwrap_or(false);
    members.only_false("unmask")?;
    members.finish()?;
    let now = call.now;
    let group = call.region().logs.read(&group, now)?;
    if !group.stored.streams.contains_key(&stream) {
        return Err(no_such_stream());
    }
    let mut events = group.stored.events(group.retention, now);
    events.retain(|event| event.stream == stream && event.at >= start && event.at < end);
    let page: &[&Event] = match token.as_deref().map(direction) {
        None if from_head => &events[..limit.min(events.len())],
        None => &events[events.len().saturating_sub(limit)..],
        Some(Some((true, id))) => {
            let from = events.iter().take_while(|event| event.id.as_str() <= id).count();
            &events[from..events.len().min(from + limit)]
        }
        Some(Some((false, id))) => {
            let to = events.iter().take_while(|event| event.id.as_str() < id).count();
            &events[to.saturating_sub(limit)..to]
        }
        Some(None) => return Err(invalid("The specified nextToken is invalid.")),
    };
    let edge = |event: Option<&&Event>| match (event, token.as_deref().and_then(direction)) {
        (Some(event), _) => event.id.clone(),
        (None, Some((_, id))) => id.to_owned(),
        (None, None) => "0".repeat(ID),
    };
    Ok(Some(json!({
        "events": page.iter().map(|event| plain(event)).collect::<Vec<_>>(),
        "nextForwardToken": format!("f/{}", edge(page.last())),
        "nextBackwardToken": format!("b/{}", edge(page.first())),
    })))
}

/// Whether the token leads forward, and from which event.
fn direction(token: &str) -> Option<(bool, &str)> {
    let (way, id) = token.split_once('/')?;
    let forward = match way {
        "f" => true,
        "b" => false,
        _ => return None,
    };
    is_id(id).then_some((forward, id))
}

fn is_id(text: &str) -> bool {
    text.len() == ID && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn filtered(event: &Event) -> Value {
    let mut shown = plain(event);
    shown["logStreamName"] = json!(event.stream);
    shown["eventId"] = json!(event.id);
    shown
}

fn plain(event: &Event) -> Value {
    json!({ "timestamp": event.at, "message": event.message, "ingestionTime": event.ingested })
}
