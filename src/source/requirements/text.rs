//! The text of a requirements file: decoded as pip decodes it, and taken apart into its lines.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use crate::source::error::SourceError;

/// A line with what `\` continues; comments and blank lines are none.
pub(super) struct Logical {
    /// That of its first line, from 1.
    pub(super) number: usize,
    pub(super) text: String,
}

/// How texts begin that are not plain UTF-8, as pip knows them; the longer marks first.
const MARKS: [(&[u8], Encoding); 5] = [
    (b"\xef\xbb\xbf", Encoding::Utf8),
    (b"\xff\xfe\0\0", Encoding::Utf32(u32::from_le_bytes)),
    (b"\0\0\xfe\xff", Encoding::Utf32(u32::from_be_bytes)),
    (b"\xff\xfe", Encoding::Utf16(u16::from_le_bytes)),
    (b"\xfe\xff", Encoding::Utf16(u16::from_be_bytes)),
];

#[derive(Clone, Copy)]
enum Encoding {
    Utf8,
    Utf16(fn([u8; 2]) -> u16),
    Utf32(fn([u8; 4]) -> u32),
}

/// Reads a file. Windows' `pip freeze > requirements.txt` writes UTF-16.
pub(super) fn read(path: &Path) -> Result<String, SourceError> {
    let bytes = std::fs::read(path).map_err(SourceError::unreadable(path))?;
    decoded(&bytes).map_err(|line| SourceError::NotText { path: path.to_owned(), line })
}

/// The text, or the line of the first bytes that are none.
fn decoded(bytes: &[u8]) -> Result<String, usize> {
    let found = MARKS.iter().find(|(mark, _)| bytes.starts_with(mark));
    let (rest, encoding) = found.map_or((bytes, Encoding::Utf8), |(mark, encoding)| (&bytes[mark.len()..], *encoding));
    match encoding {
        Encoding::Utf8 => String::from_utf8(rest.to_vec()).map_err(|error| {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            good.split(|byte| *byte == b'\n').count()
        }),
        Encoding::Utf16(number) => {
            let (pairs, rest) = rest.as_chunks::<2>();
            let letters = char::decode_utf16(pairs.iter().map(|pair| number(*pair)));
            whole(letters.map(Result::ok).chain((!rest.is_empty()).then_some(None)))
        }
        Encoding::Utf32(number) => {
            let (fours, rest) = rest.as_chunks::<4>();
            let letters = fours.iter().map(|four| char::from_u32(number(*four)));
            whole(letters.chain((!rest.is_empty()).then_some(None)))
        }
    }
}

fn whole(letters: impl Iterator<Item = Option<char>>) -> Result<String, usize> {
    let mut text = String::new();
    for letter in letters {
        text.push(letter.ok_or_else(|| text.split('\n').count())?);
    }
    Ok(text)
}

/// The lines that say something.
pub(super) fn lines(text: &str) -> Vec<Logical> {
    let mut lines: Vec<Logical> = Vec::new();
    let mut continues = false;
    for (index, line) in text.lines().enumerate() {
        let ended = line.trim_end();
        let is_comment = ended.trim_start().starts_with('#');
        let rest = if is_comment { "" } else { ended.strip_suffix('\\').unwrap_or(ended).trim_end() };
        match lines.last_mut().filter(|_| continues) {
            Some(last) => {
                last.text.push(' ');
                last.text.push_str(rest.trim());
            }
            None => lines.push(Logical { number: index + 1, text: rest.to_owned() }),
        }
        continues = ended.ends_with('\\') && !is_comment;
    }
    for line in &mut lines {
        line.text = uncommented(&line.text).trim().to_owned();
    }
    lines.retain(|line| !line.text.is_empty());
    lines
}

/// A comment begins with `#` at the start or after white space: `#` may also be part of an address.
fn uncommented(line: &str) -> &str {
    let begins = |(at, _): &(usize, &str)| line[..*at].chars().next_back().is_none_or(char::is_whitespace);
    line.match_indices('#').find(begins).map_or(line, |(at, _)| &line[..at])
}

/// The names of variables in a line, in pip's one form: `${NAME}`.
pub(super) fn variables(line: &str) -> Vec<String> {
    static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\$\{([A-Z0-9_]+)\}").ok());
    let found = FORM.as_ref().map(|form| form.captures_iter(line).map(|found| found[1].to_owned()).collect());
    found.unwrap_or_default()
}
