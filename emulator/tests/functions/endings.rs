//! How functions end, and that none of them takes the emulator along.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::stage::{Made, Stage, Told};

/// Runs `app.handler` of this source; the emulator must answer other calls afterwards, and in good time.
async fn run(source: &str, more: Value) -> Told {
    let stage = Stage::new().await;
    stage.make(Made { more, ..Made::python("app", source) }).await;
    let began = Instant::now();
    let told = stage.invoke(json!({ "days": "7" })).await;
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    assert_eq!(stage.account.lambda("GET", "/2015-03-31/functions/app", Value::Null).await.0, 200);
    assert!(told.log.contains("START RequestId: ") && told.log.contains("\nREPORT RequestId: "), "{}", told.log);
    told
}

/// The id of the request, as the log tells it.
fn id(told: &Told) -> &str {
    let after = told.log.split("START RequestId: ").nth(1).expect("a start");
    after.split(' ').next().expect("an id")
}

/// Checks what AWS answers when the process itself came to a bad end.
fn is_complaint(told: &Told, kind: &str, text: &str) {
    let expected = json!({ "errorType": kind, "errorMessage": format!("RequestId: {} Error: {text}", id(told)) });
    assert_eq!((told.status, told.error.as_str(), &told.body), (200, "Unhandled", &expected), "{}", told.log);
}

#[tokio::test]
async fn what_is_raised_is_the_payload_with_the_files_named_as_on_lambda() {
    let told = run("def handler(e, c):\n    return e['response']\n", json!({})).await;
    let members: Vec<&String> = told.body.as_object().expect("an object").keys().collect();
    assert_eq!(members, ["errorMessage", "errorType", "requestId", "stackTrace"]);
    let (kind, message) = (&told.body["errorType"], &told.body["errorMessage"]);
    assert_eq!((told.error.as_str(), kind, message), ("Unhandled", &json!("KeyError"), &json!("'response'")));
    assert_eq!(told.body["requestId"], id(&told));
    let stack = told.body["stackTrace"][0].as_str().expect("a line");
    assert!(stack.starts_with("  File \"/var/task/app.py\", line 2, in handler\n"), "{stack}");
    assert!(told.log.contains("[ERROR] KeyError: 'response'\nTraceback (most recent call last):\n"), "{}", told.log);
}

#[tokio::test]
async fn a_function_that_hangs_times_out_also_while_it_is_imported() {
    let text = "Task timed out after 1.00 seconds";
    let told = run("import time\ndef handler(e, c): time.sleep(60)\n", json!({ "Timeout": 1 })).await;
    is_complaint(&told, "Sandbox.Timedout", text);
    assert!(told.log.contains(&format!("Z {} {text}\n\nEND", id(&told))), "{}", told.log);
    assert!(told.log.contains("\tDuration: 1000.00 ms\t") && told.log.contains("\tStatus: timeout\t"), "{}", told.log);
    // Ten seconds to start, and then its timeout.
    let told = run("import time\ntime.sleep(60)\n", json!({ "Timeout": 1 })).await;
    is_complaint(&told, "Sandbox.Timedout", text);
}

#[tokio::test]
async fn a_function_that_ends_its_process_is_told_by_its_exit() {
    let told = run("import sys\ndef handler(e, c):\n    print('bye')\n    sys.exit(1)\n", json!({})).await;
    is_complaint(&told, "Runtime.ExitError", "Runtime exited with error: exit status 1");
    assert!(told.log.contains("\nbye\nRequestId: "), "{}", told.log);
    let told = run("import os\ndef handler(e, c): os._exit(0)\n", json!({})).await;
    is_complaint(&told, "Runtime.ExitError", "Runtime exited without providing a reason");
    let told = run("import os\ndef handler(e, c): os.abort()\n", json!({})).await;
    is_complaint(&told, "Runtime.ExitError", "Runtime exited with error: signal: aborted");
}

#[tokio::test]
async fn a_handler_that_cannot_be_imported_is_told_by_name() {
    let told = run("import nowhere_to_be_found\n", json!({})).await;
    assert_eq!((told.error.as_str(), &told.body["errorType"]), ("Unhandled", &json!("Runtime.ImportModuleError")));
    assert_eq!(told.body["errorMessage"], "Unable to import module 'app': No module named 'nowhere_to_be_found'");
}

#[tokio::test]
async fn what_is_missing_here_alone_is_told_with_the_reason() {
    let told = run("import jmespath\n", json!({})).await;
    let text = told.body["errorMessage"].as_str().expect("a text");
    assert!(text.contains("No module named 'jmespath' (AWS's base image has it"), "{text}");
    let stage = Stage::new().await;
    let files = [("var/task/app.py", "import fast"), ("var/task/fast.cpython-399-moon.so", "")];
    stage.make(Made { layers: vec![crate::stage::layer(&files)], ..Made::python("app", "") }).await;
    let told = stage.invoke(json!({})).await;
    let text = told.body["errorMessage"].as_str().expect("a text");
    assert!(text.contains("'fast' (fast.cpython-399-moon.so is compiled for Lambda's system"), "{text}");
}

