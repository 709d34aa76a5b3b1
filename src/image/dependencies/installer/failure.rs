//! Makes an error of what an installer says: which requirement, why, and what helps; in a few words, without credentials.

use std::sync::LazyLock;

use regex::Regex;

use super::{Installer, Runs};
use crate::image::dependencies::settings::redacted;
use crate::image::error::ImageError;

/// Versions that are named where the wanted one is not there.
const NEWEST: usize = 5;
/// Letters of an installer's own words that are shown.
const LONGEST: usize = 600;
/// Lines of them: the cause stands at the end.
const LAST: usize = 6;

/// How an installer ended that did not succeed.
pub(super) struct Failure<'a> {
    pub(super) installer: &'a Installer,
    pub(super) runs: Runs<'a>,
    /// Where it looked.
    pub(super) index: String,
    /// To try it by hand.
    pub(super) command: String,
    /// What it wrote.
    pub(super) said: String,
}

impl Failure<'_> {
    pub(super) fn error(&self) -> ImageError {
        let said = redacted(&self.said);
        let (python, platform) = match self.runs {
            Runs::On(platform) => (platform.python(), platform.newest_tag()),
            Runs::Here(interpreter) => (interpreter.display().to_string(), "this machine".to_owned()),
        };
        if let Some((index, reason)) = unreachable(&said) {
            let index = index.unwrap_or_else(|| self.index.clone());
            return ImageError::IndexUnreachable { index, reason, installer: self.installer.called() };
        }
        if let Some((requirement, needs)) = other_python(&said) {
            return ImageError::OtherPython { requirement, needs, python: self.python() };
        }
        if let Some((requirement, there)) = without_wheel(&said) {
            let index = self.index.clone();
            let installer = self.installer.called();
            return ImageError::NoWheel { requirement, python, platform, there, index, installer };
        }
        let (installer, command) = (self.installer.called(), self.command.clone());
        ImageError::Installer { installer, reason: reason(&said), command }
    }

    /// Whose Python it is that does not fit.
    fn python(&self) -> String {
        match (self.runs, self.installer) {
            (Runs::On(platform), _) => format!("the base image's is {}", platform.python()),
            (Runs::Here(interpreter), Installer::Pip { python, .. }) => {
                format!("this machine's ({}) is {python}", interpreter.display())
            }
            (Runs::Here(interpreter), Installer::Uv { .. }) => {
                format!("this machine's ({}) is another", interpreter.display())
            }
        }
    }
}

/// The parts that a pattern finds first.
fn find<'t, const N: usize>(pattern: &LazyLock<Option<Regex>>, text: &'t str) -> Option<[&'t str; N]> {
    let found = pattern.as_ref()?.captures(text)?;
    let mut parts = [""; N];
    for (part, group) in parts.iter_mut().zip(found.iter().skip(1)) {
        *part = group.map_or("", |group| group.as_str());
    }
    Some(parts)
}

/// The index that does not answer, if it is named, and why.
fn unreachable(said: &str) -> Option<(Option<String>, String)> {
    static HOST: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"host='([^']+)', port=(\d+)").ok());
    static BROKEN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"connection broken by (.+?): /\S*\s*$").ok());
    static FETCH: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"Failed to fetch:? `?([^\s`]+)").ok());
    let is_answered = said.contains("(from versions: ") && !said.contains("(from versions: none)");
    if let Some([address]) = find::<1>(&FETCH, said) {
        let cause = said.lines().rev().find_map(|line| {
            let line = line.trim();
            line.strip_prefix("cause: ").or_else(|| line.strip_prefix("Caused by: "))
        });
        return Some((Some(address.to_owned()), short(cause.unwrap_or("no further words"))));
    }
    let line = said.lines().rev().find(|line| line.contains("connection broken by")).filter(|_| !is_answered)?;
    let [cause] = find::<1>(&BROKEN, line).unwrap_or([line]);
    let host = find::<2>(&HOST, cause).map(|[host, port]| format!("{host}:{port}"));
    // The classes of pip's HTTP client say nothing to people: what follows them does.
    let told = cause.rsplit(": ").next().unwrap_or(cause);
    let told = told.trim_end_matches(|letter: char| "'\")".contains(letter));
    Some((host, short(told)))
}

/// The requirement that is not for this Python, and the Pythons that it is for.
fn other_python(said: &str) -> Option<(String, String)> {
    static INSTALLED: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"Package '([^']+)' requires a different Python: \S+ not in '([^']+)'").ok());
    static MISSING: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"No matching distribution found for ([^\s;(]+)").ok());
    static UV: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(\S+==\S+) depends on Python\s*([<>=!~]\S*\d)").ok());
    if let Some([requirement, needs]) = find(&INSTALLED, said).or_else(|| find(&UV, said)) {
        return Some((requirement.to_owned(), needs.to_owned()));
    }
    let [requirement] = find::<1>(&MISSING, said)?;
    let (_, version) = requirement.split_once("==")?;
    // pip lists each version with the Pythons that it is for: `1.43.11 Requires-Python >=3.10; …`.
    let listed = said.split("different python version: ").nth(1)?;
    let entry = listed
        .split(';')
        .find_map(|entry| entry.trim().strip_prefix(version)?.trim().strip_prefix("Requires-Python "))?;
    Some((requirement.to_owned(), entry.lines().next().unwrap_or(entry).trim().to_owned()))
}

/// The requirement that no wheel answers, and the newest versions that have one.
fn without_wheel(said: &str) -> Option<(String, Vec<String>)> {
    static VERSIONS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\(from versions: ([^)]*)\)").ok());
    static UV: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let known = r"Because (?:there is no version of |there are no versions of |all versions of |only )?";
        Regex::new(&format!(
            r"{known}(\S+?),? (?:has|have) no (?:usable |)wheels|Because there (?:is|are) no versions? of (\S+)"
        ))
        .ok()
    });
    if let Some((_, rest)) = said.split_once("No matching distribution found for ") {
        let requirement = rest.lines().next().unwrap_or(rest).split(" (from ").next().unwrap_or(rest).trim();
        let versions = find::<1>(&VERSIONS, said).map_or("", |[versions]| versions);
        let all: Vec<&str> = versions.split(", ").filter(|version| !version.is_empty() && *version != "none").collect();
        let is_final = |version: &&&str| version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let finals: Vec<&str> = all.iter().filter(is_final).copied().collect();
        let known = if finals.is_empty() { all } else { finals };
        return Some((
            requirement.to_owned(),
            known.iter().rev().take(NEWEST).map(|version| (*version).to_owned()).collect(),
        ));
    }
    // uv wraps its lines.
    let joined = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let [one, other] = find::<2>(&UV, &joined)?;
    let requirement = if one.is_empty() { other } else { one };
    Some((requirement.to_owned(), Vec::new()))
}

/// The installer's words without its preamble and its own advice, on one line.
fn reason(said: &str) -> String {
    let telling = |line: &&str| {
        !line.is_empty()
            && !["WARNING", "Using ", "hint:", "[notice]", "Looking "].iter().any(|start| line.starts_with(start))
    };
    let lines: Vec<&str> = said.lines().map(str::trim).filter(telling).collect();
    let told = lines[lines.len().saturating_sub(LAST)..].join(" ");
    if told.is_empty() { "it said nothing".to_owned() } else { short(&told) }
}

fn short(text: &str) -> String {
    let cut: String = text.chars().take(LONGEST).collect();
    if cut.len() == text.len() { cut } else { format!("{cut}…") }
}

#[cfg(test)]
#[path = "failure/tests.rs"]
mod tests;
