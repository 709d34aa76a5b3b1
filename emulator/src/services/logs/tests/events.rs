//! Raw requests about streams and events, and what Logs answers.

use serde_json::{Value, json};

use super::{ARN, ask, with_group};
use crate::asking::Asking;

/// The clock of a new account.
const NOW: u64 = 1_795_338_000_000;
const GROUP: &str = "/aws/lambda/openrate";

async fn put(aws: &Asking, stream: &str, events: &[(u64, &str)]) -> Value {
    ask(aws, "CreateLogStream", json!({"logGroupName": GROUP, "logStreamName": stream})).await;
    let events: Vec<Value> = events.iter().map(|(at, message)| json!({"timestamp": at, "message": message})).collect();
    let body = json!({"logGroupName": GROUP, "logStreamName": stream, "logEvents": events});
    let answer = ask(aws, "PutLogEvents", body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

fn messages(answer: &Value) -> Vec<&str> {
    answer["events"].as_array().expect("a list").iter().filter_map(|event| event["message"].as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn events_of_all_streams_are_told_in_the_order_of_time_page_by_page() {
    let aws = with_group().await;
    put(&aws, "a", &[(NOW - 30, "first"), (NOW - 10, "third ERROR")]).await;
    put(&aws, "b", &[(NOW - 20, "second"), (NOW, "fourth ERROR")]).await;
    let filter = async |more: Value| {
        let mut body = json!({"logGroupName": GROUP, "interleaved": true});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        ask(&aws, "FilterLogEvents", body).await.json()
    };
    let all = filter(json!({})).await;
    assert_eq!(messages(&all), ["first", "second", "third ERROR", "fourth ERROR"]);
    assert_eq!(all["searchedLogStreams"], json!([]));
    assert_eq!((&all["events"][1]["logStreamName"], &all["events"][1]["timestamp"]), (&json!("b"), &json!(NOW - 20)));
    let cases = [
        (json!({"filterPattern": "ERROR -third"}), &["fourth ERROR"][..]),
        (json!({"startTime": NOW - 20, "endTime": NOW - 10}), &["second", "third ERROR"]),
        (json!({"logStreamNames": ["b"]}), &["second", "fourth ERROR"]),
        (json!({"logStreamNamePrefix": "a"}), &["first", "third ERROR"]),
    ];
    for (more, expected) in cases {
        assert_eq!(messages(&filter(more.clone()).await), expected, "{more}");
    }
    let page = filter(json!({"limit": 3})).await;
    let rest = filter(json!({"limit": 3, "nextToken": page["nextToken"]})).await;
    assert_eq!((messages(&page).len(), messages(&rest)), (3, vec!["fourth ERROR"]));
    assert!(rest.get("nextToken").is_none());
}

#[tokio::test(start_paused = true)]
async fn one_stream_is_read_in_both_directions() {
    let aws = with_group().await;
    put(&aws, "a", &[(NOW - 3, "one"), (NOW - 2, "two"), (NOW - 1, "three")]).await;
    let get = async |more: Value| {
        let mut body = json!({"logGroupName": GROUP, "logStreamName": "a", "limit": 2});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        ask(&aws, "GetLogEvents", body).await.json()
    };
    let last = get(json!({})).await;
    assert_eq!(messages(&last), ["two", "three"], "the newest, unless told");
    let before = get(json!({"nextToken": last["nextBackwardToken"]})).await;
    assert_eq!(messages(&before), ["one"]);
    let head = get(json!({"startFromHead": true})).await;
    assert_eq!(messages(&head), ["one", "two"]);
    let rest = get(json!({"nextToken": head["nextForwardToken"]})).await;
    assert_eq!(messages(&rest), ["three"]);
    let end = get(json!({"nextToken": rest["nextForwardToken"]})).await;
    assert_eq!((messages(&end).len(), &end["nextForwardToken"]), (0, &rest["nextForwardToken"]), "the end");
    assert_eq!(
        messages(&get(json!({"endTime": NOW - 1})).await),
        ["one", "two"],
        "here the end is no part of the span"
    );
}

#[tokio::test(start_paused = true)]
async fn streams_are_described_by_name_or_by_their_last_event() {
    let aws = with_group().await;
    put(&aws, "a", &[(NOW - 5, "x")]).await;
    put(&aws, "b", &[(NOW - 9, "x"), (NOW - 7, "y")]).await;
    ask(&aws, "CreateLogStream", json!({"logGroupName": GROUP, "logStreamName": "empty"})).await;
    let names = async |more: Value| {
        let mut body = json!({"logGroupName": GROUP});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let answer = ask(&aws, "DescribeLogStreams", body).await.json();
        let streams = answer["logStreams"].as_array().expect("a list").clone();
        streams.iter().map(|stream| stream["logStreamName"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(json!({})).await, ["a", "b", "empty"]);
    assert_eq!(names(json!({"orderBy": "LastEventTime", "descending": true, "limit": 2})).await, ["a", "b"]);
    let seen = ask(&aws, "DescribeLogStreams", json!({"logGroupName": GROUP, "logStreamNamePrefix": "b"})).await.json();
    let expected = json!({"logStreamName": "b", "creationTime": seen["logStreams"][0]["creationTime"],
        "arn": format!("{ARN}:log-stream:b"), "storedBytes": 0, "firstEventTimestamp": NOW - 9,
        "lastEventTimestamp": NOW - 7, "lastIngestionTime": seen["logStreams"][0]["lastIngestionTime"]});
    assert_eq!(seen["logStreams"], json!([expected]));
    ask(&aws, "DeleteLogStream", json!({"logGroupName": GROUP, "logStreamName": "b"})).await;
    assert_eq!(names(json!({})).await, ["a", "empty"]);
    let left = ask(&aws, "FilterLogEvents", json!({"logGroupName": GROUP})).await.json();
    assert_eq!(messages(&left), ["x"], "its events went with it");
}

#[tokio::test(start_paused = true)]
async fn events_too_old_too_new_or_past_the_retention_are_rejected_and_the_rest_taken() {
    let aws = with_group().await;
    let hour = 3_600_000;
    let answer = put(&aws, "a", &[(NOW, "now"), (NOW + 3 * hour, "too new")]).await;
    assert_eq!(answer["rejectedLogEventsInfo"], json!({"tooNewLogEventStartIndex": 1}));
    let answer = put(&aws, "a", &[(NOW - 15 * 24 * hour, "too old"), (NOW - 15 * 24 * hour + 1, "too old")]).await;
    assert_eq!(answer["rejectedLogEventsInfo"], json!({"tooOldLogEventEndIndex": 2}));
    ask(&aws, "PutRetentionPolicy", json!({"logGroupName": GROUP, "retentionInDays": 1})).await;
    let answer = put(&aws, "a", &[(NOW - 25 * hour, "expired"), (NOW - 23 * hour, "kept")]).await;
    assert_eq!(answer["rejectedLogEventsInfo"], json!({"expiredLogEventEndIndex": 1}));
    let seen = async || messages(&ask(&aws, "FilterLogEvents", json!({"logGroupName": GROUP})).await.json()).join(" ");
    assert_eq!(seen().await, "kept now");
    tokio::time::sleep(std::time::Duration::from_hours(2)).await;
    assert_eq!(seen().await, "now", "what is older than the retention is not told");
}

#[tokio::test(start_paused = true)]
async fn what_aws_refuses_of_streams_and_events_is_refused() {
    let aws = with_group().await;
    put(&aws, "a", &[(NOW, "x")]).await;
    let event = |at: u64, message: &str| json!({"timestamp": at, "message": message});
    let with = |more: Value| {
        let mut body = json!({"logGroupName": GROUP, "logStreamName": "a"});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        body
    };
    let (invalid, missing) = ("InvalidParameterException", "ResourceNotFoundException");
    let disordered = json!({"logEvents": [event(NOW, "b"), event(NOW - 1, "a")]});
    let long = json!({"logEvents": [event(NOW - 90_000_000, "a"), event(NOW, "b")]});
    let large = json!({"logEvents": [event(NOW, &"x".repeat(1_048_576))]});
    let both = json!({"logGroupName": GROUP, "logStreamNames": ["a"], "logStreamNamePrefix": "a"});
    let by_both = json!({"logGroupName": GROUP, "orderBy": "LastEventTime", "logStreamNamePrefix": "a"});
    let cases = [
        ("CreateLogStream", with(json!({})), "ResourceAlreadyExistsException", "log stream already exists"),
        ("CreateLogStream", with(json!({"logStreamName": "a:b"})), invalid, "[^:*]*"),
        ("DeleteLogStream", with(json!({"logStreamName": "none"})), missing, "log stream does not exist"),
        ("PutLogEvents", with(disordered), invalid, "must be in chronological order."),
        ("PutLogEvents", with(long), invalid, "cannot span more than 24 hours."),
        ("PutLogEvents", with(large), invalid, "Upload too large: 1048602 bytes exceeds limit of 1048576"),
        ("PutLogEvents", with(json!({"logEvents": []})), invalid, "'logEvents'"),
        ("PutLogEvents", with(json!({})), invalid, "Value null at 'logEvents'"),
        ("FilterLogEvents", json!({"logGroupName": "none"}), missing, "log group does not exist"),
        ("FilterLogEvents", json!({}), invalid, "logGroupName or logGroupIdentifier"),
        ("FilterLogEvents", both, invalid, "only one may be"),
        ("FilterLogEvents", json!({"logGroupName": GROUP, "logStreamNames": ["b"]}), missing, "log stream"),
        ("FilterLogEvents", json!({"logGroupName": GROUP, "nextToken": "x"}), invalid, "nextToken is invalid"),
        ("FilterLogEvents", json!({"logGroupName": GROUP, "limit": 10_001}), invalid, "less than or equal to 10000"),
        ("FilterLogEvents", json!({"logGroupName": GROUP, "filterPattern": "a:b"}), invalid, "Invalid character(s)"),
        ("GetLogEvents", with(json!({"logStreamName": "b"})), missing, "log stream does not exist"),
        ("GetLogEvents", with(json!({"nextToken": "f/1"})), invalid, "nextToken is invalid"),
        ("DescribeLogStreams", by_both, invalid, "Cannot order by LastEventTime"),
    ];
    for (operation, body, code, text) in cases {
        let answer = ask(&aws, operation, body.clone()).await;
        assert_eq!((answer.status, answer.code.as_str()), (400, code), "{operation} {body}");
        assert!(answer.body.contains(text), "{operation} {body}: {}", answer.body);
    }
    let by_arn = ask(&aws, "FilterLogEvents", json!({"logGroupIdentifier": ARN})).await.json();
    assert_eq!(messages(&by_arn), ["x"]);
}
