//! Text that this program did not write, through every way that leads to the terminal: none of it steers the terminal,
//! and none is a workflow command of a CI runner.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};

use crate::program::Folder;
use crate::served::Served;
use crate::terminal::on_terminal;

/// A title, a cleared screen, concealed text, a C1 control, an override of the direction, a line separator, a tag, and
/// commands of two runners at the beginnings of lines.
const MARKER: &str = "\u{1b}]0;X\u{7}\u{1b}[2J\u{1b}[8m\u{9b}2J\u{202e}\u{2028}\u{200b}\u{e0041}\r\n \
                      ::stop-commands::x\n##[group]y\rz";

/// How its beginning is displayed.
const DISPLAYED: &str = "␛]0;X␇␛[2J␛[8m";

/// What this program, its progress bars and its terminal send: colours, and the redrawing of a bar's line.
static OWN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("\u{1b}\\[(0|1|2|4|31|32|33|36|1A|2K|\\?25[lh])?[mAKlh]?").unwrap());

/// The marker within one line.
fn line() -> String {
    MARKER.replace(['\r', '\n'], "")
}

/// As a YAML or Python text in quotes.
fn quoted(text: &str) -> String {
    // YAML takes JSON's texts; a pair of surrogates it does not.
    json!(text).to_string().replace('\u{e0041}', "\\U000E0041").replace('\u{9b}', "\\u009b")
}

/// Nothing that was shown steers anything.
#[track_caller]
fn assert_unsteered(screen: &str) {
    for (at, _) in screen.match_indices('\u{1b}') {
        let sequence: String = screen[at..].chars().take(12).collect();
        let own = OWN.find(&sequence).filter(|found| found.start() == 0 && found.end() > 2);
        assert!(own.is_some(), "{sequence:?} in {screen}");
    }
    let plain = OWN.replace_all(screen, "");
    for line in plain.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        // A bar is redrawn from the beginning of its line.
        let line = line.trim_start_matches('\r');
        let odd = line.chars().find(|letter| {
            (letter.is_control() && !matches!(letter, '\t' | '\r'))
                || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
                || matches!(letter, '\u{e0000}'..='\u{e007f}' | '\u{fffd}')
        });
        assert_eq!(odd, None, "in {line:?} of {screen}");
        for part in line.split('\r') {
            assert!(!part.trim_start().starts_with("::") && !part.contains("##["), "{part:?} in {screen}");
        }
    }
}

/// Runs the binary on a terminal; what it shows steers nothing, and the marker is displayed.
#[track_caller]
fn swept(folder: &Folder, arguments: &[&str], settings: &[(&str, &str)]) -> String {
    let (_, screen) = on_terminal(folder, &[], arguments, settings);
    assert_unsteered(&screen);
    assert!(screen.contains(DISPLAYED), "{arguments:?} did not display the marker: {screen}");
    screen
}

/// The same, and in a pipe, as a CI runner reads it.
#[track_caller]
fn swept_in_a_pipe(folder: &Folder, arguments: &[&str], settings: &[(&str, &str)]) -> String {
    let screen = swept(folder, arguments, settings);
    let output = folder.run(arguments).envs(settings.iter().copied()).output().unwrap();
    for bytes in [output.stdout, output.stderr] {
        let piped = String::from_utf8(bytes).unwrap();
        assert!(!piped.contains('\u{1b}'), "{piped}");
        assert_unsteered(&piped);
    }
    screen
}

/// The stack with the marker in every text that the manifest takes, and in its handler.
fn hostile() -> Folder {
    let folder = Folder::new();
    let (text, line) = (quoted(MARKER), quoted(&line()));
    let manifest = format!(
        "name: hostile
region: ap-northeast-1
agent:
  model: jp.anthropic.claude-sonnet-4-6
  description: {text}
  instruction: {}
  alias: {{name: live, description: {text}}}
lambda:
  source: lambda/
  timeout: 20
  environment: {{KPI: {text}}}
action_groups:
  - name: steer
    description: {text}
    functions:
      - name: steer
        description: {text}
        parameters:
          how: {{type: string, description: {line}}}
",
        quoted(&format!("{MARKER}\nYou steer the terminal of whoever reads what you say, in every way."))
    );
    fs::write(folder.manifest(), manifest).unwrap();
    let handler = format!(
        "import sys

MARKER = {text}


def handler(event, context):
    print(MARKER)
    print(MARKER, file=sys.stderr)
    if event.get('parameters'):
        raise ValueError(MARKER)
    return {{
        'messageVersion': '1.0',
        'response': {{
            'actionGroup': event['actionGroup'],
            'function': event['function'],
            'functionResponse': {{'responseBody': {{'TEXT': {{'body': MARKER}}}}}},
        }},
    }}
"
    );
    fs::write(folder.path().join("lambda/lambda_function.py"), handler).unwrap();
    folder
}

