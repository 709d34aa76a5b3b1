//! Logs: log groups with their retention and tags, their streams and the events in them, and queries over those.

mod events;
mod groups;
mod insights;
mod members;
mod pattern;
mod samples;
mod stored;
mod streams;
mod tags;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::call::{Body, Call, Reply};
use crate::clock::Millis;
use crate::refusal::Refusal;
use members::Members;
use stored::Stored;

/// A region's log groups, by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    groups: BTreeMap<String, Group>,
    /// Forgotten with the process: nobody asks for an old query.
    #[serde(skip)]
    queries: insights::Queries,
}

/// One log group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Group {
    created: Millis,
    /// `STANDARD` or `INFREQUENT_ACCESS`.
    class: String,
    /// Days; none keeps logs for ever.
    retention: Option<u64>,
    tags: BTreeMap<String, String>,
    #[serde(default)]
    stored: Stored,
}

/// Reads its members, does it, and gives the answer; `None` for operations that answer nothing.
type Operation = fn(&mut Call<'_>, Members) -> Result<Option<Value>, Refusal>;

/// Operation, whether it writes, and what does it.
const OPERATIONS: &[(&str, bool, Operation)] = &[
    ("CreateLogGroup", true, groups::create),
    ("CreateLogStream", true, streams::create),
    ("DeleteLogGroup", true, groups::delete),
    ("DeleteLogStream", true, streams::delete),
    ("DeleteRetentionPolicy", true, groups::delete_retention),
    ("DescribeLogGroups", false, groups::describe),
    ("DescribeLogStreams", false, streams::describe),
    ("FilterLogEvents", false, events::filter),
    ("GetLogEvents", false, events::get),
    ("GetQueryResults", false, insights::results),
    ("ListTagsForResource", false, tags::list),
    ("PutLogEvents", true, streams::put),
    ("PutRetentionPolicy", true, groups::put_retention),
    ("StartQuery", true, insights::start),
    ("StopQuery", true, insights::stop),
    ("TagResource", true, tags::tag),
    ("UntagResource", true, tags::untag),
];

/// Answers one call.
pub(crate) fn handle(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let target = call.headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or("");
    let name = target.split_once('.').map_or("", |(_, name)| name);
    let Some((operation, writes, act)) = OPERATIONS.iter().find(|(known, ..)| *known == name) else {
        return Err(Refusal::not_emulated(format_args!("the operation {name} of CloudWatch Logs")));
    };
    let members = Members::new(call.json()?);
    let body = act(call, members)?.map_or(Body::Empty, Body::Json);
    Ok(Reply { status: 200, body, operation, writes: *writes })
}

impl State {
    /// One line for each log group.
    pub(crate) fn inventory(&self) -> Vec<String> {
        self.groups.keys().map(|name| format!("logs log-group {name}")).collect()
    }

    /// Whether the group is there.
    pub(crate) fn has(&self, group: &str) -> bool {
        self.groups.contains_key(group)
    }

    /// Writes lines (their time and text) into a stream of a group, as a service does; both are made if need be.
    pub(crate) fn write(&mut self, group: &str, stream: &str, now: Millis, lines: Vec<(Millis, String)>) {
        let fresh = || Group {
            created: now,
            class: "STANDARD".to_owned(),
            retention: None,
            tags: BTreeMap::new(),
            stored: Stored::default(),
        };
        self.groups.entry(group.to_owned()).or_insert_with(fresh).stored.add(stream, now, lines);
    }

    /// A group to be read: one that is there, or a sample.
    fn read(&self, name: &str, now: Millis) -> Result<Cow<'_, Group>, Refusal> {
        match self.groups.get(name) {
            Some(group) => Ok(Cow::Borrowed(group)),
            None => samples::group(name, now).map(Cow::Owned).ok_or_else(no_such_group),
        }
    }

    fn group(&mut self, name: &str) -> Result<&mut Group, Refusal> {
        self.groups.get_mut(name).ok_or_else(no_such_group)
    }
}

fn no_such_group() -> Refusal {
    Refusal::new(400, "ResourceNotFoundException", "The specified log group does not exist.")
}
