//! Raw requests to Logs, and what it answers.

mod events;
mod insights;

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
        (
            "CreateLogGroup",
            json!({"logGroupName": "g".repeat(513)}),
            "InvalidParameterException",
            "Invalid LogGroup or LogStream, both must have length less than or equal to 512.",
        ),
        (
            "DescribeLogStreams",
            json!({"logGroupName": "a", "logGroupIdentifier": "a"}),
            "ValidationException",
            "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
        ),
        (
            "DescribeLogStreams",
            json!({"logGroupIdentifier": format!("{ARN}:*")}),
            "InvalidParameterException",
            "regular expression pattern",
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
        ("PutMetricFilter", json!({}), "the operation PutMetricFilter"),
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
