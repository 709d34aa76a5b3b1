//! What the source promises of itself: layers, who may wait, who may print, how long a file may be.
//!
//! It reads the source as text, line by line, comments left out. An exception is written down with its reason, and one
//! that is no longer needed is itself a failure: the lists only grow shorter.

#![allow(missing_docs, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Longest file, in lines: past that it says more than one thing.
const LONGEST: usize = 300;

/// Modules that import from above themselves, as `from -> to`, with the reason.
const UPWARD: [(&str, &str); 0] = [];

/// Files that are longer, with the reason.
const LONG: [(&str, &str); 0] = [];

/// The files that read the process's environment: all others are given what they need.
const ENVIRONMENT: [&str; 1] = ["src/commands/open.rs"];

/// The files that wait by the clock: for AWS, for a registry's answer and between two tries at one, until a transfer
/// counts as stalled, and a container engine as silent, between two looks at a folder. And a slow registry of a test.
const CLOCK: [&str; 7] = [
    "src/commands/invoke/watch.rs",
    "src/image/engine/command.rs",
    "src/image/registry/limits.rs",
    "src/image/registry/oci/tests/limits.rs",
    "src/image/retry.rs",
    "src/image/transfer.rs",
    "src/wait.rs",
];

/// The files that write to stdout or stderr.
const PRINTING: [&str; 2] = ["src/commands/output.rs", "src/progress.rs"];

#[test]
fn modules_import_only_from_those_below_them() {
    let layers = layers();
    let place = |module: &str| layers.iter().position(|layer| layer == module);
    let mut upward = Vec::new();
    for file in rust_files("src") {
        let Some(from) = place(&file.module()) else { continue };
        for (number, line) in file.code() {
            for name in file.imports(line) {
                let to = place(name).unwrap_or_else(|| panic!("{}:{number}: no module {name}", file.path));
                if to < from {
                    upward.push((format!("{} -> {name}", layers[from]), format!("{}:{number}: {line}", file.path)));
                }
            }
        }
    }
    hold("a module imports from above itself", &upward, &UPWARD);
}

#[test]
fn every_module_has_its_place_in_the_order() {
    let listed: BTreeSet<String> = layers().into_iter().collect();
    let there: BTreeSet<String> = rust_files("src").iter().map(SourceFile::module).collect();
    let entries = BTreeSet::from(["lib".to_owned(), "main".to_owned()]);
    assert_eq!(there.difference(&entries).cloned().collect::<BTreeSet<_>>(), listed);
}

#[test]
fn one_module_is_imported_a_line() {
    // `use crate::{a, b}` would slip through the layers' test.
    assert_nowhere("src", &["crate::{", "crate::*", "super::super::super"], &[]);
}

#[test]
fn the_plan_is_pure() {
    for file in rust_files("src").iter().filter(|file| ["plan", "facts", "contract"].contains(&file.module().as_str()))
    {
        for (number, line) in file.code() {
            for word in [
                "async fn",
                "async move",
                "async {",
                "async |",
                ".await",
                "aws_sdk",
                "aws_config",
                "aws_smithy",
                "tokio",
                "std::fs",
            ] {
                assert!(!line.contains(word), "{}:{number} is not pure: {line}", file.path);
            }
        }
    }
}

#[test]
fn the_emulator_stands_alone() {
    let manifest = read("emulator/Cargo.toml");
    let dependencies = manifest.split_once("[dependencies]").map_or("", |(_, rest)| rest);
    for line in dependencies.lines().filter(|line| !line.trim_start().starts_with('#')) {
        assert!(!line.starts_with("aws") && !line.contains("bedrock-ops"), "emulator/Cargo.toml: {line}");
    }
    assert_nowhere("emulator/src", &["bedrock_ops", "aws_sdk", "aws_config", "aws_smithy"], &[]);
}

#[test]
fn only_the_files_named_for_it_wait() {
    assert_nowhere(
        "src",
        &["sleep(", "sleep_until(", "interval(", "tokio::time::timeout", "thread::sleep", "backon::"],
        &CLOCK,
    );
}

#[test]
fn only_the_files_named_for_it_read_the_environment() {
    assert_nowhere("src", &["std::env", "env::var"], &ENVIRONMENT);
}

#[test]
fn only_the_files_named_for_it_print() {
    assert_nowhere("src", &["print!(", "println!("], &[]);
    assert_nowhere("src", &["anstream::stdout", "anstream::stderr"], &PRINTING);
}

#[test]
fn every_file_says_what_it_is_for() {
    for file in all() {
        let first = file.text.lines().next().unwrap_or_default();
        assert!(first.starts_with("//! ") && first.len() > 20, "{} opens with: {first}", file.path);
    }
}

