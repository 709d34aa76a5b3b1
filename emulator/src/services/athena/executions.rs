//! Queries themselves: started, looked at, stopped.

use serde_json::{Value, json};

use super::known::{self, Found};
use super::{Execution, execution, invalid};
use crate::call::{Call, Reply};
use crate::clock::Millis;
use crate::course::{Course, Phase};
use crate::refusal::Refusal;
use crate::services::ecr::members::{Dialect, Members};

/// The workgroups, and where their results go.
const WORKGROUPS: [(&str, Option<&str>); 2] =
    [("primary", None), ("push-report", Some("s3://my-athena-results/push-report/"))];

const STARTED: [&str; 7] = [
    "ClientRequestToken",
    "ExecutionParameters",
    "QueryExecutionContext",
    "QueryString",
    "ResultConfiguration",
    "ResultReuseConfiguration",
    "WorkGroup",
];

/// `StartQueryExecution`.
pub(super) fn start(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let execution = asked(call, body)?;
    let executions = &mut call.region().athena.executions;
    let same = |known: &&String| executions[*known].token.is_some() && executions[*known].token == execution.token;
    let id = match executions.keys().find(same).cloned() {
        Some(id) if executions[&id].query == execution.query && executions[&id].parameters == execution.parameters => {
            id
        }
        Some(_) => return Err(invalid("Idempotent parameters do not match")),
        None => {
            let id = format!("a7e4a000-0000-4000-8000-{:012x}", executions.len() + 1);
            executions.insert(id.clone(), execution);
            id
        }
    };
    Ok(Reply::wrote("StartQueryExecution", 200, json!({"QueryExecutionId": id})))
}

/// The query that a body asks for.
fn asked(call: &Call<'_>, body: &Value) -> Result<Execution, Refusal> {
    let members = Members::of(body, "StartQueryExecution", Dialect::Athena, &STARTED)?;
    let query = members.required("QueryString", members.sized("QueryString", 1, 262_144)?)?.to_owned();
    let parameters = parameters(&members)?;
    let context = members.inner("QueryExecutionContext", &["Catalog", "Database"])?;
    let mut database = None;
    if let Some(context) = context {
        database = context.sized("Database", 1, 255)?.map(str::to_owned);
        if let Some(other) = context.text("Catalog")?.filter(|catalog| !catalog.eq_ignore_ascii_case("AwsDataCatalog"))
        {
            return Err(Refusal::not_emulated(format_args!("Athena's catalog {other}")));
        }
    }
    let (workgroup, output) = workgroup(&members)?;
    let found = known::run(&query, &parameters, database.as_deref(), call.now);
    Ok(Execution {
        token: members.sized("ClientRequestToken", 32, 128)?.map(str::to_owned),
        query,
        parameters,
        database,
        workgroup,
        output,
        reuse: reuse(&members)?,
        course: Course::starting(call.now, call.timing),
        found,
    })
}

/// The values for the `?` in the query, as SQL.
fn parameters(members: &Members<'_>) -> Result<Vec<String>, Refusal> {
    let Some(parameters) = members.texts("ExecutionParameters")? else { return Ok(Vec::new()) };
    members.within("ExecutionParameters", "[]", parameters.len(), 1, usize::MAX)?;
    for parameter in &parameters {
        members.within("ExecutionParameters", parameter, parameter.chars().count(), 1, 1024)?;
    }
    Ok(parameters.into_iter().map(str::to_owned).collect())
}

/// The workgroup's name, and where the results go: the workgroup's setting overrules the call's.
fn workgroup(members: &Members<'_>) -> Result<(String, String), Refusal> {
    let letter = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    let fits = |name: &str| (1..=128).contains(&name.len()) && name.chars().all(letter);
    let name = members.shaped("WorkGroup", "[a-zA-Z0-9._-]{1,128}", fits)?.unwrap_or("primary");
    let known = WORKGROUPS.iter().find(|(known, _)| *known == name);
    let (_, setting) = known.ok_or_else(|| invalid(format!("WorkGroup {name} is not found.")))?;
    let given = match members.inner("ResultConfiguration", &["OutputLocation"])? {
        Some(configuration) => configuration.text("OutputLocation")?,
        None => None,
    };
    if given.is_some_and(|given| !given.starts_with("s3://")) {
        return Err(invalid("outputLocation is not a valid S3 path."));
    }
    let output = setting.or(given).ok_or_else(|| {
        invalid(
            "No output location provided. An output location is required either through the Workgroup result \
             configuration setting or as an API input.",
        )
    })?;
    Ok((name.to_owned(), output.to_owned()))
}

