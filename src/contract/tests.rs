//! Each mistake with what is said of it, as one text to be read; and the event, and the parameters.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Asked, Caller, Ended, Verdict, arguments, event, judge};
use crate::manifest::{self, Function};

fn asked() -> Asked {
    Asked { action_group: "get_my_api".to_owned(), function: "get_rate".to_owned() }
}

/// A reply as Bedrock takes it.
fn right() -> Value {
    json!({
        "messageVersion": "1.0",
        "response": {
            "actionGroup": "get_my_api",
            "function": "get_rate",
            "functionResponse": {"responseBody": {"TEXT": {"body": "{}"}}},
        },
    })
}

fn judged(reply: &Value) -> Verdict {
    judge(&asked(), &Ended::Returned(reply.to_string().into_bytes()), Duration::from_secs(1))
}

/// The right reply with another value at this place; null takes the member away.
fn with(pointer: &str, value: Value) -> Value {
    let mut reply = right();
    let (above, last) = pointer.rsplit_once('/').unwrap();
    let object = reply.pointer_mut(above).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        object.remove(last);
    } else {
        object.insert(last.to_owned(), value);
    }
    reply
}

fn told(case: &str, verdict: &Verdict) -> String {
    let mut text = format!("## {case}\n");
    for breach in &verdict.breaches {
        writeln!(text, "{breach}\n{}", breach.cure()).unwrap();
    }
    for note in &verdict.notes {
        writeln!(text, "note: {note}").unwrap();
    }
    text
}

#[test]
fn a_right_reply_keeps_the_contract() {
    let verdict = judged(&right());
    assert!(verdict.is_kept());
    assert_eq!(verdict.body.as_deref(), Some("{}"));
    let attributes = with("/sessionAttributes", json!({"team": "marketing"}));
    assert!(judged(&attributes).is_kept());
}

#[test]
fn each_mistake_in_a_reply_is_told_with_what_to_write_instead() {
    let body = "/response/functionResponse/responseBody";
    let cases = [
        ("returned nothing", json!(null)),
        ("a list", json!([1, 2])),
        ("only the figures", json!({"response": "2.04 %"})),
        ("no message version", with("/messageVersion", json!(null))),
        ("a number as message version", with("/messageVersion", json!(1.0))),
        ("another action group", with("/response/actionGroup", json!("action-group-quick-start"))),
        ("no function", with("/response/function", json!(null))),
        ("no function response", with("/response/functionResponse", json!(null))),
        ("no response body", with(body, json!(null))),
        ("an API's content type", with(body, json!({"application/json": {"body": "{}"}}))),
        ("an empty response body", with(body, json!({}))),
        ("no body", with(body, json!({"TEXT": {}}))),
        ("an object as body", with(body, json!({"TEXT": {"body": {"rate": 2.04}}}))),
        ("another response state", with("/response/functionResponse/responseState", json!("SUCCESS"))),
        ("REPROMPT", with("/response/functionResponse/responseState", json!("REPROMPT"))),
        ("FAILURE", with("/response/functionResponse/responseState", json!("FAILURE"))),
        ("a number as session attribute", with("/sessionAttributes", json!({"count": 3}))),
        ("a large reply", with(body, json!({"TEXT": {"body": "x".repeat(26_000)}}))),
    ];
    let text: String = cases.iter().map(|(case, reply)| told(case, &judged(reply)) + "\n").collect();
    insta::assert_snapshot!(text);
}

#[test]
fn each_way_of_not_replying_is_told_with_what_to_do() {
    let failed = |kind: &str, message: &str| Ended::Failed { kind: kind.to_owned(), message: message.to_owned() };
    let seconds = Duration::from_secs;
    let cases = [
        ("no JSON", Ended::Returned(b"<html>".to_vec()), seconds(1)),
        ("raised", failed("KeyError", "'sessionAttributes'"), seconds(1)),
        (
            "not importable",
            failed("Runtime.ImportModuleError", "Unable to import module 'a': No module named 'b'"),
            seconds(0),
        ),
        ("exited", Ended::Exited { how: "exit code 1".to_owned() }, seconds(1)),
        (
            "exited on AWS",
            failed("Runtime.ExitError", "RequestId: 1 Error: Runtime exited with error: exit status 1"),
            seconds(1),
        ),
        (
            "out of memory",
            failed("Runtime.OutOfMemory", "RequestId: 1 Error: Runtime exited with error: signal: killed"),
            seconds(1),
        ),
        ("timed out", Ended::TimedOut { after: Some(seconds(60)) }, seconds(60)),
        (
            "timed out on AWS",
            failed("Sandbox.Timedout", "RequestId: 1 Error: Task timed out after 3.00 seconds"),
            seconds(3),
        ),
        (
            "6 MB",
            failed("Function.ResponseSizeTooLarge", "Response payload size (7340032 bytes) exceeded …"),
            seconds(1),
        ),
        ("slower than the chat", Ended::Returned(right().to_string().into_bytes()), seconds(130)),
        ("not started", Ended::NotStarted { reason: "python3 can't be started: not found".to_owned() }, seconds(0)),
    ];
    let text: String =
        cases.iter().map(|(case, ended, took)| told(case, &judge(&asked(), ended, *took)) + "\n").collect();
    insta::assert_snapshot!(text);
}

/// A function with a parameter of each type.
fn function() -> Function {
    let text = "
name: sample
agent: {model: jp.anthropic.claude-sonnet-4-6, instruction: You tell people how many of them opened it.}
lambda: {image: 123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/a@sha256:DIGEST}
action_groups:
  - name: get_my_api
    functions:
      - name: get_rate
        parameters:
          days: {type: integer, description: How many days back, required: true}
          share: {type: number}
          all: {type: boolean}
          names: {type: array}
          title: {type: string}
";
    let text = text.replace("DIGEST", &"0".repeat(64));
    let loaded = manifest::parse(&text, Path::new("agent.yaml")).unwrap_or_else(|refused| panic!("{refused}"));
    loaded.manifest.action_groups[0].functions[0].clone()
}

#[test]
fn the_event_has_every_field_and_every_value_is_text() {
    let given = ["days=7", "share=0.5", "all=true", "names=[a, b]", "title=a=b"].map(str::to_owned);
    let arguments = arguments(&function(), &given).unwrap();
    let event = event(&Caller::draft("push-openrate-agent"), &asked(), &arguments);
    assert_eq!(Asked::of(&event), Some(asked()));
    insta::assert_snapshot!(format!("{event:#}"));
}

#[test]
fn wrong_parameters_are_told_all_at_once_each_with_a_cure() {
    let given =
        ["dayz=7", "share=half", "all=yes", "names=a", "title", "titel=x", "nothing_like_it=1", "all=true", "all=true"];
    let wrong = arguments(&function(), &given.map(str::to_owned)).unwrap_err();
    let lines: Vec<String> = wrong.0.iter().map(|problem| format!("{problem}\n    {}", problem.cure())).collect();
    insta::assert_snapshot!(lines.join("\n"));
}