#[tokio::test]
async fn what_this_pythons_own_packages_hold_is_not_lent() {
    // pip is as good as everywhere, and in no image of ours.
    let told = run("import pip\ndef handler(e, c): return pip.__file__\n", json!({})).await;
    assert_eq!(told.body["errorType"], "Runtime.ImportModuleError", "{}", told.body);
}

#[tokio::test]
async fn ten_megabytes_of_prints_leave_the_end_of_the_log() {
    let source = "def handler(e, c):\n    for n in range(10_000): print('%05d' % n, 'x' * 1024)\n    return 'done'\n";
    let stage = Stage::with_python(source).await;
    let told = stage.invoke(json!({})).await;
    assert_eq!((told.error.as_str(), &told.body), ("", &json!("done")));
    assert_eq!(told.log.len(), 4096, "the last 4 KB");
    assert!(
        told.log.contains("09999 xxx")
            && told.log.trim_end().lines().last().is_some_and(|line| line.starts_with("REPORT"))
    );
}

#[tokio::test]
async fn a_reply_of_seven_megabytes_is_refused() {
    let told = run("def handler(e, c): return 'x' * 7_000_000\n", json!({})).await;
    let text = "Response payload size (7000002 bytes) exceeded maximum allowed payload size (6291556 bytes).";
    let expected = json!({ "errorMessage": text, "errorType": "Function.ResponseSizeTooLarge" });
    assert_eq!((told.status, told.error.as_str(), told.body), (200, "Unhandled", expected));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_function_that_takes_more_memory_than_it_has_is_killed() {
    let source =
        "import time\ndef handler(e, c):\n    hoard = []\n    while True: hoard.append(bytearray(b'x' * 1_000_000))\n";
    let told = run(source, json!({ "MemorySize": 128 })).await;
    is_complaint(&told, "Runtime.OutOfMemory", "Runtime exited with error: signal: killed");
    assert!(told.log.contains("\tMemory Size: 128 MB\tMax Memory Used: 128 MB\t"), "{}", told.log);
    // So is one whose child takes it.
    let child = "import time; hoard = bytearray(b'x' * 200_000_000); time.sleep(60)";
    let source =
        format!("import subprocess, sys\ndef handler(e, c): subprocess.run([sys.executable, '-c', {child:?}])\n");
    let told = run(&source, json!({ "MemorySize": 128 })).await;
    is_complaint(&told, "Runtime.OutOfMemory", "Runtime exited with error: signal: killed");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_function_within_its_memory_is_told_what_it_took() {
    let told =
        run("hoard = bytearray(b'x' * 40_000_000)\ndef handler(e, c): return 1\n", json!({ "MemorySize": 128 })).await;
    assert_eq!(told.body, json!(1), "{}", told.log);
    let used = told.log.split("Max Memory Used: ").nth(1).and_then(|rest| rest.split(' ').next());
    let used: u64 = used.and_then(|number| number.parse().ok()).expect("a number");
    assert!((40..128).contains(&used), "{used}");
}

#[tokio::test]
async fn a_child_that_keeps_the_pipe_open_is_not_waited_for() {
    let source = "import subprocess, sys\ndef handler(e, c):\n    print('started')\n    \
                  subprocess.Popen(['sleep', '20'], start_new_session=True)\n    return 'done'\n";
    let told = run(source, json!({})).await;
    assert_eq!((told.error.as_str(), &told.body), ("", &json!("done")));
    assert!(told.log.contains("started\n"), "{}", told.log);
}

#[tokio::test]
async fn its_own_requests_reach_the_emulator_while_it_runs_and_nobody_elses_do() {
    let source = r#"
import hashlib, hmac, json, os, urllib.error, urllib.request
def signed(secret):
    host = os.environ["AWS_ENDPOINT_URL"].split("/")[2]
    path = "/2015-03-31/functions/app/configuration"
    scope = "20261122/" + os.environ["AWS_REGION"] + "/lambda/aws4_request"
    lines = "host:" + host + "\nx-amz-date:20261122T090000Z\n"
    canonical = "GET\n" + path + "\n\n" + lines + "\nhost;x-amz-date\n" + hashlib.sha256(b"").hexdigest()
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "AWS4-HMAC-SHA256\n20261122T090000Z\n" + scope + "\n" + digest
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    credential = os.environ["AWS_ACCESS_KEY_ID"] + "/" + scope
    authorization = "AWS4-HMAC-SHA256 Credential=%s, SignedHeaders=host;x-amz-date, Signature=%s" % (credential, signature)
    headers = {"Authorization": authorization, "X-Amz-Date": "20261122T090000Z"}
    return urllib.request.Request("http://" + host + path, headers=headers)
def handler(event, context):
    with urllib.request.urlopen(signed(os.environ["AWS_SECRET_ACCESS_KEY"])) as answer:
        name = json.load(answer)["FunctionName"]
    try:
        urllib.request.urlopen(signed("guessed"))
    except urllib.error.HTTPError as refusal:
        return [name, refusal.code, refusal.headers["x-amzn-errortype"]]
"#;
    let told = run(source, json!({})).await;
    assert_eq!(told.body, json!(["app", 403, "InvalidSignatureException"]), "{}", told.log);
}
