//! `Invoke` as a client meets it.

use std::time::Duration;

use emulator::{Emulator, Settings};
use serde_json::{Value, json};

use crate::stage::{FUNCTIONS, Made, Stage};

const ECHO: &str = r#"
import os, sys
def handler(event, context):
    print("asked for", event.get("days"))
    return {"event": event, "kpi": os.environ.get("KPI_NAME"), "from_image": os.environ.get("FROM_IMAGE"),
            "version": context.function_version, "arn": context.invoked_function_arn,
            "group": context.log_group_name, "root": os.environ["LAMBDA_TASK_ROOT"] == os.getcwd(),
            "endpoint": os.environ["AWS_ENDPOINT_URL"], "site": any("site-packages" in p for p in sys.path)}
"#;

#[tokio::test]
async fn a_function_runs_out_of_its_image_and_sees_its_environment() {
    let stage = Stage::new().await;
    let mut made = Made::python("app", ECHO);
    made.config["Env"] = json!(["FROM_IMAGE=yes", "KPI_NAME=overridden", "AWS_REGION=moon", "PATH=/nowhere"]);
    made.more = json!({ "Environment": { "Variables": { "KPI_NAME": "push-open-rate" } } });
    stage.make(made).await;
    let told = stage.invoke(json!({ "days": "7" })).await;
    assert_eq!((told.status, told.error.as_str(), told.version.as_str()), (200, "", "$LATEST"), "{}", told.log);
    let expected = json!({
        "event": { "days": "7" }, "kpi": "push-open-rate", "from_image": "yes", "version": "$LATEST",
        "arn": "arn:aws:lambda:ap-northeast-1:123456789012:function:app", "group": "/aws/lambda/app", "root": true,
        "endpoint": told.body["endpoint"], "site": false,
    });
    assert_eq!(told.body, expected);
    assert!(told.body["endpoint"].as_str().expect("a text").starts_with("http://127.0.0.1:"));
}

#[tokio::test]
async fn each_version_runs_its_own_image() {
    let stage = Stage::with_python("def handler(e, c): return ['one', c.function_version]").await;
    let made = Made::python("two", "def handler(e, c): return ['two', c.function_version]");
    let uri = stage.push("two", &made.layers, made.config).await;
    let body = json!({ "ImageUri": uri, "Publish": true });
    let (status, answer) = stage.account.lambda("PUT", &format!("{FUNCTIONS}/app/code"), body).await;
    assert_eq!((status, &answer["Version"]), (200, &json!("2")));
    tokio::time::sleep(Duration::from_millis(5)).await;
    let arn = "arn:aws:lambda:ap-northeast-1:123456789012:function:app:1";
    let (first, second) =
        tokio::join!(stage.invoke_as(arn, &[], json!({})), stage.invoke_as("app?Qualifier=2", &[], json!({})),);
    assert_eq!((first.version.as_str(), first.body), ("1", json!(["one", "1"])));
    assert_eq!((second.version.as_str(), second.body), ("2", json!(["two", "2"])));
}

#[tokio::test]
async fn what_lambda_refuses_is_refused() {
    let stage = Stage::with_python("def handler(e, c): pass").await;
    let path = |function: &str| format!("{FUNCTIONS}/{function}/invocations");
    for (function, arn) in [("none", "function:none"), ("app:7", "function:app:7"), ("app:live", "function:app:live")] {
        let (status, answer) = stage.account.lambda("POST", &path(function), json!({})).await;
        let text = format!("Function not found: arn:aws:lambda:ap-northeast-1:123456789012:{arn}");
        let expected = (404, &json!("ResourceNotFoundException"), &json!(text));
        assert_eq!((status, &answer["code"], &answer["Message"]), expected, "{function}");
    }
    let large = json!("x".repeat(6_291_456));
    let (status, answer) = stage.account.lambda("POST", &path("app"), large).await;
    assert_eq!((status, &answer["code"]), (413, &json!("RequestTooLargeException")));
    assert_eq!(answer["Message"], "Request must be smaller than 6291456 bytes for the InvokeFunction operation");
    stage.account.lambda("DELETE", &format!("{FUNCTIONS}/app"), Value::Null).await;
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(stage.account.lambda("POST", &path("app"), json!({})).await.0, 404);
}

#[tokio::test]
async fn a_dry_run_runs_nothing_and_an_event_is_not_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let mark = folder.path().join("ran");
    let source = format!("def handler(e, c): open({:?}, 'w').close()", mark.display());
    let stage = Stage::with_python(&source).await;
    let told = stage.invoke_as("app", &[("x-amz-invocation-type", "DryRun")], json!({})).await;
    assert_eq!(told.status, 204);
    let told = stage.invoke_as("app", &[("x-amz-invocation-type", "Event")], json!({})).await;
    assert_eq!((told.status, mark.exists()), (202, false));
    let patience = std::time::Instant::now();
    while !mark.exists() && patience.elapsed() < Duration::from_secs(20) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(mark.exists(), "it never ran");
}

#[tokio::test(start_paused = true)]
async fn a_paused_clock_stands_still_while_a_function_runs() {
    let stage = Stage::of(Emulator::new(Settings::for_tests())).await;
    tokio::time::sleep(Duration::from_secs(9)).await;
    let source = r#"
import json, os, time, urllib.request
def handler(event, context):
    time.sleep(1.2)
    with urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/_emulator/health") as answer:
        return json.load(answer)
"#;
    stage.make(Made { more: json!({ "Timeout": 10 }), ..Made::python("app", source) }).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let before = tokio::time::Instant::now();
    let other = tokio::spawn(tokio::time::sleep(Duration::from_secs(30)));
    let told = stage.invoke(json!({})).await;
    assert_eq!(told.body, json!({ "status": "ok", "account": "123456789012" }), "{}", told.log);
    assert!(before.elapsed() < Duration::from_secs(1), "{:?}", before.elapsed());
    assert!(!other.is_finished(), "the clock ran ahead of the process");
}
