//! What may be printed: this program's own words, and text by others in which nothing steers a terminal or a CI runner.
//!
//! Only a [`Clean`] can be printed (`commands/output.rs`, `progress.rs`), and whatever goes into one is sanitized: a caller
//! can forget the place where a text comes from, and it is still safe. This program's own styles are added by
//! [`Clean::paint`], after that. Pure.

mod letters;

use std::fmt;

use anstyle::Style;
use serde_json::Value;

use letters::{Letters, LineBreaks};

/// A text that is safe to print.
///
/// Control characters are displayed as their symbols (`␛`), other characters that are invisible or change the order of
/// those around them as escapes (`\u{202e}`), and the beginnings of workflow commands of GitHub Actions and Azure
/// Pipelines are broken up by a backslash (`:\:error::`).
#[derive(Debug, Clone, Default)]
pub struct Clean {
    text: String,
    letters: Letters,
}

impl Clean {
    /// A text of several lines.
    pub fn block(text: impl AsRef<str>) -> Self {
        let mut clean = Self::default();
        clean.lines(text);
        clean.letters.end(&mut clean.text);
        clean
    }

    /// JSON, unchanged in its meaning: what could steer a terminal is written as `\uXXXX`.
    pub fn json(value: &Value) -> Self {
        Self { text: letters::json(&value.to_string()), letters: Letters::default() }
    }

    /// JSON with a line for each member.
    pub fn pretty_json(value: &Value) -> Self {
        Self { text: letters::json(&format!("{value:#}")), letters: Letters::default() }
    }

    /// Adds to the line. A line break in the text is displayed as `␊`.
    pub fn text(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.letters.add(text.as_ref(), LineBreaks::Shown, &mut self.text);
        self
    }

    /// Adds to the line, in a style of this program.
    pub fn paint(&mut self, style: Style, text: impl AsRef<str>) -> &mut Self {
        self.text.push_str(&style.render().to_string());
        self.text(text);
        self.text.push_str(&style.render_reset().to_string());
        self
    }

    /// Ends the line.
    pub fn end(&mut self) -> &mut Self {
        self.lines("\n")
    }

    /// Adds to the line, and ends it.
    pub fn line(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.text(text).end()
    }

    /// Adds a text whose line breaks stay: one that stands by itself, such as an answer.
    pub fn lines(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.letters.add(text.as_ref(), LineBreaks::Kept, &mut self.text);
        self
    }

    /// Adds a text that may have several lines, and ends it. From the second on, each begins with the margin and a mark:
    /// none can be taken for a line of this program.
    pub fn quote(&mut self, margin: &str, text: impl AsRef<str>) -> &mut Self {
        for (number, line) in text.as_ref().trim_end().lines().enumerate() {
            if number > 0 {
                self.end().text(margin).text(if line.is_empty() { "|" } else { "| " });
            }
            self.text(line);
        }
        self.end()
    }

    /// Takes out what was added so far; what follows is still sanitized as its continuation.
    #[must_use]
    pub fn take(&mut self) -> Self {
        Self { text: std::mem::take(&mut self.text), letters: self.letters.clone() }
    }

    /// The same without blanks at its end.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        self.text.truncate(self.text.trim_end().len());
        self
    }

    /// The text, with the styles of this program in it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// One line.
impl<T: AsRef<str> + ?Sized> From<&T> for Clean {
    fn from(text: &T) -> Self {
        let mut clean = Self::default();
        clean.text(text);
        clean
    }
}

impl From<String> for Clean {
    fn from(text: String) -> Self {
        Self::from(&text)
    }
}

impl fmt::Display for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The text on one line, as it is displayed: for where its width matters.
#[must_use]
pub fn line(text: &str) -> String {
    Clean::from(text).text
}

/// Whether the text is one line that is displayed as it is.
#[must_use]
pub fn is_plain_line(text: &str) -> bool {
    !text.contains('\t') && line(text) == text
}

/// Whether the text is displayed as it is.
#[must_use]
pub fn is_clean(text: &str) -> bool {
    Clean::block(text).text == text
}

#[cfg(test)]
mod tests {
    use anstyle::{AnsiColor, Style};
    use serde_json::{Value, json};

    use super::{Clean, line};

    const RED: Style = AnsiColor::Red.on_default();

    #[test]
    fn only_the_styles_of_this_program_reach_a_terminal() {
        let mut clean = Clean::default();
        clean.text("  ").paint(RED, "! role \u{1b}[2Jx").line(": \u{9b}31m");
        assert_eq!(clean.as_str(), "  \u{1b}[31m! role ␛[2Jx\u{1b}[0m: \\u{9b}31m\n");
        assert_eq!(Clean::block(clean.as_str()).as_str(), "  ␛[31m! role ␛[2Jx␛[0m: \\u{9b}31m\n");
    }

    #[test]
    fn a_line_stays_one_and_a_block_keeps_its_lines() {
        assert_eq!(line("a\nb\r\n\tc"), "a␊b␍␊\tc");
        assert_eq!(Clean::block("a\nb\r\n\tc\rd").as_str(), "a\nb\n\tc␍d");
        assert_eq!(Clean::block("ends\r").as_str(), "ends␍");
    }

    #[test]
    fn a_quoted_text_marks_every_further_line() {
        let mut clean = Clean::default();
        clean.text("error: ").quote("  ", "one\n  hint: run this\n::error::x\n");
        assert_eq!(clean.as_str(), "error: one\n  |   hint: run this\n  | ::error::x\n");
    }

    #[test]
    fn a_text_that_comes_in_pieces_is_sanitized_as_one() {
        let mut clean = Clean::default();
        let pieces = [" :", ":stop-commands::x\n##", "[group]\r", "\n👩", "\u{200d}💻"];
        let shown: String = pieces.iter().map(|piece| clean.lines(piece).take().to_string()).collect();
        assert_eq!(shown, " :\\:stop-commands::x\n##\\[group]\n👩\u{200d}💻");
    }

    #[test]
    fn json_says_the_same_and_steers_nothing() {
        let value =
            json!({"a": "\u{1b}]0;x\u{7}\u{7f}\u{9b}\u{202e}\u{2028}\u{e0041}##[x] ##vso[y] 開封率 👩\u{200d}💻"});
        for text in [Clean::json(&value), Clean::pretty_json(&value)] {
            let text = text.as_str();
            assert_eq!(serde_json::from_str::<Value>(text).unwrap(), value);
            let steers =
                |letter: char| letter != '\n' && (letter.is_control() || "\u{202e}\u{2028}\u{e0041}".contains(letter));
            assert!(!text.contains(steers) && !text.contains("##[") && !text.contains("##vso["), "{text}");
            assert!(text.contains("開封率 👩\u{200d}💻"), "{text}");
        }
    }
}
