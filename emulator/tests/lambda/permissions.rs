//! Resource policies: each qualifier has its own.

use serde_json::{Value, json};

use crate::{FUNCTION, Stage};

const ARN: &str = "arn:aws:lambda:ap-northeast-1:123456789012:function:openrate";

fn bedrock(id: &str) -> Value {
    json!({
        "StatementId": id,
        "Action": "lambda:InvokeFunction",
        "Principal": "bedrock.amazonaws.com",
        "SourceAccount": "123456789012",
        "SourceArn": "arn:aws:bedrock:ap-northeast-1:123456789012:agent/ABCDEFGHIJ",
    })
}

fn statement(resource: &str) -> Value {
    json!({
        "Sid": "bedrock",
        "Effect": "Allow",
        "Principal": { "Service": "bedrock.amazonaws.com" },
        "Action": "lambda:InvokeFunction",
        "Resource": resource,
        "Condition": {
            "StringEquals": { "AWS:SourceAccount": "123456789012" },
            "ArnLike": { "AWS:SourceArn": "arn:aws:bedrock:ap-northeast-1:123456789012:agent/ABCDEFGHIJ" },
        },
    })
}

fn read(text: &Value) -> Value {
    serde_json::from_str(text.as_str().expect("a text")).expect("JSON")
}

#[tokio::test(start_paused = true)]
async fn a_permission_covers_the_resource_that_it_was_given_for() {
    let stage = Stage::with_function().await;
    stage.lambda("POST", &format!("{FUNCTION}/versions"), json!({})).await;
    let none = (404, "ResourceNotFoundException", "The resource you requested does not exist.");
    for (query, resource) in [("?Qualifier=1", format!("{ARN}:1")), ("", ARN.to_owned())] {
        let policy = format!("{FUNCTION}/policy{query}");
        stage.refuses("GET", &policy, Value::Null, none).await;
        let (status, answer) = stage.lambda("POST", &policy, bedrock("bedrock")).await;
        assert_eq!((status, read(&answer["Statement"])), (201, statement(&resource)));
        let (_, answer) = stage.lambda("GET", &policy, Value::Null).await;
        let expected = json!({ "Version": "2012-10-17", "Id": "default", "Statement": [statement(&resource)] });
        assert_eq!(read(&answer["Policy"]), expected);
        assert!(answer["RevisionId"].is_string());
    }
    let removed = stage.lambda("DELETE", &format!("{FUNCTION}/policy/bedrock?Qualifier=1"), Value::Null).await;
    assert_eq!(removed, (204, json!({})));
    stage.refuses("GET", &format!("{FUNCTION}/policy?Qualifier=1"), Value::Null, none).await;
    assert_eq!(stage.lambda("GET", &format!("{FUNCTION}/policy"), Value::Null).await.0, 200, "the other one stays");
}

#[tokio::test(start_paused = true)]
async fn permissions_that_aws_refuses_are_refused() {
    let stage = Stage::with_function().await;
    let policy = format!("{FUNCTION}/policy");
    stage.lambda("POST", &policy, bedrock("taken")).await;
    let with = |member: &str, value: Value| {
        let mut body = bedrock("new");
        body[member] = value;
        body
    };
    let exists = "The statement id (taken) provided already exists. Please provide a new statement id, or remove the \
                  existing statement.";
    let gone = "Function not found: arn:aws:lambda:ap-northeast-1:123456789012:function:openrate:7";
    let invalid = "InvalidParameterValueException";
    for (query, body, refusal) in [
        ("", bedrock("taken"), (409, "ResourceConflictException", exists)),
        ("?Qualifier=7", bedrock("new"), (404, "ResourceNotFoundException", gone)),
        (
            "?Qualifier=%24LATEST",
            bedrock("new"),
            (400, invalid, "We currently do not support adding policies for $LATEST."),
        ),
        ("", bedrock("a b"), (400, "ValidationException", "at 'statementId' failed to satisfy constraint")),
        ("", bedrock(&"a".repeat(101)), (400, "ValidationException", "length less than or equal to 100")),
        ("", with("Principal", Value::Null), (400, "ValidationException", "Value null at 'principal'")),
        ("", with("Principal", json!("nobody")), (400, invalid, "The provided principal was invalid.")),
        ("", with("Action", json!("s3:GetObject")), (400, "ValidationException", "'action'")),
        ("", with("SourceAccount", json!("12")), (400, "ValidationException", "'sourceAccount'")),
        ("", with("SourceArn", json!("agent")), (400, "ValidationException", "'sourceArn'")),
        ("", with("RevisionId", json!("old")), (412, "PreconditionFailedException", "Call the GetPolicy API")),
        (
            "",
            with("InvokedViaFunctionUrl", json!(true)),
            (501, "NotImplementedByEmulator", "InvokedViaFunctionUrl of AddPermission"),
        ),
    ] {
        stage.refuses("POST", &format!("{policy}{query}"), body, refusal).await;
    }
    let absent = (404, "ResourceNotFoundException", "Statement other is not found in resource policy.");
    stage.refuses("DELETE", &format!("{policy}/other"), Value::Null, absent).await;
}
