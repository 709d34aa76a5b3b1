//! What can be wrong with a source folder, and what helps.

use std::io;
use std::path::{Path, PathBuf};

/// Why the files of a source cannot go into an image.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file or folder that cannot be read.
    #[error("cannot read {}: {source}; check that it exists and that you may read it", .path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// A link to somewhere outside the source folder.
    #[error(
        "{} is a link to {target}, which leaves the source folder and would mean nothing inside the image; \
         put a copy of the file in its place, or name the link in .dockerignore", .path.display()
    )]
    LinkLeaves {
        /// The link.
        path: PathBuf,
        /// What it says it points to.
        target: String,
    },
    /// A link to something that does not go into the image.
    #[error(
        "{} is a link to {target}, which is missing or kept out of the image; \
         correct or remove the link, or let its target in (.dockerignore)", .path.display()
    )]
    LinkDangles {
        /// The link.
        path: PathBuf,
        /// What it says it points to.
        target: String,
    },
    /// A socket, a pipe or a device.
    #[error("{} is neither file, folder nor link; remove it, or name it in .dockerignore", .path.display())]
    SpecialFile {
        /// The thing.
        path: PathBuf,
    },
    /// A name that an image cannot carry on every machine.
    #[error("the name {} is not valid UTF-8; rename the file, or name its folder in .dockerignore", .path.display())]
    NameNotUtf8 {
        /// The file.
        path: PathBuf,
    },
    /// A line of `.dockerignore` that is no pattern.
    #[error("{}: line {line}: the pattern {pattern:?} cannot be read: {reason}", .path.display())]
    BadPattern {
        /// The `.dockerignore`.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// As it stands there.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A requirement that is not of a ready-made wheel.
    #[error(
        "{}: line {line}: `{requirement}` {what}, and only ready-made wheels are installed, since a build would run foreign \
         code here; {cure}", .file.display()
    )]
    Requirement {
        /// The file with the line.
        file: PathBuf,
        /// Counted from 1.
        line: usize,
        /// As it stands there.
        requirement: String,
        /// What it is instead.
        what: &'static str,
        /// What to do about it.
        cure: String,
    },
    /// A list of requirements that is no text.
    #[error("{} is not UTF-8: the first bad byte is in line {line}; save it as UTF-8", .path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// Nothing is left to put into the image.
    #[error("{} holds no file that goes into the image; check `lambda.source` and .dockerignore", .folder.display())]
    Empty {
        /// The source folder.
        folder: PathBuf,
    },
    /// The Dockerfile copies what is not there.
    #[error(
        "{}/Dockerfile copies {pattern}, but there is no such file, or .dockerignore keeps it out; \
         correct the COPY, or add the file", .folder.display()
    )]
    NothingToCopy {
        /// The source folder.
        folder: PathBuf,
        /// As the Dockerfile names it, relative to the folder.
        pattern: String,
    },
}

impl SourceError {
    /// Says which file could not be read.
    pub(crate) fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Unreadable { path, source }
    }
}
