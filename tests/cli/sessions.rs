//! The sessions: commands with what they print, one story a file.

use std::ffi::OsStr;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use trycmd::TestCases;
use trycmd::schema::Bin;

use crate::program::{PROGRAM, alone};
use crate::served::Served;

/// Set for the process that runs the sessions: it was started with an environment of its own.
const INSIDE: &str = "BEDROCK_OPS_SESSIONS";

/// What the sessions use beside the binary.
const TOOLS: [&str; 8] = ["cp", "ln", "ls", "mkdir", "mv", "rm", "sed", "sh"];

/// Several times what the slowest command takes, which tries a broken disk again and again.
const PATIENCE: Duration = Duration::from_mins(1);

#[test]
fn every_session_reads_as_it_is_written() {
    if std::env::var_os(INSIDE).is_some() {
        return run();
    }
    // trycmd hands its own environment on to what it runs, and that is the tester's, with a profile or a region.
    let home = tempfile::tempdir().unwrap();
    let mut inside = alone(&std::env::current_exe().unwrap(), home.path());
    inside.env(INSIDE, "yes").env("COLUMNS", "100").args([
        "--exact",
        "sessions::every_session_reads_as_it_is_written",
        "--nocapture",
    ]);
    // Says whether the sessions are compared or written anew.
    if let Some(mode) = std::env::var_os("TRYCMD") {
        inside.env("TRYCMD", mode);
    }
    let output = inside.output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success(), "{text}");
}

fn run() {
    assert_sandboxed();
    let emulator = Served::start(&[]);
    let closed = Served::start(&["--closed-to-new-agents", "--any-credentials"]);
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let [_, (_, key_id), (_, secret)] = emulator.settings();
    let cases = TestCases::new();
    cases
        .register_bin("bedrock-ops", Bin::Path(PROGRAM.into()))
        .register_bins(TOOLS.map(|tool| (tool, Bin::Path(on_path(tool)))))
        .timeout(PATIENCE)
        .env("EMULATOR_URL", emulator.url())
        .env("EMULATOR_KEY_ID", key_id)
        .env("EMULATOR_SECRET", secret)
        .env("CLOSED_EMULATOR_URL", closed.url())
        .env("TAKEN_PORT", &port)
        .case("tests/cli/*.trycmd");
    cases.insert_var("[TAKEN_PORT]", port).unwrap();
    if !Path::new("/proc/self").exists() {
        // It needs a folder in which not even root can make a file.
        cases.skip("tests/cli/stopped.trycmd");
    }
    cases.run();
}

/// trycmd copies `NAME.in` for a session only if the folder `NAME.out` stands beside it; without it the session would
/// change `tests/cli/stack` itself, to which every `NAME.in` is a link.
fn assert_sandboxed() {
    let entries = fs::read_dir("tests/cli").unwrap().map(|entry| entry.unwrap().path());
    for folder in entries.filter(|path| path.extension() == Some(OsStr::new("in"))) {
        let out = folder.with_extension("out");
        assert!(out.symlink_metadata().is_ok_and(|it| it.is_dir()), "no folder {}", out.display());
    }
}

fn on_path(tool: &str) -> PathBuf {
    let folders = std::env::var_os("PATH").unwrap();
    let mut found = std::env::split_paths(&folders).map(|folder| folder.join(tool));
    found.find(|file| file.is_file()).unwrap_or_else(|| panic!("no {tool} on the PATH"))
}
