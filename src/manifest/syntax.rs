//! Words for broken YAML: where the parser stumbled, and what people usually meant.

use serde_yaml::granit_parser::{ErrorKind, ScanError};

use super::findings::{Findings, Place};

/// Notes a syntax error at the text where the parser gave up.
pub(super) fn note(error: &ScanError, source: &str, findings: &Findings<'_>) {
    let marker = error.marker();
    let (number, column) = (marker.line(), marker.col() + 1);
    let line = source.lines().nth(number.saturating_sub(1)).unwrap_or_default();
    let mut text: String = line.chars().skip(marker.col()).take_while(|c| !c.is_whitespace()).collect();
    if may_be_secret(source, number) {
        findings.hide(number..=number);
        text.clear();
    }
    let what = format!("this is not YAML: {}", error.info());
    findings.error(&Place { line: number, column, text }, what, cure(error.kind(), line));
}

/// Whether the line lies in an `environment:`, as far as indentation tells: there is no tree to ask.
fn may_be_secret(source: &str, number: usize) -> bool {
    let lines: Vec<&str> = source.lines().take(number).collect();
    let mut depth = usize::MAX;
    for line in lines.iter().rev().filter(|line| !line.trim().is_empty()) {
        let indent = line.len() - line.trim_start().len();
        if indent < depth {
            depth = indent;
            if line.contains("environment:") {
                return true;
            }
        }
    }
    false
}

/// The likely cure, from the kind of error and the line it stands on.
fn cure(kind: &ErrorKind, line: &str) -> &'static str {
    let value = line.split_once(':').map_or(line, |(_, value)| value).trim_start_matches([' ', '-', '[']);
    match kind {
        _ if line.trim_start_matches(' ').starts_with('\t') => "indent with spaces, not tabs",
        ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation => {
            "indent with spaces, not tabs"
        }
        _ if value.starts_with(['@', '*', '&', '%', '`']) => {
            "put the value in quotes: YAML gives its first character a meaning"
        }
        ErrorKind::MappingValueNotAllowed | ErrorKind::MappingKeyNotAllowed => {
            "put a value that holds `: ` in quotes, and line up the fields of one map"
        }
        ErrorKind::UnclosedQuotedScalar => "close the quotes",
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator => "close the bracket, and put commas between the values",
        _ => "line up the fields of one map, and put values with special characters in quotes",
    }
}
