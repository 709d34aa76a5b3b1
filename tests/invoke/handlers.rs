//! Handlers that break the contract, each run for real.

use std::time::{Duration, Instant};

use crate::stage::{MANIFEST, RIGHT, Stage};

#[test]
fn a_right_reply_is_shown_and_the_log_goes_to_stderr() {
    let stage = Stage::new(RIGHT);
    let ended = stage.run(&["invoke", "--local", "get_my_api.get_rate", "-p", "days=7"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "{\n  \"rate\": 2.04\n}\n"), "{}", ended.stderr);
    assert!(ended.stderr.contains("asked for [{'name': 'days', 'type': 'integer', 'value': '7'}]"), "{}", ended.stderr);
    // Nothing is written beside the source, and nothing is left of the run.
    let left: Vec<_> = std::fs::read_dir(stage.path().join("lambda")).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

/// Looks until it is so; at most ten seconds.
fn soon(mut is_so: impl FnMut() -> bool) -> bool {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(10) {
        if is_so() {
            return true;
        }
        std::thread::yield_now();
    }
    false
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_that_is_killed_takes_the_handler_and_its_children_along() {
    let handler = "import os, subprocess, time\n\ndef handler(event, context):\n    child = subprocess.Popen(['sleep', '600'])\n    \
                   open(os.environ['KPI_NAME'], 'w').write('%d %d\\n' % (os.getpid(), child.pid))\n    time.sleep(600)\n";
    let stage = Stage::new(handler);
    let told = stage.path().join("pids");
    stage.write("agent.yaml", &MANIFEST.replace("push-open-rate", told.to_str().unwrap()));
    let mut program = stage.command(&["invoke", "--local", "get_my_api.get_rate"]).spawn().unwrap();
    let pids = || std::fs::read_to_string(&told).ok().filter(|text| text.ends_with('\n'));
    assert!(soon(|| pids().is_some()), "the handler never began");
    let pids = pids().unwrap();
    let lives = |pid: &str| {
        let told = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // A zombie is dead; whose child it was has not looked yet.
        !told.is_empty() && !told.contains(") Z ")
    };
    assert!(pids.split_whitespace().all(lives));
    program.kill().unwrap();
    program.wait().unwrap();
    assert!(soon(|| !pids.split_whitespace().any(lives)), "it lives on: {pids}");
}

#[test]
fn what_a_handler_returns_wrongly_is_told() {
    let body = r#"{"TEXT": {"body": "x"}}"#;
    let cases = [
        ("'2.04 %'".to_owned(), "the handler returned a text instead of an object"),
        (
            "{'response': {}, 'messageVersion': '1.0'}".to_owned(),
            "the reply does not say `response.actionGroup`, which was \"get_my_api\"",
        ),
        (
            RIGHT.replace("\"function\": event[\"function\"]", "\"function\": \"other\"").replace("return", "x ="),
            "the handler returned nothing",
        ),
        (
            format!(
                "{{'messageVersion': '1.0', 'response': {{'actionGroup': 'get_my_api', 'function': 'other', 'functionResponse': {{'responseBody': {body}}}}}}}"
            ),
            "`response.function` is \"other\", but \"get_rate\" was called",
        ),
    ];
    for (reply, expected) in cases {
        let source = if reply.contains("def handler") {
            reply
        } else {
            format!("def handler(event, context): return {reply}\n")
        };
        let ended = Stage::new(&source).invoke(&[]);
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        assert_eq!(ended.breaches()[0], expected);
    }
}

#[test]
fn a_handler_that_raises_or_exits_is_told_by_how() {
    let cases = [
        ("def handler(event, context): return event['days']\n", "the handler raised KeyError: 'days'"),
        ("import sys\ndef handler(event, context): sys.exit(3)\n", "the handler ended its process (exit code 3)"),
        (
            "import os\ndef handler(event, context): os.kill(os.getpid(), 9)\n",
            "the handler ended its process (signal 9)",
        ),
        (
            "import nowhere_to_be_found\ndef handler(event, context): ...\n",
            "the handler can't be called: Unable to import module 'lambda_function': No module named \
             'nowhere_to_be_found' (Runtime.ImportModuleError)",
        ),
    ];
    for (source, expected) in cases {
        let ended = Stage::new(source).invoke(&[]);
        assert_eq!((ended.code, ended.breaches()), (Some(1), vec![expected.to_owned()]), "{}", ended.stderr);
    }
}

#[test]
fn a_handler_that_hangs_is_stopped_at_its_timeout() {
    let stage = Stage::new("import time\ndef handler(event, context): time.sleep(60)\n");
    stage.write("agent.yaml", &MANIFEST.replace("  environment:", "  timeout: 1\n  environment:"));
    let started = Instant::now();
    let ended = stage.invoke(&[]);
    assert_eq!(ended.breaches(), ["the handler was not done after its timeout of 1 seconds"]);
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[test]
fn ten_megabytes_of_prints_are_cut_to_their_end() {
    let print = "    for n in range(10_000): print('%05d' % n, 'x' * 1024)\n    print(\"asked for\"";
    let stage = Stage::new(&RIGHT.replace("    print(\"asked for\"", print));
    let ended = stage.invoke(&[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr.len());
    let document = ended.json();
    let log = document["log"].as_str().unwrap();
    assert!(log.len() <= 256 * 1024 && log.ends_with("asked for []\n"), "{}", log.len());
    assert!(document["log_lost"].as_u64().unwrap() > 9_000_000);
    assert!(ended.stderr.starts_with("(the log's first "), "{}", &ended.stderr[..100]);
}

#[test]
fn a_reply_that_is_too_large_is_told_by_who_would_refuse_it() {
    let with = |size: usize| RIGHT.replace(r#"'{"rate": 2.04}'"#, &format!("'x' * {size}"));
    let refused = Stage::new(&with(7_000_000)).invoke(&[]);
    assert!(refused.breaches()[0].starts_with("Lambda refused the reply: Response payload size (7000"), "{refused:?}");
    let large = Stage::new(&with(30_000)).invoke(&[]);
    assert_eq!(large.breaches().len(), 1);
    assert!(large.breaches()[0].contains("bytes; Bedrock is sure to take 25000"), "{:?}", large.breaches());
}
