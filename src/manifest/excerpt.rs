//! Shows a line of the manifest with a caret under the offending text, full-width characters included.

use crate::sanitize::line as line_of;

/// Columns of a terminal given to the source line; a prompt written on one line is cut to this.
const WIDTH: usize = 100;

/// Characters kept before the offending text when the line is cut, enough to recognise the field.
const BEFORE: usize = 30;

/// The line and, below it, carets under `text`, which begins at `column` (in characters, from 1).
pub(super) fn excerpt(source_line: &str, line: usize, column: usize, text: &str) -> String {
    let start = column.saturating_sub(1);
    let skipped = if source_line.chars().count() > WIDTH { start.saturating_sub(BEFORE) } else { 0 };
    let lead = if skipped > 0 { "…" } else { "" };
    let shown: String = source_line.chars().skip(skipped).take(WIDTH).map(untabbed).collect();
    let trail = if source_line.chars().count() > skipped + WIDTH { "…" } else { "" };

    let (before, rest) = shown.split_at(nth(&shown, start - skipped));
    let (under, after) = rest.split_at(nth(rest, text.chars().count()));
    // Each by itself: a character that is displayed as a longer escape moves the caret along.
    let (before, under, after) = (line_of(before), line_of(under), line_of(after));
    let shown = format!("{before}{under}{after}");
    let number = line.to_string();
    format!(
        "  {number} | {lead}{shown}{trail}\n  {margin} | {pad}{carets}",
        margin = " ".repeat(number.len()),
        pad = " ".repeat(lead.chars().count() + width(&before)),
        carets = "^".repeat(width(&under).max(1)),
    )
}

/// Where the character of this number begins, or the end.
fn nth(text: &str, number: usize) -> usize {
    text.char_indices().nth(number).map_or(text.len(), |(at, _)| at)
}

/// A tab's width depends on the terminal, a space's does not.
fn untabbed(c: char) -> char {
    if c == '\t' { ' ' } else { c }
}

/// How many columns of a terminal the text fills.
fn width(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// Whether a terminal gives the character two columns: the wide and full-width blocks of Unicode's East Asian Width,
/// coarsely. A rare character misjudged moves a caret by one and nothing else.
fn is_wide(c: char) -> bool {
    matches!(u32::from(c),
        0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1FAFF | 0x20000..=0x3FFFD)
}

#[cfg(test)]
mod tests {
    use super::excerpt;

    #[test]
    fn the_caret_stands_under_the_text() {
        assert_eq!(excerpt("  modle: x", 7, 3, "modle"), "  7 |   modle: x\n    |   ^^^^^");
    }

    #[test]
    fn full_width_characters_take_two_columns() {
        assert_eq!(excerpt("a: 開封率 x", 12, 8, "x"), "  12 | a: 開封率 x\n     |           ^");
        assert_eq!(excerpt("a: 開封", 1, 4, "開封"), "  1 | a: 開封\n    |    ^^^^");
    }

    #[test]
    fn a_missing_thing_gets_one_caret() {
        assert_eq!(excerpt("", 1, 1, ""), "  1 | \n    | ^");
    }

    #[test]
    fn what_steers_a_terminal_is_displayed_and_the_caret_stays_under_the_text() {
        let shown = excerpt("a: \u{1b}[2J\u{202e} \u{1b}x b", 1, 10, "\u{1b}x");
        assert_eq!(shown, "  1 | a: ␛[2J\\u{202e} ␛x b\n    |                 ^^");
    }

    #[test]
    fn a_long_line_is_cut_around_the_text() {
        let line = format!("{}here{}", "x".repeat(200), "y".repeat(200));
        let shown = excerpt(&line, 1, 201, "here");
        let (source, caret) = shown.split_once('\n').expect("two lines");
        assert!(source.chars().count() < 120, "{source}");
        assert_eq!(source.find("here").map(|at| source[..at].chars().count()), caret.find('^'));
    }
}
