//! Follows the handler's imports through the files of the image, and tells of files that the code needs and the image lacks.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use super::{Examined, Finding, Shipped};
use crate::source::ignored::Left;
use crate::source::listing::{Entry, Walk};
use crate::source::python::{Import, Module};

/// Findings of one kind that are told one by one.
const TOLD: usize = 5;
/// Folders of the source that hold no files of the function's own.
const FOREIGN: [&str; 4] = ["node_modules", "venv", "site-packages", "tests"];

/// What the modules that the handler leads to import or name, and the image lacks though the folder has it.
pub(super) fn missing(examined: &Examined<'_>, shipped: &Shipped<'_>, handler: &Entry) -> Vec<Finding> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![handler];
    let mut lacking = Lacking { examined, shipped, found: BTreeMap::new() };
    let left_out = left_out(examined, shipped);
    while let Some(entry) = waiting.pop() {
        if !reached.insert(&entry.path) {
            continue;
        }
        let Ok(text) = fs::read_to_string(&entry.origin) else { continue };
        let module = Module::read(&text);
        for path in module.imports.iter().flat_map(|import| paths(&entry.path, import)) {
            match [".py", "/__init__.py"].iter().find_map(|ending| shipped.at(&format!("{path}{ending}"))) {
                Some(next) => waiting.push(next),
                None => lacking.import(entry, &path),
            }
        }
        for text in &module.texts {
            lacking.text(entry, text, &left_out);
        }
        if module.imports.iter().any(|import| import.module == "dotenv") && examined.folder.join(".env").is_file() {
            lacking.text(entry, ".env", &left_out);
        }
    }
    lacking.findings()
}

/// The paths of the modules that an import may mean, without their endings.
fn paths(importing: &str, import: &Import) -> Vec<String> {
    let mut base: Vec<&str> = Vec::new();
    if import.level > 0 {
        base = importing.split('/').collect();
        // The module's own name, and a folder for each dot beyond the first.
        base.truncate(base.len().saturating_sub(import.level));
    }
    let mut paths = Vec::new();
    for part in import.module.split('.').filter(|part| !part.is_empty()) {
        base.push(part);
        paths.push(base.join("/"));
    }
    for name in &import.names {
        paths.push(base.iter().copied().chain([name.as_str()]).collect::<Vec<_>>().join("/"));
    }
    paths
}

/// The files of the folder that stay outside the image, but for those that hold nothing of the function.
fn left_out(examined: &Examined<'_>, shipped: &Shipped<'_>) -> Vec<String> {
    let is_foreign = |path: &str| FOREIGN.contains(&path.rsplit('/').next().unwrap_or(path));
    let prunes = |path: &str, origin: &Path| {
        let always = shipped.ignored.folder(path, origin).filter(|_| !shipped.ignored.is_named(path));
        if is_foreign(path) { Some(Left::Named) } else { always }
    };
    let mut walk = Walk::of(&|_, _| None, &prunes);
    // A folder that can't be walked was listed already, so this is a file of a kind that no image takes.
    let _ = walk.through(examined.folder, "");
    let shipped: BTreeSet<&str> = shipped.entries.values().map(|entry| entry.name.as_str()).collect();
    walk.entries.into_iter().map(|entry| entry.name).filter(|name| !shipped.contains(name.as_str())).collect()
}

/// What was found to be missing.
struct Lacking<'f> {
    examined: &'f Examined<'f>,
    shipped: &'f Shipped<'f>,
    /// By the file that is missing: whether it is imported, the module that needs it, and how it is kept out.
    found: BTreeMap<String, (bool, String, String)>,
}

impl Lacking<'_> {
    fn import(&mut self, by: &Entry, path: &str) {
        // A Dockerfile that moves files has moved the importing one from here.
        let moved = by.name.strip_suffix(&by.path).unwrap_or_default();
        let names = [".py", "/__init__.py"].map(|ending| [format!("{path}{ending}"), format!("{moved}{path}{ending}")]);
        if let Some(name) = names.iter().flatten().find(|name| self.examined.folder.join(name).is_file()) {
            self.note(true, by, name);
        }
    }

    /// A text that is the name of a file, or its path from the folder or from the module.
    fn text(&mut self, by: &Entry, text: &str, left_out: &[String]) {
        let text = text.strip_prefix("./").unwrap_or(text);
        let is_path = text.contains('.')
            && !text.contains(['\n', '*', '%', '{'])
            && Path::new(text).extension() != Some(OsStr::new("py"));
        if !is_path {
            return;
        }
        let is_meant =
            |name: &&String| *name == text || name.strip_suffix(text).is_some_and(|above| above.ends_with('/'));
        if let Some(name) = left_out.iter().find(is_meant) {
            self.note(false, by, name);
        }
    }

    fn note(&mut self, is_imported: bool, by: &Entry, name: &str) {
        if let Some(why) = self.shipped.why_not(name) {
            self.found.entry(name.to_owned()).or_insert_with(|| (is_imported, by.name.clone(), why));
        }
    }

    fn findings(self) -> Vec<Finding> {
        let more = self.found.len().saturating_sub(TOLD);
        let mut findings: Vec<Finding> = self.found.into_iter().take(TOLD).map(finding).collect();
        if more > 0 {
            let what = format!("{more} more files that the code needs are not in the image");
            findings.push(Finding::warning(what, "copy them as well"));
        }
        findings
    }
}

fn finding((name, (is_imported, by, why)): (String, (bool, String, String))) -> Finding {
    let what = format!("{by} {} `{name}`, which {why}", if is_imported { "imports" } else { "names the file" });
    let cure = if why.contains("Dockerfile") {
        match (is_imported, name.contains('/')) {
            (true, false) => format!("add {name} to a COPY, or write `COPY *.py ${{LAMBDA_TASK_ROOT}}/`"),
            _ => format!("add {name} to a COPY"),
        }
    } else if why.contains(".dockerignore") {
        format!("remove the pattern from .dockerignore, or add a line `!{name}` at its end")
    } else {
        "give the function such values with `lambda.environment`, or have it read them from AWS Secrets Manager"
            .to_owned()
    };
    Finding::warning(what, cure)
}
