//! Gathers the problems of one manifest while it is read; nothing stops at the first.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use super::excerpt::excerpt;
use super::outline::{Line, lines};
use super::privacy::Privacy;
use super::problem::{Problem, Severity};
use super::redaction;

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

    /// The column behind the text.
    fn end(&self) -> usize {
        self.column + self.text.chars().count()
    }
}

/// The problems found so far. Shared by all readers of a manifest, hence the cells.
#[derive(Debug)]
pub(super) struct Findings<'s> {
    path: PathBuf,
    lines: Vec<Line<'s>>,
    found: RefCell<Vec<Problem>>,
    privacy: RefCell<Privacy>,
    /// Lines of which only the characters before a column are displayed.
    cut: RefCell<BTreeMap<usize, usize>>,
}

impl<'s> Findings<'s> {
    /// No problems yet in the manifest at `path`, whose text is `source`.
    pub(super) fn new(path: &Path, source: &'s str) -> Self {
        let lines = lines(source);
        let privacy = RefCell::new(Privacy::of(&lines));
        Self { path: path.to_owned(), lines, found: RefCell::default(), privacy, cut: RefCell::default() }
    }

    /// Notes a problem that makes the manifest unusable.
    pub(super) fn error(&self, at: &Place, what: impl Into<String>, cure: impl Into<String>) {
        self.note(Severity::Error, at, what.into(), cure.into());
    }

    /// Notes a problem that the manifest can live with.
    pub(super) fn warning(&self, at: &Place, what: impl Into<String>, cure: impl Into<String>) {
        self.note(Severity::Warning, at, what.into(), cure.into());
    }

    /// Lines that may hold secrets are never displayed, whatever is wrong with them.
    pub(super) fn hide(&self, lines: RangeInclusive<usize>) {
        self.privacy.borrow_mut().hide(lines);
    }

    /// What stands behind this key, down to the line `last`, may be anything: it is not displayed.
    pub(super) fn hide_behind(&self, key: &Place, last: usize) {
        let mut cut = self.cut.borrow_mut();
        let column = cut.entry(key.line).or_insert(key.end());
        *column = (*column).min(key.end());
        self.hide(key.line + 1..=last);
    }

    /// The file is not YAML: less of it is displayed.
    pub(super) fn distrust(&self) {
        self.privacy.borrow_mut().distrust(&self.lines);
    }

    /// All problems in the order of the file, with their excerpts.
    pub(super) fn finish(self) -> Vec<Problem> {
        let mut found = self.found.take();
        found.sort_by_key(|problem| (problem.line, problem.column));
        for problem in &mut found {
            self.illustrate(problem);
        }
        // Two problems may read alike once their secrets are taken out; said once is enough.
        found.dedup();
        found
    }

    /// Adds the line that the problem is about, or takes out of it what must not be displayed.
    fn illustrate(&self, problem: &mut Problem) {
        let Some(line) = problem.line.checked_sub(1).and_then(|at| self.lines.get(at)) else { return };
        let line = line.text;
        let end = problem.column + problem.text.chars().count();
        let cut = self.cut.borrow().get(&problem.line).copied().filter(|cut| line.chars().count() >= *cut);
        if self.privacy.borrow().is_private(problem.line) || cut.is_some_and(|cut| end > cut) {
            redaction::redact(problem, line);
            return;
        }
        let displayed = match cut {
            Some(cut) if line.chars().skip(cut - 1).any(|c| !":}] ".contains(c)) => {
                format!("{}: …", line.chars().take(cut - 1).collect::<String>())
            }
            _ => line.to_owned(),
        };
        problem.excerpt = Some(excerpt(&displayed, problem.line, problem.column, &problem.text));
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
