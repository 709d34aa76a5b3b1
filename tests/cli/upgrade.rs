//! A stack that an earlier version deployed goes on working: it is read, queried and updated, and keeps the ids that Slack
//! knows.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::program::{PROGRAM, alone};

/// The ids of the deployed fixture.
const CONNECTOR: &str =
    "@aws connector add openrate arn:aws:bedrock:ap-northeast-1:123456789012:agent/G91FH0RS3M RKVEBS6DS9\n";

#[test]
fn a_stack_of_the_first_version_is_read_queried_and_updated_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/upgrade/first");
    copy(&fixture, folder.path());
    fs::rename(folder.path().join("world"), folder.path().join(".bedrock-ops")).unwrap();
    let run = |words: &[&str]| {
        let output = alone(Path::new(PROGRAM), folder.path()).current_dir(folder.path()).args(words).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{words:?}: {}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    };

    assert_eq!(run(&["print-connector", "--local"]), CONNECTOR);
    let status: Value = serde_json::from_str(&run(&["status", "--local", "--json"])).unwrap();
    assert_eq!(status["deployed"], true, "{status:#}");
    let plan: Value = serde_json::from_str(&run(&["plan", "--local", "--json"])).unwrap();
    let changes = |word: &str| plan["summary"][word].as_u64().unwrap();
    assert_eq!((changes("create"), changes("delete"), changes("refuse")), (0, 0, 0), "only updates: {plan:#}");
    assert!(!run(&["ask", "--local", "プッシュ通知開封率を教えて"]).is_empty());

    assert_eq!(run(&["deploy", "--local", "--yes"]), CONNECTOR, "the ids stay");
    let plan: Value = serde_json::from_str(&run(&["plan", "--local", "--json"])).unwrap();
    assert_eq!(plan["summary"]["update"], 0, "one deploy brings it up to date: {plan:#}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(path, to.join(name)).unwrap();
        }
    }
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}
