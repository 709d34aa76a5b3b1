//! Reads the manifest's file.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::reach::{self, Files};
use super::{Loaded, Look, Reach, Refused, encoding, folder_of, parse_with};

/// Why there is no manifest.
#[derive(Debug, Error)]
pub enum LoadError {
    /// No such file.
    #[error("there is no manifest `{}`", path.display())]
    Missing {
        /// The file asked for.
        path: PathBuf,
    },
    /// The file is there but cannot be read.
    #[error("cannot read the manifest `{}`", path.display())]
    Unreadable {
        /// The file asked for.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is far larger than a manifest.
    #[error("the manifest `{}` has more than 1 MiB", path.display())]
    TooLarge {
        /// The file asked for.
        path: PathBuf,
    },
    /// The file is a link that leads out of the repository that it is in.
    #[error("the manifest `{}` is a link out of its folder and its Git repository", path.display())]
    LinkOutside {
        /// The file asked for.
        path: PathBuf,
    },
    /// The file is not text.
    #[error("the manifest `{}` is not UTF-8: the first bad byte is in line {line}", path.display())]
    NotUtf8 {
        /// The file asked for.
        path: PathBuf,
        /// The line of the first bad byte, from 1.
        line: usize,
    },
    /// The file was read and is wrong.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl LoadError {
    /// What to do about it; the problems of a refused manifest carry their own cures.
    pub fn cure(&self) -> Option<&'static str> {
        match self {
            Self::Missing { .. } => {
                Some("name it with `bedrock-ops -f FILE`, or write a first one with `bedrock-ops init`")
            }
            Self::Unreadable { .. } => Some("correct its permissions, or name another with `bedrock-ops -f FILE`"),
            Self::TooLarge { .. } => Some("name a manifest with `bedrock-ops -f FILE`"),
            Self::LinkOutside { .. } => Some(
                "name the file itself with `bedrock-ops -f FILE`; or, if you trust the link, add `--allow-outside`",
            ),
            Self::NotUtf8 { .. } => Some("save it as UTF-8, or name another with `bedrock-ops -f FILE`"),
            Self::Refused(_) => None,
        }
    }
}

/// Loads the manifest at `path`, which may name files as far as `reach` goes.
pub fn load(path: &Path, reach: Reach) -> Result<Loaded, LoadError> {
    Ok(parse_with(&text(path, reach)?, path, Look { reach, examines: false })?)
}

/// The same, and looks through the files of its source as well: for whoever is about to deploy them.
pub fn examine(path: &Path, reach: Reach) -> Result<Loaded, LoadError> {
    Ok(parse_with(&text(path, reach)?, path, Look { reach, examines: true })?)
}

fn text(path: &Path, reach: Reach) -> Result<String, LoadError> {
    if path.is_symlink() && !is_of_the_shell(path) {
        // Its lines are displayed where something is wrong with them.
        let barred = Files::of(&folder_of(path), reach).allowed(path).err();
        if barred.is_some_and(|barred| !barred.is_missing()) {
            return Err(LoadError::LinkOutside { path: path.to_owned() });
        }
    }
    let bytes = reach::read(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => LoadError::Missing { path: path.to_owned() },
        _ => LoadError::Unreadable { path: path.to_owned(), source },
    })?;
    let bytes = bytes.ok_or_else(|| LoadError::TooLarge { path: path.to_owned() })?;
    encoding::decode(&bytes).map_err(|not_text| LoadError::NotUtf8 { path: path.to_owned(), line: not_text.line })
}

/// Whether the shell made the link: `bedrock-ops -f <(envsubst <agent.yaml)`, `-f /dev/stdin`.
fn is_of_the_shell(path: &Path) -> bool {
    path.starts_with("/dev") || path.starts_with("/proc/self/fd")
}
