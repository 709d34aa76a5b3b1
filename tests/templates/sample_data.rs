//! Each handler with its sample event, and each agent with its question, run for real: boto3 asks the emulator, and the
//! answer holds the sample figures.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use bedrock_ops::templates::{DEFAULT, TEMPLATES, Template, named};
use serde_json::Value;

use crate::written::Written;

/// The packages that handlers import, kept between two runs of the tests: they are pinned.
const CACHE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/template-packages");

/// The program in a template's folder, as it ended well: what it said to stdout and to stderr.
fn ran(written: &Written, arguments: &[&str]) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bedrock-ops"));
    command.args(arguments).current_dir(written.path()).env_clear();
    for kept in ["PATH", "HOME", "PYENV_ROOT", "PYENV_VERSION", "VIRTUAL_ENV", "LD_LIBRARY_PATH"] {
        command.envs(std::env::var_os(kept).map(|value| (kept, value)));
    }
    // Whatever reaches for somebody's AWS finds nothing.
    command.env("XDG_CACHE_HOME", CACHE).env("AWS_PROFILE", "somebody-elses").env("AWS_EC2_METADATA_DISABLED", "true");
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{arguments:?}: {stdout}{stderr}");
    (stdout, stderr)
}

/// What a handler answers to an event with the contract kept: the body of its reply.
fn answered(written: &Written, more: &[&str]) -> Value {
    let (stdout, stderr) = ran(written, &[&["invoke", "--local"], more].concat());
    assert!(stderr.contains("keeps the contract"), "{stdout}{stderr}");
    serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}{stderr}"))
}

/// A template with all that its handler imports: from its requirements, or from this machine. None, loudly, if neither.
fn ready(template: &Template) -> Option<Written> {
    let written = Written::new(template);
    if template.name == DEFAULT || installable() {
        return Some(written);
    }
    let has_boto3 = Command::new("python3").args(["-c", "import boto3"]).output();
    if has_boto3.is_ok_and(|output| output.status.success()) {
        std::fs::write(written.path().join("lambda/requirements.txt"), "").unwrap();
        return Some(written);
    }
    // Past the harness, which keeps prints to itself while nothing fails.
    let why = "python3 -m pip can't install here, and python3 can't import boto3";
    let _ = writeln!(std::io::stderr(), "\nSKIPPED: {} on sample data: {why}\n", template.name);
    None
}

/// Whether pip reaches an index, asked of the smallest of the requirements.
fn installable() -> bool {
    let kept = Path::new(CACHE).join("bedrock-ops").read_dir().into_iter().flatten().flatten();
    if kept.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with("packages-")) {
        return true;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--only-binary", ":all:", "six==1.17.0", "--target"]);
    pip.arg(folder.path()).output().is_ok_and(|output| output.status.success())
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

/// What each template answers to its `event.json`.
fn check(template: &str, told: &Value) {
    let campaigns = ["matchday-reminder", "weekly-digest", "goods-sale"];
    match template {
        "alarms-metrics" => {
            let summary = &told["summary"];
            assert_eq!((&summary["minimum"], &summary["maximum"]), (&0.0.into(), &1.0.into()), "{told}");
            let errors: f64 =
                told["points"].as_array().unwrap().iter().map(|point| point["value"].as_f64().unwrap()).sum();
            // Six an hour for six hours; of the period that goes on, one may be to come, and of the hours cut off.
            assert!((34.0..=36.0).contains(&errors), "{errors}");
        }
        "athena-report" => {
            assert_eq!(told["latest"]["open_rate_percent"], 2.04);
            assert_eq!(names(&told["campaigns"]), campaigns);
            assert_eq!(
                (&told["campaigns"][2]["sent"], &told["average_open_rate_percent"]),
                (&6000.into(), &3.31.into())
            );
        }
        "blank" => assert!(told["echo"].is_array(), "{told}"),
        "cost-by-service" => {
            assert_eq!((&told["previous_total"], &told["currency"]), (&1270.65.into(), &"USD".into()));
            let services = told["services"].as_array().unwrap();
            // All pages were read, and both months found together.
            let tax = services.iter().find(|service| service["name"] == "Tax").unwrap();
            assert_eq!((services.len(), &tax["previous"]), (11, &116.0.into()));
        }
        "logs-errors" => {
            assert_eq!(told["error_count"], 24);
            let counts: Vec<_> = told["kinds"].as_array().unwrap().iter().map(|kind| kind["count"].clone()).collect();
            assert_eq!(counts, [16, 6, 2]);
            assert_eq!(told["kinds"][1]["log_group"], "/kabaddi-app/api");
        }
        "pinpoint-open-rate" => {
            assert_eq!(told["latest"]["open_rate_percent"], 2.04);
            assert_eq!(names(&told["campaigns"]), campaigns);
        }
        other => panic!("nobody says what {other} answers"),
    }
}

#[test]
fn every_handler_answers_its_sample_event_with_the_sample_figures() {
    for template in TEMPLATES {
        let Some(written) = ready(template) else { continue };
        check(template.name, &answered(&written, &["--event", "lambda/event.json"]));
    }
}

#[test]
fn alarms_that_ring_are_told_the_newest_first() {
    let Some(written) = ready(named("alarms-metrics").unwrap()) else { return };
    let told = answered(&written, &["list_alarms"]);
    assert_eq!(told["alarm_count"], 3);
    assert_eq!(names(&told["alarms"])[0], "push-worker-errors");
    assert!(told["alarms"][0]["reason"].as_str().unwrap().contains("1 datapoints [3.0 ("), "{told}");
    // What it names is what get_metric takes.
    let metric = &told["alarms"][0]["metric"];
    assert_eq!((&metric["name"], &metric["dimensions"]), (&"Errors".into(), &"FunctionName=push-worker".into()));
}

/// Deployed, with what it imports in its own image, and asked as its README says.
#[test]
fn the_question_of_every_readme_is_answered_with_sample_figures() {
    // Every template in the long sweep that CI makes; in everyday runs one without packages and one that waits for a query.
    let all = std::env::var_os("BEDROCK_OPS_SWEEP").is_some();
    for template in TEMPLATES.iter().filter(|template| all || [DEFAULT, "logs-errors"].contains(&template.name)) {
        if template.name != DEFAULT && !installable() {
            // Past the harness, which keeps prints to itself while nothing fails.
            let _ =
                writeln!(std::io::stderr(), "\nSKIPPED: asking {}: python3 -m pip can't install here\n", template.name);
            continue;
        }
        let written = Written::new(template);
        let readme = written.text("README.md");
        let question = readme.split_once("ask --local \"").and_then(|(_, rest)| rest.split_once('"')).unwrap().0;
        ran(&written, &["deploy", "--local", "--yes"]);
        let (answer, _) = ran(&written, &["ask", "--local", question]);
        let figure = match template.name {
            "alarms-metrics" => "push-worker-errors",
            "athena-report" | "pinpoint-open-rate" => "2.04",
            "blank" => "こんにちは",
            "cost-by-service" => "1270.65",
            "logs-errors" => "\"error_count\": 24",
            other => panic!("nobody says what {other} answers"),
        };
        assert!(answer.contains(figure), "{} was asked {question}: {answer}", template.name);
    }
}
