//! Athena: two workgroups, one table, and the query that the template `athena-report` asks of it.
//!
//! | workgroup | where its results go |
//! |---|---|
//! | `primary` | nowhere, unless the call says so |
//! | `push-report` | `s3://my-athena-results/push-report/`, whatever the call says |
//!
//! The table is `push.push_events`: [`events`]. SQL is not parsed; a query that is not known ends as `FAILED`.

mod events;
mod executions;
mod known;
mod results;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::call::{Call, Reply};
use crate::course::Course;
use crate::refusal::Refusal;
use crate::services::ecr::members::{Dialect, Members};
use known::Found;

/// A region's queries, by id.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct State {
    executions: BTreeMap<String, Execution>,
}

/// One query.
#[derive(Debug, Clone, PartialEq)]
struct Execution {
    /// What makes two calls the same one.
    token: Option<String>,
    query: String,
    parameters: Vec<String>,
    database: Option<String>,
    workgroup: String,
    output: String,
    /// The most minutes that an older answer may be old; none if each query is to run.
    reuse: Option<i64>,
    course: Course,
    found: Found,
}

/// Answers one call.
pub(crate) fn handle(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let target = call.headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let operation = target.strip_prefix("AmazonAthena.").unwrap_or(target).to_owned();
    let body = call.json()?;
    match operation.as_str() {
        "GetQueryExecution" => executions::get(call, &body),
        "GetQueryResults" => results::get(call, &body),
        "StartQueryExecution" => executions::start(call, &body),
        "StopQueryExecution" => executions::stop(call, &body),
        _ => Err(Refusal::not_emulated(format_args!("the operation {operation} of Athena"))),
    }
}

/// The members of a body, and the query that `QueryExecutionId` among them names.
fn execution<'call>(
    call: &'call mut Call<'_>,
    body: &Value,
    operation: &'static str,
    more: &[&str],
) -> Result<(String, &'call mut Execution), Refusal> {
    let known = [&["QueryExecutionId"], more].concat();
    let members = Members::of(body, operation, Dialect::Athena, &known)?;
    let id = members.sized("QueryExecutionId", 1, 128)?;
    let id = members.required("QueryExecutionId", id)?;
    let found = call.region().athena.executions.get_mut(id);
    found.map(|found| (id.to_owned(), found)).ok_or_else(|| invalid(format!("QueryExecution {id} was not found")))
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "InvalidRequestException", message)
}
