//! Whether a client is installed, and what happens when it is not: a loud skip, or a failure where it is required.

use std::io::Write as _;
use std::time::Duration;

use crate::process;
use crate::stage::Stage;

/// Names, separated by commas, of the clients that must be there.
const REQUIRED: &str = "REQUIRE_PEERS";

/// How long a client may take to say its version: the first start of a Python program compiles it.
const START: Duration = Duration::from_mins(1);

/// A client of somebody else's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// AWS's library for Python.
    Boto3,
    /// AWS's command line.
    AwsCli,
    /// Terraform, which needs Python as well: it can't push an image.
    Terraform,
}

impl Peer {
    /// Its name in `REQUIRE_PEERS`.
    fn name(self) -> &'static str {
        match self {
            Self::Boto3 => "boto3",
            Self::AwsCli => "awscli",
            Self::Terraform => "terraform",
        }
    }

    /// Whether it answers in the environment in which the test will run it. If not, the skip is told.
    pub(crate) fn is_there(self, stage: &Stage) -> bool {
        let probes: &[&[&str]] = match self {
            Self::Boto3 => &[&["python3", "-c", "import boto3"]],
            Self::AwsCli => &[&["aws", "--version"]],
            Self::Terraform => &[&["terraform", "version"], &["python3", "--version"]],
        };
        let silent = probes.iter().find(|probe| !answers(stage, probe));
        if let Some(probe) = silent {
            self.skip(&format!("{} is not installed", self.name()), &format!("`{}` does not work", probe.join(" ")));
        }
        silent.is_none()
    }

    /// Tells that a test is skipped; fails it if the client was required.
    pub(crate) fn skip(self, missing: &str, detail: &str) {
        let required = std::env::var(REQUIRED).unwrap_or_default();
        let is_required = required.split(',').any(|name| name.trim() == self.name());
        assert!(!is_required, "{missing}; {detail}, but {REQUIRED} says {required}");
        // Past `eprintln!`, which the test harness keeps to itself as long as nothing fails.
        std::io::stderr().write_all(format!("SKIPPED: {missing}; {detail}\n").as_bytes()).unwrap();
    }
}

fn answers(stage: &Stage, probe: &[&str]) -> bool {
    let mut command = stage.command(probe[0]);
    command.args(&probe[1..]);
    on_path(probe[0]) && process::run(&mut command, START).code == Some(0)
}

/// Whether a program of this name can be started at all.
fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
