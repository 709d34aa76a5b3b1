//! Raw requests to CloudWatch, and what it answers.

use serde_json::{Value, json};

use crate::asking::{Answer, Asking};

/// The account's moment, 2026-11-22T09:00:00Z, in seconds: 18:00 in Japan.
const NOW: u64 = 1_795_338_000;

async fn ask(aws: &Asking, operation: &str, body: Value) -> Answer {
    aws.target("monitoring", &format!("GraniteServiceVersion20100801.{operation}"), &body).await
}

/// What asks for an hour of the worker's errors.
fn errors(statistic: &str, period: u64) -> Value {
    let metric = json!({
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": [{"Name": "FunctionName", "Value": "push-worker"}],
    });
    json!({
        "MetricDataQueries": [{"Id": "m", "MetricStat": {"Metric": metric, "Period": period, "Stat": statistic}}],
        "StartTime": NOW - 3600,
        "EndTime": NOW,
    })
}

/// The same with something changed.
fn with(pointer: &str, value: Value) -> Value {
    let mut body = errors("Sum", 600);
    match body.pointer_mut(pointer) {
        Some(place) => *place = value,
        None => body[pointer.trim_start_matches('/')] = value,
    }
    body
}

async fn values(aws: &Asking, body: Value) -> Value {
    ask(aws, "GetMetricData", body).await.json()["MetricDataResults"][0]["Values"].clone()
}

