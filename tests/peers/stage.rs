//! An emulator on a port of its own, the article's manifest beside it, and an environment without anybody's settings.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::process::{self, Ended, Server};

/// The account that the emulator plays.
pub(crate) const ACCOUNT: &str = "123456789012";

/// The region of the article's manifest.
pub(crate) const REGION: &str = "ap-northeast-1";

/// How long one run of `bedrock-ops` may take: against this emulator it takes less than a second, in a debug build on
/// a busy machine some more.
const PATIENCE: Duration = Duration::from_mins(1);

/// An emulated account on a port.
pub(crate) struct Stage {
    server: Server,
    folder: TempDir,
}

impl Stage {
    /// An empty account, in which nothing takes time worth waiting for.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = isolated(env!("CARGO_BIN_EXE_bedrock-ops"), folder.path());
        let server = process::serve(command.args(["emulator", "--port", "0"]), folder.path(), PATIENCE);
        let stage = Self { server, folder };
        stage.write_manifest();
        stage
    }

    /// Where all AWS services answer.
    pub(crate) fn url(&self) -> &str {
        &self.server.url
    }

    /// The folder that the manifest is in, and that commands start in.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A command for which this account is AWS.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = isolated(program, self.folder());
        command
            .env("AWS_ENDPOINT_URL", self.url())
            .env("AWS_REGION", REGION)
            .env("AWS_DEFAULT_REGION", REGION)
            // The key that the emulator has printed.
            .envs(self.server.settings.split(' ').filter_map(|word| word.split_once('=')));
        command
    }

    /// Runs the product on the manifest.
    pub(crate) fn bedrock_ops(&self, arguments: &[&str]) -> Ended {
        process::run(self.command(env!("CARGO_BIN_EXE_bedrock-ops")).args(arguments), PATIENCE)
    }

    /// Writes the repository's own manifest and handler, built on the emulator's base image, and without libraries
    /// that would have to be fetched.
    fn write_manifest(&self) {
        let text = std::fs::read_to_string(repository().join("agent.yaml")).unwrap();
        let registry = self.url().trim_start_matches("http://");
        let base = format!("\nlambda:\n  base_image: {registry}/lambda/python:3.12\n");
        assert_eq!(text.matches("\nlambda:\n").count(), 1, "agent.yaml has one section `lambda`");
        std::fs::write(self.folder().join("agent.yaml"), text.replace("\nlambda:\n", &base)).unwrap();
        let source = self.folder().join("lambda");
        std::fs::create_dir(&source).unwrap();
        for entry in std::fs::read_dir(repository().join("lambda")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "py") {
                std::fs::copy(&path, source.join(path.file_name().unwrap())).unwrap();
            }
        }
        std::fs::write(source.join("requirements.txt"), "").unwrap();
    }
}

/// The root of this repository.
pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A file of these tests.
pub(crate) fn peers(name: &str) -> PathBuf {
    repository().join("tests/peers").join(name)
}

/// A command that finds nothing of the user's settings, and no proxy between it and the emulator.
fn isolated(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    let nothing = folder.join("nothing");
    command
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .env("TMPDIR", folder)
        .env("LC_ALL", "C.UTF-8")
        .env("PYTHONUTF8", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("AWS_CONFIG_FILE", &nothing)
        .env("AWS_SHARED_CREDENTIALS_FILE", &nothing)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_PAGER", "");
    command
}
