//! Lists the files that go into a layer, in one order on every machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::error::SourceError;
use super::ignored::{Ignored, Left, Reader};
use crate::dockerfile::Copied;

/// One file or link of a layer. Folders come from the paths; an empty one is not kept, as Git keeps none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// Where it goes: relative to the task root of the image, with `/`.
    pub(crate) path: String,
    /// What it is called in the listed folder, relative to that. Another path where a Dockerfile copies it elsewhere.
    pub(crate) name: String,
    /// Where it lies on this machine.
    pub(crate) origin: PathBuf,
    pub(crate) kind: Kind,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A file; of its permissions only the owner's right to run it counts.
    File { executable: bool },
    /// A link that stays a link, with the text it holds.
    Link { target: String },
}

/// The files of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// What goes into the image.
    pub(crate) entries: Vec<Entry>,
    /// What stays outside because it holds secrets by its kind; a name that ends with `/` stands for all beneath it.
    pub(crate) secrets: Vec<String>,
}

/// The files of a source folder, without what `.dockerignore` and our own rules keep out; of these what is `copied`, if not
/// everything stays in its place.
pub(crate) fn of_source(folder: &Path, reader: Reader, copied: Option<&[Copied]>) -> Result<Listed, SourceError> {
    let ignored = Ignored::of(folder, reader)?;
    let (skips, prunes) = (
        |path: &str, origin: &Path| ignored.file(path, origin),
        |path: &str, origin: &Path| ignored.folder(path, origin),
    );
    let mut walk = Walk::of(&skips, &prunes);
    walk.through(folder, "")?;
    let Walk { mut entries, mut secrets, .. } = walk;
    if let Some(copied) = copied {
        entries = placed(folder, &entries, copied)?;
    }
    if entries.is_empty() {
        return Err(SourceError::Empty { folder: folder.to_owned() });
    }
    secrets.sort();
    Ok(Listed { entries: finish(entries)?, secrets })
}

/// The files of a folder, without those whose path `skips` names.
pub(crate) fn of_folder(folder: &Path, skips: &dyn Fn(&str) -> bool) -> Result<Vec<Entry>, SourceError> {
    let rule = |path: &str, _: &Path| skips(path).then_some(Left::Named);
    let mut walk = Walk::of(&rule, &rule);
    walk.through(folder, "")?;
    finish(walk.entries)
}

/// What is copied, where it is copied to. Of two files for one place the later copied one stays.
fn placed(folder: &Path, all: &[Entry], copied: &[Copied]) -> Result<Vec<Entry>, SourceError> {
    let mut placed = BTreeMap::new();
    for one in copied {
        let mut any = false;
        for entry in all {
            let Some(path) = one.destination(&entry.name) else { continue };
            any = true;
            placed.insert(path.clone(), Entry { path, ..entry.clone() });
        }
        if !any {
            return Err(SourceError::NothingToCopy { folder: folder.to_owned(), pattern: one.from.clone() });
        }
    }
    Ok(placed.into_values().collect())
}

/// Whether something stays outside, by its path and where it lies.
type Rule<'r> = &'r dyn Fn(&str, &Path) -> Option<Left>;

/// A way through a folder, and what was found on it.
pub(super) struct Walk<'r> {
    /// Asked of each file.
    skips: Rule<'r>,
    /// Asked of each folder.
    prunes: Rule<'r>,
    pub(super) entries: Vec<Entry>,
    secrets: Vec<String>,
}

impl<'r> Walk<'r> {
    pub(super) fn of(skips: Rule<'r>, prunes: Rule<'r>) -> Self {
        Self { skips, prunes, entries: Vec::new(), secrets: Vec::new() }
    }

    /// Goes through a folder, whose path is `above`.
    pub(super) fn through(&mut self, folder: &Path, above: &str) -> Result<(), SourceError> {
        for child in fs::read_dir(folder).map_err(SourceError::unreadable(folder))? {
            let origin = child.map_err(SourceError::unreadable(folder))?.path();
            let name = origin.file_name().and_then(|name| name.to_str());
            let Some(name) = name else { return Err(SourceError::NameNotUtf8 { path: origin }) };
            let path = if above.is_empty() { name.to_owned() } else { format!("{above}/{name}") };
            let seen = fs::symlink_metadata(&origin).map_err(SourceError::unreadable(&origin))?;
            let (left, told) = if seen.is_dir() {
                ((self.prunes)(&path, &origin), format!("{path}/"))
            } else {
                ((self.skips)(&path, &origin), path.clone())
            };
            match left {
                Some(Left::Named) => {}
                Some(Left::Secret) => self.secrets.push(told),
                None if seen.is_dir() => self.through(&origin, &path)?,
                None => self.take(path, origin, &seen)?,
            }
        }
        Ok(())
    }

    fn take(&mut self, path: String, origin: PathBuf, seen: &fs::Metadata) -> Result<(), SourceError> {
        let kind = if seen.is_symlink() {
            Kind::Link { target: link(&origin, &path)? }
        } else if seen.is_file() {
            Kind::File { executable: is_executable(seen) }
        } else {
            return Err(SourceError::SpecialFile { path: origin });
        };
        self.entries.push(Entry { name: path.clone(), path, origin, kind });
        Ok(())
    }
}

/// A link's text, if it stays inside the folder.
fn link(origin: &Path, path: &str) -> Result<String, SourceError> {
    let target = fs::read_link(origin).map_err(SourceError::unreadable(origin))?;
    let Some(text) = target.to_str() else { return Err(SourceError::NameNotUtf8 { path: origin.to_owned() }) };
    match resolve(path, text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(SourceError::LinkLeaves { path: origin.to_owned(), target: text.to_owned() }),
    }
}

/// Where a link at `path` leads, relative to the listed folder; `None` when outside.
fn resolve(path: &str, target: &str) -> Option<String> {
    if target.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// Sorts, and makes sure that no link leads to something that is left out.
fn finish(mut entries: Vec<Entry>) -> Result<Vec<Entry>, SourceError> {
    entries.sort();
    let there: BTreeSet<&str> =
        entries.iter().flat_map(|entry| std::iter::once(entry.path.as_str()).chain(folders(&entry.path))).collect();
    for entry in &entries {
        let Kind::Link { target } = &entry.kind else { continue };
        let leads = resolve(&entry.path, target).unwrap_or_default();
        if !leads.is_empty() && !there.contains(leads.as_str()) {
            return Err(SourceError::LinkDangles { path: entry.origin.clone(), target: target.clone() });
        }
    }
    Ok(entries)
}

/// The folders above a path, outermost first: `a/b/c` lies in `a` and `a/b`.
pub(crate) fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}

#[cfg(unix)]
fn is_executable(seen: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    seen.permissions().mode() & 0o100 != 0
}

/// Where files have no such bit, none is set.
#[cfg(not(unix))]
fn is_executable(_seen: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{folders, resolve};

    #[test]
    fn a_link_is_followed_on_paper() {
        assert_eq!(resolve("a/b/link", "../c"), Some("a/c".into()));
        assert_eq!(resolve("link", "./x//y"), Some("x/y".into()));
        assert_eq!(resolve("a/link", "../../x"), None);
        assert_eq!(resolve("link", "/etc/passwd"), None);
    }

    #[test]
    fn folders_are_named_from_the_outside_in() {
        assert_eq!(folders("a/b/c").collect::<Vec<_>>(), ["a", "a/b"]);
        assert_eq!(folders("c").count(), 0);
    }
}