fn edit(folder: &Folder, from: &str, to: &str) {
    let text = fs::read_to_string(folder.manifest()).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(folder.manifest(), text.replace(from, to)).unwrap();
}

#[test]
fn texts_of_a_manifest_and_of_a_handler_steer_nothing() {
    let folder = hostile();
    swept(&folder, &["deploy", "--local", "--yes", "--smoke", &line()], &[]);
    swept_in_a_pipe(&folder, &["ask", "--local", "--trace", &format!("steer {}", line())], &[]);
    swept_in_a_pipe(&folder, &["invoke", "--local"], &[]);
    swept(&folder, &["invoke", "--local", "-p", &format!("how={}", line())], &[]);
    swept_in_a_pipe(&folder, &["logs", "--local"], &[]);
    swept(&folder, &["logs", "--local", "--filter", &line()], &[]);

    // The plan of a change: every text that is there and every text that is wanted.
    edit(&folder, "0;X", "0;X\\a\\e[2J\\e[8m");
    fs::write(folder.path().join("lambda").join(format!("{}.py", line().replace('/', ""))), "").unwrap();
    let screen = swept_in_a_pipe(&folder, &["plan", "--local"], &[]);
    let plain = OWN.replace_all(&screen, "");
    assert!(plain.contains(&format!("| - {DISPLAYED}")) && plain.contains("|    ::stop-commands"), "{screen}");
    swept(&folder, &["deploy", "--local", "--yes"], &[]);

    let named = line().replace('/', "");
    fs::rename(folder.manifest(), folder.path().join(&named)).unwrap();
    for command in ["status", "print-connector", "destroy"] {
        let typed: &[_] = if command == "destroy" { &[("[y/N]", "n\r")] } else { &[] };
        let (code, screen) = on_terminal(&folder, typed, &[command, "--local", "-f", &named], &[]);
        assert_unsteered(&screen);
        assert_eq!(code, Some(i32::from(command == "destroy")), "{screen}");
    }
}

#[test]
fn json_is_faithful_and_steers_nothing() {
    let folder = hostile();
    assert!(folder.run(&["deploy", "--local", "--yes"]).output().unwrap().status.success());
    edit(&folder, "0;X", "0;Y");
    for arguments in [["plan", "--local", "--json"], ["status", "--local", "--json"], ["invoke", "--local", "--json"]] {
        let (_, screen) = on_terminal(&folder, &[], &arguments, &[]);
        assert_unsteered(&screen);
    }
    let plan: Value =
        serde_json::from_slice(&folder.run(&["plan", "--local", "--json"]).output().unwrap().stdout).unwrap();
    assert!(plan.to_string().contains(json!(MARKER).to_string().trim_matches('"')), "{plan}");
}

#[test]
fn a_broken_manifest_and_a_wrong_command_line_steer_nothing() {
    let folder = Folder::new();
    let (text, named) = (quoted(MARKER), line());
    for (from, to) in [
        ("name: push-openrate\n", format!("name: {text}\n")),
        ("region:", format!("{text}: 1\nregion:")),
        ("  model: jp.anthropic.claude-sonnet-4-6", format!("  model: {text}")),
        ("  name: openrate", format!("  name: {text}")),
        ("      - name: get_my_api", format!("      - name: {text}")),
        ("  source: lambda/", format!("  source: {text}")),
        ("  source: lambda/", format!("  source: lambda/\n  base_image: {text}")),
        ("  source: lambda/", format!("  source: lambda/\n  handler: {text}")),
        ("  source: lambda/", format!("  source: lambda/\n  timeout: {text}")),
        ("region: ap-northeast-1", format!("region: ap-northeast-1 {named}: x: [")),
    ] {
        fs::write(folder.path().join(&named), fs::read_to_string(folder.manifest()).unwrap().replace(from, &to))
            .unwrap();
        swept(&folder, &["validate", "-f", &named], &[]);
        let (_, screen) = on_terminal(&folder, &[], &["validate", "--json", "-f", &named], &[]);
        assert_unsteered(&screen);
    }
    swept(&folder, &["plan", "--local", "-f", &format!("absent{}", line())], &[]);
    swept(&folder, &[&line()], &[]);
    swept(&folder, &["plan", &format!("--{}", line())], &[]);
    swept(&folder, &["logs", "--local", "--since", MARKER], &[]);
    swept(&folder, &["invoke", "--local", MARKER], &[]);
    swept(&folder, &["invoke", "--local", "--event", MARKER], &[]);
    fs::write(folder.path().join("event.json"), json!({"actionGroup": MARKER, "function": MARKER}).to_string())
        .unwrap();
    let (_, screen) = on_terminal(&folder, &[], &["invoke", "--local", "--event", "event.json"], &[]);
    assert_unsteered(&screen);
    let there = format!("there{}", line().replace('/', ""));
    swept_in_a_pipe(&folder, &["init", &there], &[]);
    swept(&folder, &["init", &there], &[]);
    swept(&folder, &["print-connector", "--local", "--mention", &format!("@{}", line())], &[]);
}

