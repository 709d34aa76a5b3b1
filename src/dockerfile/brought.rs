//! Which files of the source an engine's Dockerfile copies into the image it ends with, as far as its text tells.

use super::{Dockerfile, Instruction, list};

/// What the text tells of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brought {
    /// A `COPY` or `ADD` names it, or a folder above it.
    Yes,
    /// None does, but other instructions may bring it: a command, another stage, a variable.
    Perhaps,
    /// None does, and nothing else brings files.
    No,
}

impl Dockerfile {
    /// Whether the file of the source comes into the image.
    pub fn brings(&self, path: &str) -> Brought {
        let (mut any, mut unknown) = (false, false);
        for instruction in self.of_image() {
            match instruction.word.as_str() {
                "COPY" | "ADD" => match sources(instruction) {
                    Some(sources) => any |= sources.iter().any(|source| names(source, path)),
                    None => unknown = true,
                },
                "RUN" => unknown = true,
                _ => {}
            }
        }
        match (any, unknown) {
            (true, _) => Brought::Yes,
            (false, true) => Brought::Perhaps,
            (false, false) => Brought::No,
        }
    }

    /// The instructions of the last stage, and of those that it builds on.
    fn of_image(&self) -> Vec<&Instruction> {
        let stages = self.stages();
        let mut wanted: Vec<usize> = Vec::new();
        let mut at = stages.len().checked_sub(1);
        while let Some(one) = at {
            wanted.push(one);
            at = stages[..one].iter().rposition(|stage| stage.is_called(&stages[one].image));
        }
        let mut stage = None;
        let mut found = Vec::new();
        for instruction in &self.instructions {
            if instruction.word == "FROM" {
                stage = Some(stage.map_or(0, |stage| stage + 1));
            } else if stage.is_some_and(|stage| wanted.contains(&stage)) {
                found.push(instruction);
            }
        }
        found
    }
}

/// The paths of the source that a `COPY` names; `None` when it takes them from elsewhere or from a variable.
fn sources(instruction: &Instruction) -> Option<Vec<String>> {
    let mut words =
        list(&instruction.rest).unwrap_or_else(|| instruction.rest.split_whitespace().map(str::to_owned).collect());
    if words.iter().any(|word| {
        word.starts_with("--from")
            || word.contains("<<")
            || word.contains('$') && word != words.last().map_or("", String::as_str)
    }) {
        return None;
    }
    words.retain(|word| !word.starts_with("--"));
    words.pop();
    Some(words)
}

/// Whether a source's path or pattern names the file or a folder above it. In doubt it does.
fn names(source: &str, path: &str) -> bool {
    let mut names = path.split('/');
    source.split('/').filter(|name| !name.is_empty() && *name != ".").all(|wanted| {
        let name = names.next();
        name.is_some_and(|name| match wanted.split_once(['*', '?', '[', '\\']) {
            Some((start, _)) => {
                let end = wanted.rsplit(['*', '?', ']', '\\']).next().unwrap_or_default();
                name.starts_with(start) && name.ends_with(end)
            }
            None => name == wanted,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::Brought::{No, Perhaps, Yes};
    use crate::dockerfile::Dockerfile;

    #[test]
    fn what_comes_into_the_image_is_told_by_the_last_stage() {
        for (text, app, secret) in [
            ("FROM a\nENV A=1\nCOPY app.py ${LAMBDA_TASK_ROOT}/", Yes, No),
            ("FROM a\nCOPY --chmod=644 *.py ./", Yes, No),
            ("FROM a\nCOPY requirements.txt ./", No, No),
            ("FROM a\nCOPY . .", Yes, Yes),
            ("FROM a\nRUN dnf install -y git\nCOPY requirements.txt ./", Perhaps, Perhaps),
            ("FROM a AS b\nCOPY . /src\nFROM c\nCOPY --from=b /src/app.py ./", Perhaps, Perhaps),
            ("FROM a AS b\nCOPY . /src\nFROM c\nCOPY app.py ./", Yes, No),
            ("FROM a AS b\nCOPY app.py /src\nFROM b\nENV A=1", Yes, No),
            ("FROM a\nARG WHAT\nCOPY $WHAT ./", Perhaps, Perhaps),
        ] {
            let read = Dockerfile::read(text);
            assert_eq!((read.brings("app.py"), read.brings("deploy/secret.txt")), (app, secret), "{text}");
        }
    }
}
