//! Runs a container engine: asks whether it answers, builds, and saves what it built.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

use super::error::EngineError;
use crate::image::Progress;
use crate::manifest::Engine;

/// Lines of an engine's words that are kept for a message: the cause stands at the end.
const KEPT_LINES: usize = 12;
/// How long an engine may think about whether it is there: a daemon on a machine that is gone says nothing at all.
const PATIENCE: Duration = Duration::from_secs(20);
/// Where the engine writes the id of what it built.
const ID_FILE: &str = "image.id";

/// An engine that answers.
pub(super) struct Running {
    engine: Engine,
    /// Docker with buildx, which wraps an image in an index of attestations unless it is told not to.
    buildx: bool,
}

fn absent(program: &str) -> String {
    format!("{program} is not installed")
}

impl Running {
    /// The engine that the manifest names.
    pub(super) async fn named(engine: Engine) -> Result<Self, EngineError> {
        match Self::ask(engine).await {
            Ok(running) => Ok(running),
            Err(reason) => Err(EngineError::Silent { program: engine.program(), reason }),
        }
    }

    /// The first that answers; `because` says why one is needed.
    pub(super) async fn any(because: impl FnOnce() -> String) -> Result<Self, EngineError> {
        let mut tried = Vec::new();
        for engine in Engine::ALL {
            match Self::ask(engine).await {
                Ok(running) => return Ok(running),
                Err(reason) => tried.push(reason),
            }
        }
        Err(EngineError::None { because: because(), tried: tried.join("; ") })
    }

    async fn ask(engine: Engine) -> Result<Self, String> {
        let program = engine.program();
        let words: &[&str] = match engine {
            // The client alone answers without its daemon; these ask the daemon.
            Engine::Docker => &["version", "--format", "{{.Server.Version}}"],
            Engine::Podman | Engine::Finch => &["info"],
            Engine::Buildah => &["--version"],
        };
        answer(program, words).await?;
        let buildx = engine == Engine::Docker && answer(program, &["buildx", "version"]).await.is_ok();
        Ok(Self { engine, buildx })
    }

