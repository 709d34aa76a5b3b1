//! Installs requirements with uv or pip, wheels only, for a platform that need not be this one.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Output, Stdio};

use tokio::process::Command;

use super::platform::Platform;
use super::requirements::FILE;
use crate::image::error::ImageError;

/// What can install, in the order in which they are tried. uv also decides conditions such as
/// `sys_platform == "darwin"` for the target; pip decides them for the machine it runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    Uv,
    Pip,
}

/// What is installed for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Runs<'a> {
    /// On this platform, inside an image.
    On(&'a Platform),
    /// Here, with this interpreter.
    Here(&'a Path),
}

/// Installs what the folder's requirements.txt asks for into `target`.
pub(crate) async fn install(folder: &Path, runs: Runs<'_>, target: &Path) -> Result<(), ImageError> {
    for tool in [Tool::Uv, Tool::Pip] {
        if tool.is_there(runs).await {
            return tool.install(folder, runs, target).await;
        }
    }
    Err(ImageError::NoInstaller)
}

impl Runs<'_> {
    /// The Python and the platform, for people.
    fn told(self) -> (String, String) {
        match self {
            Self::On(platform) => (platform.python(), platform.newest_tag()),
            Self::Here(interpreter) => (interpreter.display().to_string(), "this machine".to_owned()),
        }
    }
}

impl Tool {
    fn name(self) -> &'static str {
        match self {
            Self::Uv => "uv",
            Self::Pip => "pip",
        }
    }

    /// The words that start it: a program and its first arguments.
    fn command(self, runs: Runs<'_>) -> (OsString, &'static [&'static str]) {
        match (self, runs) {
            (Self::Uv, _) => ("uv".into(), &["pip"]),
            (Self::Pip, Runs::On(_)) => ("python3".into(), &["-m", "pip"]),
            (Self::Pip, Runs::Here(interpreter)) => (interpreter.into(), &["-m", "pip"]),
        }
    }

    async fn is_there(self, runs: Runs<'_>) -> bool {
        let (program, words) = self.command(runs);
        let answer = Command::new(program).args(words).arg("--help").stdin(Stdio::null()).output().await;
        answer.is_ok_and(|answer| answer.status.success())
    }

    async fn install(self, folder: &Path, runs: Runs<'_>, target: &Path) -> Result<(), ImageError> {
        let (program, words) = self.command(runs);
        let arguments = self.arguments(runs);
        let command = format!("{} {} {} --target FOLDER", program.display(), words.join(" "), shown(&arguments));
        let output = Command::new(program)
            .args(words)
            .args(&arguments)
            .args([OsStr::new("--target"), target.as_os_str()])
            // Paths in requirements.txt are relative to where it lies.
            .current_dir(folder)
            .stdin(Stdio::null())
            // Rules that people set for their own environments, which this is none of.
            .env("PIP_REQUIRE_VIRTUALENV", "0")
            .env_remove("PIP_USER")
            .env_remove("PIP_TARGET")
            .env_remove("PIP_PREFIX")
            .env_remove("PYTHONPATH")
            .kill_on_drop(true)
            .output()
            .await
            .map_err(|error| self.broken(error.to_string(), &command))?;
        if !output.status.success() {
            return Err(self.failure(&output, runs, &command));
        }
        // Nothing may have been needed at all (every requirement's condition false): an empty folder, then.
        tokio::fs::create_dir_all(target).await.map_err(ImageError::Temporary)
    }

    fn arguments(self, runs: Runs<'_>) -> Vec<String> {
        let mut words = vec!["install".to_owned(), "-r".to_owned(), FILE.to_owned()];
        let mut add = |more: &[&str]| words.extend(more.iter().map(|word| (*word).to_owned()));
        if self == Self::Pip {
            add(&["--no-compile", "--no-input", "--disable-pip-version-check", "--quiet"]);
        }
        match (runs, self) {
            (Runs::On(platform), _) => {
                add(&["--only-binary", ":all:", "--python-version", &platform.python()]);
                match self {
                    Self::Uv => add(&["--python-platform", &platform.target()]),
                    Self::Pip => {
                        add(&["--implementation", "cp"]);
                        platform.tags().iter().for_each(|tag| add(&["--platform", tag]));
                    }
                }
            }
            (Runs::Here(interpreter), Self::Uv) => add(&["--python", &interpreter.to_string_lossy()]),
            (Runs::Here(_), Self::Pip) => add(&["--prefer-binary"]),
        }
        words
    }

    fn broken(self, reason: String, command: &str) -> ImageError {
        ImageError::Installer { tool: self.name().to_owned(), reason, command: command.to_owned() }
    }

    fn failure(self, output: &Output, runs: Runs<'_>, command: &str) -> ImageError {
        let said = String::from_utf8_lossy(&output.stderr);
        match refused_requirement(&said) {
            Some(requirement) => {
                let (python, platform) = runs.told();
                ImageError::NoWheel { requirement, python, platform, reason: reason(&said) }
            }
            None => self.broken(reason(&said), command),
        }
    }
}

