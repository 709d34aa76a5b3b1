//! Finds what a question has that may be a parameter's value: quotations and numbers, each with its place.

use super::dates::Dated;

/// A part of the question that may be a parameter's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) value: String,
    /// The bytes that it stands in, with its marks.
    pub(super) from: usize,
    pub(super) to: usize,
}

/// A number of the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) at: Candidate,
    /// What comes right behind it, at most a few letters: its unit.
    pub(super) unit: String,
}

impl From<Dated> for Candidate {
    fn from(Dated { iso, from, to }: Dated) -> Self {
        Self { value: iso, from, to }
    }
}

/// What stands in quotation marks, in its order.
pub(super) fn quotations(text: &str) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        match quoted(&text[at..]) {
            Some((value, length)) => {
                found.push(Candidate { value, from: at, to: at + length });
                at += length;
            }
            None => at += letter.len_utf8(),
        }
    }
    found
}

/// The quotation that a text begins with, and how long it is with its marks.
pub(super) fn quoted(text: &str) -> Option<(String, usize)> {
    let open = text.chars().next()?;
    let close = match open {
        '「' => '」',
        '『' => '』',
        '"' => '"',
        '“' => '”',
        _ => return None,
    };
    let inner = &text[open.len_utf8()..];
    let end = inner.find(close).filter(|end| *end > 0)?;
    Some((inner[..end].to_owned(), open.len_utf8() + end + close.len_utf8()))
}

/// The numbers of a text that are part of no date and of no word.
pub(super) fn numbers(text: &str, dates: &[Dated]) -> Vec<Number> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let length = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let number = rest[..length].trim_end_matches('.');
        let before = text[..at].chars().next_back();
        let own = !before.is_some_and(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.'));
        let is_of_date = dates.iter().any(|date| date.from <= at && at < date.to);
        if !number.is_empty() && own && !is_of_date && number.parse::<f64>().is_ok() {
            let sign = if before == Some('-') { "-" } else { "" };
            let unit = rest[number.len()..].trim_start_matches(' ').chars().take_while(|letter| letter.is_alphabetic());
            let place = Candidate { value: format!("{sign}{number}"), from: at - sign.len(), to: at + number.len() };
            found.push(Number { at: place, unit: unit.take(12).collect() });
        }
        at += if length > 0 { length } else { rest.chars().next().map_or(1, char::len_utf8) };
    }
    found
}