    pub(super) fn program(&self) -> &'static str {
        self.engine.program()
    }

    /// Builds the folder `work/context`. The image keeps a name in the engine, so that what it has built is found again
    /// by its cache the next time.
    pub(super) async fn build(
        &self,
        repository: &str,
        platform: &str,
        dockerfile: &Path,
        work: &Path,
        progress: &dyn Progress,
    ) -> Result<(), EngineError> {
        let name = name(repository);
        let mut shown = vec!["build", "--platform", platform, "--tag", &name];
        match self.engine {
            Engine::Docker if self.buildx => shown.extend(["--load", "--provenance=false", "--sbom=false"]),
            Engine::Buildah => shown.push("--layers"),
            Engine::Docker | Engine::Podman | Engine::Finch => {}
        }
        let command = format!("{} {} .", self.program(), shown.join(" "));
        let mut words: Vec<OsString> = shown.into_iter().map(OsString::from).collect();
        words.extend(["--iidfile".into(), work.join(ID_FILE).into(), "--file".into(), dockerfile.into()]);
        words.push(work.join("context").into());
        let failed = |reason| EngineError::Failed { program: self.program(), reason, command };
        match self.run(&words, progress).await {
            Ok((status, _)) if status.success() => Ok(()),
            Ok((_, said)) => Err(failed(said)),
            Err(error) => Err(failed(error.to_string())),
        }
    }

    /// Writes what was built to an archive, in the form that `docker load` reads.
    pub(super) async fn save(
        &self,
        repository: &str,
        work: &Path,
        archive: &Path,
        progress: &dyn Progress,
    ) -> Result<(), EngineError> {
        let kept = |reason| EngineError::Kept { program: self.program(), reason };
        // By the id, not by the name, which another build may have taken meanwhile.
        let id = tokio::fs::read_to_string(work.join(ID_FILE)).await;
        let id = id.map_err(|error| kept(format!("it told no image id ({error})")))?.trim().to_owned();
        let path = archive.as_os_str();
        let words: Vec<OsString> = match self.engine {
            Engine::Docker => vec!["save".into(), "--output".into(), path.into(), id.into()],
            // Its ids are those of manifests, and it saves names only.
            Engine::Finch => vec!["save".into(), "--output".into(), path.into(), name(repository).into()],
            Engine::Podman => {
                let format = ["save", "--format", "docker-archive", "--output"].map(OsString::from);
                format.into_iter().chain([path.into(), id.into()]).collect()
            }
            Engine::Buildah => {
                let mut target = OsString::from("docker-archive:");
                target.push(path);
                vec!["push".into(), id.into(), target]
            }
        };
        progress.note(&format!("{} hands the image over", self.program()));
        match self.run(&words, &()).await {
            Ok((status, _)) if status.success() => Ok(()),
            Ok((_, said)) => Err(kept(said)),
            Err(error) => Err(kept(error.to_string())),
        }
    }

    /// Runs it to its end; its steps are told as they come, and the end of its words is kept.
    async fn run(&self, words: &[impl AsRef<OsStr>], progress: &dyn Progress) -> std::io::Result<(ExitStatus, String)> {
        let mut command = Command::new(self.program());
        command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command.env("BUILDX_NO_DEFAULT_ATTESTATIONS", "1");
        if self.buildx {
            // Somebody may have switched it off, and the old builder knows none of the flags.
            command.env("DOCKER_BUILDKIT", "1");
        }
        let mut running = command.spawn()?;
        let (out, err) = (running.stdout.take(), running.stderr.take());
        let kept = Mutex::new(Vec::new());
        let ((), (), status) = tokio::join!(listen(out, &kept, progress), listen(err, &kept, progress), running.wait());
        let lines = kept.into_inner().unwrap_or_default();
        Ok((status?, lines[lines.len().saturating_sub(KEPT_LINES)..].join(" | ")))
    }
}

/// Runs a question to its end, which must be that of success; else why there is no answer.
async fn answer(program: &str, words: &[&str]) -> Result<(), String> {
    let answer = Command::new(program).args(words).stdin(Stdio::null()).kill_on_drop(true).output();
    let silent = |_| format!("{program} does not answer within {} seconds", PATIENCE.as_secs());
    let answer = timeout(PATIENCE, answer).await.map_err(silent)?.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => absent(program),
        _ => format!("{program} cannot be started ({error})"),
    })?;
    if answer.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&answer.stderr);
    Err(format!("{program} does not answer ({})", last_line(&said)))
}

/// The image's name in the engine.
fn name(repository: &str) -> String {
    format!("bedrock-ops/{repository}:latest")
}

async fn listen(words: Option<impl AsyncRead + Unpin>, kept: &Mutex<Vec<String>>, progress: &dyn Progress) {
    let Some(words) = words else { return };
    let mut lines = BufReader::new(words).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        // Docker's `Step 1/4 :` and `#5 [1/4]`, buildah's and podman's `STEP 1/4:`.
        if line.starts_with("STEP ") || line.starts_with("Step ") || (line.starts_with('#') && line.contains('[')) {
            progress.note(line);
        }
        if let Ok(mut kept) = kept.lock() {
            kept.push(line.to_owned());
        }
    }
}

fn last_line(said: &str) -> &str {
    said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("no further words")
}

#[cfg(all(test, unix))]
mod tests {
    use super::answer;

    #[tokio::test(start_paused = true)]
    async fn a_program_that_says_nothing_is_not_waited_for_forever() {
        let silent = "does not answer within 20 seconds";
        assert_eq!(answer("sleep", &["600"]).await, Err(format!("sleep {silent}")));
        assert_eq!(answer("no-such-program", &[]).await, Err("no-such-program is not installed".to_owned()));
    }
}
