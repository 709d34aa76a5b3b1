//! Finds the Python that runs a handler on this machine: the function's own version if it is there, else any.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::Result;
use serde::Deserialize;
use tokio::process::Command;

use super::lent::OF_BASE_IMAGE;
use crate::image::BaseReference;
use crate::refused::Refused;

/// The oldest Python 3 that can run a handler here; Lambda's own begin later.
const OLDEST: u32 = 9;

/// What an interpreter says of itself.
const PROBE: &str = "
import importlib.util, json, sys, sysconfig
packages = {}
for name in sys.argv[1:]:
    spec = importlib.util.find_spec(name)
    if spec and spec.origin:
        packages[name] = (spec.submodule_search_locations or [spec.origin])[0]
print(json.dumps({'program': sys.executable, 'major': sys.version_info[0], 'minor': sys.version_info[1],
                  'platform': sysconfig.get_platform(), 'abi': sys.implementation.cache_tag, 'packages': packages}))
";

/// A Python of this machine.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Interpreter {
    /// Its program.
    pub(super) program: PathBuf,
    major: u32,
    minor: u32,
    platform: String,
    abi: String,
    /// Where those packages lie that AWS's base image has, as far as this Python has them.
    pub(super) packages: BTreeMap<String, PathBuf>,
}

impl Interpreter {
    /// `3.12`.
    pub(super) fn version(&self) -> String {
        format!("{}.{}", self.major, self.minor)
    }

    /// What its packages fit: version, implementation and platform.
    pub(super) fn fits(&self) -> String {
        format!("{} {} {}", self.version(), self.abi, self.platform)
    }
}

/// The Python version of a base image, by its tag: `3.12` of `…/lambda/python:3.12`.
pub(super) fn version_of(base_image: &str) -> Option<String> {
    let tag = BaseReference::parse(base_image).ok()?.tag?;
    let minor = tag.strip_prefix("3.")?.split(|letter: char| !letter.is_ascii_digit()).next()?;
    (!minor.is_empty()).then(|| format!("3.{minor}"))
}

/// The first of `python3.12` and `python3` that works and is new enough.
pub(super) async fn find(version: Option<&str>) -> Result<Interpreter> {
    let named = version.map(|version| format!("python{version}"));
    let mut too_old = None;
    for program in named.into_iter().chain(["python3".to_owned()]) {
        match probe(&program).await {
            Some(found) if found.major == 3 && found.minor >= OLDEST => return Ok(found),
            Some(found) => too_old = Some(found.version()),
            None => {}
        }
    }
    let what = match too_old {
        Some(version) => format!("the only Python here is {version}"),
        None => "there is no `python3` here".to_owned(),
    };
    Err(Refused::usage(what, format!("install Python 3.{OLDEST} or newer; the handler runs on this machine")).into())
}

/// Isolated (`-I`): no module of the working directory is run.
async fn probe(program: &str) -> Option<Interpreter> {
    let answer =
        Command::new(program).args(["-I", "-c", PROBE]).args(OF_BASE_IMAGE).stdin(Stdio::null()).output().await.ok()?;
    serde_json::from_slice(&answer.stdout).ok().filter(|_| answer.status.success())
}

#[cfg(test)]
mod tests {
    use super::version_of;

    #[test]
    fn the_version_is_read_from_the_base_images_tag() {
        for (base, version) in [
            ("public.ecr.aws/lambda/python:3.12", Some("3.12")),
            ("public.ecr.aws/lambda/python:3.13.2026.11.01", Some("3.13")),
            ("public.ecr.aws/lambda/python:latest", None),
            ("public.ecr.aws/lambda/provided:al2023", None),
        ] {
            assert_eq!(version_of(base).as_deref(), version, "{base}");
        }
    }
}
