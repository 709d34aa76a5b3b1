//! The folder of the page's first manifest, with a handler.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::page;

/// A folder with `agent.yaml` and `lambda/`.
pub(crate) struct Sample {
    folder: TempDir,
}

impl Sample {
    /// The first manifest of docs/manifest.md.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("lambda");
        std::fs::create_dir(&source).unwrap();
        std::fs::write(source.join("lambda_function.py"), "def handler(event, context):\n    return {}\n").unwrap();
        let sample = Self { folder };
        sample.write(&Self::text());
        sample
    }

    /// Puts another handler in its place.
    pub(crate) fn handler(&self, text: &str) {
        std::fs::write(self.folder.path().join("lambda/lambda_function.py"), text).unwrap();
    }

    /// The manifest as the page has it.
    pub(crate) fn text() -> String {
        page::blocks(&page::read("manifest"), "yaml")[0].to_owned()
    }

    /// The manifest with these lines below `lambda:`.
    pub(crate) fn with(lines: &[&str]) -> String {
        let text = Self::text();
        let source = "  source: lambda/\n";
        assert_eq!(text.matches(source).count(), 1, "it has one source");
        text.replace(source, &format!("{source}  {}\n", lines.join("\n  ")))
    }

    /// Writes another manifest in its place.
    pub(crate) fn write(&self, text: &str) {
        std::fs::write(self.path(), text).unwrap();
    }

    /// Where the manifest is.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("agent.yaml")
    }
}
