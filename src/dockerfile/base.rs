//! The image that a Dockerfile's last stage builds on, and the same Dockerfile with that image named by its digest.

use std::collections::BTreeMap;

use super::{Dockerfile, Instruction};

/// Why it cannot be told what a Dockerfile builds on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoBase {
    /// No `FROM` at all.
    #[error("it has no FROM")]
    NoFrom,
    /// A variable without a default stands in the last stage's `FROM`.
    #[error("line {line}: FROM names an image through a variable that has no default: {image}")]
    Variable {
        /// Counted from 1.
        line: usize,
        /// As it stands there.
        image: String,
    },
}

/// One `FROM`.
pub(super) struct Stage<'d> {
    instruction: &'d Instruction,
    /// `linux/amd64`, or a variable.
    platform: Option<&'d str>,
    /// With the variables filled in.
    pub(super) image: String,
    name: Option<&'d str>,
}

impl Dockerfile {
    /// The image of the last stage, back through the stages it builds on; `scratch` is none.
    pub fn base(&self) -> Result<String, NoBase> {
        let stages = self.stages();
        let mut at = stages.len().checked_sub(1).ok_or(NoBase::NoFrom)?;
        while let Some(above) = stages[..at].iter().rposition(|stage| stage.is_called(&stages[at].image)) {
            at = above;
        }
        let Stage { instruction, image, .. } = &stages[at];
        if image.contains('$') || image.is_empty() {
            return Err(NoBase::Variable { line: instruction.line(), image: image.clone() });
        }
        Ok(image.clone())
    }

    /// The text with every `FROM base` naming the digest instead, so that the engine builds on what was looked up. A stage
    /// that runs on another platform, such as `$BUILDPLATFORM`, is left alone: the digest is the target's.
    pub fn pinned(&self, base: &str, digest: &str) -> String {
        let mut lines: Vec<String> = self.text.lines().map(str::to_owned).collect();
        let stages = self.stages();
        let here =
            |stage: &&Stage<'_>| stage.image == base && stage.platform.is_none_or(|name| !name.contains("BUILD"));
        for Stage { instruction, platform, name, .. } in stages.iter().filter(here) {
            let platform = platform.map(|platform| format!("--platform={platform} ")).unwrap_or_default();
            let name = name.map(|name| format!(" AS {name}")).unwrap_or_default();
            let (first, end) = instruction.lines;
            lines[first..end].fill(String::new());
            // On the last of its lines, so that line numbers in the engine's messages stay true.
            lines[end - 1] = format!("FROM {platform}{}@{digest}{name}", untagged(base));
        }
        lines.join("\n") + "\n"
    }

    /// The platform that the last `FROM` insists on, if it is written out.
    pub(super) fn platform(&self) -> Option<String> {
        self.stages().last()?.platform.map(str::to_owned)
    }

    pub(super) fn stages(&self) -> Vec<Stage<'_>> {
        let mut defaults = BTreeMap::new();
        let mut stages = Vec::new();
        for instruction in &self.instructions {
            match instruction.word.as_str() {
                // Only what stands above the first FROM is known in FROM.
                "ARG" if stages.is_empty() => {
                    if let Some((name, value)) = instruction.rest.split_once('=') {
                        let value = value.trim().trim_matches(['"', '\'']);
                        defaults.insert(name.trim().to_owned(), filled(value, &defaults));
                    }
                }
                "FROM" => stages.push(Stage::read(instruction, &defaults)),
                _ => {}
            }
        }
        stages
    }
}

impl<'d> Stage<'d> {
    fn read(instruction: &'d Instruction, defaults: &BTreeMap<String, String>) -> Self {
        let mut words = instruction.rest.split_whitespace().peekable();
        let mut platform = None;
        while let Some(flag) = words.next_if(|word| word.starts_with("--")) {
            platform = flag.strip_prefix("--platform=").or(platform);
        }
        let image = filled(words.next().unwrap_or_default(), defaults);
        let name = words.next().filter(|word| word.eq_ignore_ascii_case("as")).and_then(|_| words.next());
        Self { instruction, platform, image, name }
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        self.name.is_some_and(|own| own.eq_ignore_ascii_case(name))
    }
}

/// The text with `$NAME`, `${NAME}` and `${NAME:-default}` filled in where they are known.
fn filled(text: &str, defaults: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let braced = after.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let (inner, end) = braced.unwrap_or_else(|| {
            let word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            after.split_at(after.find(|letter| !word(letter)).unwrap_or(after.len()))
        });
        let (name, default) = inner.split_once(":-").map_or((inner, None), |(name, default)| (name, Some(default)));
        match defaults.get(name).map(String::as_str).or(default) {
            Some(value) => out.push_str(value),
            None => out.push_str(&rest[before.len()..rest.len() - end.len()]),
        }
        rest = end;
    }
    out + rest
}

/// `name:tag` and `name@digest` without what follows the name.
fn untagged(reference: &str) -> &str {
    let name = reference.split('@').next().unwrap_or(reference);
    match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => name,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::NoBase;
    use crate::dockerfile::Dockerfile;

    #[test]
    fn the_last_stage_is_followed_to_the_image_behind_it() {
        for (text, base) in [
            ("FROM a:1", "a:1"),
            ("FROM --platform=linux/amd64 a:1 AS build\nFROM b:2 as run\nFROM run", "b:2"),
            ("ARG TAG=3.12\nARG IMAGE=lambda/python:${TAG}\nFROM $IMAGE", "lambda/python:3.12"),
            ("FROM ${X:-c}:9", "c:9"),
            ("FROM a AS a\nFROM a", "a"),
        ] {
            assert_eq!(Dockerfile::read(text).base().unwrap(), base, "{text}");
        }
        assert_eq!(Dockerfile::read("RUN x").base(), Err(NoBase::NoFrom));
        let unknown = Dockerfile::read("ARG X\nFROM a:$X").base();
        assert_eq!(unknown, Err(NoBase::Variable { line: 2, image: "a:$X".to_owned() }));
    }

    #[test]
    fn the_base_is_pinned_where_the_image_is_made_and_nowhere_else() {
        let text = "FROM --platform=$BUILDPLATFORM h:5000/a:1 AS b\nFROM \\\n  h:5000/a:1 AS c\nRUN x\nFROM c\n";
        assert_eq!(
            Dockerfile::read(text).pinned("h:5000/a:1", "sha256:0"),
            "FROM --platform=$BUILDPLATFORM h:5000/a:1 AS b\n\nFROM h:5000/a@sha256:0 AS c\nRUN x\nFROM c\n"
        );
    }
}
