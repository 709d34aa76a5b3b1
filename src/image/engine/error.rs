//! What can go wrong between us and a container engine, and what helps.

use std::path::{Path, PathBuf};

use crate::dockerfile::Dockerfile;

/// How Docker's old builder ends when it misses the slash.
const SLASH_MISSING: &str = "the destination must be a directory and end with a /";

/// Why an engine built no image.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// None answers.
    #[error(
        "{because}; that takes a container engine, and none answers ({tried}). Install docker and start it, or buildah, which \
         needs no daemon; or reduce the Dockerfile to what needs neither (docs/manifest.md, `lambda.builder`), then run again"
    )]
    None {
        /// Which line of the Dockerfile needs one.
        because: String,
        /// Each engine with why it can't be used.
        tried: String,
    },
    /// The named one does not answer.
    #[error("`lambda.builder` is {program}, but {reason}; install and start it, or write `builder: auto`")]
    Silent {
        /// The engine.
        program: &'static str,
        /// `docker is not installed`.
        reason: String,
    },
    /// It refused the Dockerfile.
    #[error("{program} could not build the image: {reason}; the same command by hand, in the source folder: {command}")]
    Failed {
        /// The engine.
        program: &'static str,
        /// The end of what it said.
        reason: String,
        /// To try it by hand.
        command: String,
    },
    /// Docker's old builder wants a slash where all others do without.
    #[error(
        "{program} without BuildKit wants a slash after the folder that several files are copied to; in {} write \
         `{copy}/`, or install docker's buildx plugin or buildah, which do without it, or write `builder: auto`: a \
         Dockerfile as plain as the article's needs no engine", .dockerfile.display()
    )]
    NoSlash {
        /// The engine.
        program: &'static str,
        /// The source's Dockerfile.
        dockerfile: PathBuf,
        /// The instruction: `COPY a.py b.py ${LAMBDA_TASK_ROOT}`.
        copy: String,
    },
    /// It built, but did not hand the image over.
    #[error("{program} built the image but could not hand it over: {reason}; check its disk space and run again")]
    Kept {
        /// The engine.
        program: &'static str,
        /// The end of what it said.
        reason: String,
    },
    /// What it handed over is not one image.
    #[error("the archive that {program} wrote cannot be used: {reason}; another engine may do (`lambda.builder`)")]
    Archive {
        /// The engine.
        program: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The image is not for the function's processor.
    #[error(
        "{program} built an image for {built}, the function is for linux/{wanted}; take --platform out of the Dockerfile's \
         last FROM, install emulation for {wanted} (docker run --privileged --rm tonistiigi/binfmt --install {wanted}), or \
         change `lambda.architecture`"
    )]
    OtherPlatform {
        /// The engine.
        program: &'static str,
        /// `linux/arm64`.
        built: String,
        /// `amd64`.
        wanted: String,
    },
    /// The image names no command, so Lambda would not know what to run.
    #[error("the image has neither CMD nor ENTRYPOINT; end {} with CMD [\"module.function\"], or set `lambda.handler`", .dockerfile.display())]
    NoCommand {
        /// The Dockerfile.
        dockerfile: PathBuf,
    },
}

impl EngineError {
    /// The same error with what helps, where the Dockerfile's text tells it.
    pub(super) fn in_terms_of(self, dockerfile: &Dockerfile, path: &Path) -> Self {
        match (&self, dockerfile.without_slash()) {
            (Self::Failed { program, reason, .. }, Some(copy)) if reason.contains(SLASH_MISSING) => {
                Self::NoSlash { program, dockerfile: path.to_owned(), copy }
            }
            _ => self,
        }
    }
}
