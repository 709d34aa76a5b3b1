//! Raw requests to Cost Explorer, and what it answers.

use serde_json::{Value, json};

use crate::asking::{Answer, Asking};

fn stage() -> Asking {
    Asking { region: "us-east-1", ..Asking::new() }
}

async fn ask(aws: &Asking, body: Value) -> Answer {
    aws.target("ce", "AWSInsightsIndexService.GetCostAndUsage", &body).await
}

/// The costs of a span by service; the account's day is 2026-11-22.
fn costs(granularity: &str, start: &str, end: &str) -> Value {
    json!({
        "TimePeriod": {"Start": start, "End": end},
        "Granularity": granularity,
        "Metrics": ["UnblendedCost"],
        "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}],
    })
}

/// The same with one member changed.
fn with(member: &str, value: Value) -> Value {
    let mut body = costs("MONTHLY", "2026-10-01", "2026-12-01");
    body[member] = value;
    body
}

/// In ten thousandths of a cent, for comparison.
fn amount(metrics: &Value) -> i64 {
    let text = metrics["UnblendedCost"]["Amount"].as_str().expect("an amount");
    #[expect(clippy::cast_possible_truncation, reason = "some thousand dollars")]
    let number = (text.parse::<f64>().expect("a number") * 1e6).round() as i64;
    number
}

#[tokio::test(start_paused = true)]
async fn two_months_are_told_service_by_service_page_by_page() {
    let aws = stage();
    let first = ask(&aws, costs("MONTHLY", "2026-10-01", "2026-12-01")).await.json();
    let second = ask(&aws, with("NextPageToken", first["NextPageToken"].clone())).await.json();
    assert!(second.get("NextPageToken").is_none());
    let group = |page: &Value, month: usize, name: &str| {
        let groups = page["ResultsByTime"][month]["Groups"].as_array().expect("groups").clone();
        groups.iter().find(|group| group["Keys"] == json!([name])).map(|group| amount(&group["Metrics"]))
    };
    assert_eq!(group(&first, 0, "Amazon Relational Database Service"), Some(408_500_000));
    // 21 of November's 30 days are over.
    assert_eq!(group(&first, 1, "Amazon Relational Database Service"), Some(412_000_000 / 30 * 21 + 7));
    assert_eq!((group(&first, 0, "Tax"), group(&second, 0, "Tax")), (None, Some(116_000_000)));
    let estimated = |month: usize| first["ResultsByTime"][month]["Estimated"].as_bool();
    assert_eq!((estimated(0), estimated(1)), (Some(false), Some(true)));
    assert_eq!(first["ResultsByTime"][1]["TimePeriod"], json!({"Start": "2026-11-01", "End": "2026-12-01"}));
}

#[tokio::test(start_paused = true)]
async fn the_days_of_a_month_add_up_to_its_total() {
    let aws = stage();
    let whole = |granularity| {
        let mut body = costs(granularity, "2026-10-01", "2026-11-01");
        body["GroupBy"] = Value::Null;
        body
    };
    let month = ask(&aws, whole("MONTHLY")).await.json();
    assert_eq!(amount(&month["ResultsByTime"][0]["Total"]), 1_270_650_000);
    assert_eq!((month["ResultsByTime"][0]["Groups"].clone(), month.get("NextPageToken")), (json!([]), None));
    let days = ask(&aws, whole("DAILY")).await.json();
    let days = days["ResultsByTime"].as_array().expect("days");
    let sum: i64 = days.iter().map(|day| amount(&day["Total"])).sum();
    assert_eq!(days.len(), 31);
    assert!((sum - 1_270_650_000).abs() < 31, "{sum}: each day is rounded for this sum");
    // What is to come costs nothing yet.
    let body = costs("DAILY", "2026-11-21", "2026-11-23");
    let answer = ask(&aws, body).await.json();
    let groups = |day: usize| answer["ResultsByTime"][day]["Groups"].as_array().map(Vec::len);
    assert_eq!((groups(0), groups(1)), (Some(8), Some(0)));
}

#[tokio::test(start_paused = true)]
async fn as_many_months_are_kept_as_aws_keeps() {
    let aws = stage();
    let all = ask(&aws, costs("MONTHLY", "2025-10-01", "2026-12-01")).await;
    assert_eq!((all.status, all.json()["ResultsByTime"].as_array().map(Vec::len)), (200, Some(14)));
    let older = ask(&aws, costs("MONTHLY", "2025-09-01", "2026-12-01")).await;
    assert!(older.body.contains("historical data beyond 14 months"), "{}", older.body);
}

#[tokio::test(start_paused = true)]
async fn what_cost_explorer_refuses_is_refused() {
    let aws = stage();
    let (wrong, unknown) = ("ValidationException", "NotImplementedByEmulator");
    for (body, code, text) in [
        (costs("MONTHLY", "2026-11-01", "2026-11-01"), wrong, "Start date (and hour) should be before end date"),
        (costs("MONTHLY", "2026-11-01", "2026-12-02"), wrong, "end date past the beginning of next month"),
        (costs("MONTHLY", "November", "2026-12-01"), wrong, "at 'start' failed"),
        (costs("YEARLY", "2026-10-01", "2026-12-01"), wrong, "at 'granularity' failed"),
        (with("TimePeriod", Value::Null), wrong, "Value null at 'timePeriod'"),
        (with("Metrics", Value::Null), wrong, "Value null at 'metrics'"),
        (with("Metrics", json!(["Gold"])), wrong, "Metric Gold"),
        (with("Metrics", json!(["UsageQuantity"])), unknown, "the metric UsageQuantity"),
        (with("GroupBy", json!([{"Type": "TAG", "Key": "team"}])), unknown, "by TAG team"),
        (with("Filter", json!({})), unknown, "the member Filter"),
        (costs("HOURLY", "2026-11-01", "2026-11-02"), unknown, "by the hour"),
        (with("NextPageToken", json!("x")), "InvalidNextTokenException", "token"),
        (with("NextPageToken", json!("8-0123456789abcdef")), "RequestChangedException", "changed"),
    ] {
        let answer = ask(&aws, body.clone()).await;
        assert_eq!(answer.code, code, "{body}: {}", answer.body);
        assert!(answer.json()["Message"].as_str().is_some_and(|said| said.contains(text)), "{}", answer.body);
    }
    let elsewhere = ask(&Asking::new(), with("Metrics", json!(["UnblendedCost"]))).await;
    assert_eq!(elsewhere.code, "InvalidSignatureException");
}
