//! The rules for IAM's request members, and the pages of its lists.

use crate::form::{Form, Text};
use crate::refusal::Refusal;
use crate::xml::element;

pub(super) const ROLE_NAME: Text = Text { length: (1, 64), letter: is_name_letter, pattern: r"[\w+=,.@-]+" };
pub(super) const POLICY_NAME: Text = Text { length: (1, 128), letter: is_name_letter, pattern: r"[\w+=,.@-]+" };
pub(super) const VERSION_ID: Text = Text {
    length: (2, 64),
    letter: |letter| letter.is_ascii_alphanumeric() || "-.".contains(letter),
    pattern: r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?",
};
pub(super) const DESCRIPTION: Text = Text {
    length: (0, 1000),
    letter: |letter| matches!(letter, '\t' | '\n' | '\r' | ' '..='~' | '\u{A1}'..='\u{FF}'),
    pattern: r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*",
};
pub(super) const DOCUMENT: Text = Text {
    length: (1, 131_072),
    letter: |letter| matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{FF}'),
    pattern: r"[\u0009\u000A\u000D\u0020-\u00FF]+",
};
pub(super) const PATH: Text =
    Text { length: (1, 512), letter: is_visible, pattern: r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)" };
pub(super) const ARN: Text = Text { length: (20, 2048), letter: |_| true, pattern: "" };
pub(super) const TAG_KEY: Text =
    Text { length: (1, 128), letter: is_tag_letter, pattern: r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+" };
pub(super) const TAG_VALUE: Text =
    Text { length: (0, 256), letter: is_tag_letter, pattern: r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*" };
const MARKER: Text =
    Text { length: (1, 320), letter: |letter| matches!(letter, ' '..='\u{FF}'), pattern: r"[\u0020-\u00FF]+" };

/// How long a session may last, in seconds.
pub(super) const SESSION: (u64, u64) = (3600, 43_200);

fn is_name_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter)
}

fn is_visible(letter: char) -> bool {
    letter.is_ascii_graphic()
}

fn is_tag_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == ' ' || "_.:/=+-@".contains(letter)
}

/// Which part of a list is asked for.
pub(super) struct Page {
    start: usize,
    most: usize,
}

impl Page {
    /// From `Marker` (ours say how many items went before) and `MaxItems` (100 unless told).
    pub(super) fn read(form: &mut Form) -> Result<Self, Refusal> {
        let start = match form.optional("Marker", &MARKER)? {
            Some(marker) => marker.parse().map_err(|_| Refusal::new(400, "ValidationError", "Invalid Marker."))?,
            None => 0,
        };
        let most = form.number("MaxItems", (1, 1000))?.unwrap_or(100);
        Ok(Self { start, most: usize::try_from(most).unwrap_or(usize::MAX) })
    }

    /// The list element `name` with this page's items, and what tells whether more follows.
    pub(super) fn xml(&self, name: &str, items: &[String]) -> String {
        let page = items.iter().skip(self.start).take(self.most);
        let members: Vec<String> = page.map(|item| format!("<member>{item}</member>")).collect();
        let end = self.start + self.most;
        let more = end < items.len();
        let marker = if more { element("Marker", &end.to_string()) } else { String::new() };
        format!("<{name}>{}</{name}><IsTruncated>{more}</IsTruncated>{marker}", members.concat())
    }
}
