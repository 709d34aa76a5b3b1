//! The function's log, read from the emulator: requests joined, streams together, and followed while it grows.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::time::Duration;

use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use bedrock_ops::aws::Access;
use bedrock_ops::logs::{self, Entry, Filter, Joiner, Look, News, Place, Query, Said};
use bedrock_ops::moment::Moment;
use emulator::{Fault, FaultAt, FaultKind};

use crate::stage::{MANIFEST, Stage};

const GROUP: &str = "/aws/lambda/openrate";
const ONE: &str = "11111111-0000-4000-8000-000000000001";
const TWO: &str = "22222222-0000-4000-8000-000000000002";

/// The emulator's time at the start.
const START: Moment = Moment(1_795_338_000_000);

fn query(filter: Option<&str>) -> Query {
    Query { group: GROUP.to_owned(), filter: filter.map(|text| Filter::plain(text).unwrap()) }
}

/// Writes events into a stream, made if need be, as so many seconds after the start.
async fn write(stage: &Stage, stream: &str, lines: &[(i64, &str)]) {
    let logs = stage.somebody().logs.clone();
    // It may be there.
    let _ = logs.create_log_stream().log_group_name(GROUP).log_stream_name(stream).send().await;
    let event = |(second, line): &(i64, &str)| {
        InputLogEvent::builder().timestamp(START.0 + second * 1000).message(*line).build().unwrap()
    };
    let call = logs.put_log_events().log_group_name(GROUP).log_stream_name(stream);
    let answer = call.set_log_events(Some(lines.iter().map(event).collect())).send().await.unwrap();
    assert!(answer.rejected_log_events_info.is_none(), "{answer:?}");
}

async fn group(stage: &Stage) {
    stage.somebody().logs.create_log_group().log_group_name(GROUP).send().await.unwrap();
}

/// `1 text`: the first digit of the request's id, or `-`, and the text.
fn told(entries: &[Entry]) -> Vec<String> {
    let tell = |entry: &Entry| {
        let text = match &entry.said {
            Said::Text(text) => text.clone(),
            Said::End(end) => end.shown(),
        };
        format!("{} {text}", entry.request.as_deref().map_or("-", |id| &id[..1]))
    };
    entries.iter().map(tell).collect()
}

async fn read(stage: &Stage, filter: Option<&str>) -> Option<Vec<String>> {
    let aws = stage.session(MANIFEST).clients(Access::Read);
    match logs::look(&aws, &query(filter), &Place::from(START)).await.unwrap() {
        Look::Events { events, next: None } => Some(told(&Joiner::default().join(events))),
        Look::Events { .. } => panic!("there is more than a page"),
        Look::NoGroup => None,
        Look::Unanswered(error) => panic!("{error:#}"),
    }
}

#[tokio::test(start_paused = true)]
async fn streams_are_read_together_in_time_order_with_a_client_that_only_reads() {
    let stage = Stage::new();
    assert_eq!(read(&stage, None).await, None, "there is no log group yet");
    group(&stage).await;
    assert_eq!(read(&stage, None).await, Some(Vec::new()));
    let (start, end) = (format!("START RequestId: {ONE} Version: 1"), format!("END RequestId: {ONE}"));
    write(&stage, "b", &[(1, &format!("START RequestId: {TWO} Version: 1")), (4, "b at 4")]).await;
    write(&stage, "a", &[(2, &start), (3, "a at 3"), (5, &end), (6, "a at 6")]).await;
    assert_eq!(read(&stage, None).await.unwrap(), ["1 a at 3", "2 b at 4", "- a at 6"]);
}

#[tokio::test(start_paused = true)]
async fn a_filtered_line_still_knows_its_request() {
    let stage = Stage::new();
    group(&stage).await;
    let start = format!("START RequestId: {ONE} Version: 1");
    write(&stage, "a", &[(1, &start), (2, "rate \"20.38\" \\ %"), (3, "something else"), (4, "RATE \"20.38\"")]).await;
    assert_eq!(read(&stage, Some("rate \"20.38\" \\")).await.unwrap(), ["1 rate \"20.38\" \\ %"]);
    assert_eq!(read(&stage, Some("?rate -else")).await.unwrap(), Vec::<String>::new(), "no pattern, but a text");
    assert_eq!(read(&stage, Some("\" \\ %")).await.unwrap(), ["1 rate \"20.38\" \\ %"]);
}

