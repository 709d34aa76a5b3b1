//! Takes the text of a Python module apart into lines as Python counts them: with what brackets and `\` continue.

use std::iter::Peekable;
use std::str::Chars;

/// A logical line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Columns before its first word; a tab reaches the next multiple of eight.
    pub(super) indent: usize,
    pub(super) tokens: Vec<Token>,
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name or a keyword.
    Name(String),
    /// The inside of a literal text, its escapes as they are written.
    Text(String),
    /// A number.
    Number,
    /// An operator or a bracket.
    Sign(String),
}

impl Token {
    pub(super) fn as_name(&self) -> Option<&str> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn is_name(&self, name: &str) -> bool {
        self.as_name() == Some(name)
    }

    /// Whether it is this sign.
    pub(super) fn is(&self, sign: &str) -> bool {
        matches!(self, Self::Sign(found) if found == sign)
    }

    /// As it stands in the name of a module.
    pub(super) fn shown(&self) -> &str {
        match self {
            Self::Name(text) | Self::Sign(text) => text,
            Self::Text(_) | Self::Number => "",
        }
    }
}

/// Statements that others may follow on the same line: `try: import a`.
const COMPOUND: [&str; 9] = ["if", "elif", "else", "try", "except", "finally", "for", "while", "with"];

impl Line {
    /// Whether it begins with these words.
    pub(super) fn starts(&self, words: &[&str]) -> bool {
        self.tokens.len() >= words.len() && self.tokens.iter().zip(words).all(|(token, word)| token.is_name(word))
    }

    /// Its statements: those between `;`, and the head of a compound statement apart from what follows its colon.
    pub(super) fn statements(&self) -> Vec<&[Token]> {
        let mut statements = Vec::new();
        let mut rest = self.tokens.as_slice();
        if rest.first().and_then(Token::as_name).is_some_and(|word| COMPOUND.contains(&word)) {
            let mut depth = 0_i32;
            let colon = rest.iter().position(|token| {
                depth += i32::from(["(", "[", "{"].iter().any(|open| token.is(open)));
                depth -= i32::from([")", "]", "}"].iter().any(|close| token.is(close)));
                depth == 0 && token.is(":")
            });
            if let Some(colon) = colon {
                statements.push(&rest[..colon]);
                rest = &rest[colon + 1..];
            }
        }
        statements.extend(rest.split(|token| token.is(";")).filter(|statement| !statement.is_empty()));
        statements
    }
}

/// The lines of a text. What is no Python gives lines of some kind, too.
pub(super) fn of(text: &str) -> Vec<Line> {
    let mut reader = Reader { rest: text.trim_start_matches('\u{feff}').chars().peekable(), depth: 0 };
    let mut lines = Vec::new();
    let mut line = Line { indent: reader.indent(), tokens: Vec::new() };
    while let Some(letter) = reader.rest.next() {
        match letter {
            '\n' if reader.depth == 0 => {
                let next = Line { indent: reader.indent(), tokens: Vec::new() };
                let done = std::mem::replace(&mut line, next);
                if !done.tokens.is_empty() {
                    lines.push(done);
                }
            }
            '#' => reader.skip(|letter| letter != '\n'),
            '\\' => {
                reader.rest.next_if_eq(&'\r');
                reader.rest.next_if_eq(&'\n');
            }
            '"' | '\'' => line.tokens.push(Token::Text(reader.literal(letter))),
            _ if letter.is_whitespace() => {}
            _ if letter.is_ascii_digit() => {
                reader.skip(|letter| letter.is_alphanumeric() || letter == '_' || letter == '.');
                line.tokens.push(Token::Number);
            }
            _ if letter.is_alphabetic() || letter == '_' => {
                let token = reader.word(letter);
                line.tokens.push(token);
            }
            _ => {
                let token = reader.sign(letter);
                line.tokens.push(token);
            }
        }
    }
    if !line.tokens.is_empty() {
        lines.push(line);
    }
    lines
}

struct Reader<'t> {
    rest: Peekable<Chars<'t>>,
    /// Open brackets.
    depth: usize,
}

impl Reader<'_> {
    fn skip(&mut self, which: impl Fn(char) -> bool) {
        while self.rest.next_if(|letter| which(*letter)).is_some() {}
    }

    fn indent(&mut self) -> usize {
        let mut columns = 0;
        while let Some(letter) = self.rest.next_if(|letter| [' ', '\t', '\u{c}'].contains(letter)) {
            columns = match letter {
                ' ' => columns + 1,
                '\t' => (columns / 8 + 1) * 8,
                _ => 0,
            };
        }
        columns
    }

    /// A name, or a literal text whose quotes follow its prefix.
    fn word(&mut self, first: char) -> Token {
        let mut word = String::from(first);
        while let Some(letter) = self.rest.next_if(|letter| letter.is_alphanumeric() || *letter == '_') {
            word.push(letter);
        }
        let is_prefix = word.len() <= 2 && word.chars().all(|letter| "rRbBuUfFtT".contains(letter));
        match self.rest.next_if(|letter| is_prefix && ['"', '\''].contains(letter)) {
            Some(quote) => Token::Text(self.literal(quote)),
            None => Token::Name(word),
        }
    }

    /// The inside of a literal whose first quote was read.
    fn literal(&mut self, quote: char) -> String {
        let mut quotes = 1;
        while quotes < 3 && self.rest.next_if_eq(&quote).is_some() {
            quotes += 1;
        }
        if quotes == 2 {
            return String::new();
        }
        let mut text = String::new();
        let mut closing = 0;
        while let Some(letter) = self.rest.next() {
            match letter {
                // What follows a backslash ends no literal, in raw ones neither.
                '\\' => {
                    text.push(letter);
                    text.extend(self.rest.next());
                    closing = 0;
                }
                '\n' if quotes == 1 => break,
                _ if letter == quote => {
                    closing += 1;
                    if closing == quotes {
                        break;
                    }
                }
                _ => {
                    text.extend(std::iter::repeat_n(quote, closing));
                    closing = 0;
                    text.push(letter);
                }
            }
        }
        text
    }

    fn sign(&mut self, first: char) -> Token {
        match first {
            '(' | '[' | '{' => self.depth += 1,
            ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        let mut sign = String::from(first);
        // `==`, `<=`, `+=`, `:=`, `->`: what is no plain `=` must not look like one.
        if "=!<>+-*/%&|^@:".contains(first)
            && let Some(second) = self.rest.next_if(|letter| *letter == '=')
        {
            sign.push(second);
        } else if "*/<>".contains(first) && self.rest.next_if_eq(&first).is_some() {
            sign.push(first);
            if self.rest.next_if_eq(&'=').is_some() {
                sign.push('=');
            }
        } else if first == '-' && self.rest.next_if_eq(&'>').is_some() {
            sign.push('>');
        }
        Token::Sign(sign)
    }
}
