//! `ask` while the answer is on its way: what is on stdout when, and what a break leaves.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use crate::program::Folder;
use crate::scripted::Scripted;
use crate::served::Served;
use crate::terminal::{CTRL_C, builds_on, on_terminal};

/// How long anything may take that should happen at once.
const PATIENCE: Duration = Duration::from_secs(30);

/// What Ctrl-D sends.
const CTRL_D: &str = "\u{4}";

/// Where the emulator keeps its account, in the folder.
const ACCOUNT: &str = "account";

/// A deployed stack, and an agent in its place whose answers the test gives.
struct Deployed {
    folder: Folder,
    emulator: Served,
    agent: Scripted,
}

impl Deployed {
    fn new() -> Self {
        let folder = Folder::new();
        let emulator = Served::start(&["--keep", folder.path().join(ACCOUNT).to_str().expect("a plain path")]);
        builds_on(&folder, &format!("{}/lambda/python:3.12", emulator.address()));
        let deployed = Self { folder, emulator, agent: Scripted::start() };
        deployed.deploy();
        deployed
    }

    fn deploy(&self) {
        let output = self.folder.run(&["deploy", "--yes"]).envs(self.settings()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn settings(&self) -> [(&str, &str); 4] {
        let [url, id, secret] = self.emulator.settings();
        [url, ("AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME", self.agent.url()), id, secret]
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.folder.run(&[&["ask"], arguments].concat());
        command.envs(self.settings()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// How many aliases for asking the first release there are and stay.
    fn made(&self) -> usize {
        let world = std::fs::read(self.folder.path().join(ACCOUNT).join("world.json")).unwrap();
        stays(&serde_json::from_slice(&world).unwrap())
    }

    fn ask(&self, arguments: &[&str]) -> Asking {
        let mut child = self.command(arguments).spawn().unwrap();
        let stdout = reading(child.stdout.take().unwrap());
        Asking { child, stdout, seen: String::new() }
    }
}

/// `ask`, running.
struct Asking {
    child: Child,
    stdout: Receiver<Vec<u8>>,
    seen: String,
}

impl Asking {
    /// Waits until stdout holds exactly this.
    fn shows(&mut self, wanted: &str) {
        while self.seen != wanted {
            let piece = self.stdout.recv_timeout(PATIENCE);
            let piece = piece.unwrap_or_else(|_| panic!("{wanted:?} is awaited, and there is {:?}", self.seen));
            self.seen.push_str(std::str::from_utf8(&piece).expect("whole characters"));
        }
    }

    /// The exit code, all of stdout, and stderr.
    fn end(mut self) -> (Option<i32>, String, String) {
        while let Ok(piece) = self.stdout.recv_timeout(PATIENCE) {
            self.seen.push_str(&String::from_utf8_lossy(&piece));
        }
        let output = self.child.wait_with_output().unwrap();
        (output.status.code(), self.seen, String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// How many aliases for asking the first release stand in this part of the world and are not going.
fn stays(part: &Value) -> usize {
    match part {
        Value::Object(members) => {
            let named = part["name"].as_str().is_some_and(|name| name.starts_with("live-release-1-"));
            usize::from(named && part["status"] != "DELETING") + members.values().map(stays).sum::<usize>()
        }
        Value::Array(items) => items.iter().map(stays).sum(),
        _ => 0,
    }
}

/// What is written to it, piece by piece.
fn reading(mut stdout: ChildStdout) -> Receiver<Vec<u8>> {
    let (tell, pieces) = channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(read) = stdout.read(&mut buffer) {
            if read == 0 || tell.send(buffer[..read].to_vec()).is_err() {
                return;
            }
        }
    });
    pieces
}

#[test]
fn each_piece_is_on_stdout_before_the_next_is_sent_and_characters_stay_whole() {
    let deployed = Deployed::new();
    let mut asking = deployed.ask(&["--session", "mine", "最新の開封率は?"]);
    assert!(deployed.agent.asked().contains("最新の開封率は?"));
    // The bytes of 率 are cut after the first.
    let bytes = "開封率は 2.04 %".as_bytes();
    deployed.agent.say(&bytes[..7]);
    asking.shows("開封");
    deployed.agent.say(&bytes[7..12]);
    asking.shows("開封率は");
    deployed.agent.say(&bytes[12..]);
    asking.shows("開封率は 2.04 %");
    drop(deployed);
    let (code, stdout, stderr) = asking.end();
    assert_eq!((code, stdout.as_str()), (Some(0), "開封率は 2.04 %\n"), "{stderr}");
    assert!(stderr.contains("(11 characters in ") && stderr.contains("session mine"), "{stderr}");
}

#[test]
fn what_had_come_before_a_break_stays_and_the_error_says_so() {
    let deployed = Deployed::new();
    let mut asking = deployed.ask(&["hello"]);
    deployed.agent.say(b"half of an ");
    asking.shows("half of an ");
    deployed.agent.break_off();
    let (code, stdout, stderr) = asking.end();
    assert_eq!((code, stdout.as_str()), (Some(1), "half of an \n"), "{stderr}");
    assert!(stderr.contains("error: the answer broke off"), "{stderr}");
    assert!(stderr.contains("11 characters of the answer had come"), "{stderr}");
    assert!(stderr.contains("hint: check the network and ask again"), "{stderr}");
}

#[test]
fn a_reader_who_goes_away_ends_it_quietly() {
    let deployed = Deployed::new();
    let mut child = deployed.command(&["hello"]).spawn().unwrap();
    deployed.agent.say(b"one\n");
    let mut line = String::new();
    // As `| head -1` does.
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "one\n");
    deployed.agent.say(b"more\n");
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()));
}

#[test]
fn ctrl_c_ends_a_single_answer_with_130() {
    let deployed = Deployed::new();
    deployed.agent.say(b"an answer that ");
    let (code, screen) =
        on_terminal(&deployed.folder, &[("an answer that ", CTRL_C)], &["ask", "hello"], &deployed.settings());
    assert_eq!(code, Some(130), "{screen}");
    assert!(screen.contains("interrupted"), "{screen}");
}

#[test]
fn the_json_of_an_answer_that_ctrl_c_ends_says_so_last() {
    let deployed = Deployed::new();
    deployed.agent.say(b"an answer that ");
    let typed = [("an answer that ", CTRL_C)];
    let (code, screen) = on_terminal(&deployed.folder, &typed, &["ask", "--json", "hello"], &deployed.settings());
    assert_eq!(code, Some(130), "{screen}");
    // The terminal itself shows what was typed: ^C.
    let last = screen.lines().rfind(|line| line.contains('{')).unwrap().trim_start_matches("^C").trim_end();
    assert_eq!(last, r#"{"format":1,"event":"error","error":"interrupted","hint":null}"#, "{screen}");
}

#[test]
fn an_alias_made_for_one_release_goes_on_ctrl_c_and_one_that_a_killed_run_left_stays_for_a_day() {
    let deployed = Deployed::new();
    let manifest = std::fs::read_to_string(deployed.folder.manifest()).unwrap();
    std::fs::write(deployed.folder.manifest(), manifest.replace("push-open-rate", "direct-push-opens")).unwrap();
    deployed.deploy();
    let arguments = ["ask", "--release", "1", "--json", "hello"];

    let mut killed = deployed.command(&arguments[1..]).spawn().unwrap();
    BufReader::new(killed.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(deployed.made(), 1);

    let deployed = Deployed { agent: Scripted::start(), ..deployed };
    deployed.agent.say(b"an answer that ");
    let typed = [("an answer that ", CTRL_C)];
    let (code, screen) = on_terminal(&deployed.folder, &typed, &arguments, &deployed.settings());
    assert_eq!(code, Some(130), "{screen}");
    assert!(!screen.contains("may still be there"), "{screen}");
    assert_eq!(deployed.made(), 1, "its own went, and the other, through which somebody may be asking, did not");
}

#[test]
fn in_a_conversation_ctrl_c_ends_the_answer_and_not_the_session() {
    let deployed = Deployed::new();
    deployed.agent.say(b"an answer that ");
    let typed = [
        ("> ", "hello\r"),
        ("an answer that ", CTRL_C),
        ("interrupted; the session goes on", ""),
        ("> ", "half a line"),
        ("half a line", CTRL_C),
        ("> ", "/quit\r"),
    ];
    let (code, screen) = on_terminal(&deployed.folder, &typed, &["ask"], &deployed.settings());
    assert_eq!(code, Some(0), "{screen}");
}

#[test]
fn a_conversation_keeps_its_session_until_a_new_one_is_begun() {
    let folder = Folder::new();
    assert!(folder.run(&["deploy", "--local", "--yes"]).output().unwrap().status.success());
    let typed = [
        ("/help lists what else can be typed", ""),
        ("> ", "hello\r"),
        ("characters in", ""),
        ("> ", "/trace\r"),
        ("steps are told", ""),
        ("> ", "hello again\r"),
        ("model", ""),
        ("characters in", ""),
        ("> ", "/new\r"),
        ("a new session", ""),
        ("> ", "/tarce\r"),
        ("there is no /tarce", ""),
        ("> ", "hello for the third time\r"),
        ("characters in", ""),
        ("> ", CTRL_D),
    ];
    let (code, screen) = on_terminal(&folder, &typed, &["ask", "--local"], &[]);
    assert_eq!(code, Some(0), "{screen}");
    let session = |rest: &str| rest.split([')', '\r']).next().map(str::to_owned);
    let sessions: Vec<String> = screen.split(", session ").skip(1).filter_map(session).collect();
    assert_eq!(sessions.len(), 3, "{screen}");
    assert_eq!(sessions[0], sessions[1]);
    assert_ne!(sessions[1], sessions[2]);
    // The arrow up brings the last question back, also in the next conversation.
    let typed = [("> ", "\u{1b}[A"), ("hello for the third time", "\r"), ("characters in", ""), ("> ", CTRL_D)];
    let (code, screen) = on_terminal(&folder, &typed, &["ask", "--local"], &[]);
    assert_eq!(code, Some(0), "{screen}");
}
