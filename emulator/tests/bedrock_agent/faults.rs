//! Faults that a test plants into a stream.

use std::time::Duration;

use emulator::{Fault, FaultAt, FaultKind, StreamEnd, StreamException, StreamFault, StreamPlace};
use serde_json::json;

use crate::account::Account;

fn planted(what: StreamEnd, at: StreamPlace) -> Fault {
    Fault { at: FaultAt::Operation("InvokeAgent".to_owned(), 1), kind: FaultKind::InStream(StreamFault { what, at }) }
}

#[tokio::test(start_paused = true)]
async fn every_exception_of_the_stream_comes_where_it_was_planted_and_once() {
    let account = Account::with_models().await;
    let agent = account.answering(None).await;
    for exception in StreamException::ALL {
        for (place, expected) in [
            (StreamPlace::BeforeText, vec![exception.name()]),
            (StreamPlace::AfterText, vec!["chunk", exception.name()]),
        ] {
            account.emulator.fail_next(planted(StreamEnd::Exception(exception), place));
            let stream = account.draft_says(&agent, "hello").await;
            assert_eq!(stream.kinds(), expected);
            assert!(!stream.failed().1.is_empty() && !stream.broken);
            account.emulator.set_faults(Vec::new());
            assert_eq!(account.draft_says(&agent, "hello").await.kinds(), ["chunk"]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_dependency_is_named() {
    let account = Account::with_models().await;
    let agent = account.answering(None).await;
    let exception = StreamEnd::Exception(StreamException::DependencyFailed);
    account.emulator.fail_next(planted(exception, StreamPlace::BeforeText));
    let stream = account.draft_says(&agent, "hello").await;
    let resource = stream.events[0].members["resourceName"].as_str().expect("a name");
    assert!(stream.failed().1.contains(resource), "{stream:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_breaks_off_in_the_middle_of_a_message() {
    let account = Account::with_models().await;
    let agent = account.answering(None).await;
    account.emulator.fail_next(planted(StreamEnd::Broken, StreamPlace::AfterText));
    let request = json!({"inputText": "hello", "streamingConfigurations": {"streamFinalResponse": true}});
    let stream = account.converse(&agent, "TSTALIASID", request).await;
    assert_eq!(stream.kinds(), ["chunk"]);
    assert!(stream.broken && stream.rest > 0);
}

#[tokio::test(start_paused = true)]
async fn a_stream_falls_silent() {
    let account = Account::with_models().await;
    let agent = account.answering(None).await;
    account.emulator.fail_next(planted(StreamEnd::Silent, StreamPlace::BeforeText));
    let answer = account.draft_says(&agent, "hello");
    assert!(tokio::time::timeout(Duration::from_hours(1), answer).await.is_err());
}
