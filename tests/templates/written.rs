//! A template in a folder of its own, as `init` writes it.

use std::path::{Path, PathBuf};
use std::process::Command;

use bedrock_ops::manifest::{self, Manifest, Reach};
use bedrock_ops::templates::{TEMPLATES, Template};
use tempfile::TempDir;

/// A template, written.
pub(crate) struct Written {
    folder: TempDir,
}

impl Written {
    /// By the program itself.
    pub(crate) fn new(template: &Template) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_bedrock-ops"))
            .args(["init", "--template", template.name, "--name", template.name])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}: {}", template.name, String::from_utf8_lossy(&output.stderr));
        Self { folder }
    }

    /// All templates, one after the other.
    pub(crate) fn all() -> impl Iterator<Item = (&'static Template, Self)> {
        TEMPLATES.iter().map(|template| (template, Self::new(template)))
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The text of one of its files.
    pub(crate) fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.path().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// Its manifest, which gives no reason for a warning.
    pub(crate) fn manifest(&self) -> Manifest {
        let loaded =
            manifest::load(&self.path().join("agent.yaml"), Reach::Inside).unwrap_or_else(|error| panic!("{error}"));
        assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
        loaded.manifest
    }

    /// Its files, relative to its folder.
    pub(crate) fn files(&self) -> Vec<String> {
        files_in(self.path())
    }
}

/// The files below a folder, relative to it, in order; not what Python compiled.
pub(crate) fn files_in(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    gather(folder, &mut found);
    let relative = |path: &PathBuf| path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
    let mut files: Vec<String> = found.iter().map(relative).filter(|path| !path.contains("__pycache__")).collect();
    files.sort();
    files
}

fn gather(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { gather(&path, found) } else { found.push(path) }
    }
}
