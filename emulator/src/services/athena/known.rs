//! The query that the emulator knows, and what comes of it; any other fails, and says what is known.

use super::events;
use crate::calendar::{midnight, spaced_millis};
use crate::clock::Millis;

/// What comes of a query.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Found {
    Rows(Vec<Vec<String>>),
    /// Why it failed, as Athena says it.
    Failure(String),
}

/// The columns of the known query's rows, and their types.
pub(super) const COLUMNS: [(&str, &str); 5] = [
    ("campaign_id", "varchar"),
    ("name", "varchar"),
    ("sent_at", "timestamp"),
    ("sent", "bigint"),
    ("opened", "bigint"),
];

/// The query up to the number of its limit: who was sent a push notification and who opened it, campaign by campaign.
const KNOWN: &str = "SELECT campaign_id, max(campaign_name) AS name, max(sent_time) AS sent_at, \
    count(DISTINCT sent_to) AS sent, count(DISTINCT opened_by) AS opened \
    FROM ( SELECT campaign_id, campaign_name, \
    CASE WHEN event_type = 'sent' THEN event_time END AS sent_time, \
    CASE WHEN event_type = 'sent' THEN device_id END AS sent_to, \
    CASE WHEN event_type = 'opened' THEN device_id END AS opened_by \
    FROM push_events WHERE dt BETWEEN ? AND ? ) AS events \
    GROUP BY campaign_id HAVING count(sent_to) > 0 ORDER BY sent_at DESC LIMIT ";

/// What it finds in the sample table.
pub(super) fn run(query: &str, parameters: &[String], database: Option<&str>, now: Millis) -> Found {
    let words = query.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some(limit) = words.strip_prefix(KNOWN).and_then(|limit| limit.parse().ok()) else {
        return Found::Failure(
            "NOT_SUPPORTED: the emulator's Athena runs no SQL; it knows one query, that of the template athena-report \
             (sent and opened by campaign, from push.push_events), and answers that from sample data"
                .to_owned(),
        );
    };
    match (database, days(parameters)) {
        (None, _) => {
            failure("MISSING_SCHEMA_NAME: line 12:10: Schema must be specified when session schema is not set")
        }
        (Some("push"), Ok((first, last))) => {
            let campaigns = events::between(now, first, last);
            Found::Rows(campaigns.iter().take(limit).map(row).collect())
        }
        (Some("push"), Err(reason)) => Found::Failure(reason),
        (Some(other), _) => {
            failure(&format!("TABLE_NOT_FOUND: line 12:10: Table 'awsdatacatalog.{other}.push_events' does not exist"))
        }
    }
}

fn failure(reason: &str) -> Found {
    Found::Failure(reason.to_owned())
}

/// The two days that stand for the `?`, each in SQL's quotes: Athena puts them in as they are.
fn days(parameters: &[String]) -> Result<(&str, &str), String> {
    let [first, last] = parameters else {
        let found = parameters.len();
        return Err(format!("INVALID_PARAMETER_USAGE: Incorrect number of parameters: expected 2 but found {found}"));
    };
    let day = |text: &str| midnight(text).is_some();
    match (unquoted(first), unquoted(last)) {
        (Some(first), Some(last)) if day(first) && day(last) => Ok((first, last)),
        (Some(_), Some(_)) => {
            Err("NOT_SUPPORTED: the emulator's table has days like 2026-11-22 for dt alone".to_owned())
        }
        _ => Err("TYPE_MISMATCH: line 13:14: Cannot check if varchar is BETWEEN integer and integer".to_owned()),
    }
}

fn unquoted(parameter: &str) -> Option<&str> {
    parameter.strip_prefix('\'')?.strip_suffix('\'')
}

fn row(campaign: &events::Campaign) -> Vec<String> {
    let events::Campaign { id, name, sent_at, sent, opened } = campaign;
    vec![(*id).to_owned(), (*name).to_owned(), spaced_millis(*sent_at), sent.to_string(), opened.to_string()]
}
