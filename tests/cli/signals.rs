//! Signals: SIGTERM and SIGHUP end a run as Ctrl-C does, with a final message, an exit code and nothing left behind.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::program::{Folder, PROGRAM, alone};
use crate::served::Served;
use crate::terminal::builds_on;

#[test]
fn a_signal_ends_a_deploy_with_a_final_message_and_no_temporary_files() {
    let emulator = Served::start(&["--realistic"]);
    let folder = Folder::new();
    builds_on(&folder, &format!("{}/lambda/python:3.12", emulator.address()));
    let settings = emulator.settings();
    let signals = [
        ("TERM", 143, "terminated (SIGTERM); completed steps remain in place"),
        ("HUP", 129, "terminated (SIGHUP: the terminal was closed); completed steps remain in place"),
        ("INT", 130, "interrupted; completed steps remain in place"),
    ];
    for (signal, code, message) in signals {
        let temporary = tempfile::tempdir().unwrap();
        let mut deploy = folder.run(&["deploy", "--yes"]);
        deploy.envs(settings).env("TMPDIR", temporary.path()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut deploy = deploy.spawn().unwrap();
        let mut said = BufReader::new(deploy.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("✓ ") {
            line.clear();
            assert_ne!(said.read_line(&mut line).unwrap(), 0, "the deploy ended before its first step");
        }
        send(signal, &deploy);
        let ended = deploy.wait().unwrap();
        let mut rest = String::new();
        said.read_to_string(&mut rest).unwrap();
        assert_eq!(ended.code(), Some(code), "{signal}: {rest}");
        assert!(rest.contains(message), "{signal}: {rest}");
        assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0, "{signal} leaves temporary files behind");
    }
    let plan = folder.run(&["plan"]).envs(settings).output().unwrap();
    let text = String::from_utf8_lossy(&plan.stderr).into_owned() + &String::from_utf8_lossy(&plan.stdout);
    assert!(plan.status.success() && !text.contains("+ role push-openrate-ap-northeast-1-lambda"), "{text}");
}

#[test]
fn a_hang_up_that_nohup_ignores_stays_ignored() {
    let mut shell = alone(Path::new("sh"), Path::new("."));
    shell.args(["-c", &format!("trap '' HUP; exec '{PROGRAM}' emulator --port 0")]);
    let mut emulator = shell.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    BufReader::new(emulator.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    send("HUP", &emulator);
    send("TERM", &emulator);
    assert_eq!(emulator.wait().unwrap().code(), Some(143), "not 129: only SIGTERM was heard");
}

fn send(signal: &str, process: &Child) {
    let kill = Command::new("kill").args([&format!("-{signal}"), &process.id().to_string()]).status().unwrap();
    assert!(kill.success());
}
