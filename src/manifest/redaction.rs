//! Takes out of a problem what stands in a line that may hold a secret.

use super::problem::Problem;
use super::vocabulary::is_field;

/// What stands in place of a text that is not displayed.
const HIDDEN: &str = "…";

/// The longest key that is repeated: longer ones are rather values in the wrong place.
const KEY_LENGTH: usize = 64;

/// Leaves only keys of this line and fields of the manifest in the problem.
pub(super) fn redact(problem: &mut Problem, line: &str) {
    problem.what = keep_quoted(&problem.what, |quoted| may_be_said(quoted, line));
    // Most of what a cure quotes is an example, and none of the user's.
    problem.cure = keep_quoted(&problem.cure, |quoted| may_be_said(quoted, line) || !line.contains(quoted));
    if !is_key(&problem.text, line) {
        problem.text.clear();
    }
}

/// The sentence with only those of its quoted words that are kept.
fn keep_quoted(sentence: &str, keep: impl Fn(&str) -> bool) -> String {
    let piece = |(at, piece): (usize, &str)| if at % 2 == 1 && !keep(piece) { HIDDEN } else { piece }.to_owned();
    sentence.split('`').enumerate().map(piece).collect::<Vec<_>>().join("`")
}

/// Whether the words are none of the user's, or keys: `lambda.environment.KPI_NAME`, `true`, `*`.
fn may_be_said(quoted: &str, line: &str) -> bool {
    let known =
        |word: &str| word.bytes().all(|b| b.is_ascii_digit()) || ["true", "false"].contains(&word) || is_field(word);
    let signs = quoted.chars().count() <= 2 && !quoted.contains(char::is_alphanumeric);
    signs || is_key(quoted, line) || {
        let path = quoted.replace('[', ".").replace(']', "");
        let is_item = quoted.contains('.') || quoted.contains('[');
        path.split('.')
            .all(|word| known(word) && (is_item || !word.bytes().all(|b| b.is_ascii_digit())) || is_key(word, line))
    }
}

/// Whether the word stands on the line as a key, with a colon behind it that ends it.
fn is_key(word: &str, line: &str) -> bool {
    let letters = word.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
    if word.is_empty() || word.len() > KEY_LENGTH || !letters {
        return false;
    }
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let begins = before.is_none_or(|before| !before.is_alphanumeric() && !"_.-@:/".contains(before));
        let behind = line[at + word.len()..].trim_start_matches(['"', '\'']).trim_start();
        let colon =
            behind.strip_prefix(':').is_some_and(|text| text.is_empty() || text.starts_with(char::is_whitespace));
        begins && (colon || behind.starts_with('：'))
    })
}

#[cfg(test)]
mod tests {
    use super::{is_key, keep_quoted, may_be_said};

    #[test]
    fn only_keys_of_the_line_and_fields_are_said() {
        let line = "  environment: {DB_URL: hunter2, 'API': \"x\", hunter3}";
        for said in
            ["lambda.environment.DB_URL", "environment", "API", "true", "*", "<<", "lambda.permissions[0].actions"]
        {
            assert!(may_be_said(said, line), "{said}");
        }
        for hidden in ["hunter2", "hunter3", "lambda.environment.hunter3", "4321", "x", "DB_URL: hunter2"] {
            assert!(!may_be_said(hidden, line), "{hidden}");
        }
    }

    #[test]
    fn a_key_has_its_colon_behind_it() {
        assert!(is_key("A", "A : b") && is_key("A", "{A: b}") && is_key("A", "A:"));
        assert!(!is_key("b", "A: b") && !is_key("A", "A:b") && !is_key("b", "a-b: c") && !is_key("", "a: b"));
    }

    #[test]
    fn what_is_not_kept_leaves_a_trace() {
        assert_eq!(keep_quoted("`a` is `b`, not `c`", |quoted| quoted != "b"), "`a` is `…`, not `c`");
    }
}
