//! Installs requirements with uv or pip, wheels only, for a platform that need not be this one.
//!
//! Both give the same packages: conditions are decided for the target, by uv itself and by pip with the help of
//! `pip_for_target.py`. They run in a folder of their own, so that nothing of the source is run or read as settings, with
//! few variables of this machine (`settings.rs`), and leave their temporary files in the work folder.

mod failure;
mod found;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::json;
use tokio::process::Command;

use super::platform::Platform;
use super::settings;
use crate::image::error::ImageError;
use crate::image::host::Host;
use crate::source::Requirements;
use failure::Failure;
pub(crate) use found::{Installer, find};

/// Decides conditions for the target where pip installs.
const PIP_FOR_TARGET: &str = include_str!("installer/pip_for_target.py");
/// Whose pip installs for another platform.
pub(crate) const PYTHON: &str = "python3";
/// How that ends where it has no effect on this pip.
const NO_EFFECT: i32 = 97;

/// What is installed for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Runs<'a> {
    /// On this platform, inside an image.
    On(&'a Platform),
    /// Here, with this interpreter.
    Here(&'a Path),
}

impl Runs<'_> {
    /// The Python whose pip installs.
    fn python(&self) -> &OsStr {
        match self {
            Self::On(_) => OsStr::new(PYTHON),
            Self::Here(interpreter) => interpreter.as_os_str(),
        }
    }
}

/// What is to be installed.
pub(crate) struct Job<'a> {
    /// The source, which paths in the requirements are relative to.
    pub(crate) source: &'a Path,
    pub(crate) requirements: &'a Requirements,
    pub(crate) runs: Runs<'a>,
    pub(crate) host: &'a Host,
    /// A folder for everything that is only needed meanwhile.
    pub(crate) work: &'a Path,
}

/// Installs into the new folder `target`.
pub(crate) async fn install(job: Job<'_>, target: &Path) -> Result<(), ImageError> {
    let run = Run::prepare(job).await.map_err(ImageError::Temporary)?;
    let installer = find(run.job.runs.python(), run.job.host, &run.folder).await?;
    match (&installer, run.job.runs) {
        (Installer::Pip { .. }, Runs::On(platform)) => run.with_pip_for(platform, &installer, target).await?,
        _ => run.at_once(&installer, target).await?,
    }
    // Nothing may have been needed at all (every requirement's condition false): an empty folder, then.
    tokio::fs::create_dir_all(target).await.map_err(ImageError::Temporary)
}

/// A job with its folder and its environment.
struct Run<'a> {
    job: Job<'a>,
    /// Holds the requirements, and nothing that an installer would take for a module or for settings.
    folder: PathBuf,
    /// The requirements' file.
    file: PathBuf,
    environment: BTreeMap<String, OsString>,
}

impl<'a> Run<'a> {
    async fn prepare(job: Job<'a>) -> std::io::Result<Self> {
        let (folder, temporary) = (job.work.join("requirements"), job.work.join("temporary"));
        for folder in [&folder, &temporary] {
            tokio::fs::create_dir_all(folder).await?;
        }
        // uv looks for settings in every folder above the one it runs in, until it finds some.
        tokio::fs::write(folder.join("uv.toml"), "").await?;
        let staged = job.requirements.staged(job.source);
        for (name, text) in &staged {
            tokio::fs::write(folder.join(name), text).await?;
        }
        let file = folder.join(staged.first().map(|(name, _)| name.as_str()).unwrap_or_default());
        let environment = settings::environment(job.host, job.requirements, &temporary);
        Ok(Self { job, folder, file, environment })
    }

    /// With one command: uv, or pip for the Python that it runs on.
    async fn at_once(&self, installer: &Installer, target: &Path) -> Result<(), ImageError> {
        let mut words = Words::of(["install"]);
        match (installer, self.job.runs) {
            (Installer::Uv { .. }, Runs::On(platform)) => {
                words.add(["--python-version", &platform.python(), "--python-platform", &platform.target()]);
            }
            (Installer::Uv { .. }, Runs::Here(interpreter)) => {
                words.add([OsStr::new("--python"), interpreter.as_os_str()]);
            }
            (Installer::Pip { .. }, _) => words.add(["--no-compile", "--quiet"]),
        }
        words.add(["--only-binary", ":all:"]);
        words.add([OsStr::new("--target"), target.as_os_str(), OsStr::new("-r"), self.file.as_os_str()]);
        self.run(installer, installer.command(), words).await
    }

