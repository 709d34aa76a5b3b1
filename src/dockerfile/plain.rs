//! Decides whether a Dockerfile asks for no more than bedrock-ops builds by itself.
//!
//! That is, on one of AWS's base images (where `LAMBDA_TASK_ROOT` is `/var/task` and the place to work in): one `FROM`;
//! `WORKDIR` to the task root; `COPY` without flags, which leaves every file on its own path below the task root;
//! `RUN pip install -r requirements.txt`, with or without `--target` to the task root; `CMD ["module.function"]`.
//! Anything else, `ENV` and `LABEL` too, is an engine's: taking part of a Dockerfile would make another image than it says.

use super::{Dockerfile, Instruction, list};

/// What a plain Dockerfile says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plain {
    /// The image of its `FROM`.
    pub base: String,
    /// The platform that `FROM` insists on: `linux/amd64`.
    pub platform: Option<String>,
    /// The handler of its `CMD`, if it has one.
    pub handler: Option<String>,
    /// What it copies: paths of files and folders, with at most one `*` a name; `None` is everything.
    pub files: Option<Vec<String>>,
    /// Whether it installs requirements.txt.
    pub installs: bool,
}

/// The first instruction that only an engine carries out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} (`{instruction}`) asks for more than bedrock-ops builds by itself: {why}")]
pub struct Beyond {
    /// Counted from 1.
    pub line: usize,
    /// Cut where it grows long.
    pub instruction: String,
    /// What it asks for.
    pub why: &'static str,
}

impl Dockerfile {
    /// What it says if it is plain. `is_folder` tells whether a path of the source is a folder: `COPY` spreads those out.
    pub fn plain(&self, is_folder: &dyn Fn(&str) -> bool) -> Result<Plain, Beyond> {
        let first = self.instructions.first();
        if let Some(first) = first.filter(|_| self.escapes) {
            return Err(beyond(first, "the file gives \\ another meaning"));
        }
        let mut plain =
            Plain { base: String::new(), platform: None, handler: self.command(), files: None, installs: false };
        let mut copied = Vec::new();
        for instruction in &self.instructions {
            let Instruction { word, rest, .. } = instruction;
            match word.as_str() {
                "FROM" if !plain.base.is_empty() => return Err(beyond(instruction, "it has several stages")),
                "FROM" => plain.base = self.plain_base(instruction)?,
                "WORKDIR" if below_task_root(rest).as_deref() == Some("") => {}
                "COPY" => copied.extend(copies(instruction, is_folder)?),
                "RUN" if installs_requirements(rest) => plain.installs = true,
                "RUN" => return Err(beyond(instruction, "it runs a command")),
                "CMD" if plain.handler.is_some() && list(rest).is_some_and(|words| words.len() == 1) => {}
                "CMD" => return Err(beyond(instruction, "CMD is not [\"module.function\"]")),
                "ARG" if plain.base.is_empty() => {}
                _ => return Err(beyond(instruction, "only FROM, WORKDIR, COPY, RUN pip install and CMD are plain")),
            }
        }
        plain.platform = self.platform();
        plain.files = (!copied.contains(&String::new())).then_some(copied);
        Ok(plain)
    }

    fn plain_base(&self, from: &Instruction) -> Result<String, Beyond> {
        match self.base() {
            Ok(base) if base == "scratch" => Err(beyond(from, "it begins with nothing")),
            Ok(base) => Ok(base),
            Err(_) => Err(beyond(from, "its image is not written out")),
        }
    }
}

fn beyond(instruction: &Instruction, why: &'static str) -> Beyond {
    Beyond { line: instruction.line(), instruction: instruction.shown(), why }
}

/// The paths that a `COPY` names, if it puts each where the source has it; the empty path is the whole folder.
fn copies(instruction: &Instruction, is_folder: &dyn Fn(&str) -> bool) -> Result<Vec<String>, Beyond> {
    let elsewhere = "it puts a file on another path than the source has it on";
    let words =
        list(&instruction.rest).unwrap_or_else(|| instruction.rest.split_whitespace().map(str::to_owned).collect());
    let Some((target, sources)) = words.split_last().filter(|(_, sources)| !sources.is_empty()) else {
        return Err(beyond(instruction, "it has no target"));
    };
    if words.iter().any(|word| word.starts_with("--") || word.contains("<<")) {
        return Err(beyond(instruction, "its flags are an engine's"));
    }
    let target_path = below_task_root(target).ok_or_else(|| beyond(instruction, elsewhere))?;
    let into_folder = target.ends_with('/') || target_path.is_empty();
    let mut paths = Vec::new();
    for source in sources {
        let path =
            normal(source).ok_or_else(|| beyond(instruction, "its path leaves the folder, or holds a variable"))?;
        let above = path.rsplit_once('/').map_or("", |(above, _)| above);
        let stays = if path.is_empty() || is_folder(&path) {
            target_path == path
        } else {
            (into_folder && target_path == above) || (!into_folder && sources.len() == 1 && target_path == path)
        };
        // A pattern may also mean folders, whose content would be spread out.
        let odd_pattern = path.contains(['?', '[']) || path.split('/').any(|name| name.matches('*').count() > 1);
        if !stays || odd_pattern || path.ends_with('*') {
            return Err(beyond(instruction, elsewhere));
        }
        paths.push(path);
    }
    Ok(paths)
}

/// A target's path below the task root: empty for the root itself.
fn below_task_root(target: &str) -> Option<String> {
    let target = target.trim_matches('"');
    let roots = ["${LAMBDA_TASK_ROOT}", "$LAMBDA_TASK_ROOT", "/var/task"];
    let rest = match roots.iter().find_map(|root| target.strip_prefix(root)) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
        Some(_) => return None,
        None if target.starts_with(['/', '$']) => return None,
        None => target,
    };
    normal(rest.trim_start_matches('/'))
}

/// The path without `.` and doubled slashes; `None` when it leaves the folder or holds a variable.
fn normal(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    (!parts.contains(&"..") && !path.contains('$')).then(|| parts.join("/"))
}

/// Whether a command installs requirements.txt and does nothing else.
fn installs_requirements(command: &str) -> bool {
    /// Options that don't change what lands in the image, or only how much of it is compiled.
    const HARMLESS: [&str; 7] = [
        "--no-cache-dir",
        "--no-cache",
        "--no-compile",
        "--upgrade",
        "-U",
        "--disable-pip-version-check",
        "--root-user-action=ignore",
    ];
    let words: Vec<&str> = command.split_whitespace().map(|word| word.trim_matches(['"', '\''])).collect();
    let (["pip" | "pip3", "install", rest @ ..] | ["python" | "python3", "-m", "pip", "install", rest @ ..]) =
        words.as_slice()
    else {
        return false;
    };
    let is_root = |path: &str| below_task_root(path).as_deref() == Some("");
    let is_file = |path: &str| below_task_root(path).as_deref() == Some("requirements.txt");
    let (mut at, mut file) = (0, false);
    while at < rest.len() {
        let next = rest.get(at + 1).copied().unwrap_or_default();
        at += match rest[at] {
            "-r" | "--requirement" if is_file(next) => {
                file = true;
                2
            }
            "-t" | "--target" if is_root(next) => 2,
            word if word.strip_prefix("--target=").is_some_and(is_root) => 1,
            word if HARMLESS.contains(&word) => 1,
            _ => return false,
        };
    }
    file
}

#[cfg(test)]
#[path = "plain/tests.rs"]
mod tests;
