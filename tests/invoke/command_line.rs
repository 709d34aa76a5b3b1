//! What is refused before anything runs: parameters, function names, events, sources.

use crate::stage::{MANIFEST, RIGHT, Stage};

/// Runs it, and insists that it is refused as a wrong command line that says all this.
fn refused(stage: &Stage, arguments: &[&str], told: &[&str]) {
    let ended = stage.run(&[&["invoke", "--local"], arguments].concat());
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(4), ""), "{arguments:?}: {}", ended.stderr);
    for words in told {
        assert!(ended.stderr.contains(words), "{arguments:?}: {}", ended.stderr);
    }
}

#[test]
fn wrong_parameters_are_refused_all_at_once() {
    let stage = Stage::new(RIGHT);
    let required =
        MANIFEST.replace("description: How many days back}", "description: How many days back, required: true}");
    refused(&stage, &["-p", "dayz=7"], &["`get_rate` has no parameter `dayz`", "hint: did you mean `-p days=…`?"]);
    refused(&stage, &["-p", "days=week"], &["the parameter `days` is an integer, and `week` is none", "-p days=30"]);
    refused(&stage, &["-p", "days"], &["`days` gives a parameter no value", "write `-p days=VALUE`"]);
    stage.write("agent.yaml", &required);
    refused(&stage, &[], &["`get_rate` needs the parameter `days`: How many days back", "-p days=30"]);
    refused(&stage, &["-p", "dayz=7"], &["no parameter `dayz`", "needs the parameter `days`"]);
}

#[test]
fn session_attributes_reach_the_handler() {
    let stage = Stage::new(&RIGHT.replace("print(", "print(event['sessionAttributes'], "));
    let ended = stage.run(&[
        "invoke",
        "--local",
        "--session-attribute",
        "session.user=山田 太郎",
        "--session-attribute",
        "token=a=b",
    ]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("{'session.user': '山田 太郎', 'token': 'a=b'}"), "{}", ended.stderr);
    refused(&stage, &["--session-attribute", "token"], &["`token` does not give a session attribute a value"]);
    refused(
        &stage,
        &["--session-attribute", "a=1", "--session-attribute", "a=2"],
        &["the session attribute `a` is given twice"],
    );
}

#[test]
fn a_function_that_is_not_there_or_not_the_only_one_is_told_with_those_that_are() {
    let stage = Stage::new(RIGHT);
    refused(&stage, &["get_rates"], &["the manifest has no function `get_rates`", "it has get_my_api.get_rate"]);
    let more = "  - name: other\n    functions:\n      - {name: get_rate, description: x}\n      - {name: more, description: x}\n";
    stage.write("agent.yaml", &format!("{MANIFEST}{more}"));
    refused(&stage, &[], &["several functions", "name one: get_my_api.get_rate, other.get_rate, other.more"]);
    refused(&stage, &["get_rate"], &["in several action groups", "get_my_api.get_rate, other.get_rate"]);
    let ended = stage.run(&["invoke", "--local", "other.get_rate"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[test]
fn an_event_that_is_none_is_refused() {
    let stage = Stage::new(RIGHT);
    stage.write("list.json", "[1]");
    stage.write("broken.json", "{");
    stage.write("api.json", r#"{"apiPath": "/rates"}"#);
    refused(&stage, &["--event", "nowhere.json"], &["the event nowhere.json: can't be read"]);
    refused(&stage, &["--event", "broken.json"], &["the event broken.json: is not JSON"]);
    refused(&stage, &["--event", "list.json"], &["is not a JSON object"]);
    refused(&stage, &["--event", "api.json"], &["does not name an action group and a function"]);
    refused(&stage, &["--event", "api.json", "-p", "days=7"], &["cannot be used with"]);
}

#[test]
fn what_can_not_run_here_is_refused() {
    let stage = Stage::new(RIGHT);
    let image = format!("image: 123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/a@sha256:{}", "0".repeat(64));
    let ready = MANIFEST.replace("source: lambda/\n  base_image: public.ecr.aws/lambda/python:latest", &image);
    stage.write("agent.yaml", &ready);
    refused(&stage, &[], &["`lambda.image` names a ready image"]);
    stage.write("agent.yaml", &MANIFEST.replace("python:latest", "nodejs:22\n  handler: index.handler"));
    stage.write("lambda/index.mjs", "export const handler = async () => null;\n");
    refused(&stage, &[], &["the handler index.handler in ./lambda/ is not Python"]);
    let ended = stage.run(&["invoke", "--watch"]);
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    assert!(ended.stderr.contains("add --local, or leave --watch away"), "{}", ended.stderr);
}
