//! Says what is wrong with a manifest, where, and how it is cured.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use crate::sanitize::line as shown;

/// Whether a problem stops everything, or is only worth knowing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The manifest is refused.
    Error,
    /// The manifest is used, but AWS may refuse it or it may not do what is meant.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// One thing wrong with the manifest. Its `Display` is the whole text for a terminal, with the line and a caret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Whether it stops the run.
    pub severity: Severity,
    /// The manifest, as the user named it.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The offending text as it stands there; empty when something is missing.
    pub text: String,
    /// What is wrong, in one sentence without a full stop.
    pub what: String,
    /// What to do about it.
    pub cure: String,
    /// The line with a caret under the text; absent where the line may hold a secret.
    #[serde(skip)]
    pub(super) excerpt: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { severity, path, line, column, what, cure, excerpt, text: _ } = self;
        writeln!(f, "{}:{line}:{column}: {severity}: {}", shown(&path.display().to_string()), shown(what))?;
        if let Some(excerpt) = excerpt {
            writeln!(f, "{excerpt}")?;
        }
        write!(f, "  cure: {}", shown(cure))
    }
}

/// A manifest that cannot be used, with everything wrong with it in the order of the file, warnings included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// All problems, by line; at least one is an error.
    pub problems: Vec<Problem>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            writeln!(f, "{problem}\n")?;
        }
        let count = |severity| self.problems.iter().filter(|problem| problem.severity == severity).count();
        write!(f, "{}", counted(count(Severity::Error), "error"))?;
        match count(Severity::Warning) {
            0 => Ok(()),
            warnings => write!(f, ", {}", counted(warnings, "warning")),
        }
    }
}

impl Error for Refused {}

/// `1 error`, `2 errors`.
fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
