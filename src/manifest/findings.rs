//! Gathers the problems of one manifest while it is read; nothing stops at the first.

use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use super::excerpt::excerpt;
use super::problem::{Problem, Severity};

/// A text in the manifest and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The line, from 1.
    pub(super) line: usize,
    /// The column in characters, from 1.
    pub(super) column: usize,
    /// The text there, its first line at most.
    pub(super) text: String,
}

impl Place {
    /// Where the file begins: what is missing from the manifest as a whole is missing there.
    pub(super) fn start() -> Self {
        Self { line: 1, column: 1, text: String::new() }
    }
}

/// The problems found so far. Shared by all readers of a manifest, hence the cell.
#[derive(Debug)]
pub(super) struct Findings<'s> {
    path: PathBuf,
    source: &'s str,
    found: RefCell<Vec<Problem>>,
    private: RefCell<Vec<RangeInclusive<usize>>>,
}

impl<'s> Findings<'s> {
    /// No problems yet in the manifest at `path`, whose text is `source`.
    pub(super) fn new(path: &Path, source: &'s str) -> Self {
        Self { path: path.to_owned(), source, found: RefCell::default(), private: RefCell::default() }
    }

    /// Notes a problem that makes the manifest unusable.
    pub(super) fn error(&self, at: &Place, what: impl Into<String>, cure: impl Into<String>) {
        self.note(Severity::Error, at, what.into(), cure.into());
    }

    /// Notes a problem that the manifest can live with.
    pub(super) fn warning(&self, at: &Place, what: impl Into<String>, cure: impl Into<String>) {
        self.note(Severity::Warning, at, what.into(), cure.into());
    }

    /// Lines that may hold secrets: they are never shown, whatever is wrong with them.
    pub(super) fn hide(&self, lines: RangeInclusive<usize>) {
        self.private.borrow_mut().push(lines);
    }

    /// All problems in the order of the file, with their excerpts.
    pub(super) fn finish(self) -> Vec<Problem> {
        let mut found = self.found.into_inner();
        found.sort_by_key(|problem| (problem.line, problem.column));
        for problem in &mut found {
            let private = self.private.borrow().iter().any(|lines| lines.contains(&problem.line));
            let line = self.source.lines().nth(problem.line.saturating_sub(1));
            match line {
                Some(line) if !private => {
                    problem.excerpt = Some(excerpt(line, problem.line, problem.column, &problem.text));
                }
                // A key may be named; what stands behind it may not.
                Some(line) if line.trim_start().starts_with(&problem.text) => {}
                _ if private => problem.text.clear(),
                _ => {}
            }
        }
        found
    }

    fn note(&self, severity: Severity, at: &Place, what: String, cure: String) {
        let Place { line, column, text } = at.clone();
        let problem = Problem { severity, path: self.path.clone(), line, column, text, what, cure, excerpt: None };
        let mut found = self.found.borrow_mut();
        // A YAML alias shows the same text to several readers; said once is enough.
        if !found.contains(&problem) {
            found.push(problem);
        }
    }
}
