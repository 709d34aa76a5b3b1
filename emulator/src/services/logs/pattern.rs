//! Filter patterns of plain text: terms that must be there, terms of which one must be, and terms that must not.

use super::members::invalid;
use crate::refusal::Refusal;

/// A pattern that has been read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pattern {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

/// What stands before a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Plain,
    Optional,
    Excluded,
}

impl Pattern {
    /// Reads it. Patterns over JSON, over columns, and regular expressions are not emulated.
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        if text.starts_with(['{', '[']) {
            return Err(Refusal::not_emulated("filter patterns over JSON or columns"));
        }
        let mut pattern = Self::default();
        let mut rest = text;
        while !rest.is_empty() {
            let (sign, term, after) = next(rest)?;
            let list = match sign {
                Sign::Plain => &mut pattern.all,
                Sign::Optional => &mut pattern.any,
                Sign::Excluded => &mut pattern.none,
            };
            list.push(term);
            rest = after.trim_start();
        }
        Ok(pattern)
    }

    /// Whether a message fits; capitals count. Beside other terms those with a question mark count for nothing.
    pub(super) fn fits(&self, message: &str) -> bool {
        let has = |term: &String| message.contains(term.as_str());
        let alone = self.all.is_empty() && self.none.is_empty() && !self.any.is_empty();
        self.all.iter().all(has) && !self.none.iter().any(has) && (!alone || self.any.iter().any(has))
    }
}

/// The first term of the text, and what comes after it.
fn next(text: &str) -> Result<(Sign, String, &str), Refusal> {
    let (sign, rest) = match text.as_bytes()[0] {
        b'?' => (Sign::Optional, &text[1..]),
        b'-' => (Sign::Excluded, &text[1..]),
        _ => (Sign::Plain, text),
    };
    if rest.starts_with('%') {
        return Err(Refusal::not_emulated("regular expressions in filter patterns"));
    }
    if let Some(quoted) = rest.strip_prefix('"') {
        let (term, after) = quoted_term(quoted)?;
        return Ok((sign, term, after));
    }
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let (term, after) = rest.split_at(end);
    let plain = |letter: char| letter.is_alphanumeric() || letter == '_';
    if term.is_empty() || !term.chars().all(plain) {
        return Err(invalid(format!("Invalid character(s) in term '{term}'")));
    }
    Ok((sign, term.to_owned(), after))
}

/// What stands before the closing quotation mark, and what comes after it. A backslash takes the next letter as it is.
fn quoted_term(text: &str) -> Result<(String, &str), Refusal> {
    let mut term = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Ok((term, &text[at + 1..])),
            '\\' => term.extend(letters.next().map(|(_, letter)| letter)),
            other => term.push(other),
        }
    }
    Err(invalid("Invalid filter pattern: a quotation mark is not closed"))
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn terms_are_required_optional_or_excluded() {
        let cases = [
            ("", "anything", true),
            ("ERROR", "[ERROR] KeyError", true),
            ("error", "[ERROR] KeyError", false),
            ("ERROR KeyError", "[ERROR] KeyError: 'a'", true),
            ("ERROR KeyError", "[ERROR] ValueError", false),
            ("\"timed out after\"", "Task timed out after 3.00 seconds", true),
            ("\"timed after\"", "Task timed out after 3.00 seconds", false),
            ("?ERROR ?WARN", "[WARNING] slow", true),
            ("?ERROR ?WARN", "[INFO] fine", false),
            ("ERROR -Timeout", "[ERROR] Timeout", false),
            ("-\"START RequestId\"", "START RequestId: 1", false),
            ("-START", "a line", true),
            ("a ?b", "a alone", true),
            ("\"say \\\"hi\\\"\"", "they say \"hi\" here", true),
            ("開封率", "開封率は2%", true),
        ];
        for (pattern, message, expected) in cases {
            assert_eq!(Pattern::read(pattern).expect(pattern).fits(message), expected, "{pattern} in {message}");
        }
    }

    #[test]
    fn what_aws_refuses_and_what_is_not_known_is_told_apart() {
        for (pattern, status) in
            [("a:b", 400), ("\"open", 400), ("-", 400), ("{ $.level = \"x\" }", 501), ("[a, b]", 501), ("%x.*%", 501)]
        {
            assert_eq!(Pattern::read(pattern).expect_err(pattern).status, status, "{pattern}");
        }
    }
}
