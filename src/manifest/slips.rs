//! Recognises characters of other keyboards that look like YAML and are text to it: `：`, `　`, `６０`, `“ ”`.

use super::findings::{Findings, Place};
use super::outline::Line;

/// A character that looks like another one, in the place where that one would mean something.
struct Slip {
    at: Place,
    what: String,
    cure: String,
}

/// Notes all such characters in the lines down to a syntax error, of which they are the likely cause. Tells whether
/// there are any.
pub(super) fn note(lines: &[Line<'_>], findings: &Findings<'_>) -> bool {
    let structural = lines.iter().enumerate().filter(|(_, line)| !line.in_text);
    let slips: Vec<Slip> = structural.filter_map(|(at, line)| slip(at + 1, line.text)).collect();
    for Slip { at, what, cure } in &slips {
        findings.error(at, what, cure);
    }
    !slips.is_empty()
}

/// The first slip on a line.
fn slip(number: usize, text: &str) -> Option<Slip> {
    let found = |at: usize, len: usize, what: String, cure: String| {
        let column = text[..at].chars().count() + 1;
        let text = text[at..at + len].to_owned();
        Some(Slip { at: Place { line: number, column, text }, what, cure })
    };
    let is_blank = |letter: char| letter.is_whitespace() || is_odd_space(letter);
    let blank = |text: &str| text.find(|letter| !is_blank(letter)).unwrap_or(text.len());
    let begin = blank(text);
    if let Some((at, space)) = text[..begin].char_indices().find(|(_, letter)| is_odd_space(*letter)) {
        let what = format!("the line begins with {}, which YAML takes for text", space_name(space));
        return found(at, space.len_utf8(), what, "indent with ordinary spaces".to_owned());
    }
    if let Some(dash) = text[begin..].chars().next().filter(|letter| is_odd_dash(*letter)) {
        let behind = &text[begin + dash.len_utf8()..];
        if behind.starts_with(char::is_whitespace) {
            let what = format!("the item begins with `{dash}`, which YAML takes for text");
            return found(begin, dash.len_utf8(), what, "begin it with `- `".to_owned());
        }
    }
    let key_at = begin + text[begin..].find(|letter: char| letter != '-' && letter != ' ').unwrap_or(0);
    let key_end = key_at + text[key_at..].find(|letter: char| !is_key_letter(letter)).unwrap_or(text.len() - key_at);
    let key = text[key_at..key_end].trim_matches(['"', '\'']);
    if key.is_empty() {
        return None;
    }
    let colon_at = key_end + blank(&text[key_end..]);
    match text[colon_at..].chars().next() {
        Some(colon) if is_odd_colon(colon) => {
            let what = format!("a full-width colon `{colon}` stands behind `{key}`, which YAML takes for text");
            found(colon_at, colon.len_utf8(), what, format!("write `{key}: `, with an ordinary colon and a space"))
        }
        Some(':') => {
            let space = text[colon_at + 1..].chars().next().filter(|letter| is_odd_space(*letter))?;
            let what = format!("{} stands behind `{key}:`, which YAML takes for text", space_name(space));
            found(colon_at + 1, space.len_utf8(), what, format!("write `{key}: `, with an ordinary space"))
        }
        _ => None,
    }
}

/// What is wrong with a key that nobody knows, if it is such a character.
pub(super) fn in_key(key: &str) -> Option<(String, String)> {
    if let Some((key, _)) = key.split_once(is_odd_colon) {
        let what = format!("a full-width colon stands behind `{}`, which YAML takes for text", key.trim());
        return Some((what, format!("write `{}: `, with an ordinary colon and a space", key.trim())));
    }
    let space = key.chars().find(|letter| is_odd_space(*letter))?;
    let key = key.trim();
    Some((
        format!("{} stands beside `{key}`, which YAML takes for a part of it", space_name(space)),
        format!("write `{key}:` with ordinary spaces"),
    ))
}

/// What is wrong with a text that stands where fields should, if it is a key with such a colon: `name：x`.
pub(super) fn in_lone_key(text: &str) -> Option<(String, String)> {
    let (key, _) = text.split_once(is_odd_colon)?;
    let key = key.trim();
    if key.is_empty() || !key.chars().all(is_key_letter) { None } else { in_key(text) }
}

/// The text as it was likely meant, if it has such characters: `６０` is `60`, `“a”` is `a`.
pub(super) fn meant(text: &str) -> Option<String> {
    let plain: String = text.chars().map(ordinary).collect();
    let plain = plain.trim();
    let unquoted = plain.strip_prefix(['"', '\'']).and_then(|rest| rest.strip_suffix(['"', '\'']));
    (plain != text.trim() || text.trim() != text)
        .then(|| unquoted.filter(|_| plain != text).unwrap_or(plain).to_owned())
}

/// The ASCII character that a wide or typographic one stands for.
fn ordinary(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        '“' | '”' | '„' => '"',
        '‘' | '’' => '\'',
        letter if is_odd_space(letter) => ' ',
        letter if is_odd_dash(letter) => '-',
        letter => letter,
    }
}

fn is_odd_colon(letter: char) -> bool {
    matches!(letter, '：' | '﹕')
}

/// Blank to people, a letter to YAML.
fn is_odd_space(letter: char) -> bool {
    letter == '\u{200b}' || letter == '\u{feff}' || letter.is_whitespace() && !letter.is_ascii_whitespace()
}

fn is_odd_dash(letter: char) -> bool {
    matches!(letter, '－' | '‐' | '‑' | '–' | '—' | '−' | 'ー')
}

fn is_key_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_-.\"'".contains(letter)
}

fn space_name(space: char) -> String {
    match space {
        '\u{3000}' => "a full-width space".to_owned(),
        '\u{a0}' => "a no-break space".to_owned(),
        other => format!("an invisible character (U+{:04X})", u32::from(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::{in_key, meant, slip};

    #[test]
    fn a_character_that_only_looks_right_is_found_in_its_place() {
        for (line, column, word) in [
            ("timeout：60", 8, "full-width colon"),
            ("  - name ： x", 10, "full-width colon"),
            ("　timeout: 60", 1, "full-width space"),
            ("  \u{a0}timeout: 60", 3, "no-break space"),
            ("\u{200b}timeout: 60", 1, "U+200B"),
            ("timeout:　60", 9, "full-width space"),
            ("  － name: x", 3, "`－`"),
        ] {
            let slip = slip(7, line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!((slip.at.line, slip.at.column), (7, column), "{line}");
            assert!(slip.what.contains(word), "{line}: {}", slip.what);
        }
    }

    #[test]
    fn text_may_hold_any_character() {
        for line in ["description: 開封率：高い", "  # 注意：　x", "  - 開封率：x", "name: a　b", "x", "", "- a－b"]
        {
            assert!(slip(1, line).is_none(), "{line}");
        }
    }

    #[test]
    fn what_was_meant_is_written_in_ordinary_characters() {
        for (text, wanted) in [
            ("６０", Some("60")),
            ("ａｐ－northeast-1", Some("ap-northeast-1")),
            ("“my-agent”", Some("my-agent")),
            ("‘x’", Some("x")),
            ("ｔｒｕｅ", Some("true")),
            ("60", None),
            ("\"x\"", None),
        ] {
            assert_eq!(meant(text).as_deref(), wanted, "{text}");
        }
        assert!(in_key("timeout：60").is_some_and(|(what, _)| what.contains("`timeout`")));
        assert!(in_key("　timeout").is_some() && in_key("timeout").is_none());
    }
}
