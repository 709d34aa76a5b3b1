//! A query in the language of Logs Insights, as far as lines are only picked, put in order and cut off.

use regex::Regex;

use super::Line;
use crate::refusal::Refusal;

/// The most rows, and as many as are given unless told.
const ROWS: usize = 10_000;

/// Commands of the language that are not emulated.
const OTHERS: [&str; 12] = [
    "addtotals",
    "anomaly",
    "dedup",
    "diff",
    "display",
    "filterIndex",
    "join",
    "parse",
    "pattern",
    "source",
    "stats",
    "unnest",
];

/// A query.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) fields: Vec<String>,
    /// What a message must all match.
    filters: Vec<Regex>,
    oldest_first: bool,
    limit: usize,
}

impl Query {
    /// The query of a text. A `limit` beside it is overruled by the one in it.
    pub(super) fn read(text: &str, limit: Option<u64>) -> Result<Self, Refusal> {
        let limit = limit.map_or(Ok(ROWS), rows)?;
        let fields = vec!["@timestamp".to_owned(), "@message".to_owned()];
        let mut query = Self { fields, filters: Vec::new(), oldest_first: false, limit };
        for command in commands(text) {
            let (name, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
            let rest = rest.trim();
            match name {
                "fields" => query.fields = rest.split(',').map(|field| field.trim().to_owned()).collect(),
                "filter" => query.filters.push(filter(rest)?),
                "sort" => query.oldest_first = oldest_first(rest)?,
                "limit" => {
                    query.limit = rest.parse().map_err(|_| malformed(rest)).and_then(rows)?;
                }
                other if OTHERS.contains(&other) => {
                    return Err(Refusal::not_emulated(format_args!("the command {other} of Logs Insights")));
                }
                other => return Err(malformed(other)),
            }
        }
        Ok(query)
    }

    /// How many lines it matches, and those of them that it gives, in its order.
    pub(super) fn run(&self, lines: Vec<Line>) -> (usize, Vec<Line>) {
        let fits = |line: &Line| self.filters.iter().all(|filter| filter.is_match(&line.event.message));
        let mut found: Vec<Line> = lines.into_iter().filter(fits).collect();
        found.sort_by_key(|line| line.event.at);
        if !self.oldest_first {
            found.reverse();
        }
        let matched = found.len();
        found.truncate(self.limit);
        (matched, found)
    }
}

/// The commands between the bars; a bar within a pattern or a text is part of it.
fn commands(text: &str) -> Vec<&str> {
    let (mut parts, mut begins, mut within, mut escaped) = (Vec::new(), 0, None, false);
    for (at, letter) in text.char_indices() {
        match (within, letter) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(end), letter) if letter == end => within = None,
            (None, '/' | '"' | '\'') => within = Some(letter),
            (None, '|') => {
                parts.push(text[begins..at].trim());
                begins = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[begins..].trim());
    parts
}

/// `@message like /pattern/` or `@message like "text"`.
fn filter(text: &str) -> Result<Regex, Refusal> {
    let mut words = text.splitn(3, char::is_whitespace);
    let (Some("@message"), Some("like" | "=~"), Some(wanted)) = (words.next(), words.next(), words.next()) else {
        return Err(Refusal::not_emulated(format_args!("the filter `{text}` of Logs Insights")));
    };
    let within = |end: char| wanted.trim().strip_prefix(end)?.strip_suffix(end);
    let pattern = match (within('/'), within('"').or_else(|| within('\''))) {
        (Some(pattern), _) => pattern.to_owned(),
        (None, Some(text)) => regex::escape(text),
        (None, None) => return Err(malformed(wanted)),
    };
    Regex::new(&pattern).map_err(|_| malformed(wanted))
}

fn oldest_first(text: &str) -> Result<bool, Refusal> {
    match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["@timestamp", "desc"] => Ok(false),
        ["@timestamp"] | ["@timestamp", "asc"] => Ok(true),
        _ => Err(Refusal::not_emulated(format_args!("the order `{text}` of Logs Insights"))),
    }
}

fn rows(limit: u64) -> Result<usize, Refusal> {
    usize::try_from(limit).ok().filter(|limit| (1..=ROWS).contains(limit)).ok_or_else(|| malformed(&limit.to_string()))
}

fn malformed(symbol: &str) -> Refusal {
    Refusal::new(400, "MalformedQueryException", format!("unexpected symbol found {symbol}"))
}

#[cfg(test)]
mod tests {
    use super::{Query, commands};

    #[test]
    fn a_bar_within_a_pattern_or_a_text_separates_nothing() {
        let text = r#"fields @log | filter @message like /a|\/b|c/ | filter @message like "x|y" |limit 5"#;
        let expected = ["fields @log", r"filter @message like /a|\/b|c/", r#"filter @message like "x|y""#, "limit 5"];
        assert_eq!(commands(text), expected);
    }

    #[test]
    fn what_is_no_query_is_refused_and_what_is_not_emulated_is_said() {
        for (text, code) in [
            ("fiels @message", "MalformedQueryException"),
            ("", "MalformedQueryException"),
            ("filter @message like /(/", "MalformedQueryException"),
            ("filter @message like error", "MalformedQueryException"),
            ("limit 10001", "MalformedQueryException"),
            ("limit many", "MalformedQueryException"),
            ("stats count(*) by bin(1h)", "NotImplementedByEmulator"),
            ("filter level = 'ERROR'", "NotImplementedByEmulator"),
            ("sort @message", "NotImplementedByEmulator"),
        ] {
            assert_eq!(Query::read(text, None).expect_err(text).code, code, "{text}");
        }
    }
}
