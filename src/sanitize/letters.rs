//! Which characters are displayed as they are, and what stands for the others.

use std::fmt::Write as _;

/// What becomes of line breaks. Tabs stay: they move the cursor forward only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineBreaks {
    /// They stay. A carriage return before a line feed goes.
    Kept,
    /// They are displayed as symbols.
    Shown,
}

/// What the last character allows to follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Last {
    /// Nothing invisible.
    #[default]
    Other,
    /// A digit, `#` or `*`, which an emoji of a key may be made of.
    Key,
    /// A letter, ideograph or emoji outside ASCII: a variation selector may choose its form, a joiner join it to the next.
    Joinable,
    /// The same with its selector.
    Selected,
}

/// Sanitizes a text, character by character; it may come in pieces.
#[derive(Debug, Clone, Default)]
pub(super) struct Letters {
    last: Last,
    /// Whether a carriage return came, and it is not known yet whether a line feed follows.
    carriage: bool,
    /// The visible beginning of this line, as far as a workflow command needs it.
    begun: String,
    /// The end of this line, as far as a workflow command needs it.
    tail: String,
}

/// The longest beginning of a workflow command that may stand within a line, without its bracket.
const COMMANDS: [&str; 2] = ["##", "##vso"];

impl Letters {
    /// Adds a text to what is displayed.
    pub(super) fn add(&mut self, text: &str, breaks: LineBreaks, shown: &mut String) {
        for letter in text.chars() {
            if std::mem::take(&mut self.carriage) && letter != '\n' {
                self.visible('␍', shown);
            }
            self.letter(letter, breaks, shown);
        }
    }

    /// Nothing follows.
    pub(super) fn end(&mut self, shown: &mut String) {
        if std::mem::take(&mut self.carriage) {
            self.visible('␍', shown);
        }
    }

    fn letter(&mut self, letter: char, breaks: LineBreaks, shown: &mut String) {
        match letter {
            '\n' if breaks == LineBreaks::Kept => {
                shown.push('\n');
                *self = Self::default();
            }
            '\t' => self.visible('\t', shown),
            '\r' if breaks == LineBreaks::Kept => self.carriage = true,
            _ if letter.is_control() => match symbol(letter) {
                Some(symbol) => self.visible(symbol, shown),
                None => self.escaped(letter, shown),
            },
            _ if is_joiner(letter) && matches!(self.last, Last::Joinable | Last::Selected) => {
                shown.push(letter);
                self.last = Last::Other;
            }
            '\u{fe0f}' if self.last == Last::Key => {
                shown.push(letter);
                self.last = Last::Other;
            }
            _ if is_selector(letter) && self.last == Last::Joinable => {
                shown.push(letter);
                self.last = Last::Selected;
            }
            _ if is_joiner(letter) || is_selector(letter) || is_invisible(letter) => self.escaped(letter, shown),
            _ => self.visible(letter, shown),
        }
    }

    fn escaped(&mut self, letter: char, shown: &mut String) {
        let mut escape = String::new();
        // A text takes all that is written to it.
        let _ = write!(escape, "\\u{{{:x}}}", u32::from(letter));
        for letter in escape.chars() {
            self.visible(letter, shown);
        }
        self.last = Last::Other;
    }

    fn visible(&mut self, letter: char, shown: &mut String) {
        if (letter == ':' && self.begun == ":") || (letter == '[' && COMMANDS.iter().any(|it| self.tail.ends_with(it)))
        {
            shown.push('\\');
        }
        shown.push(letter);
        if self.begun.chars().count() < 2 && !letter.is_whitespace() {
            self.begun.push(letter);
        }
        if letter.is_ascii_alphabetic() || letter == '#' {
            self.tail.push(letter);
        } else {
            self.tail.clear();
        }
        self.last = match letter {
            '0'..='9' | '#' | '*' => Last::Key,
            _ if letter.is_ascii() => Last::Other,
            _ => Last::Joinable,
        };
    }
}

/// A serialised JSON text in which nothing steers a terminal: what could stands in texts, and may be written as an escape.
pub(super) fn json(serialised: &str) -> String {
    let mut shown = String::new();
    for letter in serialised.chars() {
        let begins_command = letter == '[' && COMMANDS.iter().any(|it| shown.ends_with(it));
        if begins_command || (letter != '\n' && letter.is_control()) || is_invisible(letter) {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                // A text takes all that is written to it.
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// The symbol of a control character of ASCII. The further ones (C1) have none.
fn symbol(letter: char) -> Option<char> {
    match u32::from(letter) {
        code @ 0..=0x1f => char::from_u32(0x2400 + code),
        0x7f => Some('␡'),
        _ => None,
    }
}

/// Joins letters of some scripts, and the parts of an emoji.
fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{200c}' | '\u{200d}')
}

/// Chooses the form of an emoji or of a Han character.
fn is_selector(letter: char) -> bool {
    matches!(letter, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Characters that nobody sees, or that change the order or the lines of those around them. Unicode calls most of them
/// `Default_Ignorable_Code_Point`. Tag characters are among them, although the flags of England, Scotland and Wales have
/// some: text can be hidden in them.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::super::line;

    #[test]
    fn control_characters_are_displayed_as_symbols_or_escapes() {
        assert_eq!(line("a\u{1b}[2Jb\u{7}\u{0}\u{7f}\u{9b}31m\u{85} 開封率"), "a␛[2Jb␇␀␡\\u{9b}31m\\u{85} 開封率");
    }

    #[test]
    fn what_nobody_sees_is_escaped() {
        assert_eq!(
            line("a\u{202e}b\u{2066}c\u{200f}d\u{61c}e\u{2028}f\u{200b}g\u{feff}h\u{e0041}i\u{ad}"),
            "a\\u{202e}b\\u{2066}c\\u{200f}d\\u{61c}e\\u{2028}f\\u{200b}g\\u{feff}h\\u{e0041}i\\u{ad}"
        );
    }

    #[test]
    fn emoji_and_scripts_keep_the_joiners_and_selectors_that_they_need() {
        for text in
            ["👩🏽\u{200d}💻", "👁\u{fe0f}\u{200d}🗨\u{fe0f}", "1\u{fe0f}\u{20e3}", "葛\u{e0100}飾", "می\u{200c}خواهم"]
        {
            assert_eq!(line(text), text);
        }
        assert_eq!(line("a\u{200d}b\u{fe0f}c"), "a\\u{200d}b\\u{fe0f}c");
        assert_eq!(line("開\u{fe00}\u{fe01}\u{200d}\u{200d}"), "開\u{fe00}\\u{fe01}\\u{200d}\\u{200d}");
    }

    #[test]
    fn a_workflow_command_is_broken_up_where_a_runner_would_obey_it() {
        for (text, shown) in [
            ("::stop-commands::x", ":\\:stop-commands::x"),
            (" \u{3000}::error::x", " \u{3000}:\\:error::x"),
            ("a ::error::x", "a ::error::x"),
            ("a: b::c", "a: b::c"),
            ("a ##[group]b", "a ##\\[group]b"),
            ("a ##vso[task.setvariable]b", "a ##vso\\[task.setvariable]b"),
            ("## [a] #[b]", "## [a] #[b]"),
        ] {
            assert_eq!(line(text), shown);
            assert_eq!(line(shown), shown, "what is sanitized stays as it is");
        }
    }
}
