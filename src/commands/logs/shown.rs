//! An entry of the log as it is printed: a line for people, or a JSON document for programs.

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use crate::logs::{End, Entry, Said, Severity};
use crate::sanitize::Clean;

/// The version of the JSON form.
const FORMAT: u32 = 1;

/// Characters of a request's id that are shown: enough to tell those of a day apart.
const ID: usize = 8;

/// What stands before every further line of an entry: as wide as time and id.
const INDENT: &str = "                        ";

const RED: Style = AnsiColor::Red.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const DIM: Style = Style::new().dimmed();

/// Shows entries one after the other.
#[derive(Debug)]
pub(super) struct Shown {
    as_json: bool,
    /// The day of the entry before.
    day: String,
}

impl Shown {
    pub(super) fn new(as_json: bool) -> Self {
        Self { as_json, day: String::new() }
    }

    /// The entry; the first of a day has the date above it.
    pub(super) fn entry(&mut self, entry: &Entry) -> Clean {
        if self.as_json {
            let mut document = Clean::json(&document(entry));
            document.end();
            return document;
        }
        let mut shown = Clean::default();
        let day = entry.event.at.date();
        if day != self.day {
            shown.paint(DIM, format!("{day}, times in UTC")).end();
        }
        self.day = day;
        line(&mut shown, entry);
        shown
    }
}

/// `HH:MM:SS.mmm  1a2b3c4d  text`, in red or yellow on a terminal. The text says it, too: ERROR, WARNING, TIMEOUT.
fn line(shown: &mut Clean, entry: &Entry) {
    let id = entry.request.as_deref().and_then(|id| id.get(..ID)).unwrap_or("-");
    let text = match &entry.said {
        Said::Text(text) => text.clone(),
        Said::End(end) => end.shown(),
    };
    let style = match (entry.severity, &entry.said) {
        (Severity::Error, _) => RED,
        (Severity::Warning, _) => YELLOW,
        (Severity::Plain, Said::End(_)) => DIM,
        (Severity::Plain, Said::Text(_)) => Style::new(),
    };
    let head = format!("{}  {id:<ID$}  ", entry.event.at.clock());
    let text = text.trim_end();
    shown.text(if text.is_empty() { head.trim_end() } else { &head });
    for (number, line) in text.split('\n').enumerate() {
        shown.text(if number == 0 { "" } else { INDENT }).paint(style, line).end();
    }
}

fn document(entry: &Entry) -> Value {
    let Entry { event, request, severity, said } = entry;
    let mut document = json!({
        "format": FORMAT,
        "time": event.at.rfc3339(),
        "request_id": request,
        "severity": match severity {
            Severity::Error => Some("error"),
            Severity::Warning => Some("warning"),
            Severity::Plain => None,
        },
        "message": event.message.trim_end(),
        "stream": event.stream,
        "event_id": event.id,
    });
    if let Said::End(end) = said {
        document["end"] = ended(end);
    }
    document
}

fn ended(end: &End) -> Value {
    let End { duration_ms, billed_ms, memory_mb, memory_used_mb, init_ms, status, error } = end;
    json!({
        "duration_ms": duration_ms,
        "billed_ms": billed_ms,
        "memory_mb": memory_mb,
        "memory_used_mb": memory_used_mb,
        "init_ms": init_ms,
        "status": status,
        "error": error,
    })
}

#[cfg(test)]
mod tests {
    use super::Shown;
    use crate::logs::{Event, Joiner};
    use crate::moment::Moment;

    fn event(at: &str, message: &str) -> Event {
        let at = Moment::parse(at).unwrap();
        Event { id: "e".to_owned(), stream: "s".to_owned(), at, taken: at, message: message.to_owned() }
    }

    fn shown(as_json: bool, events: Vec<Event>) -> String {
        let mut shown = Shown::new(as_json);
        let text: String = Joiner::default().join(events).iter().map(|entry| shown.entry(entry).to_string()).collect();
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn people_read_a_line_for_each_event_and_the_date_once_a_day() {
        let id = "1a2b3c4d-0000-4000-8000-000000000001";
        let text = shown(
            false,
            vec![
                event("2026-11-22T23:59:59.9Z", "INIT_START"),
                event("2026-11-22T23:59:59.95Z", &format!("START RequestId: {id} Version: 3")),
                event("2026-11-23T00:00:00Z", "最新の開封率\n20.38%\n"),
                event(
                    "2026-11-23T00:00:00.12Z",
                    "[ERROR] KeyError: 'a'\nTraceback (most recent call last):\n  File \"a\"",
                ),
                event("2026-11-23T00:00:00.13Z", &format!("END RequestId: {id}")),
                event(
                    "2026-11-23T00:00:00.13Z",
                    &format!(
                        "REPORT RequestId: {id}\tDuration: 129.50 ms\tMemory Size: 128 MB\tMax Memory Used: 35 MB"
                    ),
                ),
            ],
        );
        insta::assert_snapshot!(text, @r#"
        2026-11-22, times in UTC
        23:59:59.900  -         INIT_START
        2026-11-23, times in UTC
        00:00:00.000  1a2b3c4d  最新の開封率
                                20.38%
        00:00:00.120  1a2b3c4d  ERROR KeyError: 'a'
                                Traceback (most recent call last):
                                  File "a"
        00:00:00.130  1a2b3c4d  end: 129.5 ms, 35 of 128 MB
        "#);
    }

    #[test]
    fn programs_read_a_document_for_each_event() {
        let text = shown(true, vec![event("2026-11-22T09:00:00.12Z", "[WARNING] slow\nvery\n")]);
        insta::assert_snapshot!(text, @r#"{"format":1,"time":"2026-11-22T09:00:00.120Z","request_id":null,"severity":"warning","message":"[WARNING] slow\nvery","stream":"s","event_id":"e"}"#);
    }

    #[test]
    fn a_line_cannot_play_with_the_terminal() {
        let events = vec![event("2026-11-22T09:00:00Z", "\u{1b}[2Jgone\u{7}\tstays\u{9b}31m")];
        let entries = Joiner::default().join(events);
        let shown = Shown::new(false).entry(&entries[0]).to_string();
        assert!(shown.contains("  ␛[2Jgone␇\tstays\\u{9b}31m"), "{shown}");
    }
}
