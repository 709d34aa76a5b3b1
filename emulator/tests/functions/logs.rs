//! What functions print, as it stands in Logs.

use serde_json::{Value, json};

use crate::account::{Account, parsed, signed};
use crate::stage::{Made, Stage};

const GROUP: &str = "/aws/lambda/app";
const STREAMS: &str = "arn:aws:logs:ap-northeast-1:123456789012:log-group:/aws/lambda/app:*";

pub(crate) async fn logs(account: &Account, operation: &str, body: Value) -> (u16, Value) {
    let target = format!("Logs_20140328.{operation}");
    let request = signed("POST", "/", "ap-northeast-1", "logs").header("x-amz-target", target);
    let answer = account.send(request, body.to_string().into_bytes()).await;
    (answer.status().as_u16(), parsed(&answer))
}

async fn permit(stage: &Stage, actions: &[&str]) {
    let statement = json!({ "Effect": "Allow", "Action": actions, "Resource": STREAMS });
    let document = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("Action", "PutRolePolicy")
        .append_pair("Version", "2010-05-08")
        .append_pair("RoleName", "runner")
        .append_pair("PolicyName", "logs")
        .append_pair("PolicyDocument", &document)
        .finish();
    let request = signed("POST", "/", "us-east-1", "iam").header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(stage.account.send(request, form.into_bytes()).await.status(), 200);
}

async fn messages(stage: &Stage, more: Value) -> Vec<String> {
    let mut body = json!({ "logGroupName": GROUP });
    for (member, value) in more.as_object().into_iter().flatten() {
        body[member] = value.clone();
    }
    let (status, answer) = logs(&stage.account, "FilterLogEvents", body).await;
    assert_eq!(status, 200, "{answer}");
    let events = answer["events"].as_array().expect("a list");
    events.iter().map(|event| event["message"].as_str().expect("a text").to_owned()).collect()
}

const PRINTS: &str = r#"
import logging
print("imported")
logging.getLogger().setLevel("INFO")
def handler(event, context):
    print("day", event["day"])
    logging.info("two\nlines")
    return event["missing"]
"#;

#[tokio::test]
async fn a_runs_lines_stand_between_its_start_and_its_report() {
    let stage = Stage::new().await;
    permit(&stage, &["logs:CreateLogStream", "logs:PutLogEvents"]).await;
    logs(&stage.account, "CreateLogGroup", json!({ "logGroupName": GROUP })).await;
    stage.make(Made::python("app", PRINTS)).await;
    let told = stage.invoke(json!({ "day": 1 })).await;
    let mut lines = messages(&stage, json!({})).await;
    assert!(told.log.ends_with(&lines.concat()), "the answer's log is the same");
    // It is printed before the event is asked for, and may be read a moment later.
    let imported = lines.iter().position(|line| line == "imported\n").expect("printed");
    assert!(imported < 2, "{lines:?}");
    lines.remove(imported);
    let beginnings =
        ["START RequestId: ", "day 1\n", "[INFO]\t", "[ERROR] KeyError: 'missing'\nTraceback", "END ", "REPORT "];
    assert_eq!(lines.len(), beginnings.len(), "{lines:?}");
    for (line, beginning) in lines.iter().zip(beginnings) {
        assert!(line.starts_with(beginning) && line.ends_with('\n'), "{line:?}");
    }
    assert!(lines[2].ends_with("\ttwo\nlines\n"), "one entry is one event: {:?}", lines[2]);
    stage.invoke(json!({ "day": 2 })).await;
    let second = messages(&stage, json!({ "filterPattern": "day" })).await;
    assert_eq!(second, ["day 1\n", "day 2\n"]);
    let (_, answer) = logs(&stage.account, "DescribeLogStreams", json!({ "logGroupName": GROUP })).await;
    let streams = answer["logStreams"].as_array().expect("a list");
    assert_eq!(streams.len(), 2, "each environment has its stream");
    let name = streams[0]["logStreamName"].as_str().expect("a name");
    assert!(name.starts_with("2026/11/22/[$LATEST]") && name.len() == "2026/11/22/[$LATEST]".len() + 32, "{name}");
}

#[tokio::test]
async fn nothing_is_written_that_the_role_does_not_allow() {
    let stage = Stage::new().await;
    stage.make(Made::python("app", "def handler(e, c): print('here')")).await;
    // Without the group it is made only where that is allowed too.
    permit(&stage, &["logs:CreateLogStream", "logs:PutLogEvents"]).await;
    assert!(stage.invoke(json!({})).await.log.contains("here\n"));
    let (status, _) = logs(&stage.account, "FilterLogEvents", json!({ "logGroupName": GROUP })).await;
    assert_eq!(status, 400, "there is no group");
    permit(&stage, &["logs:CreateLogGroup", "logs:CreateLogStream"]).await;
    stage.invoke(json!({})).await;
    assert_eq!(logs(&stage.account, "FilterLogEvents", json!({ "logGroupName": GROUP })).await.0, 400);
    permit(&stage, &["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]).await;
    stage.invoke(json!({})).await;
    assert_eq!(messages(&stage, json!({ "filterPattern": "here" })).await, ["here\n"]);
}

#[tokio::test]
async fn logs_go_to_the_group_that_the_configuration_names() {
    let stage = Stage::new().await;
    let logging = json!({ "LoggingConfig": { "LogGroup": GROUP } });
    permit(&stage, &["logs:*"]).await;
    stage.make(Made { more: logging, ..Made::python("other", "def handler(e, c): print('elsewhere')") }).await;
    stage.invoke_as("other", &[], json!({})).await;
    assert_eq!(messages(&stage, json!({ "filterPattern": "elsewhere" })).await, ["elsewhere\n"]);
}
