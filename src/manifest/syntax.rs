//! Words for broken YAML: where the parser gave up, and what people usually meant.

use serde_yaml::granit_parser::{ErrorKind, ScanError};

use super::findings::{Findings, Place};
use super::indentation;
use super::outline::{Line, lines};
use super::slips;

/// Notes a syntax error: at its cause if that is recognised, else at the text where the parser gave up.
pub(super) fn note(error: &ScanError, source: &str, findings: &Findings<'_>) {
    findings.distrust();
    let marker = error.marker();
    let lines = lines(source);
    let until = &lines[..marker.line().min(lines.len())];
    if slips::note(until, findings) {
        return;
    }
    if let Some(misfit) = indentation::misfit(until).filter(|_| is_structural(error.kind())) {
        misfit.note(findings);
        return;
    }
    let line = until.last().map(|line| line.text).unwrap_or_default();
    let text = line.chars().skip(marker.col()).take_while(|c| !c.is_whitespace()).collect();
    let what = match error.kind() {
        ErrorKind::UnexpectedCharacter { character } => {
            format!("unexpected character `{}`", character.escape_default())
        }
        _ => error.info(),
    };
    let at = Place { line: marker.line(), column: marker.col() + 1, text };
    findings.error(&at, format!("this is not YAML: {what}"), cure(error.kind(), until));
}

/// Whether keys and values are not where they belong, for which their indentation may be the reason.
fn is_structural(kind: &ErrorKind) -> bool {
    use ErrorKind::{
        ExpectedBlockMappingKey, ExpectedBlockSequenceEntry, InvalidIndentation, InvalidSimpleKey,
        MappingKeyNotAllowed, MappingValueNotAllowed, SimpleKeyExpected,
    };
    matches!(
        kind,
        ExpectedBlockMappingKey
            | ExpectedBlockSequenceEntry
            | InvalidIndentation
            | InvalidSimpleKey
            | MappingKeyNotAllowed
            | MappingValueNotAllowed
            | SimpleKeyExpected
    )
}

/// The likely cure, from the kind of error and the lines down to it.
fn cure(kind: &ErrorKind, lines: &[Line<'_>]) -> String {
    let Some((line, above)) = lines.split_last() else {
        return "write the manifest anew with `bedrock-ops init`".to_owned();
    };
    let value = line.value().unwrap_or(line.rest).trim_start_matches(' ');
    let cure = match kind {
        _ if line.text.trim_start_matches(' ').starts_with('\t') => "indent with spaces, not tabs",
        ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation => {
            "indent with spaces, not tabs"
        }
        _ if value.trim_start_matches('[').starts_with(['@', '*', '&', '%', '`']) => {
            "put the value in quotes: YAML gives its first character a meaning"
        }
        ErrorKind::UnclosedQuotedScalar => "close the quotes",
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            "put all of the value in quotes; in single quotes, write a quote twice"
        }
        ErrorKind::UnknownQuotedScalarEscape => "use single quotes, in which a backslash means itself",
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator => "close the bracket, and put commas between the values",
        kind if is_structural(kind) => return colon(line, above),
        _ => {
            "check the quotes and brackets of this line and the one above, and put values with special characters in quotes"
        }
    };
    cure.to_owned()
}

/// A colon is missing, or there is one too many.
fn colon(line: &Line<'_>, above: &[Line<'_>]) -> String {
    if line.value().is_some_and(|value| value.contains(": ") || value.ends_with(':')) {
        return "put a value that holds `: ` in quotes".to_owned();
    }
    if line.key.is_none() && !line.is_item() {
        return "write `key: value`, with a colon and a space after the key".to_owned();
    }
    let written = above.iter().enumerate().rev().find(|(_, line)| !line.is_empty() && !line.in_text);
    match written {
        Some((at, line)) if line.key.is_none() => {
            format!("line {} may lack the colon after its key: write `key: value`", at + 1)
        }
        _ => "indent the fields of one map alike, and put a value that holds `: ` in quotes".to_owned(),
    }
}
