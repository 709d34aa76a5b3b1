//! Reads a manifest line by line, as text: what can be known of a file that may not be YAML.

/// A tab reaches to the next multiple of this many columns, the widest that is usual: what looks indented counts as such.
const TAB: usize = 8;

/// A line of the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'s> {
    /// All of it, without its end.
    pub(super) text: &'s str,
    /// Columns before its first character.
    pub(super) indent: usize,
    /// Columns before its key or value: past the dashes of list items.
    pub(super) column: usize,
    /// What stands there.
    pub(super) rest: &'s str,
    /// The unquoted key that it begins with.
    pub(super) key: Option<&'s str>,
    /// Whether it belongs to a text in block style (`|` or `>`) that began above.
    pub(super) in_text: bool,
}

impl<'s> Line<'s> {
    fn new(text: &'s str) -> Self {
        let (indent, mut rest) = indented(text, 0);
        let mut column = indent;
        while let Some(item) = rest.strip_prefix('-').filter(|item| item.is_empty() || item.starts_with([' ', '\t'])) {
            (column, rest) = indented(item, column + 1);
        }
        Self { text, indent, column, rest, key: key(rest), in_text: false }
    }

    /// Whether nothing stands on it but perhaps a comment.
    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty() && self.indent == self.column || self.rest.starts_with('#')
    }

    /// Whether it begins an item of a list.
    pub(super) fn is_item(&self) -> bool {
        self.column > self.indent
    }

    /// What stands behind the key and its colon.
    pub(super) fn value(&self) -> Option<&'s str> {
        let after = self.rest.get(self.key?.len()..)?.trim_start();
        after.strip_prefix(':').map(str::trim)
    }

    /// Whether a text in block style begins at its end.
    fn begins_text(&self) -> bool {
        let value = self.value().unwrap_or(self.rest);
        // An anchor or a tag may stand before.
        let mut words = value.split_whitespace().skip_while(|word| word.starts_with(['&', '!']));
        let header = words.next().unwrap_or_default();
        let marks = header.strip_prefix(['|', '>']);
        marks.is_some_and(|marks| marks.chars().all(|mark| mark == '+' || mark == '-' || mark.is_ascii_digit()))
            && words.next().is_none_or(|word| word.starts_with('#'))
    }
}

/// The lines of a manifest.
pub(super) fn lines(source: &str) -> Vec<Line<'_>> {
    let mut text_within: Option<usize> = None;
    let mut lines = Vec::new();
    for text in source.lines() {
        let mut line = Line::new(text);
        if let Some(column) = text_within {
            line.in_text = text.trim().is_empty() || line.indent > column;
        }
        if !line.in_text {
            let parent = if line.key.is_some() { line.column } else { line.indent };
            text_within = line.begins_text().then_some(parent);
        }
        lines.push(line);
    }
    lines
}

/// How many columns the blanks at the beginning reach from `column`, and what stands behind them.
fn indented(text: &str, mut column: usize) -> (usize, &str) {
    for (at, letter) in text.char_indices() {
        match letter {
            '\t' => column = (column / TAB + 1) * TAB,
            // A full-width space is two columns wide; YAML takes it for text, people for indentation.
            '\u{3000}' => column += 2,
            blank if blank.is_whitespace() => column += 1,
            _ => return (column, &text[at..]),
        }
    }
    (column, "")
}

/// The word before a colon that ends a key, or was meant to.
fn key(text: &str) -> Option<&str> {
    let end = text.find(|letter: char| !(letter.is_ascii_alphanumeric() || "_-.".contains(letter)))?;
    let behind = text[end..].trim_start();
    let is_key = behind.strip_prefix(':').is_some_and(|text| text.is_empty() || text.starts_with(char::is_whitespace));
    (end > 0 && (is_key || behind.starts_with('：'))).then(|| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn a_line_has_its_key_past_the_dashes() {
        let source = "a: x\n  - b : y\n\tc:\n- - d:e\n'f': g\nh：i";
        let seen: Vec<_> =
            lines(source).iter().map(|line| (line.indent, line.column, line.key, line.value())).collect();
        assert_eq!(
            seen,
            [
                (0, 0, Some("a"), Some("x")),
                (2, 4, Some("b"), Some("y")),
                (8, 8, Some("c"), Some("")),
                (0, 4, None, None),
                (0, 0, None, None),
                (0, 0, Some("h"), None),
            ]
        );
    }

    #[test]
    fn a_text_in_block_style_reaches_as_far_as_it_is_indented() {
        let source = "a:\n  b: |-\n    c: x\n\n   d\n  e: >2 # folded\n    f\n  - |\n    g\nh: a | b\n  i";
        let in_text: Vec<_> = lines(source).iter().map(|line| line.in_text).collect();
        assert_eq!(in_text, [false, false, true, true, true, false, true, false, true, false, false]);
    }
}