/// What is told while the log is followed; the script says what happens before the nth look.
async fn followed(stage: &Stage, looks: usize, happens: impl AsyncFn(usize)) -> Vec<String> {
    let aws = stage.session(MANIFEST).clients(Access::Read);
    let (query, news) = (query(None), RefCell::new(Vec::new()));
    let count = RefCell::new(0);
    let look = async |place| {
        let number = count.replace_with(|count| *count + 1);
        happens(number).await;
        if number == looks {
            anyhow::bail!("that was the last look");
        }
        logs::look(&aws, &query, &place).await
    };
    let tell = |told_now| {
        match told_now {
            News::Entries(entries) => news.borrow_mut().extend(told(&entries)),
            News::NoGroup => news.borrow_mut().push("no group".to_owned()),
            News::Unanswered(_) => news.borrow_mut().push("no answer".to_owned()),
        }
        Ok(ControlFlow::Continue(()))
    };
    let ended = logs::follow(START, look, tell).await.unwrap_err();
    assert_eq!(ended.to_string(), "that was the last look");
    news.into_inner()
}

#[tokio::test(start_paused = true)]
async fn what_comes_late_is_told_once_and_by_its_request() {
    let stage = Stage::new();
    let start = format!("START RequestId: {ONE} Version: 1");
    let told = followed(&stage, 8, async |look| match look {
        1 => group(&stage).await,
        2 => write(&stage, "a", &[(1, &start), (2, "first")]).await,
        4 => write(&stage, "b", &[(3, "on another stream")]).await,
        // Older than what was told already, on both streams.
        5 => {
            write(&stage, "a", &[(1, "late, with the time of the beginning")]).await;
            write(&stage, "b", &[(2, "late"), (3, "late and of the same moment")]).await;
        }
        _ => {}
    })
    .await;
    let expected = [
        "no group",
        "1 first",
        "- on another stream",
        "1 late, with the time of the beginning",
        "- late",
        "- late and of the same moment",
    ];
    assert_eq!(told, expected);
}

#[tokio::test(start_paused = true)]
async fn throttling_is_outlived_and_looks_keep_their_distance() {
    let stage = Stage::new();
    group(&stage).await;
    stage.emulator.clear_calls();
    let started = tokio::time::Instant::now();
    let told = followed(&stage, 6, async |look| match look {
        1 => {
            // More than the SDK tries by itself.
            let fault =
                |time| Fault { at: FaultAt::Operation("FilterLogEvents".to_owned(), time), kind: FaultKind::Throttle };
            stage.emulator.set_faults((1..=8).map(fault).collect());
        }
        3 => write(&stage, "a", &[(1, "after all")]).await,
        _ => {}
    })
    .await;
    assert_eq!(told, ["no answer", "- after all"]);
    let looks = stage.calls().iter().filter(|call| call.operation == "FilterLogEvents").count();
    assert_eq!(looks, 6 + 7, "six looks, one of them eight times");
    assert!(started.elapsed() >= Duration::from_secs(2) * 6, "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_page_is_told_before_the_next_is_read_and_never_read_again() {
    let stage = Stage::new();
    group(&stage).await;
    // The emulator gives 1,000 a page. Over more than a minute: none but the last lines are read again.
    let lines: Vec<(i64, String)> = (0..1999).map(|number| (number / 10, format!("line {number}"))).collect();
    let given: Vec<(i64, &str)> = lines.iter().map(|(second, line)| (*second, line.as_str())).collect();
    tokio::time::advance(Duration::from_mins(5)).await;
    write(&stage, "a", &given).await;
    stage.emulator.clear_calls();
    let told = followed(&stage, 4, async |look| {
        if look == 1 {
            // The second page is not given, however often the SDK tries.
            let fault =
                |time| Fault { at: FaultAt::Operation("FilterLogEvents".to_owned(), time), kind: FaultKind::Throttle };
            stage.emulator.set_faults((1..=8).map(fault).collect());
        }
    })
    .await;
    assert_eq!(told.iter().position(|line| line == "no answer"), Some(1000));
    let lines: Vec<String> = lines.into_iter().map(|(_, line)| format!("- {line}")).collect();
    assert!(told.iter().filter(|line| *line != "no answer").eq(&lines), "each line once, in order");
    let calls = stage.calls().iter().filter(|call| call.operation == "FilterLogEvents").count();
    assert_eq!(calls, 1 + 8 + 1 + 1, "two pages, with eight refused tries at the second, and a look at the end");
}
