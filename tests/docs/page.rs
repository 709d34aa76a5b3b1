//! A page of docs/: its sections, and the tables and blocks of code in them.

use std::path::Path;

/// The text of `docs/NAME.md`.
pub(crate) fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name).with_extension("md");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What stands below a heading of the second level.
pub(crate) fn section<'p>(page: &'p str, heading: &str) -> &'p str {
    let heading = format!("\n## {heading}\n");
    let (_, below) = page.split_once(&heading).unwrap_or_else(|| panic!("there is no heading{heading}"));
    below.split("\n## ").next().unwrap_or(below)
}

/// The blocks of code in a language.
pub(crate) fn blocks<'p>(text: &'p str, language: &str) -> Vec<&'p str> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// The rows of all tables, without their heads.
pub(crate) fn rows(text: &str) -> Vec<Vec<&str>> {
    let mut rows = Vec::new();
    let mut past_head = false;
    for line in text.lines() {
        if !line.starts_with('|') {
            past_head = false;
        } else if line.starts_with("|---") {
            past_head = true;
        } else if past_head {
            rows.push(line.trim_matches('|').split('|').map(str::trim).collect());
        }
    }
    rows
}

/// The words set as code in a cell.
pub(crate) fn code(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}
