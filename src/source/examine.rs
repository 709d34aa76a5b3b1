//! Looks through the files of a source for what would only fail once the function is called: a handler that is not there,
//! files that the code needs and the image lacks, dependencies that nobody installs.

mod handler;
mod needed;
mod undeclared;

use std::collections::BTreeMap;
use std::path::Path;

use super::error::SourceError;
use super::ignored::{Ignored, Left, Reader};
use super::listing::{self, Entry, Listed};
use crate::dockerfile::{Brought, Copied, Dockerfile};

/// A source, as the manifest and the Dockerfile describe it.
#[derive(Debug)]
pub(crate) struct Examined<'s> {
    /// Where it lies.
    pub(crate) folder: &'s Path,
    /// `module.function`.
    pub(crate) handler: &'s str,
    /// Who named the handler.
    pub(crate) named_by: NamedBy,
    /// What it is written in, where that is known.
    pub(crate) language: Option<Language>,
    /// What a plain Dockerfile copies; everything when `None`.
    pub(crate) copied: Option<&'s [Copied]>,
    /// The Dockerfile that an engine builds.
    pub(crate) engine: Option<&'s Dockerfile>,
}

/// Who named the handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NamedBy {
    /// `lambda.handler`.
    Manifest,
    /// `CMD` of the Dockerfile.
    Dockerfile,
    /// Nobody: it is the default.
    Default,
}

/// A language whose sources are understood so far that a file can be found by a module's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// Its modules are also read.
    Python,
    /// Node.js.
    JavaScript,
}

/// Something that is wrong with a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Whether the function can't work with it.
    pub(crate) is_error: bool,
    /// Whether it is about the handler's name, rather than about the folder.
    pub(crate) is_handler: bool,
    pub(crate) what: String,
    pub(crate) cure: String,
}

impl Finding {
    fn error(what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { is_error: true, is_handler: false, what: what.into(), cure: cure.into() }
    }

    fn warning(what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { is_error: false, is_handler: false, what: what.into(), cure: cure.into() }
    }

    fn of_handler(self) -> Self {
        Self { is_handler: true, ..self }
    }
}

impl Language {
    /// How the file of a module may end.
    pub(crate) fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Python => &[".py", "/__init__.py"],
            Self::JavaScript => &[".mjs", ".cjs", ".js"],
        }
    }
}

impl Examined<'_> {
    /// Everything that is wrong with it. Reads names, the modules that the handler leads to, and lists of dependencies.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let shipped = match Shipped::of(self) {
            Ok(shipped) => shipped,
            Err(error) => return vec![refused(&error)],
        };
        let mut findings = Vec::new();
        if let Some(language) = self.language {
            match handler::file(self, &shipped, language) {
                Ok(Some(entry)) if language == Language::Python => {
                    findings.extend(handler::function(self, entry));
                    findings.extend(needed::missing(self, &shipped, entry));
                }
                Ok(_) => {}
                Err(finding) => findings.push(finding),
            }
            if self.engine.is_none() {
                findings.extend(undeclared::dependencies(self.folder, language));
            }
        }
        findings.extend(secrets(&shipped.secrets));
        findings
    }
}

/// What goes into the image, and why the rest does not.
struct Shipped<'s> {
    examined: &'s Examined<'s>,
    /// By their paths in the image; those of an engine's image by their paths in the source, as far as they may get there.
    entries: BTreeMap<String, Entry>,
    secrets: Vec<String>,
    ignored: Ignored,
}

impl<'s> Shipped<'s> {
    fn of(examined: &'s Examined<'s>) -> Result<Self, SourceError> {
        let reader = if examined.engine.is_some() { Reader::Engine } else { Reader::Image };
        let Listed { entries, secrets } = listing::of_source(examined.folder, reader, examined.copied)?;
        let may_ship = |entry: &Entry| examined.engine.is_none_or(|file| file.brings(&entry.name) != Brought::No);
        let entries = entries.into_iter().filter(may_ship).map(|entry| (entry.path.clone(), entry)).collect();
        Ok(Self { examined, entries, secrets, ignored: Ignored::of(examined.folder, reader)? })
    }

    /// The file at this path.
    fn at(&self, path: &str) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// How a file of the folder, which is there, is kept out of the image, to follow its name in a sentence.
    fn why_not(&self, name: &str) -> Option<String> {
        let origin = self.examined.folder.join(name);
        match self.ignored.whole(name, &origin) {
            Some(Left::Secret) => {
                return Some("is kept out of the image, as files of its kind hold secrets".to_owned());
            }
            Some(Left::Named) if self.ignored.is_named(name) => {
                return Some("is kept out of the image by .dockerignore".to_owned());
            }
            Some(Left::Named) => return Some("is never part of an image".to_owned()),
            None => {}
        }
        let is_copied = self.entries.values().any(|entry| entry.name == name);
        (!is_copied).then(|| "is not copied into the image by the Dockerfile".to_owned())
    }
}

/// A source that cannot be listed cannot be packed either.
fn refused(error: &SourceError) -> Finding {
    let told = error.to_string();
    match told.rsplit_once("; ") {
        Some((what, cure)) => Finding::error(what, cure),
        None => Finding::error(told, "correct it, or remove it"),
    }
}

/// Names that are written out in a list of them.
const NAMED: usize = 5;

fn secrets(left: &[String]) -> Option<Finding> {
    if left.is_empty() {
        return None;
    }
    let what = format!("the image is built without {}, which may hold secrets", listed(left));
    let cure = "name them in .dockerignore, and this is not reported again; what the function needs of them, let in by a line \
                such as `!certs/client.key` there (not the credentials of tools, such as .aws or .env)";
    Some(Finding::warning(what, cure))
}

/// `a, b and 3 more`.
fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    match names.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
#[path = "examine/tests.rs"]
mod tests;