/// The arguments for people: of a row of platforms the first and the last, which tell the rest.
fn shown(arguments: &[String]) -> String {
    const PLATFORM: &str = "--platform";
    let mut words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let of_platforms: Vec<usize> = (0..words.len()).filter(|at| words[*at] == PLATFORM).collect();
    if let [first, .., last] = of_platforms[..]
        && of_platforms.len() > 2
    {
        words.splice(first + 2..last, ["…"]);
    }
    words.join(" ")
}

/// Which requirement has no fitting wheel, if that is what the installer complains of.
fn refused_requirement(said: &str) -> Option<String> {
    // Without a network every requirement "has no versions": that is another trouble, with another cure.
    if said.contains("connection broken") || said.contains("Failed to fetch") || said.contains("NewConnectionError") {
        return None;
    }
    for line in said.lines() {
        if let Some((_, requirement)) = line.split_once("No matching distribution found for ") {
            return Some(requirement.trim().to_owned());
        }
    }
    // uv: `Because NAME==1.0 has no usable wheels and …`, `Because there is no version of NAME==1.0 and …`.
    let (_, mut cause) = said.split_once("Because ")?;
    for lead in ["there is no version of ", "there are no versions of ", "only "] {
        cause = cause.trim_start().strip_prefix(lead).unwrap_or(cause);
    }
    cause.split_whitespace().next().map(str::to_owned)
}

/// The installer's words without its preamble and its own advice, on one line.
fn reason(said: &str) -> String {
    let telling = |line: &&str| {
        !line.is_empty()
            && !["WARNING", "Using ", "hint:", "[notice]", "Looking "].iter().any(|start| line.starts_with(start))
    };
    let lines: Vec<&str> = said.lines().map(str::trim).filter(telling).collect();
    // The end is where the cause stands.
    lines[lines.len().saturating_sub(6)..].join(" ")
}

#[cfg(test)]
mod tests {
    use super::{reason, refused_requirement, shown};

    #[test]
    fn a_long_row_of_platforms_is_shown_by_its_ends() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let long = words("install --platform a_34 --platform a_33 --platform a_32 --platform a_17 --quiet");
        assert_eq!(shown(&long), "install --platform a_34 … --platform a_17 --quiet");
        let short = "install --platform a_17 --platform b";
        assert_eq!(shown(&words(short)), short);
    }

    #[test]
    fn both_installers_name_the_requirement_without_a_wheel() {
        let pip = "WARNING: x\nERROR: Could not find a version that satisfies the requirement a.b==0.2.1 (from versions: none)\n\
                   ERROR: No matching distribution found for a.b==0.2.1\n";
        assert_eq!(refused_requirement(pip).as_deref(), Some("a.b==0.2.1"));
        assert!(reason(pip).starts_with("ERROR: Could not find"));
        let uv = "Using CPython 3.11\nerror: No solution found when resolving dependencies\n  cause: Because a-b==0.2.1 has no usable \
                  wheels and you require a-b==0.2.1, we can conclude that your requirements are unsatisfiable.\n\nhint: Wheels are\n";
        assert_eq!(refused_requirement(uv).as_deref(), Some("a-b==0.2.1"));
        assert!(reason(uv).starts_with("error: No solution found") && !reason(uv).contains("hint"));
    }

    #[test]
    fn a_missing_network_is_not_a_missing_wheel() {
        let pip = "WARNING: Retrying after connection broken by 'NewConnectionError'\nERROR: No matching distribution found for six\n";
        assert_eq!(refused_requirement(pip), None);
    }
}
