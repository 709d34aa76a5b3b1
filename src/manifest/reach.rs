//! Which files a manifest may name: what a plan displays comes out of them, and a manifest may be somebody else's.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use thiserror::Error;

use super::encoding;

/// How far the paths of a manifest may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Into the manifest's folder, and the Git repository that holds it.
    #[default]
    Inside,
    /// Anywhere: the user trusts the manifest.
    Anywhere,
}

/// Most bytes of a text that is read: far above any prompt, far below what would hurt.
const MOST_BYTES: u64 = 1 << 20;

/// Folders and files that are not for display although they may lie in a repository: a checkout in CI keeps its token
/// in `.git/config`.
const PRIVATE: [&str; 9] =
    [".aws", ".bedrock-ops", ".docker", ".env", ".envrc", ".git", ".git-credentials", ".netrc", ".ssh"];

/// The files that a manifest can name.
#[derive(Debug, Clone)]
pub(super) struct Files {
    /// The manifest's folder, as it was named.
    dir: PathBuf,
    /// The same, absolute and without links.
    folder: PathBuf,
    /// What they must lie in; absolute, without links.
    root: PathBuf,
    reach: Reach,
}

/// Why a file or folder is not used.
#[derive(Debug, Error)]
pub(super) enum Barred {
    /// The path leads out, by its letters.
    #[error("`{}` is outside the manifest's folder and its Git repository", .0.display())]
    Outside(PathBuf),
    /// A link leads out.
    #[error("`{}` is a link to `{}`, outside the manifest's folder and its Git repository", .path.display(), .to.display())]
    LinkOutside {
        /// As it is named.
        path: PathBuf,
        /// Where it leads.
        to: PathBuf,
    },
    /// It is among what holds secrets.
    #[error("`{}` is in `{name}`, where secrets may be", .path.display())]
    Private {
        /// As it is named.
        path: PathBuf,
        /// The folder or file.
        name: &'static str,
    },
    /// A device, a pipe, a socket, a folder.
    #[error("`{}` is not a regular file", .0.display())]
    NotRegular(PathBuf),
    /// It is far too large.
    #[error("`{}` has more than {MOST_BYTES} bytes", .0.display())]
    TooLarge(PathBuf),
    /// It is no text.
    #[error("`{}` is not UTF-8: the first bad byte is in line {line}", .path.display())]
    NotText {
        /// As it is named.
        path: PathBuf,
        /// The line.
        line: usize,
    },
    /// The system refuses, or there is nothing.
    #[error("`{}` cannot be read: {source}", .path.display())]
    Unreadable {
        /// As it is named.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl Barred {
    /// Whether there is no such file.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Unreadable { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }

    /// What to do about it; `name` says what should be named instead.
    pub(super) fn cure(&self, name: &str) -> String {
        match self {
            Self::Outside(_) | Self::LinkOutside { .. } | Self::Private { .. } => {
                format!("{name}; or, if you trust this manifest, add `--allow-outside` to the command")
            }
            Self::NotText { .. } => "save it as UTF-8".to_owned(),
            Self::NotRegular(_) | Self::TooLarge(_) | Self::Unreadable { .. } => name.to_owned(),
        }
    }
}

impl Files {
    /// Those of a manifest in this folder.
    pub(super) fn of(dir: &Path, reach: Reach) -> Self {
        let folder = dir.canonicalize().or_else(|_| std::path::absolute(dir)).unwrap_or_else(|_| dir.to_owned());
        Self { dir: dir.to_owned(), root: root_of(&folder), folder, reach }
    }

    /// The folder that the manifest names, as a path to be displayed and opened.
    pub(super) fn folder(&self, named: &str) -> Result<PathBuf, Barred> {
        self.allowed(&self.dir.join(named))
    }

    /// The text of the file that the manifest names.
    pub(super) fn text(&self, named: &str) -> Result<String, Barred> {
        self.text_of(&self.dir.join(named))
    }

    /// The text of a file in a folder that the manifest names.
    pub(super) fn text_of(&self, path: &Path) -> Result<String, Barred> {
        let path = self.allowed(path)?;
        let unreadable = |source| Barred::Unreadable { path: path.clone(), source };
        // Asked before it is opened: opening a pipe waits for somebody to write.
        if !fs::metadata(&path).map_err(unreadable)?.is_file() {
            return Err(Barred::NotRegular(path));
        }
        match read(&path).map_err(unreadable)? {
            None => Err(Barred::TooLarge(path)),
            Some(bytes) => encoding::decode(&bytes).map_err(|not| Barred::NotText { path, line: not.line }),
        }
    }

    /// The path itself, if it may be opened.
    pub(super) fn allowed(&self, path: &Path) -> Result<PathBuf, Barred> {
        if self.reach == Reach::Anywhere {
            return Ok(path.to_owned());
        }
        // By its letters: whether something is there outside is nobody's business.
        let inside = self.letters(path).starts_with(&self.root);
        let to = match path.canonicalize() {
            Err(_) if !inside => return Err(Barred::Outside(path.to_owned())),
            Err(source) => return Err(Barred::Unreadable { path: path.to_owned(), source }),
            Ok(to) => to,
        };
        match to.strip_prefix(&self.root) {
            Err(_) if !inside => Err(Barred::Outside(path.to_owned())),
            Err(_) => Err(Barred::LinkOutside { path: path.to_owned(), to }),
            Ok(below) => match private_part(below) {
                Some(name) => Err(Barred::Private { path: path.to_owned(), name }),
                None => Ok(path.to_owned()),
            },
        }
    }

    /// Where the path leads if it has no links.
    fn letters(&self, path: &Path) -> PathBuf {
        plain(&self.folder.join(path.strip_prefix(&self.dir).unwrap_or(path)))
    }
}

/// The bytes of a file, unless there are too many of them.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= MOST_BYTES).then_some(bytes))
}

/// The Git repository that holds the folder, or the folder itself. A repository of the whole disk does not count.
fn root_of(folder: &Path) -> PathBuf {
    let repositories = folder.ancestors().filter(|folder| folder.parent().is_some());
    repositories.into_iter().find(|folder| folder.join(".git").exists()).unwrap_or(folder).to_owned()
}

/// The path without `.` and `..`, by its letters.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// The part of a path that is not for display.
fn private_part(path: &Path) -> Option<&'static str> {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    let is = |part: &String, name: &str| part == name || name == ".env" && part.starts_with(".env.");
    PRIVATE.into_iter().find(|name| parts.iter().any(|part| is(part, name)))
}

#[cfg(test)]
mod tests;