async fn names(aws: &Asking, body: Value) -> Vec<String> {
    let seen = ask(aws, "DescribeAlarms", body).await.json();
    let all = [&seen["CompositeAlarms"], &seen["MetricAlarms"]];
    let alarms = all.iter().flat_map(|alarms| alarms.as_array().expect("alarms"));
    alarms.map(|alarm| alarm["AlarmName"].as_str().expect("a name").to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn alarms_are_found_by_state_type_name_and_prefix() {
    let aws = Asking::new();
    let both = json!(["MetricAlarm", "CompositeAlarm"]);
    for (body, expected) in [
        (json!({}), vec!["api-5xx", "database-cpu", "push-worker-errors"]),
        (json!({"StateValue": "ALARM", "AlarmTypes": both}), vec!["push-platform", "api-5xx", "push-worker-errors"]),
        (json!({"StateValue": "OK"}), vec!["database-cpu"]),
        (json!({"StateValue": "INSUFFICIENT_DATA", "AlarmTypes": both}), vec!["nightly-export"]),
        (json!({"AlarmNamePrefix": "push-"}), vec!["push-worker-errors"]),
        (json!({"AlarmNames": ["api-5xx", "none"]}), vec!["api-5xx"]),
    ] {
        assert_eq!(names(&aws, body.clone()).await, expected, "{body}");
    }
    let one = ask(&aws, "DescribeAlarms", json!({"AlarmNames": ["push-worker-errors"]})).await.json();
    let alarm = &one["MetricAlarms"][0];
    assert_eq!(alarm["StateTransitionedTimestamp"], NOW - 2 * 3600);
    assert_eq!(
        (&alarm["Threshold"], &alarm["Statistic"], &alarm["Period"]),
        (&json!(3.0), &json!("Sum"), &json!(1800))
    );
    // What it watches really is so high.
    assert_eq!(values(&aws, errors("Sum", 1800)).await, json!([3.0, 3.0]));
}

#[tokio::test(start_paused = true)]
async fn alarms_are_told_page_by_page() {
    let aws = Asking::new();
    let first = ask(&aws, "DescribeAlarms", json!({"MaxRecords": 2})).await.json();
    assert_eq!(first["MetricAlarms"].as_array().map(Vec::len), Some(2));
    let last = names(&aws, json!({"MaxRecords": 2, "NextToken": first["NextToken"]})).await;
    assert_eq!(last, ["push-worker-errors"]);
}

#[tokio::test(start_paused = true)]
async fn values_are_summed_up_by_period_and_statistic() {
    let aws = Asking::new();
    for (statistic, period, expected) in [
        ("Sum", 600, json!([1.0, 1.0, 1.0, 1.0, 1.0, 1.0])),
        ("Sum", 3600, json!([6.0])),
        ("Average", 1200, json!([0.1, 0.1, 0.1])),
        ("Maximum", 3600, json!([1.0])),
        ("SampleCount", 3600, json!([60.0])),
        ("p50", 3600, json!([0.0])),
    ] {
        assert_eq!(values(&aws, errors(statistic, period)).await, expected, "{statistic} {period}");
    }
    // The day's peak, at 21:00 in Japan.
    let mut day = errors("Maximum", 86_400);
    day["MetricDataQueries"][0]["MetricStat"]["Metric"]["MetricName"] = json!("Invocations");
    day["StartTime"] = json!(NOW - 86_400);
    assert_eq!(values(&aws, day).await, json!([120.0]));
}

#[tokio::test(start_paused = true)]
async fn values_come_the_newest_first_unless_told_and_none_for_what_is_to_come() {
    let aws = Asking::new();
    let times = |answer: &Value| answer["MetricDataResults"][0]["Timestamps"].clone();
    let mut body = errors("Sum", 1800);
    body["EndTime"] = json!(NOW + 1800);
    let newest = ask(&aws, "GetMetricData", body.clone()).await.json();
    assert_eq!(times(&newest), json!([NOW - 1800, NOW - 3600]));
    body["ScanBy"] = json!("TimestampAscending");
    body["MaxDatapoints"] = json!(1);
    let first = ask(&aws, "GetMetricData", body.clone()).await.json();
    assert_eq!(times(&first), json!([NOW - 3600]));
    assert_eq!(first["MetricDataResults"][0]["StatusCode"], "PartialData");
    body["NextToken"] = first["NextToken"].clone();
    let second = ask(&aws, "GetMetricData", body).await.json();
    assert_eq!((times(&second), second.get("NextToken")), (json!([NOW - 1800]), None));
}

#[tokio::test(start_paused = true)]
async fn a_metric_that_is_not_there_has_no_values() {
    let aws = Asking::new();
    let metric = "/MetricDataQueries/0/MetricStat/Metric";
    for (pointer, value) in [
        (format!("{metric}/MetricName"), json!("Errs")),
        (format!("{metric}/Dimensions"), json!([])),
        (format!("{metric}/Dimensions/0/Value"), json!("other")),
        ("/StartTime".to_owned(), json!(NOW - 40 * 86_400)),
    ] {
        let mut body = with(&pointer, value);
        if pointer == "/StartTime" {
            body["EndTime"] = json!(NOW - 39 * 86_400);
        }
        let answer = ask(&aws, "GetMetricData", body).await.json();
        let result = &answer["MetricDataResults"][0];
        assert_eq!((&result["Values"], &result["StatusCode"]), (&json!([]), &json!("Complete")), "{pointer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_span_of_all_time_in_seconds_has_what_is_kept_and_costs_no_more() {
    let of = async |start: u64, period: u64| {
        let mut body = errors("Sum", period);
        (body["StartTime"], body["EndTime"]) = (json!(start), json!(NOW + 86_400));
        let found = values(&Asking::new(), body).await;
        found.as_array().expect("values").clone()
    };
    let kept = of(NOW - 15 * 86_400, 1).await;
    assert_eq!(kept.len(), 15 * 1440);
    assert!(of(0, 1).await == kept, "the same");
    // Periods go on being counted from the start that was asked for: NOW is at nine hours of its day.
    let days = of(0, 86_400).await;
    assert_eq!((days.len(), &days[0], &days[1], &days[15]), (16, &json!(54.0), &json!(144.0), &json!(90.0)));
}

#[tokio::test(start_paused = true)]
async fn what_cloudwatch_refuses_is_refused() {
    let aws = Asking::new();
    let (stat, alarms, data) = ("/MetricDataQueries/0/MetricStat", "DescribeAlarms", "GetMetricData");
    let token = "InvalidNextToken";
    for (operation, body, code, text) in [
        (alarms, json!({"StateValue": "RED"}), "ValidationError", "at 'stateValue'"),
        (alarms, json!({"MaxRecords": 101}), "ValidationError", "less than or equal to 100"),
        (alarms, json!({"AlarmTypes": ["Alarm"]}), "ValidationError", "[CompositeAlarm, MetricAlarm]"),
        (alarms, json!({"NextToken": "x"}), token, "NextToken"),
        (alarms, json!({"AlarmNames": ["a"], "AlarmNamePrefix": "a"}), "InvalidParameterCombinationException", ""),
        (alarms, json!({"ActionPrefix": "a"}), "NotImplementedByEmulator", "the member ActionPrefix"),
        (data, with("/StartTime", json!(NOW)), "ValidationError", "must not equal parameter EndTime"),
        (data, with("/StartTime", json!(NOW + 60)), "ValidationError", "must be less than"),
        (data, with("/StartTime", json!("yesterday")), "SerializationException", "StartTime"),
        (data, with("/EndTime", Value::Null), "ValidationError", "Value null at 'endTime'"),
        (data, with(&format!("{stat}/Period"), json!(90)), "ValidationError", "multiple of 60"),
        (data, with(&format!("{stat}/Stat"), json!("Median")), "ValidationError", "Median"),
        (data, with("/MetricDataQueries/0/Id", json!("M")), "ValidationError", "^[a-z]"),
        (data, with("/MetricDataQueries/0", json!({"Id": "m", "Expression": "1"})), "NotImplementedByEmulator", ""),
        (data, with("/NextToken", json!("x")), token, "NextToken"),
        ("ListDashboards", json!({}), "NotImplementedByEmulator", "ListDashboards of CloudWatch"),
    ] {
        let answer = ask(&aws, operation, body.clone()).await;
        assert_eq!(answer.code, code, "{body}: {}", answer.body);
        assert!(answer.body.contains(text), "{}", answer.body);
    }
    let old = aws.query("monitoring", "2010-08-01", "DescribeAlarms", "").await;
    assert_eq!(old.status, 501);
    assert!(old.body.contains("it speaks JSON 1.0"), "{}", old.body);
}
