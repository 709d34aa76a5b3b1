//! Queries of Logs Insights, over sample groups and over a function's own.

use std::time::Duration;

use serde_json::{Value, json};

use super::{ask, with_group};
use crate::asking::Asking;

/// The account's moment, 2026-11-22T09:00:00Z, in seconds.
const NOW: u64 = 1_795_338_000;

/// What starts a query for the errors of three hours.
fn errors(groups: &[&str]) -> Value {
    let pattern = r"/(?i)((error|exception|fatal|traceback)\b|timed out)/";
    json!({
        "logGroupNames": groups,
        "startTime": NOW - 3 * 3600,
        "endTime": NOW,
        "queryString": format!(
            "fields @timestamp, @log, @message | filter @message like {pattern} | sort @timestamp desc | limit 1000"
        ),
    })
}

#[tokio::test(start_paused = true)]
async fn a_query_is_scheduled_runs_and_then_has_rows() {
    let aws = Asking::new();
    let started = ask(&aws, "StartQuery", errors(&["/kabaddi-app/api", "/kabaddi-app/push-worker"])).await;
    let id = json!({"queryId": started.json()["queryId"]});
    for (expected, pause) in [("Scheduled", 300), ("Running", 1000)] {
        let seen = ask(&aws, "GetQueryResults", id.clone()).await.json();
        assert_eq!((&seen["status"], &seen["results"]), (&json!(expected), &json!([])));
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
    let seen = ask(&aws, "GetQueryResults", id.clone()).await.json();
    assert_eq!(seen["status"], "Complete");
    let counted = &seen["statistics"];
    assert_eq!((&counted["recordsMatched"], &counted["recordsScanned"]), (&json!(24.0), &json!(384.0)));
    let rows = seen["results"].as_array().expect("rows");
    assert_eq!(rows.len(), 24);
    let newest: Vec<&str> =
        rows[0].as_array().expect("fields").iter().filter_map(|one| one["value"].as_str()).collect();
    let [at, log, message, _pointer] = newest[..] else { panic!("{newest:?}") };
    assert_eq!((at, log), ("2026-11-22 08:57:17.345", "123456789012:/kabaddi-app/push-worker"));
    assert!(message.starts_with("2026-11-22T08:57:17.345Z ERROR DeviceTokenExpired: "), "{message}");

    let late = ask(&aws, "StopQuery", id).await;
    assert_eq!(late.code, "InvalidParameterException");
}

#[tokio::test(start_paused = true)]
async fn a_stopped_query_is_cancelled() {
    let aws = Asking::new();
    let id = json!({"queryId": ask(&aws, "StartQuery", errors(&["/kabaddi-app/api"])).await.json()["queryId"]});
    assert_eq!(ask(&aws, "StopQuery", id.clone()).await.json(), json!({"success": true}));
    assert_eq!(ask(&aws, "GetQueryResults", id).await.json()["status"], "Cancelled");
}

#[tokio::test(start_paused = true)]
async fn sample_groups_are_read_and_nothing_else() {
    let aws = with_group().await;
    let listed = ask(&aws, "DescribeLogGroups", json!({})).await.json();
    assert_eq!(listed["logGroups"].as_array().map(Vec::len), Some(1));
    let answer = ask(&aws, "DeleteLogGroup", json!({"logGroupName": "/kabaddi-app/api"})).await;
    assert_eq!(answer.code, "ResourceNotFoundException");
    ask(&aws, "StartQuery", errors(&["/kabaddi-app/api"])).await;
    assert_eq!(aws.emulator.world().inventory(), ["ap-northeast-1 logs log-group /aws/lambda/openrate"]);
}

#[tokio::test(start_paused = true)]
async fn queries_that_logs_does_not_take_are_refused() {
    let aws = with_group().await;
    let group = "/kabaddi-app/api";
    let with = |member: &str, value: Value| {
        let mut body = errors(&[group]);
        body[member] = value;
        body
    };
    for (body, code, text) in [
        (errors(&[group, "/none"]), "ResourceNotFoundException", "Log group '/none' does not exist for account ID"),
        (errors(&[]), "InvalidParameterException", "between 1 and 50"),
        (with("logGroupName", json!(group)), "InvalidParameterException", "Exactly one"),
        (with("logGroupNames", Value::Null), "InvalidParameterException", "Exactly one"),
        (with("logGroupNames", json!(["a b"])), "InvalidParameterException", "'logGroupNames'"),
        (with("endTime", Value::Null), "InvalidParameterException", "Value null at 'endTime'"),
        (with("startTime", json!(NOW + 1)), "InvalidParameterException", "start time"),
        (with("queryString", json!("find errors")), "MalformedQueryException", "unexpected symbol found find"),
        (with("queryLanguage", json!("SQL")), "NotImplementedByEmulator", "the query language SQL"),
    ] {
        let answer = ask(&aws, "StartQuery", body.clone()).await;
        assert_eq!(answer.code, code, "{body}: {}", answer.body);
        assert!(answer.body.contains(text), "{}", answer.body);
    }
    let mut before = errors(&["/aws/lambda/openrate"]);
    before["endTime"] = json!(NOW - 3600);
    assert_eq!(ask(&aws, "StartQuery", before).await.code, "MalformedQueryException");
    let nobodys = ask(&aws, "GetQueryResults", json!({"queryId": "none"})).await;
    assert_eq!(nobodys.code, "ResourceNotFoundException");
}

#[tokio::test(start_paused = true)]
async fn what_was_written_into_a_group_is_found_and_what_came_later_is_not() {
    let aws = with_group().await;
    let (group, stream) = ("/aws/lambda/openrate", "s");
    ask(&aws, "CreateLogStream", json!({"logGroupName": group, "logStreamName": stream})).await;
    for (at, message) in [(NOW * 1000, "ERROR now"), (NOW * 1000 + 1, "ERROR later"), (NOW * 1000 + 2, "INFO")] {
        let events = json!([{"timestamp": at, "message": message}]);
        let body = json!({"logGroupName": group, "logStreamName": stream, "logEvents": events});
        assert_eq!(ask(&aws, "PutLogEvents", body).await.status, 200);
    }
    let started = ask(&aws, "StartQuery", errors(&[group, "/kabaddi-app/api"])).await.json();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let found = ask(&aws, "GetQueryResults", json!({"queryId": started["queryId"]})).await.json();
    assert_eq!(found["statistics"]["recordsMatched"], 7.0);
    assert_eq!(found["results"][0][2]["value"], "ERROR now");
}

#[tokio::test(start_paused = true)]
async fn the_lines_of_a_sample_group_are_read_as_those_of_any_other() {
    let aws = Asking::new();
    let group = "/kabaddi-app/push-worker";
    let body = json!({
        "logGroupName": group,
        "filterPattern": "ERROR",
        "startTime": (NOW - 3600) * 1000,
        "limit": 2,
    });
    let first = ask(&aws, "FilterLogEvents", body).await.json();
    let messages = first["events"].as_array().expect("events").iter().map(|event| event["message"].as_str());
    assert!(messages.flatten().all(|message| message.contains(" ERROR DeviceTokenExpired: ")), "{first}");
    assert!(first["nextToken"].is_string());
    let streams = ask(&aws, "DescribeLogStreams", json!({"logGroupName": group})).await.json();
    assert_eq!(streams["logStreams"][0]["logStreamName"], "sample");
    let stream = json!({"logGroupName": group, "logStreamName": "sample", "limit": 1});
    assert_eq!(ask(&aws, "GetLogEvents", stream).await.json()["events"].as_array().map(Vec::len), Some(1));
    let written =
        json!({"logGroupName": group, "logStreamName": "sample", "logEvents": [{"timestamp": 1, "message": "x"}]});
    assert_eq!(ask(&aws, "PutLogEvents", written).await.code, "ResourceNotFoundException");
}
