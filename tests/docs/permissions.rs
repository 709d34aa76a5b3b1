//! docs/permissions.md lists every call that the program makes, and its policies allow those and nothing else.

use std::collections::BTreeSet;
use std::path::Path;

use bedrock_ops::aws::Door;
use bedrock_ops::image::Host;
use bedrock_ops::manifest;
use bedrock_ops::progress::Progress;
use bedrock_ops::session::Session;
use emulator::{Emulator, Settings};
use serde_json::Value;

use crate::page;
use crate::sample::Sample;

/// The commands that have a policy, in the order of the table's columns.
const COMMANDS: [&str; 3] = ["plan", "deploy", "destroy"];

/// Characters that AWS lets a managed policy have, white space not counted.
const POLICY_ROOM: usize = 6144;

/// One row of the table.
struct Row {
    /// The call as `service:Operation`; the row of the registry has none.
    call: Option<String>,
    /// Whether each of the commands makes it.
    made_by: [bool; 3],
    /// What must be allowed for it.
    actions: Vec<String>,
}

fn table(page: &str) -> Vec<Row> {
    let row = |cells: Vec<&str>| {
        let [call, plan, deploy, destroy, actions] = cells[..] else { panic!("five cells: {cells:?}") };
        Row {
            call: page::code(call).next().map(str::to_owned),
            made_by: [plan, deploy, destroy].map(|cell| cell == "yes"),
            actions: page::code(actions).map(str::to_owned).collect(),
        }
    };
    page::rows(page::section(page, "Every call and what it asks for")).into_iter().map(row).collect()
}

/// The operations that the sources name where they call AWS.
fn called_in(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(called_in(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let operation = |rest: &str| rest.trim_start().strip_prefix('"')?.split('"').next().map(str::to_owned);
            found.extend(text.split(".called(").skip(1).filter_map(operation));
        }
    }
    found
}

/// The actions that a command's policy allows.
fn allowed(policy: &str) -> BTreeSet<String> {
    let policy: Value = serde_json::from_str(policy).unwrap();
    let actions = |statement: &Value| match &statement["Action"] {
        Value::Array(actions) => actions.clone(),
        action => vec![action.clone()],
    };
    let actions = policy["Statement"].as_array().unwrap().iter().flat_map(actions);
    actions.map(|action| action.as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_call_in_the_sources_is_listed_and_no_other() {
    let page = page::read("permissions");
    let listed: BTreeSet<String> = table(&page).into_iter().filter_map(|row| row.call).collect();
    let called = called_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(called.len() > 50, "{called:?}");
    assert_eq!(listed, called, "left: docs/permissions.md; right: src/");
}

#[test]
fn each_policy_allows_what_its_command_needs_and_nothing_else() {
    let page = page::read("permissions");
    for (column, command) in COMMANDS.iter().enumerate() {
        let section = page::section(&page, &format!("`{command}`"));
        let [policy] = page::blocks(section, "json")[..] else { panic!("{command} has one policy") };
        let rows = table(&page).into_iter().filter(|row| row.made_by[column]);
        let needed: BTreeSet<String> = rows.flat_map(|row| row.actions).collect();
        assert_eq!(allowed(policy), needed, "left: the policy for {command}; right: the table");
    }
}

#[test]
fn each_policy_fits_into_one_managed_policy() {
    let page = page::read("permissions");
    let longest = [("NAME", "n".repeat(40)), ("REGION", "ap-northeast-1".to_owned()), ("ACCOUNT", "1".repeat(12))];
    for policy in page::blocks(&page, "json") {
        let filled = longest.iter().fold(policy.to_owned(), |text, (name, value)| text.replace(name, value));
        let size = filled.chars().filter(|character| !character.is_whitespace()).count();
        assert!(size <= POLICY_ROOM, "{size}");
    }
}

/// What reached the emulator since this was last asked, as `service:Operation`; the registry's calls are HTTP's.
fn calls(emulator: &Emulator) -> BTreeSet<String> {
    let calls = emulator.calls().into_iter().filter(|call| call.service != "registry");
    let named = calls.map(|call| {
        let service = match call.service {
            "bedrock-agent" | "bedrock-agent-runtime" => "bedrock",
            "pinpoint" => "mobiletargeting",
            service => service,
        };
        format!("{service}:{}", call.operation)
    });
    let named = named.collect();
    emulator.clear_calls();
    named
}

#[tokio::test(start_paused = true)]
async fn what_a_run_calls_is_listed_for_its_command() {
    let page = page::read("permissions");
    let (sample, emulator) = (Sample::new(), Emulator::new(Settings::for_tests()));
    let session = |text: &str| {
        let manifest = manifest::parse(text, &sample.path()).unwrap().manifest;
        let door = Door::local(emulator.clone(), &manifest);
        Session::new(manifest, door, Host::default(), Progress::silent())
    };
    let listed = |column: usize, made: &BTreeSet<String>| {
        let rows = table(&page).into_iter().filter(|row| row.made_by[column]);
        let listed: BTreeSet<String> = rows.filter_map(|row| row.call).collect();
        let missing: Vec<&String> = made.difference(&listed).collect();
        assert!(missing.is_empty(), "{} calls {missing:?}", COMMANDS[column]);
    };
    let asking = Sample::with(&["timeout: 20"]) + "smoke: xyzzy?\n";
    for text in [Sample::text(), Sample::with(&["timeout: 30"]), asking] {
        let session = session(&text);
        let (_, plan) = session.plan().await.unwrap();
        listed(0, &calls(&emulator));
        assert!(session.apply(&plan).await.errors().is_empty());
        listed(1, &calls(&emulator));
    }
    let session = session(&Sample::text());
    let (_, plan) = session.destruction().await.unwrap();
    assert!(session.apply(&plan).await.errors().is_empty());
    listed(2, &calls(&emulator));
}
