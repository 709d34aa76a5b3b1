//! The emulator from outside: signatures, error shapes, latency, the log of calls, planted faults, the folder.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use emulator::{Dropped, Emulator, Fault, FaultAt, FaultKind, Settings, Timing};
use http::{Request, Response};
use tokio::time::Instant;

const FORM: &str = "application/x-www-form-urlencoded";

fn authorization(service: &str) -> String {
    let signature = "a".repeat(64);
    format!(
        "AWS4-HMAC-SHA256 Credential=AKID/20261122/ap-northeast-1/{service}/aws4_request, SignedHeaders=host;x-amz-date, Signature={signature}"
    )
}

fn signed(service: &str, method: &str, path: &str, header: (&str, &str), body: &str) -> Request<Bytes> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", authorization(service))
        .header("x-amz-date", "20261122T090000Z")
        .header(header.0, header.1)
        .body(Bytes::from(body.to_owned()))
        .expect("a request")
}

fn create_log_group(name: &str) -> Request<Bytes> {
    let body = format!("{{\"logGroupName\":\"{name}\"}}");
    signed("logs", "POST", "/", ("x-amz-target", "Logs_20140328.CreateLogGroup"), &body)
}

fn describe_log_groups() -> Request<Bytes> {
    signed("logs", "POST", "/", ("x-amz-target", "Logs_20140328.DescribeLogGroups"), "{}")
}

fn get_caller() -> Request<Bytes> {
    signed("sts", "POST", "/", ("content-type", FORM), "Action=GetCallerIdentity&Version=2011-06-15")
}

fn text(response: &Response<Bytes>) -> String {
    String::from_utf8_lossy(response.body()).into_owned()
}

fn fault(at: FaultAt, kind: FaultKind) -> Fault {
    Fault { at, kind }
}

