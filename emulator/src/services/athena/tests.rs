//! Raw requests to Athena, and what it answers.

use std::time::Duration;

use serde_json::{Value, json};

use crate::asking::{Answer, Asking};

/// As the template writes it.
const SQL: &str = "
SELECT campaign_id,
       max(campaign_name) AS name,
       max(sent_time) AS sent_at,
       count(DISTINCT sent_to) AS sent,
       count(DISTINCT opened_by) AS opened
FROM (
    SELECT campaign_id,
           campaign_name,
           CASE WHEN event_type = 'sent' THEN event_time END AS sent_time,
           CASE WHEN event_type = 'sent' THEN device_id END AS sent_to,
           CASE WHEN event_type = 'opened' THEN device_id END AS opened_by
    FROM push_events
    WHERE dt BETWEEN ? AND ?
) AS events
GROUP BY campaign_id
HAVING count(sent_to) > 0
ORDER BY sent_at DESC
LIMIT 900
";

async fn ask(aws: &Asking, operation: &str, body: Value) -> Answer {
    aws.target("athena", &format!("AmazonAthena.{operation}"), &body).await
}

/// What starts the known query over these days.
fn query(first: &str, last: &str) -> Value {
    json!({
        "QueryString": SQL,
        "ExecutionParameters": [format!("'{first}'"), format!("'{last}'")],
        "QueryExecutionContext": {"Database": "push"},
        "WorkGroup": "push-report",
        "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": true, "MaxAgeInMinutes": 10}},
    })
}

/// The same with one member changed.
fn with(member: &str, value: Value) -> Value {
    let mut body = query("2026-10-24", "2026-11-22");
    body[member] = value;
    body
}

/// Starts it, and lets it end.
async fn done(aws: &Asking, body: Value) -> String {
    let started = ask(aws, "StartQueryExecution", body).await;
    assert_eq!(started.status, 200, "{}", started.body);
    tokio::time::sleep(Duration::from_secs(3)).await;
    started.json()["QueryExecutionId"].as_str().expect("an id").to_owned()
}

async fn status(aws: &Asking, id: &str) -> Value {
    let seen = ask(aws, "GetQueryExecution", json!({"QueryExecutionId": id})).await.json();
    seen["QueryExecution"]["Status"].clone()
}

