//! What only happens on a terminal: the question, the live bars, Ctrl-C.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::json;

use crate::program::{Folder, PROGRAM, alone};
use crate::served::Served;

/// What a terminal sends for Ctrl-C.
pub(crate) const CTRL_C: &str = "\u{3}";

#[test]
fn no_is_taken_for_an_answer_and_nothing_changes() {
    let folder = Folder::new();
    let (code, screen) = on_terminal(&folder, &[("deploy this? [y/N]", "n\r")], &["deploy", "--local"], &[]);
    assert_eq!(code, Some(1), "{screen}");
    assert!(screen.contains("11 to create"), "the plan comes before the question: {screen}");
    assert!(screen.contains("nothing was changed"), "{screen}");
    assert_eq!(folder.run(&["plan", "--local", "--detailed-exitcode"]).output().unwrap().status.code(), Some(2));
}

#[test]
fn enter_alone_means_no() {
    let folder = Folder::new();
    let (code, screen) = on_terminal(&folder, &[("deploy this? [y/N]", "\r")], &["deploy", "--local"], &[]);
    assert_eq!(code, Some(1), "{screen}");
    assert!(screen.contains("nothing was changed"), "{screen}");
}

#[test]
fn yes_deploys_and_then_destroys() {
    let folder = Folder::new();
    let (code, screen) = on_terminal(&folder, &[("deploy this? [y/N]", "y\r")], &["deploy", "--local"], &[]);
    assert_eq!(code, Some(0), "{screen}");
    assert!(screen.contains("@aws connector add openrate arn:aws:bedrock:ap-northeast-1:"), "{screen}");
    assert!(screen.contains("\u{1b}[32m+ repository"), "a terminal shows colours: {screen}");
    let (code, screen) = on_terminal(&folder, &[("[y/N]", "y\r")], &["destroy", "--local"], &[]);
    assert_eq!(code, Some(0), "{screen}");
    assert!(screen.contains("a second look found nothing left"), "{screen}");
}

#[test]
fn ctrl_c_at_the_question_changes_nothing() {
    let folder = Folder::new();
    let (code, screen) = on_terminal(&folder, &[("deploy this? [y/N]", CTRL_C)], &["deploy", "--local"], &[]);
    assert_eq!(code, Some(130), "{screen}");
    assert!(screen.contains("nothing was changed") && !screen.contains("what was done"), "{screen}");
    assert_eq!(folder.run(&["plan", "--local", "--detailed-exitcode"]).output().unwrap().status.code(), Some(2));
}

#[test]
fn ctrl_c_stops_a_deploy_and_the_next_one_finishes_it() {
    let emulator = Served::start(&["--realistic"]);
    let folder = Folder::new();
    builds_on(&folder, &format!("{}/lambda/python:3.12", emulator.address()));
    let settings = emulator.settings();

    let typed = [("deploy this? [y/N]", "y\r"), ("✓ create repository push-openrate", CTRL_C)];
    let (code, screen) = on_terminal(&folder, &typed, &["deploy"], &settings);
    assert_eq!(code, Some(130), "{screen}");
    assert!(screen.contains("create role push-openrate-ap-northeast-1-bedrock 0s"), "live bars: {screen}");
    assert!(screen.contains("interrupted; completed steps remain in place"), "{screen}");

    let output = folder.run(&["deploy", "--yes"]).envs(settings).output().unwrap();
    let (line, told) = texts(&output);
    assert!(output.status.success(), "{told}");
    assert!(!told.contains("+ repository"), "what was done stayed done: {told}");
    assert!(line.starts_with("@aws connector add openrate arn:aws:bedrock:"), "{line}");
}

/// Runs the binary on a terminal and types each text when the screen shows what comes before it. Gives the exit code
/// and all that was shown.
pub(crate) fn on_terminal(
    folder: &Folder,
    typed: &[(&str, &str)],
    arguments: &[&str],
    settings: &[(&str, &str)],
) -> (Option<i32>, String) {
    let mut python: Command = alone(Path::new("python3"), folder.path());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/terminal.py");
    let before = [script.as_os_str(), OsStr::new(&json!(typed).to_string()), OsStr::new(PROGRAM)].map(OsStr::to_owned);
    python.current_dir(folder.path()).args(before).args(arguments).envs(settings.iter().copied());
    let output = python.env("TERM", "xterm-256color").output().expect("python3");
    let (screen, trouble) = texts(&output);
    (output.status.code(), screen + &trouble)
}

/// stdout and stderr.
fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// Has the folder's manifest name this base image.
pub(crate) fn builds_on(folder: &Folder, base_image: &str) {
    let manifest = fs::read_to_string(folder.manifest()).unwrap();
    let named = manifest.replace("  source: lambda/", &format!("  source: lambda/\n  base_image: {base_image}"));
    fs::write(folder.manifest(), named).unwrap();
}