/// A folder of the test's own; the system sweeps what a failed test leaves.
fn folder(topic: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("bedrock-ops-core-{topic}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

#[tokio::test(start_paused = true)]
async fn every_protocol_has_its_own_shape_of_refusal() {
    let unsigned =
        |header: (&str, &str)| Request::post("/").header(header.0, header.1).body(Bytes::new()).expect("a request");
    let json = "application/json";
    let cases: Vec<(Request<Bytes>, u16, &str, &str, &str)> = vec![
        (unsigned(("content-type", FORM)), 403, "text/xml", "", "<Code>MissingAuthenticationToken</Code>"),
        (
            unsigned(("x-amz-target", "Logs_20140328.X")),
            403,
            "application/x-amz-json-1.1",
            "",
            "\"__type\":\"MissingAuthenticationTokenException\"",
        ),
        (
            unsigned(("accept", json)),
            403,
            json,
            "MissingAuthenticationTokenException",
            "{\"message\":\"Missing Authentication Token\"}",
        ),
        (
            signed("bedrock-agent", "POST", "/agents/", ("accept", json), "{}"),
            403,
            json,
            "InvalidSignatureException",
            "correct service: 'bedrock'",
        ),
        (signed("s3", "GET", "/bucket", ("accept", json), ""), 501, json, "NotImplementedByEmulator", "the service s3"),
        (
            signed("bedrock", "GET", "/flows/", ("accept", json), ""),
            501,
            json,
            "NotImplementedByEmulator",
            "the path /flows of bedrock",
        ),
        (
            signed("logs", "POST", "/", ("x-amz-target", "AmazonEC2ContainerRegistry_V20150921.X"), "{}"),
            400,
            "application/x-amz-json-1.1",
            "",
            "UnknownOperationException",
        ),
        (
            signed("logs", "POST", "/", ("x-amz-target", "Logs_20140328.CreateLogGroup"), "{}"),
            400,
            "application/x-amz-json-1.1",
            "",
            "\"__type\":\"InvalidParameterException\"",
        ),
        (
            signed("logs", "POST", "/", ("x-amz-target", "Logs_20140328.CreateLogGroup"), "[]"),
            400,
            "application/x-amz-json-1.1",
            "",
            "SerializationException",
        ),
        (
            signed("lambda", "GET", "/2099-01-01/nothing", ("accept", json), ""),
            501,
            json,
            "NotImplementedByEmulator",
            "\"Type\":\"Service\"",
        ),
        (
            signed("iam", "POST", "/", ("content-type", FORM), "Action=GetRole&Version=2010-05-08&RoleName=none"),
            404,
            "text/xml",
            "",
            "<Type>Sender</Type><Code>NoSuchEntity</Code>",
        ),
        (
            signed("iam", "POST", "/", ("content-type", FORM), "Version=2010-05-08"),
            400,
            "text/xml",
            "",
            "<Code>MissingAction</Code>",
        ),
    ];
    let aws = Emulator::new(Settings::for_tests());
    for (request, status, kind, error_type, part) in cases {
        let asked = format!("{request:?}");
        let answer = aws.call(request).await;
        let header = |name: &str| answer.headers().get(name).map_or("", |value| value.to_str().expect("text"));
        assert_eq!((answer.status().as_u16(), header("content-type")), (status, kind), "{asked}");
        assert_eq!(header("x-amzn-errortype"), error_type, "{asked}");
        assert!(header("x-amzn-requestid").starts_with("00000000-0000-4000-8000-"), "{asked}");
        assert!(text(&answer).contains(part), "{asked}: {}", text(&answer));
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_takes_its_time_and_health_is_always_there() {
    let aws = Emulator::new(Settings::for_tests());
    let begun = Instant::now();
    assert_eq!(aws.call(get_caller()).await.status(), 200);
    assert_eq!(begun.elapsed(), Timing::realistic().call);
    let health = Request::get("/_emulator/health").body(Bytes::new()).expect("a request");
    assert_eq!(aws.call(health).await.status(), 200);
}

#[tokio::test(start_paused = true)]
async fn the_log_tells_reads_from_writes_also_when_they_are_refused() {
    let aws = Emulator::new(Settings::for_tests());
    aws.call(create_log_group("a")).await;
    aws.call(create_log_group("a")).await;
    aws.call(describe_log_groups()).await;
    let calls = aws.calls();
    let seen: Vec<_> =
        calls.iter().map(|call| (call.service, call.operation.as_str(), call.writes, call.status)).collect();
    let expected = [
        ("logs", "CreateLogGroup", true, 200),
        ("logs", "CreateLogGroup", true, 400),
        ("logs", "DescribeLogGroups", false, 200),
    ];
    assert_eq!(seen, expected);
    assert_eq!((calls[1].at - calls[0].at, calls[0].region.as_str()), (40, "ap-northeast-1"));
    aws.clear_calls();
    assert!(aws.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn regions_are_worlds_apart_and_the_inventory_names_them() {
    let aws = Emulator::new(Settings::for_tests());
    assert!(aws.world().is_empty());
    aws.call(create_log_group("a")).await;
    assert_eq!(aws.world().inventory(), ["ap-northeast-1 logs log-group a"]);
    let empty = aws.edit(std::mem::take);
    assert_eq!((empty.inventory().len(), aws.world().is_empty()), (1, true));
}

#[tokio::test(start_paused = true)]
async fn throttling_and_server_errors_leave_the_work_undone() {
    let cases = [
        (FaultKind::Throttle, 400, "ThrottlingException"),
        (FaultKind::ServerError, 503, "ServiceUnavailableException"),
    ];
    for (kind, status, code) in cases {
        let aws = Emulator::new(Settings::for_tests());
        aws.fail_next(fault(FaultAt::Call(1), kind));
        let answer = aws.call(create_log_group("a")).await;
        assert_eq!(answer.status(), status);
        assert!(text(&answer).contains(code));
        assert!(aws.world().is_empty());
        assert_eq!(aws.call(create_log_group("a")).await.status(), 200, "a fault strikes once");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_answer_leaves_the_work_done() {
    let aws = Emulator::new(Settings::for_tests());
    aws.set_faults(vec![fault(FaultAt::Operation("CreateLogGroup".to_owned(), 2), FaultKind::Drop)]);
    assert!(aws.exchange(create_log_group("a")).await.is_ok());
    assert_eq!(aws.exchange(create_log_group("b")).await.expect_err("dropped"), Dropped);
    assert_eq!(aws.world().inventory().len(), 2);
    assert_eq!(aws.calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn after_a_cut_the_last_write_is_answered_and_nothing_more_is_done() {
    let aws = Emulator::new(Settings::for_tests());
    aws.set_faults(vec![fault(FaultAt::WritingCall(2), FaultKind::Cut)]);
    assert!(aws.exchange(create_log_group("a")).await.is_ok());
    assert!(aws.exchange(describe_log_groups()).await.is_ok());
    assert!(aws.exchange(create_log_group("b")).await.is_ok());
    assert!(aws.exchange(create_log_group("c")).await.is_err());
    assert!(aws.exchange(describe_log_groups()).await.is_err());
    assert_eq!(aws.call(get_caller()).await.status(), 502);
    assert_eq!((aws.calls().len(), aws.world().inventory().len()), (3, 2));

    aws.set_faults(Vec::new());
    assert!(aws.exchange(create_log_group("c")).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_folder_keeps_the_world_and_its_time_for_the_next_process() {
    let folder = folder("world");
    let first = Emulator::open(&folder, Settings::for_tests()).expect("a new folder");
    tokio::time::sleep(Duration::from_secs(100)).await;
    assert_eq!(first.call(create_log_group("a")).await.status(), 200);
    let (world, left) = (first.world(), first.calls()[0].at);
    drop(first);

    let next = Emulator::open(&folder, Settings::for_tests()).expect("open again");
    assert_eq!(next.world(), world);
    next.call(describe_log_groups()).await;
    assert!(next.calls()[0].at >= left, "time went backwards");
    drop(next);
    std::fs::remove_dir_all(&folder).expect("removed");
}

#[tokio::test(start_paused = true)]
async fn a_world_that_cannot_be_written_is_not_passed_off_as_kept() {
    let folder = folder("full");
    let aws = Emulator::open(&folder, Settings::for_tests()).expect("a new folder");
    std::fs::remove_dir_all(&folder).expect("removed behind its back");
    let answer = aws.call(create_log_group("a")).await;
    assert_eq!(answer.status(), 507);
    assert!(text(&answer).contains("the emulated account was not changed"), "{}", text(&answer));
    assert!(aws.world().is_empty(), "the next look finds the truth");
}

#[tokio::test(start_paused = true)]
async fn the_log_keeps_the_last_ten_thousand_calls_and_cuts_long_names() {
    let aws = Emulator::new(Settings { timing: Timing::quick(), ..Settings::for_tests() });
    let unsigned = |path: String| Request::get(path).body(Bytes::new()).expect("a request");
    aws.call(unsigned("/the/first/one".to_owned())).await;
    for _ in 0..10_000 {
        aws.call(unsigned(format!("/{}", "開".repeat(300).escape_unicode().to_string().replace(['\\', '{', '}'], ""))))
            .await;
    }
    let calls = aws.calls();
    assert_eq!(calls.len(), 10_000);
    assert!(calls.iter().all(|call| call.operation.len() == 200), "{:?}", calls.first());
}
