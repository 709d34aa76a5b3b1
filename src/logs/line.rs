//! What a line of the function's says of itself: how bad it is, and which request it belongs to.

use super::invocation::is_id;

/// How bad a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Something went wrong.
    Error,
    /// Something may go wrong.
    Warning,
    /// Nothing did, or the line does not say.
    Plain,
}

/// One line, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) severity: Severity,
    /// The request, where the line names it.
    pub(super) request: Option<String>,
    /// The text as people read it: `ERROR API Failed`, without the time and the id that are told beside it.
    pub(super) text: String,
}

/// How a traceback begins.
const TRACEBACK: &str = "Traceback (most recent call last)";

/// Takes a message apart.
pub(super) fn read(message: &str) -> Line {
    // awslambdaric ends the lines of one entry with a carriage return alone.
    let message = message.trim_end().replace("\r\n", "\n").replace('\r', "\n");
    let (level, request, text) = logged(&message).unwrap_or_else(|| plain(&message));
    let severity = severity(level, text);
    let text = level.map_or_else(|| text.to_owned(), |level| format!("{level} {text}"));
    Line { severity, request: request.map(str::to_owned), text }
}

/// Whether lines that follow on the same stream are a traceback's, as when a handler prints one line by line.
pub(super) fn opens_traceback(text: &str) -> bool {
    text.lines().last().is_some_and(|last| last.contains(TRACEBACK))
}

/// An entry of Python's `logging`, as Lambda has it written: `[LEVEL]\ttime\tid\ttext`.
fn logged(message: &str) -> Option<(Option<&str>, Option<&str>, &str)> {
    let mut parts = message.splitn(4, '\t');
    let level = level(parts.next()?)?;
    let (_time, id, text) = (parts.next()?, parts.next()?, parts.next().unwrap_or_default());
    is_id(id).then_some((Some(level), Some(id), text))
}

/// Anything else. Lambda's own complaints name their request: `RequestId: id Error: …`, `time id Task timed out …`.
fn plain(message: &str) -> (Option<&str>, Option<&str>, &str) {
    if let Some((word, text)) = message.split_once(' ')
        && let Some(level) = level(word)
    {
        return (Some(level), None, text);
    }
    let mut words = message.splitn(3, ' ');
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let rest = words.next().unwrap_or_default();
    let named = is_id(second) && (first == "RequestId:" || rest.starts_with("Task timed out"));
    if named { (None, Some(second), rest) } else { (None, None, message) }
}

/// `[ERROR]` without its brackets.
fn level(word: &str) -> Option<&str> {
    let level = word.strip_prefix('[')?.strip_suffix(']')?;
    ["DEBUG", "INFO", "WARN", "WARNING", "ERROR", "FATAL", "CRITICAL"].contains(&level).then_some(level)
}

fn severity(level: Option<&str>, text: &str) -> Severity {
    match level {
        Some("ERROR" | "FATAL" | "CRITICAL") => return Severity::Error,
        Some("WARN" | "WARNING") => return Severity::Warning,
        _ => {}
    }
    let says = |words: &str| text.contains(words);
    if says(TRACEBACK) || says("Task timed out after") || says("Runtime exited") || text.split(' ').any(is_runtimes) {
        return Severity::Error;
    }
    if text.starts_with("LAMBDA_WARNING") { Severity::Warning } else { Severity::Plain }
}

/// `Runtime.ExitError`, `Runtime.ImportModuleError:` and their like.
fn is_runtimes(word: &str) -> bool {
    word.lines().any(|word| {
        word.strip_prefix("Runtime.").is_some_and(|name| name.starts_with(|letter: char| letter.is_ascii_uppercase()))
    })
}

#[cfg(test)]
mod tests {
    use super::{Severity, opens_traceback, read};

    const ID: &str = "1a2b3c4d-0000-4000-8000-000000000001";

    fn told(message: &str) -> (Severity, bool, String) {
        let line = read(message);
        (line.severity, line.request.as_deref() == Some(ID), line.text)
    }

    #[test]
    fn pythons_entries_lose_what_is_told_beside_them() {
        let entry = |level: &str| format!("[{level}]\t2026-11-22T09:00:00.120Z\t{ID}\tAPI Failed:\tget_kpi\n");
        for (level, severity) in [
            ("ERROR", Severity::Error),
            ("CRITICAL", Severity::Error),
            ("WARNING", Severity::Warning),
            ("INFO", Severity::Plain),
        ] {
            assert_eq!(told(&entry(level)), (severity, true, format!("{level} API Failed:\tget_kpi")));
        }
    }

    #[test]
    fn lambdas_complaints_are_errors_of_their_request() {
        let timeout = format!("2026-11-22T09:00:03.120Z {ID} Task timed out after 3.00 seconds\n\n");
        assert_eq!(told(&timeout), (Severity::Error, true, "Task timed out after 3.00 seconds".to_owned()));
        let exit = format!("RequestId: {ID} Error: Runtime exited with error: exit status 1\nRuntime.ExitError\n");
        let text = "Error: Runtime exited with error: exit status 1\nRuntime.ExitError".to_owned();
        assert_eq!(told(&exit), (Severity::Error, true, text));
        let raised =
            "[ERROR] Runtime.ImportModuleError: Unable to import module 'app'\rTraceback (most recent call last):";
        let text = "ERROR Runtime.ImportModuleError: Unable to import module 'app'\nTraceback (most recent call last):";
        assert_eq!(told(raised), (Severity::Error, false, text.to_owned()));
        assert_eq!(told("LAMBDA_WARNING: Unhandled exception.").0, Severity::Warning);
    }

    #[test]
    fn all_other_lines_stay_as_they_are() {
        for message in [
            "",
            "  indented",
            "[2026] rates",
            "[ERROR]",
            "[INFO]\tno\tid",
            "INIT_START Runtime Version: python:3.12.v36",
            "an Error: nothing was found",
            "Runtime.now is a function",
        ] {
            assert_eq!(told(message), (Severity::Plain, false, message.to_owned()));
        }
    }

    #[test]
    fn a_traceback_goes_on_only_where_it_was_cut() {
        assert!(opens_traceback("Traceback (most recent call last):"));
        assert!(!opens_traceback("Traceback (most recent call last):\n  File \"a.py\"\nKeyError: 'a'"));
    }
}
