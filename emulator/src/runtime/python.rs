//! How a Python handler is started: with AWS's own runtime client where the interpreter has it, else with our loader.

use std::ffi::OsString;
use std::path::Path;

/// What stands between the runtime API and the handler.
const LOADER: &str = include_str!("python/loader.py");

/// The command that runs `handler` (`lambda_function.handler`) with this interpreter, 3.9 or newer. It writes nothing
/// beside the source, as it could not on Lambda.
pub fn command(interpreter: &Path, handler: &str) -> Vec<OsString> {
    let flags = ["-B", "-u", "-c", LOADER, handler];
    std::iter::once(interpreter.into()).chain(flags.map(OsString::from)).collect()
}
