//! Following, against a log that is a list: what comes late, twice, from the future, or not at all.

use std::cell::RefCell;
use std::ops::ControlFlow;

use super::super::joining::Said;
use super::{Event, Follower, Look, Moment, News, follow};

fn event(at: i64, taken: i64, message: &str) -> Event {
    let (at, taken) = (Moment(at * 1000), Moment(taken * 1000));
    Event { id: message.to_owned(), stream: "a".to_owned(), at, taken, message: message.to_owned() }
}

/// The last page.
fn page(events: Vec<Event>) -> Look {
    Look::Events { events, next: None }
}

/// What each look brings, of a log in which events can be read as soon as they are taken in.
fn looks(log: &[Event], times: impl IntoIterator<Item = i64>) -> Vec<Vec<String>> {
    let mut follower = Follower::new(Moment(0));
    let look = |now: i64| {
        let from = follower.from();
        let visible = |event: &&Event| event.taken <= Moment(now * 1000) && event.at >= from;
        let fresh = follower.fresh(log.iter().filter(visible).cloned().collect());
        fresh.into_iter().map(|event| event.message).collect()
    };
    times.into_iter().map(look).collect()
}

#[test]
fn every_event_is_told_once_however_late() {
    let log = [event(100, 101, "soon"), event(100, 130, "half a minute late"), event(110, 111, "newer")];
    let told = looks(&log, [100, 102, 120, 140, 160]);
    assert_eq!(told, [vec![], vec!["soon"], vec!["newer"], vec!["half a minute late"], vec![]]);
}

#[test]
fn a_line_from_the_future_hides_nothing() {
    let log = [event(9_000, 100, "tomorrow"), event(101, 102, "today"), event(150, 151, "later today")];
    let told = looks(&log, [100, 110, 160, 200]);
    assert_eq!(told, [vec!["tomorrow"], vec!["today"], vec!["later today"], vec![]]);
}

#[test]
fn what_is_behind_is_forgotten() {
    let mut follower = Follower::new(Moment(0));
    for second in 0..10_000 {
        follower.fresh(vec![event(second, second, &second.to_string())]);
    }
    assert!(follower.seen.len() <= 61, "{} events are kept", follower.seen.len());
}

#[tokio::test(start_paused = true)]
async fn trouble_is_told_once_each_time_and_outlived() {
    let unanswered = || Look::Unanswered(anyhow::anyhow!("Rate exceeded"));
    let script = RefCell::new(vec![
        Look::NoGroup,
        Look::NoGroup,
        page(vec![event(1, 1, "first")]),
        unanswered(),
        unanswered(),
        unanswered(),
        page(vec![event(1, 1, "first"), event(2, 2, "second")]),
        unanswered(),
    ]);
    script.borrow_mut().reverse();
    let mut told = Vec::new();
    let look = async |_| Ok(script.borrow_mut().pop().unwrap());
    let tell = |news| {
        match news {
            News::Entries(entries) => told.extend(entries.into_iter().map(|entry| match entry.said {
                Said::Text(text) => text,
                Said::End(_) => unreachable!(),
            })),
            News::NoGroup => told.push("no group".to_owned()),
            News::Unanswered(error) => told.push(error.to_string()),
        }
        Ok(if script.borrow().is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    };
    follow(Moment(0), look, tell).await.unwrap();
    assert_eq!(told, ["no group", "first", "Rate exceeded", "second", "Rate exceeded"]);
}

#[tokio::test(start_paused = true)]
async fn a_look_that_fails_for_good_ends_it() {
    let look = async |_| -> anyhow::Result<Look> { anyhow::bail!("access denied") };
    let error = follow(Moment(0), look, |_| panic!("nothing is told")).await.unwrap_err();
    assert_eq!(error.to_string(), "access denied");
}