    /// With pip for another Python and platform: the wheels are fetched, then unpacked. `pip install` would measure them by
    /// the Python that it runs on.
    async fn with_pip_for(&self, platform: &Platform, installer: &Installer, target: &Path) -> Result<(), ImageError> {
        let wheels = self.job.work.join("wheels");
        let mut fitting = Words::of(["--only-binary", ":all:", "--implementation", "cp", "--python-version"]);
        fitting.add([platform.python()]);
        platform.tags().iter().for_each(|tag| fitting.add(["--platform", tag]));
        let mut words = Words::of(["download", "--quiet", "--dest"]);
        words.add([wheels.as_os_str(), OsStr::new("-r"), self.file.as_os_str()]);
        words.0.extend(fitting.0.iter().cloned());
        let mut command = installer.python();
        command.extend(["-c".into(), PIP_FOR_TARGET.into(), environment_of(platform).into()]);
        self.run(installer, command, words).await?;
        let files = found_in(&wheels).await.map_err(ImageError::Temporary)?;
        if files.is_empty() {
            return Ok(());
        }
        let mut words =
            Words::of(["install", "--no-deps", "--no-index", "--ignore-requires-python", "--no-compile", "--quiet"]);
        words.add([OsStr::new("--target"), target.as_os_str()]);
        words.0.extend(fitting.0);
        words.add(files);
        self.run(installer, installer.command(), words).await
    }

    async fn run(&self, installer: &Installer, command: Vec<OsString>, words: Words) -> Result<(), ImageError> {
        let failure = |output: Result<&Output, &std::io::Error>| Failure {
            installer,
            runs: self.job.runs,
            index: settings::index(self.job.host, self.job.requirements, matches!(installer, Installer::Uv { .. })),
            command: installer.by_hand(self.job.runs),
            said: match output {
                Ok(output) => self.in_terms_of_the_source(&String::from_utf8_lossy(&output.stderr)),
                Err(error) => error.to_string(),
            },
        };
        let Some((program, before)) = command.split_first() else {
            return Err(ImageError::NoInstaller { found: None });
        };
        let output = Command::new(program)
            .args(before)
            .args(words.0)
            .current_dir(&self.folder)
            .env_clear()
            .envs(&self.environment)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await;
        match output {
            Ok(output) if output.status.success() => Ok(()),
            Ok(output) if output.status.code() == Some(NO_EFFECT) => Err(installer.cannot_target()),
            Ok(output) => Err(failure(Ok(&output)).error()),
            Err(error) => Err(failure(Err(&error)).error()),
        }
    }

    /// The installer's words with the files' own names instead of those that they have here.
    fn in_terms_of_the_source(&self, said: &str) -> String {
        let mut said = said.to_owned();
        for (name, _) in self.job.requirements.staged(self.job.source) {
            let original = self.job.requirements.original(&name).unwrap_or_default();
            said = said.replace(&self.folder.join(&name).display().to_string(), original).replace(&name, original);
        }
        said
    }
}

/// Words of a command.
struct Words(Vec<OsString>);

impl Words {
    fn of<const N: usize>(words: [&str; N]) -> Self {
        Self(words.map(OsString::from).to_vec())
    }

    fn add(&mut self, words: impl IntoIterator<Item = impl Into<OsString>>) {
        self.0.extend(words.into_iter().map(Into::into));
    }
}

/// What conditions are decided by on this platform, as JSON. The names are those of the specification of dependency
/// specifiers; what nobody can know of the function's machine is empty, as it is to uv.
fn environment_of(platform: &Platform) -> String {
    let (python, full) = (platform.python(), format!("{}.0", platform.python()));
    json!({
        "implementation_name": "cpython",
        "implementation_version": full,
        "os_name": "posix",
        "platform_machine": platform.machine(),
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": full,
        "python_version": python,
        "sys_platform": "linux",
    })
    .to_string()
}

/// The files of a folder, which need not be there.
async fn found_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut entries = match tokio::fs::read_dir(folder).await {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(found),
        entries => entries?,
    };
    while let Some(entry) = entries.next_entry().await? {
        found.push(entry.path());
    }
    found.sort();
    Ok(found)
}
