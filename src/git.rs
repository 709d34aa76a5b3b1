//! What Git says of a folder. No program that the repository itself names is run.

use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

/// Settings that a repository must not decide here: each names a program that Git would run.
const NO_PROGRAMS: [&str; 4] = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];

/// The standard output of a Git command in this folder; `None` where Git is missing or the command fails.
pub async fn read(folder: &Path, words: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    command.args(NO_PROGRAMS).arg("--no-optional-locks").arg("-C").arg(folder).args(words);
    let answer = command.stdin(Stdio::null()).kill_on_drop(true).output().await.ok()?;
    answer.status.success().then(|| String::from_utf8(answer.stdout).ok())?
}
