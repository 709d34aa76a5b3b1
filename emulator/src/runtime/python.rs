//! How a Python handler is started: with AWS's own runtime client where the interpreter has it, else with our loader.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;
use tokio::sync::OnceCell;

/// What stands between the runtime API and the handler.
const LOADER: &str = include_str!("python/loader.py");

/// The oldest Python 3 that runs handlers here.
const OLDEST: u32 = 9;

/// What an interpreter says of itself: where it is, and its version.
const PROBE: &str = "import sys; print('%d %d %s' % (sys.version_info[:2] + (sys.executable,)))";

/// The command that runs `handler` (`lambda_function.handler`) with this interpreter, 3.9 or newer. It writes nothing
/// beside the source, as it could not on Lambda, and nothing that is installed for the interpreter is lent to the handler:
/// neither its site-packages nor the user's. AWS's own runtime client does the work where the handler's packages have it.
pub fn command(interpreter: &Path, handler: &str) -> Vec<OsString> {
    let mut words = command_on_its_own(interpreter, handler);
    words.push("own-client".into());
    words
}

/// The same, always with our loader: the client in an image may be compiled for another Python.
pub(crate) fn command_on_its_own(interpreter: &Path, handler: &str) -> Vec<OsString> {
    let flags = ["-B", "-u", "-S", "-s", "-c", LOADER, handler];
    std::iter::once(interpreter.into()).chain(flags.into_iter().map(OsString::from)).collect()
}

/// A Python of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Interpreter {
    /// The program itself, not a shim that finds it.
    pub(crate) program: PathBuf,
    /// `3.12`.
    pub(crate) version: String,
}

/// The `python3` of this machine; else a sentence that says what is wrong.
pub(crate) async fn find() -> Result<&'static Interpreter, String> {
    static FOUND: OnceCell<Interpreter> = OnceCell::const_new();
    FOUND.get_or_try_init(probe).await
}

async fn probe() -> Result<Interpreter, String> {
    let mut command = Command::new("python3");
    let answer = command.args(["-S", "-c", PROBE]).stdin(Stdio::null()).kill_on_drop(true).output().await;
    let cure = format!("install Python 3.{OLDEST} or newer: the emulator runs functions with it");
    let answer = answer.map_err(|error| format!("python3 can't be started ({error}); {cure}"))?;
    let told = String::from_utf8_lossy(&answer.stdout);
    let mut words = told.trim_end().splitn(3, ' ');
    let mut number = || words.next()?.parse::<u32>().ok();
    let (major, minor) = (number(), number());
    match (major, minor, words.next()) {
        (Some(3), Some(minor), Some(program)) if minor >= OLDEST => {
            Ok(Interpreter { program: program.into(), version: format!("3.{minor}") })
        }
        (Some(major), Some(minor), _) => Err(format!("python3 is Python {major}.{minor}; {cure}")),
        _ => Err(format!("python3 does not work here; {cure}")),
    }
}
