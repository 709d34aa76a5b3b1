//! Each template's handler passes its own tests, and its sample event is one that its agent could send.

use std::process::Command;

use bedrock_ops::manifest::Function;
use serde_json::Value;

use crate::written::Written;

#[test]
fn every_handler_passes_its_own_tests_without_boto3() {
    // Found before the tester's, if there is one.
    let packages = tempfile::tempdir().unwrap();
    std::fs::write(packages.path().join("boto3.py"), "raise ImportError('boto3')\n").unwrap();
    for (template, written) in Written::all() {
        let output = Command::new("python3")
            .args(["-m", "unittest", "discover", "-s", "lambda/tests", "-t", "lambda"])
            .current_dir(written.path())
            .env("PYTHONPATH", packages.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !said.contains("Ran 0 tests"), "{}: {said}", template.name);
    }
}

#[test]
fn the_sample_event_is_one_that_the_agent_could_send() {
    for (template, written) in Written::all() {
        let manifest = written.manifest();
        let event: Value = serde_json::from_str(&written.text("lambda/event.json")).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();

        assert_eq!(text(&event["messageVersion"]), "1.0");
        assert_eq!(text(&event["agent"]["name"]), manifest.agent.name.to_string(), "{}", template.name);
        let groups = manifest.action_groups.iter();
        let group = groups.clone().find(|group| group.name.to_string() == text(&event["actionGroup"])).unwrap();
        let functions = &mut group.functions.iter();
        let function = functions.find(|function| function.name.to_string() == text(&event["function"])).unwrap();
        check_parameters(function, event["parameters"].as_array().unwrap());
        let members = ["inputText", "sessionId", "sessionAttributes", "promptSessionAttributes"];
        assert!(members.iter().all(|member| !event[member].is_null()), "{}", template.name);
    }
}

/// Those given are the function's, of its types and as strings; those required are given.
fn check_parameters(function: &Function, given: &[Value]) {
    for value in given {
        let parameter = &function.parameters[value["name"].as_str().unwrap()];
        assert_eq!(value["type"], parameter.kind.as_str());
        assert!(value["value"].is_string(), "Bedrock sends strings");
    }
    for (name, parameter) in &function.parameters {
        assert!(!parameter.required || given.iter().any(|value| value["name"] == **name), "{name} is required");
    }
}
