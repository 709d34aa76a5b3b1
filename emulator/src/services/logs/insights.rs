//! Logs Insights: queries over log groups, started, looked at and stopped.

mod query;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::members::{Members, constraint, invalid, null};
use super::stored::Event;
use crate::calendar::spaced_millis;
use crate::call::Call;
use crate::clock::Millis;
use crate::course::{Course, Phase};
use crate::refusal::Refusal;
use query::Query;

/// The most log groups that one query may search.
const GROUPS: usize = 50;

/// A region's queries, by id.
pub(super) type Queries = BTreeMap<String, Running>;

/// One query, and what it will have found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Running {
    course: Course,
    rows: Vec<Value>,
    statistics: Value,
}

/// An event, and the group that it is in.
#[derive(Debug, Clone)]
struct Line {
    group: String,
    event: Event,
}

pub(super) fn start(call: &mut Call<'_>, mut members: Members) -> Result<Option<Value>, Refusal> {
    let groups = groups(&mut members)?;
    let start = members.number("startTime")?.ok_or_else(|| null("startTime"))?;
    let end = members.number("endTime")?.ok_or_else(|| null("endTime"))?;
    let text = members.text("queryString")?.ok_or_else(|| null("queryString"))?;
    let limit = members.number("limit")?;
    if let Some(other) = members.text("queryLanguage")?.filter(|language| language != "CWLI") {
        return Err(Refusal::not_emulated(format_args!("the query language {other} of CloudWatch Logs")));
    }
    members.finish()?;
    if start > end {
        return Err(invalid("The start time can't be after the end time."));
    }
    let query = Query::read(&text, limit)?;
    let mut events = Vec::new();
    for group in &groups {
        events.extend(read(call, group, start * 1000, end * 1000)?);
    }
    let scanned = events.len();
    let bytes: usize = events.iter().map(|line| line.event.message.len()).sum();
    let (matched, found) = query.run(events);
    let account = call.account;
    let rows = found.iter().map(|line| row(account, &query, line)).collect();
    let statistics = statistics(matched, scanned, bytes, groups.len());
    let course = Course::starting(call.now, call.timing);
    let queries = &mut call.region().logs.queries;
    let id = format!("10950000-0000-4000-8000-{:012x}", queries.len() + 1);
    queries.insert(id.clone(), Running { course, rows, statistics });
    Ok(Some(json!({"queryId": id})))
}

pub(super) fn results(call: &mut Call<'_>, mut members: Members) -> Result<Option<Value>, Refusal> {
    let now = call.now;
    let id = members.text("queryId")?.ok_or_else(|| null("queryId"))?;
    members.finish()?;
    let Running { course, rows, statistics: found } = running(call, &id)?;
    let (status, rows, counted) = match course.phase(now) {
        Phase::Queued => ("Scheduled", &Vec::new(), &statistics(0, 0, 0, 0)),
        Phase::Running => ("Running", &Vec::new(), &statistics(0, 0, 0, 0)),
        Phase::Stopped => ("Cancelled", &Vec::new(), &statistics(0, 0, 0, 0)),
        Phase::Done => ("Complete", &*rows, &*found),
    };
    Ok(Some(json!({"queryLanguage": "CWLI", "results": rows, "statistics": counted, "status": status})))
}

pub(super) fn stop(call: &mut Call<'_>, mut members: Members) -> Result<Option<Value>, Refusal> {
    let now = call.now;
    let id = members.text("queryId")?.ok_or_else(|| null("queryId"))?;
    members.finish()?;
    if !running(call, &id)?.course.stop(now) {
        return Err(invalid("Query has already ended and can't be stopped."));
    }
    Ok(Some(json!({"success": true})))
}

fn running<'call>(call: &'call mut Call<'_>, id: &str) -> Result<&'call mut Running, Refusal> {
    let refusal = || Refusal::new(400, "ResourceNotFoundException", format!("Query {id} does not exist."));
    call.region().logs.queries.get_mut(id).ok_or_else(refusal)
}

/// The names of the groups to search: one member names them all.
fn groups(members: &mut Members) -> Result<Vec<String>, Refusal> {
    let one = members.name("logGroupName")?.map(|name| vec![name]);
    let many = members.names("logGroupNames")?;
    let identified = members.names("logGroupIdentifiers")?;
    let given: Vec<Vec<String>> = [one, many, identified].into_iter().flatten().collect();
    let [groups] = <[Vec<String>; 1]>::try_from(given)
        .map_err(|_| invalid("Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be given."))?;
    if groups.is_empty() || groups.len() > GROUPS {
        return Err(constraint("Value", "logGroupNames", "Member must have length between 1 and 50"));
    }
    Ok(groups)
}

/// A group's events within a span, both ends included.
fn read(call: &mut Call<'_>, name: &str, from: Millis, to: Millis) -> Result<Vec<Line>, Refusal> {
    let (account, now) = (call.account, call.now);
    let group = call.region().logs.read(name, now).map_err(|refusal| {
        let message = format!("Log group '{name}' does not exist for account ID '{account}'");
        Refusal { message, ..refusal }
    })?;
    if to / 1000 < group.created / 1000 {
        let text = "end date and time is either before the log groups creation time or exceeds the log groups log \
                    retention settings";
        return Err(Refusal::new(400, "MalformedQueryException", text));
    }
    let mut events = group.stored.events(group.retention, now);
    events.retain(|event| (from..=to).contains(&event.at));
    Ok(events.into_iter().map(|event| Line { group: name.to_owned(), event: event.clone() }).collect())
}

/// The asked fields of an event, and the pointer to it that every row has.
fn row(account: &str, query: &Query, Line { group, event }: &Line) -> Value {
    let value = |field: &str| match field {
        "@timestamp" => Some(spaced_millis(event.at)),
        "@message" => Some(event.message.clone()),
        "@log" => Some(format!("{account}:{group}")),
        "@logStream" => Some(event.stream.clone()),
        // A field that an event does not have is left out.
        _ => None,
    };
    let fields = query.fields.iter().filter_map(|field| Some(json!({"field": field, "value": value(field)?})));
    let pointer = json!({"field": "@ptr", "value": format!("{group}:{}", event.id)});
    fields.chain([pointer]).collect()
}

#[expect(clippy::cast_precision_loss, reason = "some thousand lines")]
fn statistics(matched: usize, scanned: usize, bytes: usize, groups: usize) -> Value {
    json!({
        "recordsMatched": matched as f64,
        "recordsScanned": scanned as f64,
        "estimatedRecordsSkipped": 0.0,
        "bytesScanned": bytes as f64,
        "estimatedBytesSkipped": 0.0,
        "logGroupsScanned": groups as f64,
    })
}
