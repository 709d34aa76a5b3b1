//! Reads requirements.txt and the files that it includes: what is asked for, and that it is of ready-made wheels only.
//!
//! One rule, whichever installer is there: building a package would run its code with the deployer's permissions, and would
//! give a result for this machine rather than for the function's. So folders, source archives, repositories and editable
//! packages are refused by name, and so is `--no-binary`.

mod line;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::SourceError;
use line::Line;
use text::Logical;

/// The file that is read.
pub(crate) const FILE: &str = "requirements.txt";

/// Counts up when the same texts come to mean other packages. Part of what an image and a kept layer are known by.
/// 2: conditions are decided for the function's Python and platform whichever installer is there, and wheels only.
pub(crate) const RULE: &str = "2";

/// The requirements of a source, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Requirements {
    /// `requirements.txt` and what it includes with `-r` and `-c`, by the names they are included by.
    files: BTreeMap<String, ListFile>,
    /// Wheels that are named by their paths, with the hashes of their bytes.
    wheels: BTreeMap<String, String>,
    /// Variables that the texts name.
    variables: BTreeSet<String>,
    cacheable: bool,
}

/// One file of requirements.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ListFile {
    text: String,
    /// Each line with the number of its first line, from 1.
    lines: Vec<(usize, Line)>,
}

impl Requirements {
    /// Reads them, or `None` when there is no such file or nothing in it. Blocks.
    pub(crate) fn read(folder: &Path) -> Result<Option<Self>, SourceError> {
        if !folder.join(FILE).exists() {
            return Ok(None);
        }
        let mut requirements = Self::empty();
        let mut waiting = vec![FILE.to_owned()];
        let mut any = false;
        while let Some(name) = waiting.pop() {
            if requirements.files.contains_key(&name) {
                continue;
            }
            let text = text::read(&folder.join(&name))?;
            let mut lines = Vec::new();
            for Logical { number, text } in text::lines(&text) {
                let refused = |reason: line::Refused| SourceError::Requirement {
                    file: folder.join(&name),
                    line: number,
                    requirement: reason.requirement,
                    what: reason.what,
                    cure: reason.cure,
                };
                let line = Line::read(&text).map_err(refused)?;
                match &line {
                    Line::Option(_) | Line::Location { .. } => {}
                    Line::Includes { file, .. } => waiting.push(beside(&name, file)),
                    Line::Asks { pinned, .. } => {
                        any = true;
                        requirements.cacheable &= pinned;
                    }
                    Line::Wheel { path, .. } => {
                        any = true;
                        let file = folder.join(path);
                        let hash = hash(&file).map_err(SourceError::unreadable(&file))?;
                        requirements.wheels.insert(path.clone(), hash);
                    }
                }
                requirements.variables.extend(text::variables(&text));
                lines.push((number, line));
            }
            requirements.files.insert(name, ListFile { text, lines });
        }
        Ok(any.then_some(requirements))
    }

    fn empty() -> Self {
        Self { files: BTreeMap::new(), wheels: BTreeMap::new(), variables: BTreeSet::new(), cacheable: true }
    }

    /// Everything that says what is installed: name and text of each file, path and hash of each wheel, sorted.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&str, &str)> {
        let files = self.files.iter().map(|(name, file)| (name.as_str(), file.text.as_str()));
        files.chain(self.wheels.iter().map(|(path, hash)| (path.as_str(), hash.as_str())))
    }

    /// Whether the parts name everything that is installed; a wheel on a web server can change while they don't.
    pub(crate) fn is_cacheable(&self) -> bool {
        self.cacheable
    }

    /// The names of variables that the installer fills in: `TOKEN` of `https://${TOKEN}@example.com/simple`.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(String::as_str)
    }

    /// The same for an installer that runs elsewhere, first the one to be installed: each file with the name that the others
    /// include it by, its paths made absolute.
    pub(crate) fn staged(&self, folder: &Path) -> Vec<(String, String)> {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let names: BTreeMap<&str, String> =
            self.files.keys().enumerate().map(|(number, name)| (name.as_str(), format!("{number}-{FILE}"))).collect();
        let mut staged: Vec<(String, String)> = self
            .files
            .iter()
            .map(|(name, file)| {
                let included = |file: &str| names.get(beside(name, file).as_str()).cloned().unwrap_or_default();
                let above = PathBuf::from(name).parent().map_or_else(|| folder.clone(), |above| folder.join(above));
                (names[name.as_str()].clone(), file.staged(&folder, &above, &included))
            })
            .collect();
        let first = staged.iter().position(|(name, _)| *name == names[FILE]).unwrap_or_default();
        staged.swap(0, first);
        staged
    }

    /// How a staged file is called by people.
    pub(crate) fn original(&self, staged: &str) -> Option<&str> {
        let number: usize = staged.strip_suffix(FILE)?.strip_suffix('-')?.parse().ok()?;
        self.files.keys().nth(number).map(String::as_str)
    }

    /// The addresses of indexes that the files name.
    pub(crate) fn indexes(&self) -> impl Iterator<Item = &str> {
        self.files.values().flat_map(|file| &file.lines).filter_map(|(_, line)| match line {
            Line::Option(text) => line::index(text),
            _ => None,
        })
    }
}

impl ListFile {
    /// The text for an installer. Every line stays where it was, so that what the installer says of line 3 is true.
    fn staged(&self, folder: &Path, above: &Path, included: &dyn Fn(&str) -> String) -> String {
        let mut staged = String::new();
        let mut at = 1;
        for (number, line) in &self.lines {
            while at < *number {
                staged.push('\n');
                at += 1;
            }
            staged.push_str(&line.staged(folder, above, included));
            staged.push('\n');
            at += 1;
        }
        staged
    }
}

/// An included file's name, seen from the source folder: pip reads it relative to the including file.
fn beside(including: &str, file: &str) -> String {
    match including.rsplit_once('/') {
        Some((folder, _)) if !file.starts_with('/') => format!("{folder}/{file}"),
        _ => file.to_owned(),
    }
}

fn hash(file: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    io::copy(&mut File::open(file)?, &mut hash)?;
    Ok(format!("{:x}", hash.finalize()))
}

#[cfg(test)]
#[path = "requirements/tests.rs"]
mod tests;
