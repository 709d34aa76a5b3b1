//! Raw requests to Logs, and what it answers.

use serde_json::{Value, json};

use crate::asking::{Answer, Asking};

const ARN: &str = "arn:aws:logs:ap-northeast-1:123456789012:log-group:/aws/lambda/openrate";

async fn ask(aws: &Asking, operation: &str, body: Value) -> Answer {
    aws.target("logs", &format!("Logs_20140328.{operation}"), &body).await
}

async fn with_group() -> Asking {
    let aws = Asking::new();
    let made =
        ask(&aws, "CreateLogGroup", json!({"logGroupName": "/aws/lambda/openrate", "tags": {"team": "marketing"}}))
            .await;
    assert_eq!((made.status, made.body.as_str()), (200, ""));
    aws
}

#[tokio::test(start_paused = true)]
async fn what_aws_refuses_is_refused() {
    let aws = with_group().await;
    let name = "/aws/lambda/openrate";
    let cases = [
        (
            "CreateLogGroup",
            json!({"logGroupName": name}),
            "ResourceAlreadyExistsException",
            "The specified log group already exists",
        ),
        ("CreateLogGroup", json!({}), "InvalidParameterException", "Value null at 'logGroupName'"),
        ("CreateLogGroup", json!({"logGroupName": "a b"}), "InvalidParameterException", "regular expression pattern"),
        (
            "CreateLogGroup",
            json!({"logGroupName": "x".repeat(513)}),
            "InvalidParameterException",
            "less than or equal to 512",
        ),
        ("CreateLogGroup", json!({"logGroupName": "n", "tags": {}}), "InvalidParameterException", "'tags'"),
        (
            "CreateLogGroup",
            json!({"logGroupName": "n", "logGroupClass": "COLD"}),
            "InvalidParameterException",
            "enum value set",
        ),
        (
            "DeleteLogGroup",
            json!({"logGroupName": "none"}),
            "ResourceNotFoundException",
            "The specified log group does not exist.",
        ),
        (
            "PutRetentionPolicy",
            json!({"logGroupName": name, "retentionInDays": 15}),
            "InvalidParameterException",
            "[1, 3, 5, 7, 14, 30",
        ),
        (
            "PutRetentionPolicy",
            json!({"logGroupName": name}),
            "InvalidParameterException",
            "Value null at 'retentionInDays'",
        ),
        (
            "PutRetentionPolicy",
            json!({"logGroupName": "none", "retentionInDays": 14}),
            "ResourceNotFoundException",
            "does not exist",
        ),
        ("DescribeLogGroups", json!({"limit": 51}), "InvalidParameterException", "less than or equal to 50"),
        (
            "DescribeLogGroups",
            json!({"logGroupNamePrefix": "a", "logGroupNamePattern": "b"}),
            "InvalidParameterException",
            "mutually exclusive",
        ),
        ("ListTagsForResource", json!({"resourceArn": format!("{ARN}:*")}), "InvalidParameterException", "resourceArn"),
        (
            "ListTagsForResource",
            json!({"resourceArn": format!("{ARN}x")}),
            "ResourceNotFoundException",
            "does not exist",
        ),
        ("TagResource", json!({"resourceArn": ARN}), "InvalidParameterException", "Value null at 'tags'"),
    ];
    for (operation, body, code, text) in cases {
        let answer = ask(&aws, operation, body.clone()).await;
        assert_eq!((answer.status, answer.code.as_str()), (400, code), "{operation} {body}");
        assert!(answer.body.contains(text), "{operation} {body}: {}", answer.body);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_emulated_is_said_loudly() {
    let aws = with_group().await;
    for (operation, body, text) in [
        ("PutLogEvents", json!({}), "the operation PutLogEvents"),
        ("CreateLogGroup", json!({"logGroupName": "n", "kmsKeyId": "k"}), "the member kmsKeyId"),
        ("CreateLogGroup", json!({"logGroupName": "n", "retention": 14}), "the member retention"),
    ] {
        let answer = ask(&aws, operation, body).await;
        assert_eq!(answer.status, 501, "{operation}");
        assert!(answer.body.contains(text), "{}", answer.body);
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_is_described_with_both_its_arns() {
    let aws = with_group().await;
    ask(&aws, "PutRetentionPolicy", json!({"logGroupName": "/aws/lambda/openrate", "retentionInDays": 14})).await;
    ask(&aws, "CreateLogGroup", json!({"logGroupName": "/aws/lambda/openrate-2"})).await;
    let seen = ask(&aws, "DescribeLogGroups", json!({"logGroupNamePrefix": "/aws/lambda/openrate"})).await.json();
    let groups = seen["logGroups"].as_array().expect("a list");
    assert_eq!(groups.len(), 2, "a prefix finds both");
    assert_eq!(groups[0]["logGroupArn"], ARN);
    assert_eq!(groups[0]["arn"], format!("{ARN}:*"));
    assert_eq!(groups[0]["retentionInDays"], 14);
    assert!(groups[1].get("retentionInDays").is_none());

    ask(&aws, "DeleteRetentionPolicy", json!({"logGroupName": "/aws/lambda/openrate"})).await;
    let seen = ask(&aws, "DescribeLogGroups", json!({"limit": 1})).await.json();
    assert!(seen["logGroups"][0].get("retentionInDays").is_none());
}

#[tokio::test(start_paused = true)]
async fn groups_are_described_page_by_page() {
    let aws = Asking::new();
    for name in ["a", "b", "c"] {
        ask(&aws, "CreateLogGroup", json!({"logGroupName": name})).await;
    }
    let first = ask(&aws, "DescribeLogGroups", json!({"limit": 2})).await.json();
    assert_eq!(first["logGroups"].as_array().map(Vec::len), Some(2));
    let last = ask(&aws, "DescribeLogGroups", json!({"limit": 2, "nextToken": first["nextToken"]})).await.json();
    assert_eq!(last["logGroups"][0]["logGroupName"], "c");
    assert!(last.get("nextToken").is_none());
}

#[tokio::test(start_paused = true)]
async fn tags_are_put_listed_and_taken_away() {
    let aws = with_group().await;
    ask(&aws, "TagResource", json!({"resourceArn": ARN, "tags": {"stack": "openrate"}})).await;
    ask(&aws, "UntagResource", json!({"resourceArn": ARN, "tagKeys": ["team"]})).await;
    let seen = ask(&aws, "ListTagsForResource", json!({"resourceArn": ARN})).await.json();
    assert_eq!(seen, json!({"tags": {"stack": "openrate"}}));
}

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
        tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
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
