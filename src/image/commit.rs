//! The Git commit that a source stands at.
//!
//! It is not written into the image: an unchanged source would have another digest after each commit. The image's first
//! push gives it a second tag in ECR instead, `git-` and the commit, which tells where the image came from.

use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

/// What a commit's tag begins with.
const PREFIX: &str = "git-";

/// The tag for the commit that the folder stands at; `None` without Git, or when the folder holds what is not committed.
pub(crate) async fn tag(folder: &Path) -> Option<String> {
    let changed = git(folder, &["status", "--porcelain", "--", "."]).await?;
    let commit = git(folder, &["rev-parse", "--verify", "HEAD"]).await?;
    let is_commit = commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    (changed.is_empty() && is_commit).then(|| format!("{PREFIX}{commit}"))
}

async fn git(folder: &Path, words: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(words).stdin(Stdio::null()).kill_on_drop(true);
    let answer = command.output().await.ok().filter(|answer| answer.status.success())?;
    Some(String::from_utf8(answer.stdout).ok()?.trim().to_owned())
}
