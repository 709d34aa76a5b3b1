//! Tells of dependencies that are declared where this program does not look.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{Finding, Language};

/// What declares a Python project's dependencies beside requirements.txt, and the command that writes that from it. Locks
/// first: they say more.
const DECLARING: [(&str, &str); 7] = [
    ("uv.lock", "uv export --no-dev --no-emit-project --no-hashes -o requirements.txt"),
    ("poetry.lock", "poetry export --without-hashes -o requirements.txt"),
    ("pdm.lock", "pdm export --prod --without-hashes -o requirements.txt"),
    ("Pipfile.lock", "pipenv requirements > requirements.txt"),
    ("Pipfile", "pipenv lock && pipenv requirements > requirements.txt"),
    ("pyproject.toml", "uv pip compile pyproject.toml -o requirements.txt"),
    ("setup.py", "uv pip compile setup.py -o requirements.txt"),
];

/// The file that is read.
const READ: &str = "requirements.txt";

/// Dependencies that would not be in the image.
pub(super) fn dependencies(folder: &Path, language: Language) -> Option<Finding> {
    match language {
        Language::Python => python(folder),
        Language::JavaScript => node(folder),
    }
}

fn python(folder: &Path) -> Option<Finding> {
    let asks = |name: &str| fs::read(folder.join(name)).is_ok_and(|text| has_requirement(&text));
    if asks(READ) {
        return None;
    }
    let declares = |name: &str| match fs::read_to_string(folder.join(name)) {
        Ok(text) if name == "pyproject.toml" => has_dependency(&text),
        Ok(text) if name == "setup.py" => text.contains("install_requires"),
        Ok(_) => true,
        Err(_) => false,
    };
    if let Some((name, command)) = DECLARING.iter().find(|(name, _)| declares(name)) {
        let what =
            format!("dependencies are declared in {name}, but only {READ} is read: the image would have none of them");
        return Some(Finding::warning(what, format!("run `{command}` in {}", folder.display())));
    }
    let other = fs::read_dir(folder).ok()?.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let is_list = |name: &String| {
        name != READ && name.contains("requirements") && [".txt", ".in"].iter().any(|ending| name.ends_with(ending))
    };
    let mut other: Vec<String> = other.filter(is_list).filter(|name| !is_for_developing(name) && asks(name)).collect();
    other.sort();
    let name = other.first()?;
    let what =
        format!("dependencies are declared in {name}, but only {READ} is read: the image would have none of them");
    Some(Finding::warning(what, format!("rename it, or write a {READ} with the line `-r {name}`")))
}

/// `requirements-dev.txt` is no list for the function.
fn is_for_developing(name: &str) -> bool {
    name.split(['.', '-', '_']).any(|word| ["dev", "test", "tests", "docs", "lint", "ci"].contains(&word))
}

/// Whether a list of requirements asks for anything. In UTF-16, too: a zero byte is no letter.
fn has_requirement(text: &[u8]) -> bool {
    let letters: Vec<u8> = text.iter().copied().filter(|byte| *byte != 0).collect();
    let text = String::from_utf8_lossy(&letters);
    text.lines()
        .map(str::trim)
        .any(|line| line.starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '.' || letter == '-'))
}

/// Whether a pyproject.toml names a dependency: under `[project]` or under Poetry's own heading.
fn has_dependency(text: &str) -> bool {
    let mut heading = "";
    let mut list = false;
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').filter(|_| !list) {
            heading = name.trim_end_matches(']');
            continue;
        }
        let (key, value) = line.split_once('=').map_or((line, ""), |(key, value)| (key.trim(), value.trim()));
        if list && line.starts_with(['"', '\'']) {
            return true;
        }
        list &= !line.starts_with(']');
        match heading {
            "project" if key == "dependencies" => {
                if value.contains(['"', '\'']) {
                    return true;
                }
                list = value.starts_with('[') && !value.contains(']');
            }
            "tool.poetry.dependencies" if !value.is_empty() && key != "python" => return true,
            _ => {}
        }
    }
    false
}

/// The AWS SDK is in the base image; all else must lie in `node_modules`.
fn node(folder: &Path) -> Option<Finding> {
    if folder.join("node_modules").is_dir() {
        return None;
    }
    let package: Value = serde_json::from_slice(&fs::read(folder.join("package.json")).ok()?).ok()?;
    let names = package["dependencies"].as_object()?.keys();
    let missing: Vec<String> =
        names.filter(|name| !name.starts_with("@aws-sdk/") && !name.starts_with("@smithy/")).cloned().collect();
    if missing.is_empty() {
        return None;
    }
    let command =
        if folder.join("package-lock.json").is_file() { "npm ci --omit=dev" } else { "npm install --omit=dev" };
    let what = format!(
        "package.json asks for {}, but there is no node_modules: the image would lack them",
        super::listed(&missing)
    );
    Some(Finding::warning(
        what,
        format!("run `{command}` in {} before the deploy, or bundle the handler", folder.display()),
    ))
}
