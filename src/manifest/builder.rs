//! `lambda.builder` — who makes the image of a folder: this program, or a container engine that builds its Dockerfile.

use std::path::Path;

use super::field::Field;
use super::lambda::Architecture;
use super::reach::Files;
use crate::dockerfile::{self, Copied, Dockerfile, Plain};

/// Who makes the image of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Builder {
    /// This program: the folder's files and requirements upon the base image. No engine is needed.
    Native,
    /// A container engine, from the folder's Dockerfile.
    Engine {
        /// The one that the manifest names; else the first that answers.
        engine: Option<Engine>,
        /// The handler that the manifest names; else the Dockerfile's `CMD` stays.
        handler: Option<String>,
    },
}

/// What builds Dockerfiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the programs'")]
pub enum Engine {
    Docker,
    Podman,
    Finch,
    Buildah,
}

impl Engine {
    /// In the order in which they are looked for.
    pub const ALL: [Self; 4] = [Self::Docker, Self::Podman, Self::Finch, Self::Buildah];

    /// The program's name.
    pub fn program(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
            Self::Finch => "finch",
            Self::Buildah => "buildah",
        }
    }
}

/// What the manifest may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    /// Native without a Dockerfile and for a plain one, else an engine.
    Auto,
    Native,
    Engine(Engine),
}

/// What follows from the choice and the Dockerfile.
pub(super) struct Recipe {
    pub(super) builder: Builder,
    /// As the Dockerfile has them.
    pub(super) base_image: Option<String>,
    pub(super) handler: Option<String>,
    pub(super) files: Option<Vec<Copied>>,
    /// The one that an engine builds.
    pub(super) dockerfile: Option<Dockerfile>,
}

impl Recipe {
    const NATIVE: Self =
        Self { builder: Builder::Native, base_image: None, handler: None, files: None, dockerfile: None };

    pub(super) fn is_engine(&self) -> bool {
        matches!(self.builder, Builder::Engine { .. })
    }
}

/// Decides who builds. Problems are noted at `builder` if the manifest has it, else at `source`.
pub(super) fn read(
    builder: Option<&Field<'_>>,
    source: &Field<'_>,
    folder: &Path,
    files: &Files,
    architecture: Architecture,
) -> Option<Recipe> {
    let choice = match builder {
        Some(field) => field.choice(&[
            ("auto", Choice::Auto),
            ("native", Choice::Native),
            ("docker", Choice::Engine(Engine::Docker)),
            ("podman", Choice::Engine(Engine::Podman)),
            ("finch", Choice::Engine(Engine::Finch)),
            ("buildah", Choice::Engine(Engine::Buildah)),
        ])?,
        None => Choice::Auto,
    };
    let at = builder.unwrap_or(source);
    let path = folder.join(dockerfile::FILE);
    let text = match (choice, files.text_of(&path)) {
        (Choice::Native, _) => return Some(Recipe::NATIVE),
        (_, Ok(text)) => text,
        (Choice::Auto, Err(barred)) if barred.is_missing() => return Some(Recipe::NATIVE),
        (Choice::Engine(engine), Err(barred)) if barred.is_missing() => {
            let (program, path) = (engine.program(), path.display());
            let what = format!("{program} builds a Dockerfile, and `{path}` does not exist");
            at.error(what, "write one, or remove `builder`: without a Dockerfile no engine is needed");
            return None;
        }
        (_, Err(barred)) => {
            let cure = barred.cure("make it readable, or write `builder: native`, which does without");
            at.error(format!("the Dockerfile cannot be used: {barred}"), cure);
            return None;
        }
    };
    let dockerfile = Dockerfile::read(&text);
    if choice == Choice::Auto
        && let Some(plain) = plain(&dockerfile, folder)
    {
        return native(plain, at, &path, architecture);
    }
    let engine = if let Choice::Engine(engine) = choice { Some(engine) } else { None };
    let base_image = match dockerfile.base() {
        Ok(base) => base,
        Err(reason) => {
            at.error(
                format!("`{}` cannot be built from: {reason}", path.display()),
                "name the image in FROM, or a default in ARG",
            );
            return None;
        }
    };
    let builder = Builder::Engine { engine, handler: None };
    let handler = dockerfile.command();
    Some(Recipe { builder, base_image: Some(base_image), handler, files: None, dockerfile: Some(dockerfile) })
}

/// What a plain Dockerfile says, if it installs the requirements that the native builder would install.
fn plain(dockerfile: &Dockerfile, folder: &Path) -> Option<Plain> {
    let plain = dockerfile.plain().ok()?;
    let installs = plain.installs || !folder.join("requirements.txt").exists();
    installs.then_some(plain)
}

fn native(plain: Plain, at: &Field<'_>, path: &Path, architecture: Architecture) -> Option<Recipe> {
    let Plain { base, platform, handler, files, installs: _ } = plain;
    let wanted = format!("linux/{}", architecture.as_oci());
    if let Some(platform) = platform.filter(|platform| !platform.contains('$') && *platform != wanted) {
        let what = format!("FROM in `{}` is for {platform}, the function for {wanted}", path.display());
        at.error(what, "change `lambda.architecture`, or take --platform out of FROM");
        return None;
    }
    Some(Recipe { builder: Builder::Native, base_image: Some(base), handler, files, dockerfile: None })
}
