//! Reads the `RUN` of a Dockerfile that does nothing but have pip install something.

use super::list;
use super::plain::below_task_root;

/// What pip installs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Installs {
    /// What requirements.txt names, perhaps after a newer pip.
    Requirements,
    /// A newer pip.
    Pip,
}

/// Options that don't change what lands in the image, or only how much of it is compiled.
const HARMLESS: [&str; 14] = [
    "--no-cache-dir",
    "--no-cache",
    "--no-compile",
    "--upgrade",
    "-U",
    "--quiet",
    "-q",
    "--no-input",
    "--prefer-binary",
    "--no-warn-script-location",
    "--disable-pip-version-check",
    "--progress-bar=off",
    "--root-user-action=ignore",
    "--only-binary=:all:",
];

/// What a command installs, if that is all it does. Several commands joined by `&&` are one each.
pub(super) fn installs(command: &str) -> Option<Installs> {
    let words = match list(command) {
        Some(words) => words,
        None => command.split_whitespace().map(|word| word.trim_matches(['"', '\'']).to_owned()).collect(),
    };
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let each: Option<Vec<Installs>> = words.split(|word| *word == "&&").map(one).collect();
    each.map(|each| if each.contains(&Installs::Requirements) { Installs::Requirements } else { Installs::Pip })
}

fn one(words: &[&str]) -> Option<Installs> {
    let rest = match words {
        [pip, "install", rest @ ..] if is_called(pip, "pip") => rest,
        [python, "-m", "pip", "install", rest @ ..] if is_called(python, "python") => rest,
        _ => return None,
    };
    let is_root = |path: &str| below_task_root(path).as_deref() == Some("");
    let is_file = |path: &str| below_task_root(path).as_deref() == Some("requirements.txt");
    let (mut at, mut file, mut pip) = (0, false, false);
    while at < rest.len() {
        let next = rest.get(at + 1).copied().unwrap_or_default();
        at += match rest[at] {
            "-r" | "--requirement" if is_file(next) => {
                file = true;
                2
            }
            "-t" | "--target" if is_root(next) => 2,
            word if word.strip_prefix("--target=").is_some_and(is_root) => 1,
            word if word.strip_prefix("--requirement=").or(word.strip_prefix("-r")).is_some_and(is_file) => {
                file = true;
                1
            }
            "pip" => {
                pip = true;
                1
            }
            word if HARMLESS.contains(&word) => 1,
            _ => return None,
        };
    }
    match (file, pip) {
        (true, false) => Some(Installs::Requirements),
        (false, true) => Some(Installs::Pip),
        _ => None,
    }
}

/// `python`, `python3` and `python3.12` are one program for our purpose: the base image has one Python.
fn is_called(word: &str, name: &str) -> bool {
    let version = word.strip_prefix(name);
    version.is_some_and(|version| {
        version.is_empty()
            || version.strip_prefix('3').is_some_and(|minor| {
                let digits = minor.strip_prefix('.');
                minor.is_empty() || digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
            })
    })
}

#[cfg(test)]
mod tests {
    use super::{Installs, installs};

    #[test]
    fn pip_is_known_in_its_usual_forms() {
        use Installs::{Pip, Requirements};
        for (command, found) in [
            ("pip3 install --no-cache-dir -r requirements.txt", Some(Requirements)),
            ("python -m pip install -r requirements.txt -t .", Some(Requirements)),
            ("python3.12 -m pip install -r requirements.txt -t .", Some(Requirements)),
            ("pip3.12 install --requirement=requirements.txt", Some(Requirements)),
            (
                "pip install --target \"${LAMBDA_TASK_ROOT}\" -r \"${LAMBDA_TASK_ROOT}/requirements.txt\"",
                Some(Requirements),
            ),
            ("pip install --upgrade --target=/var/task -r requirements.txt", Some(Requirements)),
            ("[\"pip\", \"install\", \"-r\", \"requirements.txt\"]", Some(Requirements)),
            ("pip install --upgrade pip", Some(Pip)),
            ("pip install -U pip && pip install -r requirements.txt", Some(Requirements)),
            ("pip install -U pip && rm x", None),
            ("pip install boto3", None),
            ("pip install --no-deps -r requirements.txt", None),
            ("pip install --index-url https://example.com -r requirements.txt", None),
            ("pip install -r other.txt", None),
            ("python2 -m pip install -r requirements.txt", None),
            ("pipx install -r requirements.txt", None),
        ] {
            assert_eq!(installs(command), found, "{command}");
        }
    }
}
