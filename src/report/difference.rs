//! How a field differs, for people: on one line, or line by line.

use anstyle::Style;
use serde_json::Value;
use similar::{Change, ChangeTag, TextDiff};

use super::hidden;
use super::text::{GREEN, RED};
use crate::aws::Site;
use crate::facts::{Difference, shown};
use crate::sanitize::Clean;

/// Adds the lines that display the difference, each behind the margin.
pub(super) fn lines(text: &mut Clean, margin: &str, difference: &Difference, site: &Site) {
    let Difference { field, seen, wanted } = difference;
    if hidden(field) {
        let what = match (seen, wanted) {
            (None, _) => "(added, not shown)",
            (_, None) => "(removed)",
            _ => "(changed, not shown)",
        };
        text.line(format!("{margin}{field}: {what}"));
        return;
    }
    let (old, new) = (spread(seen.as_ref()), spread(wanted.as_ref()));
    if !old.contains('\n') && !new.contains('\n') {
        text.line(format!("{margin}{field}: {} -> {}", short(site, &old), short(site, &new)));
        return;
    }
    text.line(format!("{margin}{field}"));
    let diff = TextDiff::from_lines(&old, &new);
    let mut changes: Vec<Change<&str>> =
        diff.grouped_ops(1).iter().flatten().flat_map(|operation| diff.iter_changes(operation)).collect();
    // An unchanged blank line at the end says nothing.
    changes.pop_if(|change| change.tag() == ChangeTag::Equal && change.value().trim().is_empty());
    for change in changes {
        let (style, sign) = match change.tag() {
            ChangeTag::Delete => (RED, "- "),
            ChangeTag::Insert => (GREEN, "+ "),
            ChangeTag::Equal => (Style::new(), "  "),
        };
        // Each line has a mark of its own, so that no text can be taken for a line of the plan.
        let line = format!("{sign}{}", change.value().trim_end_matches('\n'));
        let line = line.trim_end_matches(' ');
        text.text(format!("{margin}  |{}", if line.is_empty() { "" } else { " " })).paint(style, line).end();
    }
}

/// A function of this account and region by its name and version alone; any other text as it is.
pub(super) fn short<'a>(site: &Site, text: &'a str) -> &'a str {
    text.strip_prefix(&site.function_arn("")).unwrap_or(text)
}

/// A value as it is compared line by line: lists and objects take a line for each member. Tabs are made visible: they are
/// no blanks.
fn spread(value: Option<&Value>) -> String {
    let text = match value {
        Some(value @ (Value::Array(_) | Value::Object(_))) => format!("{value:#}"),
        value => shown(value),
    };
    text.replace('\t', "␉")
}
