//! The sample log groups: those of a club's smartphone application and of what sends its push notifications.
//!
//! | group | a line each minute | and besides |
//! |---|---|---|
//! | `/kabaddi-app/api` | `INFO` | each 30th minute a 503: 2 an hour |
//! | `/kabaddi-app/push-worker` | `INFO` | each 10th minute an expired device token or, each 90th, a timeout: 6 an hour |
//!
//! They are there for reading alone: nobody made them, nobody can delete them, and no list of log groups tells of them.
//! The errors are those that CloudWatch's sample metrics count.

use std::collections::BTreeMap;

use super::Group;
use super::stored::Stored;
use crate::calendar::{DAY, iso_millis};
use crate::clock::Millis;

/// One minute.
const MINUTE: Millis = 60_000;

/// When in its minute a line is written. Never at a whole second, so that every hour has as many, however it is cut.
const INFO_AT: Millis = 5120;
const ERROR_AT: Millis = 17_345;

const API: &str = "/kabaddi-app/api";
const WORKER: &str = "/kabaddi-app/push-worker";

/// The log stream that all lines of a group are in.
const STREAM: &str = "sample";

/// The sample group of that name, with the lines of the last 24 hours.
pub(super) fn group(name: &str, now: Millis) -> Option<Group> {
    if ![API, WORKER].contains(&name) {
        return None;
    }
    let created = now.saturating_sub(DAY);
    let mut stored = Stored::default();
    stored.add(STREAM, created, lines(name, created, now));
    Some(Group { created, class: "STANDARD".to_owned(), retention: Some(1), tags: BTreeMap::new(), stored })
}

/// A group's lines (their time and text) from one moment to another, both included, the oldest first.
fn lines(group: &str, from: Millis, to: Millis) -> Vec<(Millis, String)> {
    let of_minute = |minute: u64| {
        let line = |after: Millis, text: String| {
            let at = minute * MINUTE + after;
            (at, format!("{} {text}", iso_millis(at)))
        };
        let (info, error) = if group == API {
            (api_info(minute), api_error(minute))
        } else {
            (worker_info(minute), worker_error(minute))
        };
        std::iter::once(line(INFO_AT, info)).chain(error.map(|text| line(ERROR_AT, text)))
    };
    (from / MINUTE..=to / MINUTE).flat_map(of_minute).filter(|(at, _)| (from..=to).contains(at)).collect()
}

fn api_info(minute: u64) -> String {
    format!("INFO GET /v1/matches 200 in {} ms", 40 + scattered(minute) % 60)
}

fn api_error(minute: u64) -> Option<String> {
    let request = scattered(minute);
    let text = format!("ERROR GET /v1/tickets 503: no answer from ticket-service (request {request:012x})");
    (minute % 30 == 11).then_some(text)
}

fn worker_info(minute: u64) -> String {
    format!("INFO sent {} notifications of weekly-digest", 20 + scattered(minute) % 100)
}

fn worker_error(minute: u64) -> Option<String> {
    let device = scattered(minute);
    let text = if minute % 90 == 37 {
        format!("{device:012x} Task timed out after 30.00 seconds")
    } else {
        format!("ERROR DeviceTokenExpired: the token of device {device:012x} is no longer registered")
    };
    (minute % 10 == 7).then_some(text)
}

/// A number that looks like chance, and is the same for the same minute; of at most 48 bits.
fn scattered(minute: u64) -> u64 {
    (minute.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16) | 1 << 47
}

#[cfg(test)]
mod tests {
    use super::{API, WORKER, group, lines};

    #[test]
    fn every_hour_has_as_many_lines_wherever_it_begins() {
        for from in [1_795_338_000_000, 1_795_338_017_000, 1_795_340_123_456] {
            let count = |group, word| {
                let found = lines(group, from, from + 3 * 3_600_000 - 1);
                found.iter().filter(|(_, text)| text.contains(word)).count()
            };
            assert_eq!((count(API, "INFO"), count(API, "ERROR")), (180, 6), "{from}");
            assert_eq!((count(WORKER, "ERROR"), count(WORKER, "timed out")), (16, 2), "{from}");
        }
        let now = 1_795_338_000_000;
        let whole = group(WORKER, now).expect("a sample");
        assert_eq!(whole.stored.events(whole.retention, now).len(), 1440 + 144, "none was forgotten");
        assert!(group("/kabaddi-app", now).is_none());
    }
}
