//! Finds the line whose indentation fits no other, which is often above the one where a YAML parser gives up.

use super::findings::{Findings, Place};
use super::outline::Line;

/// A line that is indented like none of the lines that it could belong to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    number: usize,
    column: usize,
    /// As many as it should be.
    wanted: usize,
    key: String,
}

impl Misfit {
    /// Notes it.
    pub(super) fn note(self, findings: &Findings<'_>) {
        let Self { number, column, wanted, key } = self;
        let spaces = |count: usize| if count == 1 { "1 space".to_owned() } else { format!("{count} spaces") };
        let what = format!("`{key}` is indented by {}, and the fields around it by {wanted}", spaces(column));
        let at = Place { line: number, column: column + 1, text: key };
        findings.error(
            &at,
            what,
            format!("indent it by {}, or further to put it below the field above", spaces(wanted)),
        );
    }
}

/// The first line that fits nowhere. None also where it is hard to tell: below brackets, quotes and tabs.
pub(super) fn misfit(lines: &[Line<'_>]) -> Option<Misfit> {
    let mut open: Vec<usize> = Vec::new();
    // Whether the map below the last key may begin.
    let mut may_begin = true;
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty() && !line.in_text) {
        if line.text.contains(['\t', '"', '\'', '{', '[', '}', ']']) && !is_whole(line.text) {
            return None;
        }
        if line.is_item() {
            open.retain(|column| *column <= line.indent);
            open.push(line.column);
            may_begin = line.value().is_some_and(str::is_empty);
            continue;
        }
        let Some(key) = line.key else { continue };
        let closed = open.iter().rev().take_while(|column| **column > line.column).last().copied();
        open.retain(|column| *column <= line.column);
        let parent = open.last().copied();
        if parent != Some(line.column) {
            let wanted = closed.or(parent.filter(|_| !may_begin));
            if let Some(wanted) = wanted {
                return Some(Misfit { number: at + 1, column: line.column, wanted, key: key.to_owned() });
            }
            open.push(line.column);
        }
        may_begin = line.value().is_some_and(|value| value.is_empty() || value.starts_with(['#', '&', '!']));
    }
    None
}

/// Whether all brackets and quotes of the line are closed on it, as far as counting tells.
fn is_whole(line: &str) -> bool {
    let count = |letter: char| line.matches(letter).count();
    !line.contains('\t')
        && count('{') == count('}')
        && count('[') == count(']')
        && count('"') % 2 == 0
        && count('\'') % 2 == 0
}

#[cfg(test)]
mod tests {
    use super::{Misfit, misfit};
    use crate::manifest::outline::lines;

    fn found(source: &str) -> Option<(usize, usize, usize)> {
        misfit(&lines(source)).map(|Misfit { number, column, wanted, .. }| (number, column, wanted))
    }

    #[test]
    fn a_line_that_is_indented_like_no_other_is_found() {
        assert_eq!(found("agent:\n  model: x\n   alias: v1"), Some((3, 3, 2)));
        assert_eq!(found("agent:\n  model: x\n alias: v1\n  instruction: |\n    x"), Some((3, 1, 2)));
        assert_eq!(found("a:\n    b:\n      c: d\n   e: f"), Some((4, 3, 4)));
        assert_eq!(found("name: x\n  region: y"), Some((2, 2, 0)));
        assert_eq!(found("a:\n  - b: c\n     d: e"), Some((3, 5, 4)));
    }

    #[test]
    fn good_indentation_is_left_alone() {
        let source = "a:\n  b: |\n   text: x\n  c: {d: e}\n  f:\n  - g: h\n    i:\n      j: k\n  # note\n l\nm:\n- n: o\n- p\nq: r";
        assert_eq!(found(source), None);
    }

    #[test]
    fn where_it_is_hard_to_tell_nothing_is_said() {
        assert_eq!(found("a: {\n  b: c,\n d: e}"), None);
        assert_eq!(found("a: \"x\n  b: c\n d: e\""), None);
    }
}
