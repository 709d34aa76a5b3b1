//! A manifest with a handler in a folder of its own, and the program run there without anybody's settings.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// One function with a parameter. The base image names no version, so that any Python will do.
pub(crate) const MANIFEST: &str = "
name: openrate
region: ap-northeast-1
agent: {model: jp.anthropic.claude-sonnet-4-6, instruction: You tell people how many of them opened it.}
lambda:
  source: lambda/
  base_image: public.ecr.aws/lambda/python:latest
  environment: {KPI_NAME: push-open-rate}
pinpoint: {application: push-openrate}
action_groups:
  - name: get_my_api
    description: Gets open rates
    functions:
      - name: get_rate
        description: Gets the open rate
        parameters: {days: {type: integer, description: How many days back}}
";

/// A handler whose reply is right.
pub(crate) const RIGHT: &str = r#"
def handler(event, context):
    print("asked for", event["parameters"])
    return {"messageVersion": "1.0", "response": {"actionGroup": event["actionGroup"], "function": event["function"],
            "functionResponse": {"responseBody": {"TEXT": {"body": '{"rate": 2.04}'}}}}}
"#;

/// What a run left.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// stdout as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Everything that is wrong with the reply, of a run with --json.
    pub(crate) fn breaches(&self) -> Vec<String> {
        let document = self.json();
        let all = document["breaches"].as_array().unwrap_or_else(|| panic!("{self:?}"));
        all.iter().map(|breach| breach["what"].as_str().unwrap().to_owned()).collect()
    }
}

/// The folder.
pub(crate) struct Stage(TempDir);

impl Stage {
    /// With this handler.
    pub(crate) fn new(handler: &str) -> Self {
        let stage = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(stage.path().join("lambda")).unwrap();
        stage.write("agent.yaml", MANIFEST);
        stage.write("lambda/lambda_function.py", handler);
        stage
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path().join(file), text).unwrap();
    }

    /// Copies a Python file of this repository into the source.
    pub(crate) fn copy(&self, file: &Path) {
        std::fs::copy(file, self.path().join("lambda").join(file.file_name().unwrap())).unwrap();
    }

    /// The program here, with settings for AWS that lead nowhere: whatever reaches AWS by them fails.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bedrock-ops"));
        command.args(arguments).current_dir(self.path()).env_clear();
        for kept in ["PATH", "PYENV_ROOT", "PYENV_VERSION", "VIRTUAL_ENV", "LD_LIBRARY_PATH"] {
            command.envs(std::env::var_os(kept).map(|value| (kept, value)));
        }
        command
            .env("HOME", std::env::var_os("HOME").unwrap_or_default())
            .env("XDG_CACHE_HOME", self.path().join("cache"))
            .env("AWS_PROFILE", "somebody-elses")
            .env("AWS_EC2_METADATA_DISABLED", "true");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        ended(&mut self.command(arguments))
    }

    /// `invoke --local --json` and more.
    pub(crate) fn invoke(&self, more: &[&str]) -> Ended {
        self.run(&[&["invoke", "--local", "--json"], more].concat())
    }
}

pub(crate) fn ended(command: &mut Command) -> Ended {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A file of this repository.
pub(crate) fn repository(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

/// Says that a test is skipped, past the harness, which keeps prints to itself while nothing fails.
pub(crate) fn skipped(test: &str, why: &str) {
    let _ = writeln!(std::io::stderr(), "\nSKIPPED: {test}: {why}\n");
}