#[test]
fn no_file_is_too_long() {
    let long = all().into_iter().filter(|file| file.text.lines().count() > LONGEST);
    let found = long.map(|file| (file.path.clone(), format!("{}: {} lines", file.path, file.text.lines().count())));
    hold("a file is too long", &found.collect::<Vec<_>>(), &LONG);
}

#[test]
fn the_reader_sees_every_import_and_no_comment() {
    let text =
        "use crate::engine;\n// crate::plan\npub(crate) fn look(at: crate::aws::Site) { super::here() }".to_owned();
    let file = SourceFile { path: "src/image/retry.rs".to_owned(), text };
    assert_eq!(file.module(), "image");
    assert_eq!(file.code().flat_map(|(_, line)| file.imports(line)).collect::<Vec<_>>(), ["engine", "aws"]);
    let beside = SourceFile { path: "src/plan.rs".to_owned(), text: "use super::stack::Stack;".to_owned() };
    assert_eq!(beside.code().flat_map(|(_, line)| beside.imports(line)).collect::<Vec<_>>(), ["stack"]);
}

/// One source file.
struct SourceFile {
    /// From the project's root: `src/image/retry.rs`.
    path: String,
    text: String,
}

impl SourceFile {
    /// The module that it belongs to, of those listed in `src/lib.rs`.
    fn module(&self) -> String {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        inside.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned()
    }

    /// Its lines with their numbers, comments left out.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
        lines.filter(|(_, line)| !line.starts_with("//"))
    }

    /// The modules of this crate that a line names.
    fn imports<'a>(&self, line: &'a str) -> impl Iterator<Item = &'a str> {
        // Right below `src`, `super` is the crate; there it is a module's name if `crate` would have done as well.
        let top = self.path.matches('/').count() == 1;
        let up = line.split("use super::").skip(1).filter(move |_| top).map(name).filter(|name| is_module(name));
        line.split("crate::").skip(1).map(name).chain(up)
    }
}

/// The name that a path begins with.
fn name(path: &str) -> &str {
    path.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default()
}

fn is_module(name: &str) -> bool {
    root().join("src").join(name).with_extension("rs").is_file()
}

/// The modules of `src/lib.rs`, top down.
fn layers() -> Vec<String> {
    let modules = read("src/lib.rs");
    let names = modules.lines().filter_map(|line| line.strip_prefix("pub mod ")?.split(';').next());
    names.map(str::to_owned).collect()
}

/// The sources of both crates.
fn all() -> Vec<SourceFile> {
    let mut files = rust_files("src");
    files.extend(rust_files("emulator/src"));
    files
}

/// The Rust files below a folder, in order.
fn rust_files(folder: &str) -> Vec<SourceFile> {
    let mut paths = Vec::new();
    gather(&root().join(folder), &mut paths);
    paths.sort();
    assert!(!paths.is_empty(), "no sources in {folder}");
    let relative = |path: &PathBuf| path.strip_prefix(root()).unwrap_or(path).to_string_lossy().into_owned();
    paths.iter().map(relative).map(|path| SourceFile { text: read(&path), path }).collect()
}

fn gather(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            gather(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// No line of code below the folder holds one of the words, but in the files named, and each of those does.
fn assert_nowhere(folder: &str, words: &[&str], but_in: &[&str]) {
    let mut found = Vec::new();
    for file in rust_files(folder) {
        for (number, line) in file.code() {
            if words.iter().any(|word| line.contains(word)) {
                found.push((file.path.clone(), format!("{}:{number}: {line}", file.path)));
            }
        }
    }
    let named: Vec<(&str, &str)> = but_in.iter().map(|file| (*file, "")).collect();
    hold(&format!("{words:?} is not for this place"), &found, &named);
}

/// What was found is what is excepted: nothing else, and nothing less.
fn hold(rule: &str, found: &[(String, String)], exceptions: &[(&str, &str)]) {
    let excepted = |what: &str| exceptions.iter().any(|(exception, _)| *exception == what);
    let broken: Vec<_> = found.iter().filter(|(what, _)| !excepted(what)).map(|(_, line)| line.as_str()).collect();
    assert!(broken.is_empty(), "{rule}:\n  {}", broken.join("\n  "));
    let needed = |exception: &&str| found.iter().any(|(what, _)| what == exception);
    let stale: Vec<_> = exceptions.iter().map(|(exception, _)| *exception).filter(|it| !needed(it)).collect();
    assert!(stale.is_empty(), "{rule}: these exceptions are no longer needed: {stale:?}");
}
