//! Finds out what can install requirements on this machine, without running anything of the source.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;
use tokio::process::Command;

use super::Runs;
use crate::image::error::ImageError;
use crate::image::host::Host;

/// The oldest pip that resolves dependencies as the current one does.
const OLDEST_PIP: (u32, u32) = (20, 3);

/// What a Python says of itself and its pip.
const PROBE: &str = "import json, sys\ntry:\n    import pip\n    pip = pip.__version__\nexcept ImportError:\n    pip = None\n\
                     print(json.dumps({'program': sys.executable, 'python': sys.version.split()[0], 'pip': pip}))";

/// What installs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Installer {
    /// uv, with its version.
    Uv {
        /// `uv 0.9.1`.
        version: String,
    },
    /// The pip of a Python.
    Pip {
        /// The Python.
        program: PathBuf,
        /// Its version.
        python: String,
        /// pip's.
        version: String,
    },
}

#[derive(Debug, Deserialize)]
struct Probed {
    program: PathBuf,
    python: String,
    pip: Option<String>,
}

/// uv, or the pip of this Python. They are run in the folder, which holds no module.
pub(crate) async fn find(python: &OsStr, host: &Host, folder: &Path) -> Result<Installer, ImageError> {
    if let Some(said) = answer(OsString::from("uv"), &["--version"], host, folder).await {
        return Ok(Installer::Uv { version: said.trim().to_owned() });
    }
    let said = answer(python.to_owned(), &["-c", PROBE], host, folder).await;
    let Some(Probed { program, python, pip }) = said.and_then(|said| serde_json::from_str(&said).ok()) else {
        return Err(ImageError::NoInstaller { found: None });
    };
    let called = format!("Python {python} ({})", program.display());
    match pip {
        None => Err(ImageError::NoInstaller { found: Some(format!("{called} has no pip")) }),
        Some(version) if number(&version).is_none_or(|number| number < OLDEST_PIP) => {
            let (major, minor) = OLDEST_PIP;
            Err(ImageError::NoInstaller {
                found: Some(format!("the pip of {called} is {version}, older than {major}.{minor}")),
            })
        }
        Some(version) => Ok(Installer::Pip { program, python, version }),
    }
}

impl Installer {
    /// For people: `pip 23.2.1 of Python 3.11.7`.
    pub(super) fn called(&self) -> String {
        match self {
            Self::Uv { version } => version.clone(),
            Self::Pip { python, version, program } => {
                format!("pip {version} of Python {python} ({})", program.display())
            }
        }
    }

    /// What starts it: a program and its first arguments.
    pub(super) fn command(&self) -> Vec<OsString> {
        match self {
            Self::Uv { .. } => vec!["uv".into(), "pip".into()],
            Self::Pip { program, .. } => vec![program.into(), "-m".into(), "pip".into()],
        }
    }

    /// The Python of a pip.
    pub(super) fn python(&self) -> Vec<OsString> {
        match self {
            Self::Uv { .. } => Vec::new(),
            Self::Pip { program, .. } => vec![program.into()],
        }
    }

    /// A command that tries the same by hand.
    pub(super) fn by_hand(&self, runs: Runs<'_>) -> String {
        let python_version = match runs {
            Runs::On(platform) => format!(" --python-version {}", platform.python()),
            Runs::Here(_) => String::new(),
        };
        let tail = format!("--only-binary :all:{python_version} --target FOLDER -r requirements.txt");
        match (self, runs) {
            (Self::Uv { .. }, Runs::On(platform)) => {
                format!("uv pip install --python-platform {} {tail}", platform.target())
            }
            (Self::Uv { .. }, Runs::Here(interpreter)) => {
                format!("uv pip install --python {} {tail}", interpreter.display())
            }
            (Self::Pip { program, .. }, Runs::On(platform)) => {
                format!("{} -m pip install --platform {} {tail}", program.display(), platform.newest_tag())
            }
            (Self::Pip { program, .. }, Runs::Here(_)) => format!("{} -m pip install {tail}", program.display()),
        }
    }

    /// Refuses a pip that would decide conditions for this machine.
    pub(super) fn cannot_target(&self) -> ImageError {
        ImageError::CannotTarget { installer: self.called() }
    }
}

/// What a program prints, if it ends well.
async fn answer(program: OsString, words: &[&str], host: &Host, folder: &Path) -> Option<String> {
    let mut command = Command::new(program);
    command.args(words).current_dir(folder).env_clear().stdin(Stdio::null()).kill_on_drop(true);
    for name in ["PATH", "HOME", "PYENV_ROOT", "PYENV_VERSION", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "SYSTEMROOT"] {
        command.envs(host.variable(name).map(|value| (name, value)));
    }
    let answer = command.env("PYTHONSAFEPATH", "1").output().await.ok()?;
    answer.status.success().then(|| String::from_utf8_lossy(&answer.stdout).into_owned())
}

/// `23.2.1` is 23.2.
fn number(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??))
}
