//! Reads a Dockerfile: its instructions, the image it builds on, and whether it asks for no more than we build ourselves.

mod base;
mod brought;
mod copied;
mod pip;
mod plain;

pub use base::NoBase;
pub use brought::Brought;
pub use copied::Copied;
pub use plain::{Beyond, Plain};

/// The file's name in a source folder.
pub const FILE: &str = "Dockerfile";

/// A Dockerfile, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dockerfile {
    /// As it was read.
    text: String,
    instructions: Vec<Instruction>,
    /// Whether a directive gives `\` another meaning; then only an engine reads it rightly.
    escapes: bool,
}

/// One instruction, its continued lines joined.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Instruction {
    /// The lines it stands on, counted from 0: the first, and the one after the last.
    lines: (usize, usize),
    /// `FROM`, in capitals.
    word: String,
    /// What follows the word.
    rest: String,
}

impl Instruction {
    /// For messages: counted from 1.
    fn line(&self) -> usize {
        self.lines.0 + 1
    }

    /// For messages: the instruction on one line, cut where it grows long.
    fn shown(&self) -> String {
        let whole = format!("{} {}", self.word, self.rest);
        let cut: String = whole.chars().take(60).collect();
        if cut == whole { whole } else { format!("{cut}…") }
    }
}

impl Dockerfile {
    /// Takes a text apart. Everything has instructions of some kind; what they mean is asked later.
    pub fn read(text: &str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let mut instructions = Vec::new();
        let mut at = 0;
        while at < lines.len() {
            let first = at;
            let mut joined = String::new();
            while at < lines.len() {
                let line = lines[at].trim();
                at += 1;
                let is_nothing = line.is_empty() || line.starts_with('#');
                if is_nothing && joined.is_empty() {
                    break;
                }
                // Comments and blank lines may stand between continued lines.
                if is_nothing {
                    continue;
                }
                joined.push_str(line.strip_suffix('\\').unwrap_or(line));
                if !line.ends_with('\\') {
                    break;
                }
                joined.push(' ');
            }
            let (word, rest) = joined.split_once(char::is_whitespace).unwrap_or((&joined, ""));
            if word.is_empty() {
                continue;
            }
            let word = word.to_ascii_uppercase();
            if let Some(end) = heredoc(&word, rest) {
                at += lines[at..].iter().take_while(|line| line.trim() != end).count() + 1;
            }
            instructions.push(Instruction { lines: (first, at.min(lines.len())), word, rest: rest.trim().to_owned() });
        }
        let directive = |line: &&str| line.strip_prefix('#').map(str::trim).map(str::to_ascii_lowercase);
        let escapes = lines.iter().map_while(directive).any(|line| line.replace(' ', "").starts_with("escape="));
        Self { text: text.to_owned(), instructions, escapes }
    }

    /// The handler that `CMD` names: one word in the list form, which is how Lambda is told.
    pub fn command(&self) -> Option<String> {
        let last = self.instructions.iter().rposition(|instruction| instruction.word == "FROM").unwrap_or_default();
        let mut after = self.instructions[last..].iter().rev();
        let command = after.find(|instruction| instruction.word == "CMD")?;
        match list(&command.rest)?.as_slice() {
            [handler] => Some(handler.clone()),
            _ => None,
        }
    }

    /// The first instruction that copies several files to a folder and ends that without a slash.
    pub fn without_slash(&self) -> Option<String> {
        let copies =
            self.instructions.iter().filter(|instruction| ["COPY", "ADD"].contains(&instruction.word.as_str()));
        let mut copies = copies.map(|instruction| {
            let words: Vec<&str> = instruction.rest.split_whitespace().collect();
            (
                words.iter().filter(|word| !word.starts_with("--")).count(),
                format!("{} {}", instruction.word, words.join(" ")),
            )
        });
        copies.find(|(words, text)| *words > 2 && !text.ends_with(['/', ']'])).map(|(_, text)| text)
    }
}

/// The word that ends a text written into the instruction, if there is one: `RUN <<EOF`.
fn heredoc<'t>(word: &str, rest: &'t str) -> Option<&'t str> {
    let (_, after) = rest.split_once("<<").filter(|_| ["RUN", "COPY", "ADD"].contains(&word))?;
    let end = after.trim_start_matches('-').split_whitespace().next()?;
    Some(end.trim_matches(['"', '\'']))
}

/// The list form of an instruction's words: `["a", "b"]`.
fn list(text: &str) -> Option<Vec<String>> {
    serde_json::from_str(text).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Dockerfile;

    #[test]
    fn lines_are_joined_and_texts_within_are_passed_over() {
        let text = "# syntax=docker/dockerfile:1\nfrom a\n\nRUN one && \\\n  # why\n  two\nRUN <<EOF\nFROM b\nEOF\nCMD [\"x.y\"]\n";
        let read = Dockerfile::read(text);
        let words: Vec<String> = read.instructions.iter().map(super::Instruction::shown).collect();
        assert_eq!(words, ["FROM a", "RUN one &&  two", "RUN <<EOF", "CMD [\"x.y\"]"]);
        assert_eq!(read.instructions[1].line(), 4);
        assert_eq!(read.command().as_deref(), Some("x.y"));
    }

    #[test]
    fn several_files_copied_to_a_folder_without_a_slash_are_found() {
        let text = "FROM a\nCOPY x ${T}\nCOPY --chown=1 x y ${T}/\nCOPY x \\\n  y ${T}\n";
        assert_eq!(Dockerfile::read(text).without_slash().as_deref(), Some("COPY x y ${T}"));
        assert_eq!(Dockerfile::read("FROM a\nCOPY x ${T}\n").without_slash(), None);
    }

    #[test]
    fn only_one_word_in_the_list_form_is_a_handler() {
        for text in ["FROM a\nCMD x.y", "FROM a\nCMD [\"python\", \"x.py\"]", "FROM a\nCMD [\"x.y\"]\nFROM b", "FROM a"]
        {
            assert_eq!(Dockerfile::read(text).command(), None, "{text}");
        }
    }
}
