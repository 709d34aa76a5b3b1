//! The Git commit that a source stands at.
//!
//! It is not written into the image: an unchanged source would have another digest after each commit. The image's first
//! push gives it a second tag in ECR instead, `git-` and the commit, which tells where the image came from.

use std::path::Path;

use crate::git;

/// What a commit's tag begins with.
const PREFIX: &str = "git-";

/// The tag for the commit that the folder stands at; `None` without Git, or when the folder holds what is not committed.
pub(crate) async fn tag(folder: &Path) -> Option<String> {
    let changed = git::read(folder, &["status", "--porcelain", "--ignore-submodules=dirty", "--", "."]).await?;
    let commit = git::read(folder, &["rev-parse", "--verify", "HEAD"]).await?;
    let commit = commit.trim();
    let is_commit = commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    (changed.trim().is_empty() && is_commit).then(|| format!("{PREFIX}{commit}"))
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;
    use std::process::Command;

    use super::tag;

    fn git(folder: &Path, words: &[&str]) {
        let who = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        let status = Command::new("git").arg("-C").arg(folder).args(who).args(words).status().unwrap();
        assert!(status.success(), "git {words:?}");
    }

    #[tokio::test]
    async fn the_commit_is_read_without_running_what_the_repository_names() {
        let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (monitor, ran) = (outside.path().join("monitor"), outside.path().join("ran"));
        fs::write(&monitor, format!("#!/bin/sh\n: >'{}'\n", ran.display())).unwrap();
        fs::set_permissions(&monitor, Permissions::from_mode(0o755)).unwrap();
        git(folder.path(), &["init", "--quiet"]);
        fs::write(folder.path().join("a.py"), "").unwrap();
        git(folder.path(), &["add", "a.py"]);
        git(folder.path(), &["commit", "--quiet", "--message", "a"]);
        git(folder.path(), &["config", "core.fsmonitor", monitor.to_str().unwrap()]);
        assert!(tag(folder.path()).await.unwrap().starts_with("git-"));
        assert!(!ran.exists(), "the repository's monitor was run");
        fs::write(folder.path().join("b.py"), "").unwrap();
        assert_eq!(tag(folder.path()).await, None, "it is not committed");
    }
}
