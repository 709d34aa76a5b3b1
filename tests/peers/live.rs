//! `live/live.py`, which is meant for a real account, against the emulator: every step ends as it should, the report holds no
//! id of the account, and nothing is left.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::peer::Peer;
use crate::process;
use crate::stage::{ACCOUNT, Stage, repository};

#[test]
fn the_live_check_runs_to_its_end_and_leaves_nothing() {
    let stage = Stage::new();
    if !Peer::Boto3.is_there(&stage) {
        return;
    }
    let report = stage.folder().join("report.json");
    let base = format!("{}/lambda/python:3.12", stage.url().trim_start_matches("http://"));
    let mut command: Command = stage.command("python3");
    command.arg(repository().join("live/live.py")).args(["--yes", "--pause", "0.05", "--base-image", &base]);
    command.args(["--program", env!("CARGO_BIN_EXE_bedrock-ops"), "--report"]).arg(&report);
    let ended = process::run(&mut command, Duration::from_mins(5)).expect_code(0);
    assert!(ended.stdout.contains("expected cost"), "{}", ended.stdout);

    let text = std::fs::read_to_string(&report).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    let questions = report["questions"].as_array().unwrap();
    let answer = |part: &str| {
        let question = questions.iter().find(|question| question["question"].as_str().unwrap().contains(part));
        question.unwrap_or_else(|| panic!("no question about {part}: {text}"))["answer"].as_str().unwrap()
    };
    assert_eq!(answer("stay paused across a deploy"), "REJECT_INVOCATIONS");
    assert!(answer("resume a paused alias").ends_with("ACCEPT_INVOCATIONS"), "the emulator resets what is omitted");
    for step in report["steps"].as_array().unwrap() {
        let leaked =
            step["stdout"].as_str().unwrap().contains("agent/ID0000") || !step["stdout"].to_string().contains("agent/");
        assert!(leaked, "an agent's id is replaced: {step}");
    }
    assert!(text.contains(ACCOUNT), "the emulator's account is the example's, and stays");
    assert_eq!(stage.bedrock_ops(&["destroy", "--yes"]).expect_code(0).stdout, "");
}
