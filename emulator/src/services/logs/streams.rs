//! Log streams: made, described, deleted, and written to.

use serde_json::{Value, json};

use super::members::{Members, constraint, invalid};
use super::stored::Stream;
use crate::calendar::DAY;
use crate::call::Call;
use crate::clock::Millis;
use crate::refusal::Refusal;

/// The most streams on a page, and as many as are shown unless told.
const PAGE: usize = 50;

/// Bytes of one call: those of its messages and 26 more for each.
const LARGEST_BATCH: usize = 1_048_576;
const BESIDE_MESSAGE: usize = 26;

/// How far an event may lie in the past and in the future.
const OLDEST: Millis = 14 * DAY;
const NEWEST: Millis = 2 * 60 * 60 * 1000;

pub(super) fn create(call: &mut Call<'_>, mut members: Members) -> Result<Option<Value>, Refusal> {
    let (group, name) = (members.group_name()?, members.stream_name()?);
    members.finish()?;
    let now = call.now;
    let stored = &mut call.region().logs.group(&group)?.stored;
    if stored.streams.contains_key(&name) {
        let text = "The specified log stream already exists";
        return Err(Refusal::new(400, "ResourceAlreadyExistsException", text));
    }
    stored.add(&name, now, Vec::new());
    Ok(None)
}

pub(super) fn delete(call: &mut Call<'_>, mut members: Members) -> Result<Option<Value>, Refusal> {
    let (group, name) = (members.group_name()?, members.stream_name()?);
    members.finish()?;
    let gone = call.region().logs.group(&group)?.stored.remove(&name);
    if gone { Ok(None) } else { Err(no_such_stream()) }
}

pub(super) fn describe(call: &mut Call<'_>, mut members: Members) -> Result<Option<Value>, Refusal> {
    let group = members.group(call.account, call.region)?;
    let prefix = members.stream("logStreamNamePrefix")?;
    let order = members.choice("orderBy", &["LogStreamName", "LastEventTime"])?;
    let by_time = order.as_deref() == Some("LastEventTime");
    let descending = members.flag("descending")?.unwrap_or(false);
    let after = members.text("nextToken")?;
    let limit = members.sized("limit", PAGE)?.unwrap_or(PAGE);
    members.finish()?;
    if by_time && prefix.is_some() {
        return Err(invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
    }
    let arn = format!("arn:aws:logs:{}:{}:log-group:{group}", call.region, call.account);
    let now = call.now;
    let group = call.region().logs.read(&group, now)?;
    let stored = &group.stored;
    let mut found: Vec<(&String, &Stream)> = stored.streams.iter().collect();
    found.retain(|(name, _)| prefix.as_ref().is_none_or(|prefix| name.starts_with(prefix)));
    if by_time {
        found.sort_by_key(|(_, stream)| stream.span.map(|(_, last)| last));
    }
    if descending {
        found.reverse();
    }
    let skip = match &after {
        None => 0,
        Some(after) => match found.iter().position(|(name, _)| *name == after) {
            Some(at) => at + 1,
            None => return Err(invalid("The specified nextToken is invalid.")),
        },
    };
    let page: Vec<Value> =
        found.iter().skip(skip).take(limit).map(|(name, stream)| shown(&arn, name, stream)).collect();
    let mut answer = json!({ "logStreams": page });
    if found.len() > skip + limit {
        answer["nextToken"] = json!(found[skip + limit - 1].0);
    }
    Ok(Some(answer))
}

fn shown(arn: &str, name: &str, stream: &Stream) -> Value {
    let Stream { created, span, ingested } = stream;
    let mut shown = json!({
        "logStreamName": name,
        "creationTime": created,
        "arn": format!("{arn}:log-stream:{name}"),
        // Long out of use, and always 0.
        "storedBytes": 0,
    });
    if let (Some((first, last)), Some(ingested)) = (span, ingested) {
        shown["firstEventTimestamp"] = json!(first);
        shown["lastEventTimestamp"] = json!(last);
        shown["lastIngestionTime"] = json!(ingested);
    }
    shown
}

pub(super) fn put(call: &mut Call<'_>, mut members: Members) -> Result<Option<Value>, Refusal> {
    let (group, name) = (members.group_name()?, members.stream_name()?);
    let events = members.events()?;
    // A token was needed until 2023; AWS takes any and looks at none.
    members.text("sequenceToken")?;
    members.finish()?;
    check(&events)?;
    let now = call.now;
    let group = call.region().logs.group(&group)?;
    if !group.stored.streams.contains_key(&name) {
        return Err(no_such_stream());
    }
    let expired = group.retention.map_or(0, |days| now.saturating_sub(days * DAY));
    let index = |limit: Millis| events.iter().take_while(|(at, _)| *at < limit).count();
    let (expired_end, old_end) = (index(expired), index(now.saturating_sub(OLDEST)));
    let new_start = index(now + NEWEST + 1);
    let first = expired_end.max(old_end);
    let mut rejected = json!({});
    for (member, index, is_so) in [
        ("expiredLogEventEndIndex", expired_end, expired_end > 0),
        ("tooOldLogEventEndIndex", old_end, old_end > 0),
        ("tooNewLogEventStartIndex", new_start, new_start < events.len()),
    ] {
        if is_so {
            rejected[member] = json!(index);
        }
    }
    let taken = events.into_iter().take(new_start).skip(first).collect();
    group.stored.add(&name, now, taken);
    let mut answer = json!({ "nextSequenceToken": "49590302469000000000000000000000000000000000000000000001" });
    if rejected != json!({}) {
        answer["rejectedLogEventsInfo"] = rejected;
    }
    Ok(Some(answer))
}

/// Refuses a batch that AWS refuses as a whole.
fn check(events: &[(Millis, String)]) -> Result<(), Refusal> {
    if events.is_empty() || events.len() > 10_000 {
        return Err(constraint("Value", "logEvents", "Member must have length between 1 and 10000"));
    }
    if events.iter().any(|(_, message)| message.is_empty()) {
        let rule = "Member must have length greater than or equal to 1";
        return Err(constraint("Value ''", "logEvents.1.member.message", rule));
    }
    if events.is_sorted_by_key(|(at, _)| *at) {
        let span = events[events.len() - 1].0 - events[0].0;
        let bytes: usize = events.iter().map(|(_, message)| message.len() + BESIDE_MESSAGE).sum();
        if span > DAY {
            return Err(invalid(
                "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
            ));
        }
        if bytes > LARGEST_BATCH {
            return Err(invalid(format!("Upload too large: {bytes} bytes exceeds limit of {LARGEST_BATCH}")));
        }
        return Ok(());
    }
    Err(invalid("Log events in a single PutLogEvents request must be in chronological order."))
}

pub(super) fn no_such_stream() -> Refusal {
    Refusal::new(400, "ResourceNotFoundException", "The specified log stream does not exist.")
}
