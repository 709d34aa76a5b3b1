//! Functions in Python, run for real: what they return, raise, print, and how they end.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{Exit, Invocation, Outcome, Process, python};
use crate::scratch::Scratch;

/// Runs a handler's source with an empty event.
async fn run(source: &str) -> Invocation {
    run_within(source, Duration::from_secs(20)).await
}

async fn run_within(source: &str, timeout: Duration) -> Invocation {
    let scratch = Scratch::new("runtime");
    std::fs::write(scratch.path().join("app.py"), source).expect("written");
    process(scratch.path().to_owned(), timeout).invoke(Bytes::from_static(br#"{"days": "7"}"#)).await
}

fn process(cwd: PathBuf, timeout: Duration) -> Process {
    Process {
        name: "openrate".to_owned(),
        handler: "app.handler".to_owned(),
        arn: "arn:aws:lambda:ap-northeast-1:123456789012:function:openrate".to_owned(),
        version: "$LATEST".to_owned(),
        log: ("/aws/lambda/openrate".to_owned(), "2026/11/22/[$LATEST]0".to_owned()),
        region: "ap-northeast-1".to_owned(),
        command: python::command("python3".as_ref(), "app.handler"),
        env: [("KPI_NAME".to_owned(), "push-open-rate".to_owned())].into(),
        cwd,
        timeout,
        memory_mb: 256,
    }
}

fn log(invocation: &Invocation) -> String {
    String::from_utf8_lossy(&invocation.log).into_owned()
}

#[tokio::test]
async fn a_function_is_told_what_lambda_tells_it_and_its_answer_comes_back() {
    let invocation = run(r#"
import os, logging
logger = logging.getLogger()
logger.setLevel("INFO")
def handler(event, context):
    logger.info("asked")
    left = context.get_remaining_time_in_millis()
    return {"event": event, "kpi": os.environ["KPI_NAME"], "root": os.path.samefile(os.environ["LAMBDA_TASK_ROOT"], "."),
            "handler": os.environ["_HANDLER"], "region": os.environ["AWS_REGION"], "arn": context.invoked_function_arn,
            "memory": context.memory_limit_in_mb, "name": context.function_name, "in_time": 0 < left <= 20000,
            "profile": os.environ.get("AWS_PROFILE"), "時": "刻"}
"#)
    .await;
    let Outcome::Returned(body) = &invocation.outcome else { panic!("{invocation:?}") };
    let answer: serde_json::Value = serde_json::from_slice(body).expect("JSON");
    let expected = serde_json::json!({
        "event": {"days": "7"}, "kpi": "push-open-rate", "root": true, "handler": "app.handler",
        "region": "ap-northeast-1", "arn": "arn:aws:lambda:ap-northeast-1:123456789012:function:openrate",
        "memory": "256", "name": "openrate", "in_time": true, "profile": null, "時": "刻",
    });
    assert_eq!(answer, expected);
    let log = log(&invocation);
    assert!(log.starts_with("[INFO]\t") && log.trim_end().ends_with("\tasked"), "{log}");
}

#[tokio::test]
async fn what_a_handler_raises_is_told_with_its_own_frames_alone() {
    let invocation = run("def handler(event, context):\n    return event['response']\n").await;
    let Outcome::Failed { error_type, message, stack } = &invocation.outcome else { panic!("{invocation:?}") };
    assert_eq!((error_type.as_str(), message.as_str()), ("KeyError", "'response'"));
    assert_eq!(stack.len(), 1, "{stack:?}");
    assert!(stack[0].contains("app.py\", line 2, in handler"), "{stack:?}");
    assert!(log(&invocation).starts_with("[ERROR] KeyError: 'response'\rTraceback"), "{}", log(&invocation));
}

#[tokio::test]
async fn a_handler_that_is_not_there_or_not_python_fails_as_on_lambda() {
    let cases = [
        ("import nowhere_to_be_found\n", "Runtime.ImportModuleError"),
        ("def handler(:\n", "Runtime.UserCodeSyntaxError"),
        ("def other(event, context): pass\n", "Runtime.HandlerNotFound"),
        ("def handler(event, context): return {1, 2}\n", "Runtime.MarshalError"),
        ("raise ValueError('while importing')\n", "ValueError"),
    ];
    for (source, expected) in cases {
        let invocation = run(source).await;
        let Outcome::Failed { error_type, .. } = &invocation.outcome else { panic!("{source}: {invocation:?}") };
        assert_eq!(error_type, expected, "{source}");
    }
}

#[tokio::test]
async fn a_process_that_ends_without_an_answer_is_told_by_its_code_or_signal() {
    let cases = [
        ("import sys\ndef handler(e, c): sys.exit(3)\n", Exit::Code(3)),
        ("import os, signal\ndef handler(e, c): os.kill(os.getpid(), signal.SIGTERM)\n", Exit::Signal(15)),
        ("import sys\nsys.exit(1)\n", Exit::Code(1)),
    ];
    for (source, exit) in cases {
        assert_eq!(run(source).await.outcome, Outcome::Exited(exit), "{source}");
    }
}

#[tokio::test]
async fn a_function_that_hangs_is_killed_in_time_with_all_that_it_started() {
    let scratch = Scratch::new("runtime");
    let alive = scratch.path().join("alive");
    let child = format!("import time\nwhile True:\n    open({:?}, 'w').close(); time.sleep(0.02)", alive.display());
    let source = format!(
        "import subprocess, sys, time\ndef handler(e, c):\n    print('here')\n    \
         subprocess.Popen([sys.executable, '-c', {child:?}])\n    time.sleep(60)\n"
    );
    std::fs::write(scratch.path().join("app.py"), source).expect("written");
    let started = Instant::now();
    let invocation = process(scratch.path().to_owned(), Duration::from_secs(1)).invoke(Bytes::from_static(b"{}")).await;
    assert_eq!(invocation.outcome, Outcome::TimedOut);
    assert!(invocation.took >= Duration::from_secs(1) && started.elapsed() < Duration::from_secs(15));
    assert_eq!(log(&invocation), "here\n");
    // Whether its child lives on shows in whether the file comes again.
    let _ = std::fs::remove_file(&alive);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!alive.exists(), "its child lives on");
}

#[tokio::test]
async fn a_function_whose_invocation_is_given_up_is_killed() {
    let scratch = Scratch::new("runtime");
    let alive = scratch.path().join("alive");
    let source = format!(
        "import time\ndef handler(e, c):\n    while True:\n        open({:?}, 'w').close(); time.sleep(0.02)\n",
        alive.display()
    );
    std::fs::write(scratch.path().join("app.py"), source).expect("written");
    let process = process(scratch.path().to_owned(), Duration::from_mins(1));
    let mut invocation = Box::pin(process.invoke(Bytes::from_static(b"{}")));
    let patience = Instant::now();
    while !alive.exists() && patience.elapsed() < Duration::from_secs(20) {
        let _ = tokio::time::timeout(Duration::from_millis(50), &mut invocation).await;
    }
    drop(invocation);
    std::fs::remove_file(&alive).expect("it was running");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!alive.exists(), "it lives on");
}

#[tokio::test]
async fn ten_megabytes_of_prints_leave_the_last_lines_and_do_not_stop_the_function() {
    let source =
        "def handler(e, c):\n    for n in range(10_000):\n        print('%05d' % n, 'x' * 1024)\n    return 'done'\n";
    let invocation = run(source).await;
    assert_eq!(invocation.outcome, Outcome::Returned(Bytes::from_static(b"\"done\"")));
    assert!(invocation.log.len() <= 256 * 1024, "{}", invocation.log.len());
    assert_eq!(invocation.log.len() as u64 + invocation.log_lost, 10_000 * 1031);
    assert!(log(&invocation).lines().last().is_some_and(|line| line.starts_with("09999 x")));
}

#[tokio::test]
async fn a_reply_over_six_megabytes_is_refused_as_on_lambda() {
    let invocation = run("def handler(e, c): return 'x' * 7_000_000\n").await;
    let Outcome::Failed { error_type, message, .. } = &invocation.outcome else { panic!("{invocation:?}") };
    assert_eq!(error_type, "Function.ResponseSizeTooLarge");
    assert!(message.contains("7000002 bytes") && message.contains("6291556 bytes"), "{message}");
}

#[tokio::test]
async fn a_program_that_is_not_there_is_told_and_one_that_never_asks_is_not_waited_for() {
    let scratch = Scratch::new("runtime");
    let mut process = process(scratch.path().to_owned(), Duration::from_secs(1));
    process.command = vec!["/no/such/python3".into()];
    let Outcome::NotStarted(reason) = process.invoke(Bytes::new()).await.outcome else { panic!("it started") };
    assert!(reason.contains("/no/such/python3 can't be started"), "{reason}");
    process.command = vec!["sh".into(), "-c".into(), "exit 7".into()];
    assert_eq!(process.invoke(Bytes::new()).await.outcome, Outcome::Exited(Exit::Code(7)));
}

/// Tries the function's runtime API: as another user, where this one is root, and as a web page.
const INTRUDER: &str = r#"
import os, subprocess, sys, urllib.error, urllib.request
API = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/init/error"
PROBE = """
import os, sys, urllib.request
os.setuid(65534)
try:
    print(urllib.request.urlopen(sys.argv[1], b"{}").status)
except Exception as problem:
    print("refused")
"""
def page(header, value):
    try:
        return urllib.request.urlopen(urllib.request.Request(API, b"{}", {header: value})).status
    except urllib.error.HTTPError as refusal:
        return refusal.code
def handler(event, context):
    other = "refused"
    if os.geteuid() == 0:
        other = subprocess.check_output([sys.executable, "-c", PROBE, API], text=True).strip()
    told = [name for name in os.environ if "SECRET" in name and not name.startswith("AWS_")]
    return [other, page("Origin", "http://127.0.0.1"), page("Host", "attacker.example"), told]
"#;

#[tokio::test]
async fn nobody_else_can_answer_for_a_function_and_its_handler_is_not_told_the_secret() {
    let invocation = run(INTRUDER).await;
    let expected = serde_json::json!(["refused", 403, 403, []]).to_string();
    let Outcome::Returned(answer) = &invocation.outcome else { panic!("{invocation:?}") };
    let answer: serde_json::Value = serde_json::from_slice(answer).expect("JSON");
    assert_eq!(answer.to_string(), expected, "{}", log(&invocation));
}
