//! Reads the last errors in a function's log since a question was asked.

use std::time::Duration;

use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;

use super::{Finding, same_call};
use crate::aws::{Aws, Called, Failure, Found as _};
use crate::conversation::{Agent, Call};
use crate::wait;

/// How far the clocks of this machine and of AWS may stand apart, in milliseconds.
const CLOCKS: i64 = 5_000;

/// Errors that are shown, the last ones; and the characters of each.
const SHOWN: usize = 3;
const LONGEST: usize = 400;

/// Pages that are read: who logs more within one question has said enough.
const PAGES: usize = 10;

/// What a line says that tells of an error: levels, and Lambda's own words for a handler's end.
const SIGNS: [&str; 7] =
    ["[ERROR]", "[CRITICAL]", "Traceback", "Task timed out", "Runtime.", "Runtime exited", "errorMessage"];

/// The errors in the log, if there are any.
pub(super) async fn look(
    aws: &Aws,
    agent: &Agent,
    group: &str,
    since: i64,
    calling: Option<&Call>,
) -> Result<Finding, Failure> {
    // The emulator's log is there at once, and its clock is this machine's.
    let (patience, slack) = if agent.site.emulated { (Duration::ZERO, 0) } else { (wait::LOG_EVENTS, CLOCKS) };
    let errors = wait::seen_within(patience, async || {
        let found = errors(&events(aws, group, since - slack).await?);
        Ok((!found.is_empty()).then_some(found))
    });
    let hint = format!("correct that; {} sends the function the same call", same_call(agent, calling));
    Ok(match errors.await? {
        Some(errors) => Finding::wrong(format!("the log {group} says: {}", errors.join("\n")), hint),
        None => Finding::well(format!("the log {group} has no error since the question")),
    })
}

async fn events(aws: &Aws, group: &str, since: i64) -> Result<Vec<FilteredLogEvent>, Failure> {
    let mut found = Vec::new();
    let mut token = None;
    for _ in 0..PAGES {
        let call = aws.logs.filter_log_events().log_group_name(group).start_time(since).set_next_token(token);
        let Some(page) = call.send().await.called("logs:FilterLogEvents").found()? else { break };
        found.extend(page.events.unwrap_or_default());
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    Ok(found)
}

/// The last errors among these events, shortened.
fn errors(events: &[FilteredLogEvent]) -> Vec<String> {
    let mut texts: Vec<&str> = events.iter().filter_map(|event| event.message()).map(str::trim).collect();
    texts.retain(|text| !text.starts_with("REPORT ") && SIGNS.iter().any(|sign| text.contains(sign)));
    let from = texts.len().saturating_sub(SHOWN);
    texts[from..].iter().map(|text| shortened(text)).collect()
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} ...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;

    use super::{LONGEST, errors};

    #[test]
    fn the_last_errors_are_picked_and_cut() {
        let long = format!("[ERROR] {}", "長".repeat(LONGEST));
        let lines = [
            "START RequestId: 1 Version: 3",
            "[ERROR] one",
            "[INFO] two",
            "[ERROR] KeyError: 'a'\nTraceback (most recent call last):",
            "2026-11-22T09:00:03.000Z 1 Task timed out after 3.00 seconds",
            &long,
            "REPORT RequestId: 1 Duration: 3 ms Status: error Error Type: Runtime.ExitError",
        ];
        let events = lines.map(|line| FilteredLogEvent::builder().message(line).build());
        let found = errors(&events);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].starts_with("[ERROR] KeyError") && found[1].contains("timed out"), "{found:?}");
        assert_eq!(found[2].chars().count(), LONGEST + 4, "{found:?}");
    }
}
