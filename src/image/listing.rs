//! Lists the files that go into a layer, in one order on every machine.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::image::error::ImageError;
use crate::image::ignored::{Ignored, Reader};

/// One file or link of a layer. Folders come from the paths; an empty one is not kept, as Git keeps none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// Relative to the listed folder, with `/`, and so inside the image.
    pub(crate) path: String,
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

/// The files of a source folder, without what `.dockerignore` and our own list keep out; of these the `chosen`, if not
/// all are wanted.
pub(crate) fn of_source(folder: &Path, reader: Reader, chosen: Option<&[String]>) -> Result<Vec<Entry>, ImageError> {
    let ignored = Ignored::of(folder, reader)?;
    let mut entries = Vec::new();
    walk(folder, "", &|path| ignored.skips(path), &|path| ignored.prunes(path), &mut entries)?;
    if let Some(chosen) = chosen {
        let missing = chosen.iter().find(|pattern| !entries.iter().any(|entry| is_chosen(&entry.path, pattern)));
        if let Some(pattern) = missing {
            return Err(ImageError::NothingToCopy { folder: folder.to_owned(), pattern: pattern.clone() });
        }
        entries.retain(|entry| chosen.iter().any(|pattern| is_chosen(&entry.path, pattern)));
    }
    if entries.is_empty() {
        return Err(ImageError::Empty { folder: folder.to_owned() });
    }
    finish(entries)
}

/// The files of a folder, without those whose path `skips` names.
pub(crate) fn of_folder(folder: &Path, skips: &dyn Fn(&str) -> bool) -> Result<Vec<Entry>, ImageError> {
    let mut entries = Vec::new();
    walk(folder, "", skips, skips, &mut entries)?;
    finish(entries)
}

/// Whether the pattern names the path or a folder above it; a `*` stands for any part of a name.
fn is_chosen(path: &str, pattern: &str) -> bool {
    let mut names = path.split('/');
    pattern.split('/').all(|wanted| {
        let name = names.next();
        name.is_some_and(|name| match wanted.split_once('*') {
            Some((start, end)) => {
                name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
            }
            None => name == wanted,
        })
    })
}

fn walk(
    folder: &Path,
    above: &str,
    skips: &dyn Fn(&str) -> bool,
    prunes: &dyn Fn(&str) -> bool,
    entries: &mut Vec<Entry>,
) -> Result<(), ImageError> {
    let unreadable = |path: &Path, source| ImageError::Unreadable { path: path.to_owned(), source };
    for child in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let origin = child.map_err(|error| unreadable(folder, error))?.path();
        let name = origin.file_name().and_then(|name| name.to_str());
        let Some(name) = name else { return Err(ImageError::NameNotUtf8 { path: origin }) };
        let path = if above.is_empty() { name.to_owned() } else { format!("{above}/{name}") };
        let seen = fs::symlink_metadata(&origin).map_err(|error| unreadable(&origin, error))?;
        if seen.is_dir() {
            if !prunes(&path) {
                walk(&origin, &path, skips, prunes, entries)?;
            }
            continue;
        }
        if skips(&path) {
            continue;
        }
        let kind = if seen.is_symlink() {
            Kind::Link { target: link(&origin, &path)? }
        } else if seen.is_file() {
            Kind::File { executable: is_executable(&seen) }
        } else {
            return Err(ImageError::SpecialFile { path: origin });
        };
        entries.push(Entry { path, origin, kind });
    }
    Ok(())
}

/// A link's text, if it stays inside the folder.
fn link(origin: &Path, path: &str) -> Result<String, ImageError> {
    let target = fs::read_link(origin).map_err(|source| ImageError::Unreadable { path: origin.to_owned(), source })?;
    let Some(text) = target.to_str() else { return Err(ImageError::NameNotUtf8 { path: origin.to_owned() }) };
    match resolve(path, text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(ImageError::LinkLeaves { path: origin.to_owned(), target: text.to_owned() }),
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
fn finish(mut entries: Vec<Entry>) -> Result<Vec<Entry>, ImageError> {
    entries.sort();
    let there: BTreeSet<&str> =
        entries.iter().flat_map(|entry| std::iter::once(entry.path.as_str()).chain(folders(&entry.path))).collect();
    for entry in &entries {
        let Kind::Link { target } = &entry.kind else { continue };
        let leads = resolve(&entry.path, target).unwrap_or_default();
        if !leads.is_empty() && !there.contains(leads.as_str()) {
            return Err(ImageError::LinkDangles { path: entry.origin.clone(), target: target.clone() });
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
    use super::{folders, is_chosen, resolve};

    #[test]
    fn a_link_is_followed_on_paper() {
        assert_eq!(resolve("a/b/link", "../c"), Some("a/c".into()));
        assert_eq!(resolve("link", "./x//y"), Some("x/y".into()));
        assert_eq!(resolve("a/link", "../../x"), None);
        assert_eq!(resolve("link", "/etc/passwd"), None);
    }

    #[test]
    fn a_pattern_chooses_files_and_whole_folders() {
        for (path, pattern, chosen) in [
            ("a.py", "a.py", true),
            ("a.py", "*.py", true),
            ("lib/a.py", "*.py", false),
            ("lib/deep/a.py", "lib", true),
            ("library/a.py", "lib", false),
            ("lib", "lib/a.py", false),
        ] {
            assert_eq!(is_chosen(path, pattern), chosen, "{path} {pattern}");
        }
    }

    #[test]
    fn folders_are_named_from_the_outside_in() {
        assert_eq!(folders("a/b/c").collect::<Vec<_>>(), ["a", "a/b"]);
        assert_eq!(folders("c").count(), 0);
    }
}
