//! Decides what is started of an image: a Python handler, or the image's own program if this machine can run it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::images::Unpacked;
use crate::runtime::python;

/// Where Lambda looks for the handler.
const TASK_ROOT: &str = "/var/task";

/// The entry point of AWS's base images; what follows it is the handler.
const ENTRYPOINT: &str = "/lambda-entrypoint.sh";

/// Where the program of an image without a runtime lies.
const BOOTSTRAPS: [&str; 2] = ["/var/runtime/bootstrap", "/var/task/bootstrap"];

/// What the emulator says of an image that is none of those that it runs.
const KNOWN: &str = "the emulator runs Python images (AWS's entry point, or `python -m awslambdaric`) and \
                     provided.al2023 images with a bootstrap";

/// The part of an image's configuration that says what is run.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Config {
    pub(super) env: Option<Vec<String>>,
    pub(super) entrypoint: Option<Vec<String>>,
    pub(super) cmd: Option<Vec<String>>,
    pub(super) working_dir: Option<String>,
}

/// How a function is started.
#[derive(Debug)]
pub(super) struct Start {
    pub(super) command: Vec<OsString>,
    pub(super) handler: String,
    pub(super) cwd: PathBuf,
    /// Variables that hang on how it is started.
    pub(super) env: Vec<(String, String)>,
    pub(super) is_python: bool,
}

/// What the words of the entry point and the command mean.
#[derive(Debug, PartialEq, Eq)]
enum Means<'w> {
    /// AWS's base images: the handler lies in the task's folder.
    Base(&'w str),
    /// AWS's runtime client by its name: the handler lies in the working directory.
    Client(&'w str),
}

impl Start {
    /// How this image is started here; `platform` is the image's system and processor, as images name them.
    pub(super) async fn of(image: &Unpacked, config: &Config, platform: (&str, &str)) -> Result<Self, String> {
        let words: Vec<&str> = config.entrypoint.iter().chain(&config.cmd).flatten().map(String::as_str).collect();
        let means = meaning(&words).ok_or_else(|| format!("it is started by `{}`; {KNOWN}", words.join(" ")))?;
        let directory = config.working_dir.as_deref().filter(|directory| !directory.is_empty()).unwrap_or("/");
        let cwd = image.find(directory).filter(|place| place.is_dir());
        let cwd = cwd.ok_or_else(|| format!("chdir {directory}: no such file or directory"))?;
        let bootstrap = BOOTSTRAPS.iter().find_map(|path| image.find(path));
        match (means, bootstrap) {
            (Means::Client(handler), _) => Self::python(handler, cwd.clone(), &cwd).await,
            (Means::Base(handler), None) => Self::python(handler, cwd, &task_root(image)?).await,
            (Means::Base(handler), Some(_)) if image.find("/var/lang/bin/python3").is_some() => {
                Self::python(handler, cwd, &task_root(image)?).await
            }
            (Means::Base(_), Some(_)) if image.find("/var/lang/bin").is_some() => {
                Err(format!("its base image is that of another language; {KNOWN}"))
            }
            (Means::Base(handler), Some(bootstrap)) => {
                let here = (std::env::consts::OS, std::env::consts::ARCH);
                check_platform(platform, here)?;
                let env = own_env(&task_root(image)?, image);
                Ok(Self { command: vec![bootstrap.into()], handler: handler.to_owned(), cwd, env, is_python: false })
            }
        }
    }

    async fn python(handler: &str, cwd: PathBuf, task_root: &Path) -> Result<Self, String> {
        let python = python::find().await?;
        let env = vec![
            ("LAMBDA_TASK_ROOT".to_owned(), text(task_root)),
            ("AWS_EXECUTION_ENV".to_owned(), format!("AWS_Lambda_python{}", python.version)),
        ];
        let command = python::command_on_its_own(&python.program, handler);
        Ok(Self { command, handler: handler.to_owned(), cwd, env, is_python: true })
    }
}

fn meaning<'w>(words: &[&'w str]) -> Option<Means<'w>> {
    match words {
        [entry, handler] if *entry == ENTRYPOINT => Some(Means::Base(handler)),
        [program, "-m", "awslambdaric", handler] if is_python(program) => Some(Means::Client(handler)),
        _ => None,
    }
}

/// `python`, `python3.12`, `/usr/bin/python3`.
fn is_python(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    let version = name.strip_prefix("python");
    version.is_some_and(|version| version.chars().all(|letter| letter.is_ascii_digit() || letter == '.'))
}

fn task_root(image: &Unpacked) -> Result<PathBuf, String> {
    image.find(TASK_ROOT).ok_or_else(|| format!("it has no {TASK_ROOT}"))
}

fn own_env(task_root: &Path, image: &Unpacked) -> Vec<(String, String)> {
    let runtime = image.find("/var/runtime").map(|place| ("LAMBDA_RUNTIME_DIR".to_owned(), text(&place)));
    std::iter::once(("LAMBDA_TASK_ROOT".to_owned(), text(task_root))).chain(runtime).collect()
}

/// Refuses a program for another system or processor: on AWS it would be `exec format error`.
fn check_platform(image: (&str, &str), here: (&str, &str)) -> Result<(), String> {
    let processor = match here.1 {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    if image == (here.0, processor) {
        return Ok(());
    }
    let ((system, found), own) = (image, here.0);
    Err(format!("its bootstrap is for {system}/{found}, and this machine is {own}/{processor}"))
}

/// A path as a variable holds it.
pub(super) fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Means, check_platform, meaning};

    #[test]
    fn the_words_of_an_image_say_what_is_started() {
        let cases = [
            (&["/lambda-entrypoint.sh", "app.handler"][..], Some(Means::Base("app.handler"))),
            (&["python3.12", "-m", "awslambdaric", "a.b.run"], Some(Means::Client("a.b.run"))),
            (&["/usr/local/bin/python", "-m", "awslambdaric", "app.run"], Some(Means::Client("app.run"))),
            (&["/lambda-entrypoint.sh"], None),
            (&["pythonista", "-m", "awslambdaric", "app.run"], None),
            (&["node", "index.js"], None),
            (&[], None),
        ];
        for (words, expected) in cases {
            assert_eq!(meaning(words), expected, "{words:?}");
        }
    }

    #[test]
    fn a_program_runs_only_where_it_is_made_for() {
        let linux = ("linux", "x86_64");
        assert_eq!(check_platform(("linux", "amd64"), linux), Ok(()));
        assert!(check_platform(("linux", "arm64"), linux).is_err());
        let text = check_platform(("linux", "amd64"), ("macos", "aarch64")).expect_err("another system");
        assert_eq!(text, "its bootstrap is for linux/amd64, and this machine is macos/arm64");
    }
}