/// The most minutes that an older answer may be old.
fn reuse(members: &Members<'_>) -> Result<Option<i64>, Refusal> {
    let by_age = "ResultReuseByAgeConfiguration";
    let Some(configuration) = members.inner("ResultReuseConfiguration", &[by_age])? else { return Ok(None) };
    let Some(age) = configuration.inner(by_age, &["Enabled", "MaxAgeInMinutes"])? else { return Ok(None) };
    let enabled = age.required("Enabled", age.flag("Enabled")?)?;
    let minutes = age.ranged("MaxAgeInMinutes", 0, 10_080)?.unwrap_or(60);
    Ok(enabled.then_some(minutes))
}

/// `GetQueryExecution`.
pub(super) fn get(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let now = call.now;
    let (id, execution) = execution(call, body, "GetQueryExecution", &[])?;
    Ok(Reply::read("GetQueryExecution", json!({"QueryExecution": shown(&id, execution, now)})))
}

/// `StopQueryExecution`: nothing happens to a query that is done.
pub(super) fn stop(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let now = call.now;
    let (_, execution) = execution(call, body, "StopQueryExecution", &[])?;
    execution.course.stop(now);
    Ok(Reply::wrote("StopQueryExecution", 200, json!({})))
}

/// The state in Athena's words.
pub(super) fn state(execution: &Execution, now: Millis) -> &'static str {
    match (execution.course.phase(now), &execution.found) {
        (Phase::Queued, _) => "QUEUED",
        (Phase::Running, _) => "RUNNING",
        (Phase::Stopped, _) => "CANCELLED",
        (Phase::Done, Found::Rows(_)) => "SUCCEEDED",
        (Phase::Done, Found::Failure(_)) => "FAILED",
    }
}

fn shown(id: &str, execution: &Execution, now: Millis) -> Value {
    let Execution { token: _, query, parameters, database, workgroup, output, reuse, course, found } = execution;
    let state = state(execution, now);
    let mut status = json!({"State": state, "SubmissionDateTime": seconds(course.submitted)});
    if !matches!(state, "QUEUED" | "RUNNING") {
        status["CompletionDateTime"] = json!(seconds(course.ends));
    }
    if let ("FAILED", Found::Failure(reason)) = (state, found) {
        status["StateChangeReason"] = json!(reason);
        // 2: the query is wrong, not the service; 1006: in its meaning.
        let error = json!({"ErrorCategory": 2, "ErrorType": 1006, "Retryable": false, "ErrorMessage": reason});
        status["AthenaError"] = error;
    }
    let mut reused = json!({"ResultReuseByAgeConfiguration": {"Enabled": reuse.is_some()}});
    if let Some(minutes) = reuse {
        reused["ResultReuseByAgeConfiguration"]["MaxAgeInMinutes"] = json!(minutes);
    }
    let mut shown = json!({
        "QueryExecutionId": id,
        "Query": query,
        "StatementType": "DML",
        "SubstatementType": "SELECT",
        "ResultConfiguration": {"OutputLocation": format!("{output}{id}.csv")},
        "ResultReuseConfiguration": reused,
        "QueryExecutionContext": {},
        "Status": status,
        "Statistics": {
            "QueryQueueTimeInMillis": course.begins.min(now) - course.submitted,
            "EngineExecutionTimeInMillis": course.ends.min(now).saturating_sub(course.begins),
            "TotalExecutionTimeInMillis": course.ends.min(now) - course.submitted,
            "DataScannedInBytes": 0,
            // Each query runs: there is no scan to be spared.
            "ResultReuseInformation": {"ReusedPreviousResult": false},
        },
        "WorkGroup": workgroup,
        "EngineVersion": {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"},
    });
    if let Some(database) = database {
        shown["QueryExecutionContext"] = json!({"Database": database, "Catalog": "awsdatacatalog"});
    }
    if !parameters.is_empty() {
        shown["ExecutionParameters"] = json!(parameters);
    }
    shown
}

/// A moment as the JSON protocol writes it.
#[expect(clippy::cast_precision_loss, reason = "exact until the year 287396")]
fn seconds(at: Millis) -> f64 {
    at as f64 / 1000.0
}
