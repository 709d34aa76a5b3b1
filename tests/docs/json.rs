//! The examples of docs/json.md are what the program prints.

use std::process::Command;
use std::time::SystemTime;

use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use bedrock_ops::aws::{Access, Door};
use bedrock_ops::manifest;
use emulator::{Emulator, Settings};
use serde_json::Value;

use crate::page;
use crate::sample::Sample;

/// What the program prints with these arguments, and its exit code.
fn printed(sample: &Sample, arguments: &[&str]) -> (Value, i32) {
    let path = sample.path();
    let folder = path.parent().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_bedrock-ops"));
    command.args(arguments).arg("--json").current_dir(folder);
    // Nobody's settings, and no cache but the folder's own; Python is found where it is.
    command.env_clear().env("XDG_CACHE_HOME", folder.join("cache"));
    for kept in ["PATH", "HOME", "PYENV_ROOT", "PYENV_VERSION", "VIRTUAL_ENV", "LD_LIBRARY_PATH"] {
        command.envs(std::env::var_os(kept).map(|value| (kept, value)));
    }
    let output = command.output().unwrap();
    let document = serde_json::from_slice(&output.stdout);
    let document = document.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (document, output.status.code().unwrap())
}

/// The examples of a command, in the order of the page.
fn examples(command: &str) -> Vec<Value> {
    let page = page::read("json");
    let section = page::section(&page, &format!("`{command} --json`"));
    page::blocks(section, "json").into_iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

fn same(shown: &Value, real: &Value) {
    assert_eq!(shown, real, "docs/json.md should show\n{real:#}");
}

/// The document with the example's ids: AWS gives others each time, and so does the emulator.
fn with_ids_of(example: &Value, real: &Value) -> Value {
    let mut text = real.to_string();
    for member in ["agent_id", "alias_id"] {
        text = text.replace(real[member].as_str().unwrap(), example[member].as_str().unwrap());
    }
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_examples_are_what_is_printed() {
    let sample = Sample::new();
    let [before, changed] = &examples("plan")[..] else { panic!("two plans are shown") };
    let (plan, _) = printed(&sample, &["plan", "--local"]);
    same(before, &plan);

    let (deployed, code) = printed(&sample, &["deploy", "--local", "--yes"]);
    assert_eq!(code, 0);
    let example = &examples("deploy")[0];
    same(example, &with_ids_of(example, &deployed));

    sample.write(&Sample::with(&["timeout: 30", "environment: {KPI_NAME: push-open-rate}"]));
    let (plan, code) = printed(&sample, &["plan", "--local", "--detailed-exitcode"]);
    assert_eq!(code, 2);
    same(changed, &plan);

    let (destroyed, code) = printed(&sample, &["destroy", "--local", "--yes"]);
    assert_eq!(code, 0);
    same(&examples("destroy")[0], &destroyed);
}

/// A handler that Bedrock understands.
const RIGHT: &str = r#"
def handler(event, context):
    return {"messageVersion": "1.0", "response": {"actionGroup": event["actionGroup"], "function": event["function"],
            "functionResponse": {"responseBody": {"TEXT": {"body": "2.04 %"}}}}}
"#;

/// The events with the pieces of the text put together.
fn joined(lines: &str) -> Vec<Value> {
    let mut events: Vec<Value> = Vec::new();
    for line in lines.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        match (events.last_mut(), event["text"].as_str()) {
            (Some(last), Some(text)) if last["event"] == "text" && event["event"] == "text" => {
                last["text"] = format!("{}{text}", last["text"].as_str().unwrap()).into();
            }
            _ => events.push(event),
        }
    }
    events
}

#[test]
fn the_events_of_an_answer_are_those_of_the_page() {
    let sample = Sample::new();
    let folder = sample.path().parent().unwrap().to_owned();
    std::fs::write(folder.join("lambda/lambda_function.py"), RIGHT).unwrap();
    printed(&sample, &["deploy", "--local", "--yes"]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_bedrock-ops"));
    command.args([
        "ask",
        "--local",
        "--trace",
        "--json",
        "--session",
        "mine",
        "What is the open rate of the last campaigns?",
    ]);
    command.current_dir(&folder).env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut real = joined(&String::from_utf8(output.stdout).unwrap());

    let page = page::read("json");
    let example = joined(page::blocks(page::section(&page, "`ask --json`"), "jsonl")[0]);
    assert_eq!(real.len(), example.len(), "docs/json.md should show\n{real:#?}");
    for (real, example) in real.iter_mut().zip(&example) {
        // Ids are AWS's to give, and no two answers take the same time.
        for member in
            ["agent_id", "alias_id", "took_ms"].iter().filter(|member| !real[**member].is_null()).collect::<Vec<_>>()
        {
            assert_eq!(real[*member].is_number(), example[*member].is_number(), "{member} of {example}");
            real[*member] = example[*member].clone();
        }
        same(example, real);
    }
}

#[test]
fn the_example_of_a_status_is_what_is_printed() {
    let sample = Sample::new();
    let (_, code) = printed(&sample, &["deploy", "--local", "--yes"]);
    assert_eq!(code, 0);
    let (mut status, code) = printed(&sample, &["status", "--local"]);
    assert_eq!(code, 0);
    let example = &examples("status")[0];
    let release = &mut status["release"];
    let moment = release["deployed_at"].as_str().unwrap();
    assert!(moment.len() == "2026-11-22T09:00:12.345Z".len() && moment.ends_with('Z'), "{moment}");
    release["deployed_at"] = example["release"]["deployed_at"].clone();
    let uri = release["image"]["uri"].as_str().unwrap();
    assert!(uri.contains("/push-openrate@sha256:") && uri.len() == uri.find("sha256:").unwrap() + 71, "{uri}");
    release["image"]["uri"] = example["release"]["image"]["uri"].clone();
    for member in ["agent_id", "alias_id"] {
        let ids = [&status["release"][member], &example["release"][member]].map(|id| id.as_str().unwrap().to_owned());
        status = serde_json::from_str(&status.to_string().replace(&ids[0], &ids[1])).unwrap();
    }
    same(example, &status);
}

/// Has the sample's emulated account hold these events, the last of them a second ago.
async fn write(sample: &Sample, events: &[(String, i64)]) {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    let settings = Settings { epoch: u64::try_from(now).unwrap(), ..Settings::for_tests() };
    let emulator = Emulator::open(&sample.path().with_file_name(".bedrock-ops"), settings).unwrap();
    let manifest = manifest::parse(&Sample::text(), &sample.path()).unwrap().manifest;
    let logs = Door::local(emulator, &manifest).clients(Access::Write).logs.clone();
    let (group, stream) = ("/aws/lambda/push-openrate", "2026/11/22/[1]0123456789abcdef0123456789abcdef");
    logs.create_log_group().log_group_name(group).send().await.unwrap();
    logs.create_log_stream().log_group_name(group).log_stream_name(stream).send().await.unwrap();
    let event = |(message, before): &(String, i64)| {
        let at = i64::try_from(now).unwrap() - 1000 - before;
        InputLogEvent::builder().timestamp(at).message(message).build().unwrap()
    };
    let call = logs.put_log_events().log_group_name(group).log_stream_name(stream);
    call.set_log_events(Some(events.iter().map(event).collect())).send().await.unwrap();
}

#[tokio::test]
async fn the_example_of_a_log_is_what_is_printed() {
    let page = page::read("json");
    let example = page::blocks(page::section(&page, "`logs --json`"), "json")[0];
    let example: Vec<Value> = serde_json::Deserializer::from_str(example).into_iter().map(Result::unwrap).collect();
    let [raised, ended] = &example[..] else { panic!("two events are shown") };
    let id = raised["request_id"].as_str().unwrap();
    let message = |event: &Value| event["message"].as_str().unwrap().to_owned();
    let sample = Sample::new();
    let around = [(format!("START RequestId: {id} Version: 1"), 20), (message(raised), 10)];
    let end = [(format!("END RequestId: {id}"), 0), (message(ended) + "\t\n", 0)];
    write(&sample, &[around, end].concat()).await;

    let mut logs = Command::new(env!("CARGO_BIN_EXE_bedrock-ops"));
    logs.args(["logs", "--local", "--json"]).current_dir(sample.path().parent().unwrap()).env_clear();
    let output = logs.output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let mut real: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(real.len(), example.len(), "{lines}{}", String::from_utf8_lossy(&output.stderr));
    for (real, example) in real.iter_mut().zip(&example) {
        for member in ["time", "event_id"] {
            let (is, shown) = (real[member].as_str().unwrap(), example[member].as_str().unwrap());
            assert!(!is.is_empty() && (member != "time" || is.len() == shown.len()), "{member}: {is}");
            real[member] = example[member].clone();
        }
        same(example, real);
    }
}

#[test]
fn a_wrong_manifest_is_told_as_the_page_shows() {
    let sample = Sample::new();
    sample.write(&Sample::with(&["timout: 30"]));
    let (problems, code) = printed(&sample, &["validate"]);
    assert_eq!(code, 4);
    same(&examples("validate")[0], &problems);
}

#[test]
fn a_handler_without_a_return_is_told_as_the_page_shows() {
    let sample = Sample::new();
    sample.handler("def handler(event, context):\n    reply = {\"messageVersion\": \"1.0\"}\n");
    let (mut verdict, code) = printed(&sample, &["invoke", "--local"]);
    assert_eq!(code, 1);
    let example = &examples("invoke")[0];
    assert!(verdict["took_ms"].is_u64(), "{verdict}");
    verdict["took_ms"] = example["took_ms"].clone();
    // The lines of Python are shown by their beginning.
    let (shown, cure) = (&example["breaches"][0]["cure"], verdict["breaches"][0]["cure"].as_str().unwrap());
    assert!(cure.starts_with(shown.as_str().unwrap().trim_end_matches("...")), "{cure}");
    verdict["breaches"][0]["cure"] = shown.clone();
    same(example, &verdict);
}