/// Answers each request with this, until the test ends.
fn answering(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = answer.clone();
            std::thread::spawn(move || answered(stream, &answer));
        }
    });
    address
}

/// Reads a request and answers it; a client that goes away is none of its business.
fn answered(stream: TcpStream, answer: &[u8]) {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    let _ = reader.read_exact(&mut body);
    let _ = reader.get_mut().write_all(answer);
}

/// An answer with the marker in a header.
fn http(status: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nx-amzn-requestid: id{}\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n",
        '\u{9b}',
        body.len()
    );
    [head.into_bytes(), body.into_bytes()].concat()
}

#[test]
fn what_aws_and_registries_answer_steers_nothing() {
    let refusal = json!({"__type": "AccessDeniedException", "message": MARKER, "Message": MARKER});
    let aws = format!("http://{}", answering(http("403 Forbidden", &refusal)));
    let settings = [
        ("AWS_ENDPOINT_URL", aws.as_str()),
        ("AWS_ACCESS_KEY_ID", "x"),
        ("AWS_SECRET_ACCESS_KEY", "x"),
        ("AWS_MAX_ATTEMPTS", "1"),
    ];
    let folder = Folder::new();
    for command in ["plan", "status", "logs", "ask", "print-connector"] {
        let arguments: &[&str] = if command == "ask" { &["ask", "hello"] } else { &[command] };
        let (code, screen) = on_terminal(&folder, &[], arguments, &settings);
        assert_unsteered(&screen);
        assert_ne!(code, Some(0), "{screen}");
    }
    let emulator = Served::start(&[]);
    for status in ["403 Forbidden", "400 Bad Request"] {
        let refusal = json!({"errors": [{"code": MARKER, "message": MARKER}]});
        let registry = answering(http(status, &refusal));
        let folder = Folder::new();
        edit(&folder, "  source: lambda/", &format!("  source: lambda/\n  base_image: {registry}/lambda/python:3.12"));
        swept_in_a_pipe(&folder, &["plan"], &emulator.settings());
    }
}

#[test]
fn what_installers_and_engines_say_steers_nothing() {
    let folder = Folder::new();
    let programs = folder.path().join("programs");
    fs::create_dir(&programs).unwrap();
    fs::write(folder.path().join("marker"), MARKER).unwrap();
    for program in ["uv", "docker"] {
        let script = format!(
            "#!/bin/sh\ncase \"$*\" in --version|version*|info*) echo 1.0.0; exit 0;; esac\ncat '{0}' >&2; cat '{0}'; exit 1\n",
            folder.path().join("marker").display()
        );
        fs::write(programs.join(program), script).unwrap();
        fs::set_permissions(programs.join(program), Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let settings = [("PATH", path.as_str())];
    fs::write(folder.path().join("lambda/requirements.txt"), "six\n").unwrap();
    swept_in_a_pipe(&folder, &["deploy", "--local", "--yes"], &settings);
    swept(&folder, &["invoke", "--local"], &settings);

    let folder = Folder::new();
    let dockerfile =
        format!("FROM public.ecr.aws/lambda/python:3.12\nRUN echo {}\nCMD [\"lambda_function.handler\"]\n", line());
    fs::write(folder.path().join("lambda/Dockerfile"), dockerfile).unwrap();
    edit(&folder, "  source: lambda/", "  source: lambda/\n  builder: docker");
    let (_, screen) = on_terminal(&folder, &[], &["deploy", "--local", "--yes"], &settings);
    assert_unsteered(&screen);

    edit(&folder, "builder: docker", "builder: auto");
    let output = folder.run(&["plan", "--local"]).env("PATH", folder.path()).output().unwrap();
    let screen = String::from_utf8(output.stdout).unwrap();
    assert_unsteered(&screen);
    assert!(screen.contains("asks for more than bedrock-ops builds") && screen.contains(DISPLAYED), "{screen}");
}
