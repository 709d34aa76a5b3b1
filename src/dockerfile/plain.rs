//! Decides whether a Dockerfile asks for no more than bedrock-ops builds by itself.
//!
//! That is, on one of AWS's base images (where `LAMBDA_TASK_ROOT` is `/var/task` and the working directory): one `FROM`;
//! `WORKDIR` to the task root; `COPY` without flags to somewhere below the task root; `RUN pip install -r requirements.txt`,
//! with or without `--target` to the task root; `RUN pip install --upgrade pip`; `CMD ["module.function"]`.
//! Anything else, `ENV` and `LABEL` too, is an engine's: taking part of a Dockerfile would make another image than it says.

use super::pip::{self, Installs};
use super::{Copied, Dockerfile, Instruction, list};

/// What a plain Dockerfile says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plain {
    /// The image of its `FROM`.
    pub base: String,
    /// The platform that `FROM` insists on: `linux/amd64`.
    pub platform: Option<String>,
    /// The handler of its `CMD`, if it has one.
    pub handler: Option<String>,
    /// What it copies, in its order: of two files for one place the later stays. `None` is everything, each in its place.
    pub files: Option<Vec<Copied>>,
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
    /// What it says if it is plain.
    pub fn plain(&self) -> Result<Plain, Beyond> {
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
                "COPY" => copied.extend(copies(instruction)?),
                "RUN" => match pip::installs(rest) {
                    Some(Installs::Requirements) => plain.installs = true,
                    // The function finds pip's own modules nowhere else than its interpreter does: nothing changes for it.
                    Some(Installs::Pip) => {}
                    None => return Err(beyond(instruction, "it runs a command")),
                },
                "CMD" if plain.handler.is_some() && list(rest).is_some_and(|words| words.len() == 1) => {}
                "CMD" => return Err(beyond(instruction, "CMD is not [\"module.function\"]")),
                "ARG" if plain.base.is_empty() => {}
                _ => return Err(beyond(instruction, "only FROM, WORKDIR, COPY, RUN pip install and CMD are plain")),
            }
        }
        plain.platform = self.platform();
        let everything = |copied: &Copied| copied.from.is_empty() && copied.to.is_empty();
        plain.files = (!copied.iter().all(everything) || copied.is_empty()).then_some(copied);
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

/// What a `COPY` copies, and where to.
fn copies(instruction: &Instruction) -> Result<Vec<Copied>, Beyond> {
    let words =
        list(&instruction.rest).unwrap_or_else(|| instruction.rest.split_whitespace().map(str::to_owned).collect());
    let Some((target, sources)) = words.split_last().filter(|(_, sources)| !sources.is_empty()) else {
        return Err(beyond(instruction, "it has no target"));
    };
    if words.iter().any(|word| word.starts_with("--") || word.contains("<<")) {
        return Err(beyond(instruction, "its flags are an engine's"));
    }
    let to = below_task_root(target).ok_or_else(|| beyond(instruction, "it copies to outside the task root"))?;
    let into_folder = target.ends_with('/') || to.is_empty();
    if sources.len() > 1 && !into_folder {
        return Err(beyond(instruction, "it copies several files to a folder without a slash at its end"));
    }
    let mut copied = Vec::new();
    for source in sources {
        let from =
            normal(source).ok_or_else(|| beyond(instruction, "its path leaves the folder, or holds a variable"))?;
        if from.contains(['?', '[', ']', '\\']) || from.split('/').any(|name| name.matches('*').count() > 1) {
            return Err(beyond(instruction, "its pattern is more than one `*` in a name"));
        }
        if !into_folder && from.contains('*') {
            return Err(beyond(instruction, "it copies a pattern to a path without a slash at its end"));
        }
        copied.push(Copied { from, to: to.clone(), into_folder });
    }
    Ok(copied)
}

/// A target's path below the task root: empty for the root itself.
pub(super) fn below_task_root(target: &str) -> Option<String> {
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

#[cfg(test)]
#[path = "plain/tests.rs"]
mod tests;
