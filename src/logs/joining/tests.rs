//! Joining, as a table of lines with the requests that they are told by.

use super::{Entry, Event, Joiner, Moment, Said, Severity};

const ONE: &str = "11111111-0000-4000-8000-000000000001";
const TWO: &str = "22222222-0000-4000-8000-000000000002";

fn event(at: i64, stream: &str, message: &str) -> Event {
    let id = format!("{stream}-{at}-{message}");
    Event { id, stream: stream.to_owned(), at: Moment(at), taken: Moment(at), message: message.to_owned() }
}

/// `1 text`: the first digit of the request's id, or `-`, and the text.
fn told(entries: &[Entry]) -> Vec<String> {
    let tell = |entry: &Entry| {
        let request = entry.request.as_deref().map_or("-", |id| &id[..1]);
        match &entry.said {
            Said::Text(text) => format!("{request} {text}"),
            Said::End(end) => format!("{request} {}", end.shown()),
        }
    };
    entries.iter().map(tell).collect()
}

fn start(id: &str) -> String {
    format!("START RequestId: {id} Version: 3")
}

fn end(id: &str) -> String {
    format!("END RequestId: {id}")
}

fn report(id: &str) -> String {
    format!("REPORT RequestId: {id}\tDuration: 5.00 ms")
}

#[test]
fn lines_belong_to_the_request_that_is_open_on_their_stream() {
    let entries = Joiner::default().join(vec![
        event(0, "a", "INIT_START"),
        event(1, "a", &start(ONE)),
        event(1, "b", &start(TWO)),
        event(2, "a", "first"),
        event(2, "b", "second"),
        event(3, "a", &format!("[INFO]\t2026-11-22T09:00:00.000Z\t{ONE}\tthird")),
        event(4, "a", &end(ONE)),
        event(4, "a", &report(ONE)),
        event(4, "b", "fourth"),
        event(5, "a", "between two requests"),
        event(6, "a", &start(TWO)),
        event(6, "a", "again"),
    ]);
    assert_eq!(
        told(&entries),
        [
            "- INIT_START",
            "1 first",
            "2 second",
            "1 INFO third",
            "1 end: 5 ms",
            "2 fourth",
            "- between two requests",
            "2 again"
        ]
    );
}

#[test]
fn a_line_that_comes_late_finds_the_request_of_its_time() {
    let mut joiner = Joiner::default();
    joiner.join(vec![event(10, "a", &start(ONE)), event(20, "a", &end(ONE)), event(30, "a", &start(TWO))]);
    let late = joiner.join(vec![event(5, "a", "before"), event(15, "a", "in one"), event(25, "a", "between")]);
    assert_eq!(told(&late), ["- before", "1 in one", "- between"]);
    assert_eq!(told(&joiner.join(vec![event(35, "a", "in two")])), ["2 in two"]);
}

#[test]
fn a_beginning_that_comes_late_takes_its_place() {
    let mut joiner = Joiner::default();
    joiner.join(vec![event(30, "a", &start(TWO))]);
    joiner.join(vec![event(10, "a", &start(ONE)), event(20, "a", &end(ONE))]);
    let entries = joiner.join(vec![event(15, "a", "in one"), event(40, "a", "in two")]);
    assert_eq!(told(&entries), ["1 in one", "2 in two"]);
}

#[test]
fn where_only_beginnings_are_read_one_ends_the_other() {
    let mut joiner = Joiner::default();
    let entries = joiner.join(vec![
        event(1, "a", &start(ONE)),
        event(2, "a", "ERROR in one"),
        event(1_000, "a", &start(TWO)),
        event(1_001, "a", "ERROR in two"),
    ]);
    assert_eq!(told(&entries), ["1 ERROR in one", "2 ERROR in two"]);
}

#[test]
fn what_is_long_over_is_forgotten() {
    let mut joiner = Joiner::default();
    for request in 0..10_000 {
        joiner.join(vec![event(request * 1_000, "a", &start(ONE)), event(request * 1_000 + 5, "a", &end(ONE))]);
    }
    let kept = joiner.streams["a"].requests.len();
    assert!(kept < 100, "{kept} requests are kept");
}

#[test]
fn a_traceback_that_is_printed_line_by_line_is_an_error_to_its_end() {
    let lines = ["Traceback (most recent call last):", "  File \"a.py\", line 1", "    a()", "KeyError: 'a'", "after"];
    let events = lines.iter().enumerate().map(|(at, line)| event(i64::try_from(at).unwrap(), "a", line)).collect();
    let severities: Vec<Severity> = Joiner::default().join(events).iter().map(|entry| entry.severity).collect();
    let mut expected = vec![Severity::Error; 4];
    expected.push(Severity::Plain);
    assert_eq!(severities, expected);
}