/// The rows of a finished query, all pages of this size.
async fn rows(aws: &Asking, id: &str, size: u64) -> Vec<String> {
    let (mut found, mut token) = (Vec::new(), Value::Null);
    loop {
        let body = json!({"QueryExecutionId": id, "MaxResults": size, "NextToken": token});
        let page = ask(aws, "GetQueryResults", body).await.json();
        for row in page["ResultSet"]["Rows"].as_array().expect("rows") {
            let cells = row["Data"].as_array().expect("cells").iter().skip(1);
            found.push(cells.map(|cell| cell["VarCharValue"].as_str().expect("text")).collect::<Vec<_>>().join(" | "));
        }
        token = page["NextToken"].clone();
        if token.is_null() {
            return found;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_query_is_queued_runs_and_then_has_rows() {
    let aws = Asking::new();
    let started = ask(&aws, "StartQueryExecution", query("2026-10-24", "2026-11-22")).await.json();
    let id = started["QueryExecutionId"].as_str().expect("an id");
    assert_eq!(status(&aws, id).await["State"], "QUEUED");
    let early = ask(&aws, "GetQueryResults", json!({"QueryExecutionId": id})).await;
    assert_eq!(early.code, "InvalidRequestException");
    assert!(early.body.contains("Query has not yet finished. Current state: QUEUED"), "{}", early.body);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let running = status(&aws, id).await;
    assert_eq!((running["State"].as_str(), running.get("CompletionDateTime")), (Some("RUNNING"), None));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(status(&aws, id).await["State"], "SUCCEEDED");
    assert_eq!(status(&aws, id).await["SubmissionDateTime"], 1_795_338_000.0);

    let expected = [
        "name | sent_at | sent | opened",
        "matchday-reminder | 2026-11-20 09:00:00.000 | 4900 | 100",
        "weekly-digest | 2026-11-19 09:00:00.000 | 5000 | 220",
        "goods-sale | 2026-11-13 09:00:00.000 | 6000 | 210",
    ];
    for size in [1, 3, 1000] {
        assert_eq!(rows(&aws, id, size).await, expected, "{size} rows a page");
    }
}

#[tokio::test(start_paused = true)]
async fn only_the_days_asked_for_count_as_far_back_as_the_table_goes() {
    let aws = Asking::new();
    let year = done(&aws, query("2025-11-23", "2026-11-22")).await;
    let names: Vec<String> = rows(&aws, &year, 1000).await;
    let names: Vec<&str> = names.iter().filter_map(|row| row.split(" | ").next()).skip(1).collect();
    let all =
        ["matchday-reminder", "weekly-digest", "goods-sale", "fan-club-renewal", "ticket-presale", "season-opening"];
    assert_eq!(names, all);
    let none = done(&aws, query("2026-11-21", "2026-11-22")).await;
    assert_eq!(rows(&aws, &none, 1000).await.len(), 1, "the names of the columns alone");
}

#[tokio::test(start_paused = true)]
async fn a_query_that_can_not_be_run_fails_and_says_why() {
    let aws = Asking::new();
    for (member, value, reason) in [
        ("QueryString", json!("SELECT 1"), "NOT_SUPPORTED: the emulator's Athena runs no SQL; it knows one query"),
        ("QueryExecutionContext", json!({"Database": "pull"}), "Table 'awsdatacatalog.pull.push_events'"),
        ("QueryExecutionContext", json!({}), "MISSING_SCHEMA_NAME"),
        ("ExecutionParameters", json!(["'2026-11-22'"]), "expected 2 but found 1"),
        ("ExecutionParameters", Value::Null, "expected 2 but found 0"),
        ("ExecutionParameters", json!(["2026-11-21", "2026-11-22"]), "TYPE_MISMATCH"),
    ] {
        let id = done(&aws, with(member, value)).await;
        let status = status(&aws, &id).await;
        assert_eq!((&status["State"], &status["AthenaError"]["Retryable"]), (&json!("FAILED"), &json!(false)));
        assert!(status["StateChangeReason"].as_str().is_some_and(|said| said.contains(reason)), "{status}");
        let results = ask(&aws, "GetQueryResults", json!({"QueryExecutionId": id})).await;
        assert!(results.body.contains("Final query state: FAILED"), "{}", results.body);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stopped_query_is_cancelled_and_a_finished_one_is_not() {
    let aws = Asking::new();
    let started = ask(&aws, "StartQueryExecution", query("2026-10-24", "2026-11-22")).await.json();
    let id = started["QueryExecutionId"].as_str().expect("an id");
    assert_eq!(ask(&aws, "StopQueryExecution", json!({"QueryExecutionId": id})).await.status, 200);
    assert_eq!(status(&aws, id).await["State"], "CANCELLED");
    let done = done(&aws, query("2026-10-24", "2026-11-22")).await;
    ask(&aws, "StopQueryExecution", json!({"QueryExecutionId": done})).await;
    assert_eq!(status(&aws, &done).await["State"], "SUCCEEDED");
}

#[tokio::test(start_paused = true)]
async fn one_token_starts_one_query() {
    let aws = Asking::new();
    let token = json!("0123456789012345678901234567890123456789");
    let first = done(&aws, with("ClientRequestToken", token.clone())).await;
    assert_eq!(done(&aws, with("ClientRequestToken", token.clone())).await, first);
    assert_ne!(done(&aws, query("2026-10-24", "2026-11-22")).await, first);
    let mut other = with("ClientRequestToken", token);
    other["QueryString"] = json!("SELECT 2");
    let refused = ask(&aws, "StartQueryExecution", other).await;
    assert!(refused.body.contains("Idempotent parameters do not match"), "{}", refused.body);
}

#[tokio::test(start_paused = true)]
async fn what_athena_refuses_is_refused() {
    let aws = Asking::new();
    let id = done(&aws, query("2026-10-24", "2026-11-22")).await;
    for (operation, body, status, text) in [
        ("StartQueryExecution", with("WorkGroup", Value::Null), 400, "No output location provided."),
        ("StartQueryExecution", with("WorkGroup", json!("nobodys")), 400, "WorkGroup nobodys is not found."),
        ("StartQueryExecution", with("WorkGroup", json!("a b")), 400, "[a-zA-Z0-9._-]{1,128}"),
        ("StartQueryExecution", with("QueryString", json!("")), 400, "at 'queryString' failed"),
        ("StartQueryExecution", with("QueryString", Value::Null), 400, "Value null at 'queryString'"),
        ("StartQueryExecution", with("ExecutionParameters", json!([])), 400, "at 'executionParameters'"),
        ("StartQueryExecution", with("ClientRequestToken", json!("short")), 400, "at 'clientRequestToken'"),
        ("StartQueryExecution", with("ResultConfiguration", json!({"OutputLocation": "/tmp"})), 400, "valid S3 path"),
        ("StartQueryExecution", with("EngineConfiguration", json!({})), 501, "the member EngineConfiguration"),
        ("StartQueryExecution", with("QueryExecutionContext", json!({"Catalog": "mine"})), 501, "catalog mine"),
        ("GetQueryExecution", json!({"QueryExecutionId": "none"}), 400, "QueryExecution none was not found"),
        ("GetQueryExecution", json!({}), 400, "Value null at 'queryExecutionId'"),
        ("GetQueryResults", json!({"QueryExecutionId": id, "MaxResults": 1001}), 400, "less than or equal to 1000"),
        ("GetQueryResults", json!({"QueryExecutionId": id, "NextToken": "x"}), 400, "token is invalid"),
        ("ListWorkGroups", json!({}), 501, "the operation ListWorkGroups of Athena"),
    ] {
        let answer = ask(&aws, operation, body.clone()).await;
        let code = if status == 400 { "InvalidRequestException" } else { "NotImplementedByEmulator" };
        assert_eq!((answer.status, answer.code.as_str()), (status, code), "{operation} {body}");
        assert!(answer.json()["Message"].as_str().is_some_and(|said| said.contains(text)), "{}", answer.body);
    }
    // In a workgroup without a place for results, the call names one.
    let mut named = with("WorkGroup", json!("primary"));
    named["ResultConfiguration"] = json!({"OutputLocation": "s3://mine/"});
    assert_eq!(ask(&aws, "StartQueryExecution", named).await.status, 200);
}
