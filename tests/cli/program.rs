//! The binary in a folder with a small stack, and in an environment that holds nothing of the tester's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The binary under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_bedrock-ops");

/// A command that knows no AWS settings but those that a test gives it: it never asks the machine it runs on for
/// credentials, and finds no profile.
pub(crate) fn alone(program: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", path())
        .env("HOME", home)
        .env("AWS_CONFIG_FILE", home.join("no-config"))
        .env("AWS_SHARED_CREDENTIALS_FILE", home.join("no-credentials"))
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

/// The tester's programs, the binary's folder before them.
fn path() -> std::ffi::OsString {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let own = Path::new(PROGRAM).parent().map(Path::to_owned);
    std::env::join_paths(own.into_iter().chain(std::env::split_paths(&folders))).expect("a path")
}

/// A copy of `tests/cli/stack`, as every session has one.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let stack = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/stack");
        fs::create_dir(folder.path().join("lambda")).expect("a folder");
        for file in ["agent.yaml", "lambda/lambda_function.py"] {
            fs::copy(stack.join(file), folder.path().join(file)).expect("a copy");
        }
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn manifest(&self) -> PathBuf {
        self.path().join("agent.yaml")
    }

    /// The binary in this folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Command {
        let mut command = alone(Path::new(PROGRAM), self.path());
        command.current_dir(self.path()).args(arguments);
        command
    }
}
