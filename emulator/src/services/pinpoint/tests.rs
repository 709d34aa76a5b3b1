//! Raw requests to Pinpoint, and what it answers.

use crate::asking::Asking;

#[tokio::test(start_paused = true)]
async fn applications_are_listed_page_by_page_and_found_by_id() {
    let aws = Asking::new();
    let first = aws.get("mobiletargeting", "/v1/apps?page-size=1").await.json();
    assert_eq!(first["Item"][0]["Name"], "push-openrate");
    let token = first["NextToken"].as_str().expect("more follows");
    let last = aws.get("mobiletargeting", &format!("/v1/apps?page-size=1&token={token}")).await.json();
    assert_eq!(last["Item"][0]["Name"], "weekly-newsletter");
    assert!(last.get("NextToken").is_none());

    let id = first["Item"][0]["Id"].as_str().expect("an id");
    let one = aws.get("mobiletargeting", &format!("/v1/apps/{id}")).await.json();
    assert_eq!(one, first["Item"][0]);
    assert_eq!(one["Arn"], format!("arn:aws:mobiletargeting:ap-northeast-1:123456789012:apps/{id}"));
}

#[tokio::test(start_paused = true)]
async fn what_pinpoint_does_not_have_is_refused() {
    let cases = [
        ("/v1/apps/00000000000000000000000000000000", 404, "NotFoundException"),
        ("/v1/apps?page-size=many", 400, "BadRequestException"),
        ("/v1/apps?page-size=0", 400, "BadRequestException"),
        ("/v1/apps?PageSize=1", 501, "NotImplementedByEmulator"),
        ("/v1/apps/5f2c9b1e7a804d36b0c1d2e3f4a59687/journeys", 501, "NotImplementedByEmulator"),
    ];
    let aws = Asking::new();
    for (path, status, code) in cases {
        let answer = aws.get("mobiletargeting", path).await;
        assert_eq!((answer.status, answer.code.as_str()), (status, code), "{path}");
        assert!(answer.json()["Message"].is_string(), "{path}");
    }
}

const CAMPAIGNS: &str = "/v1/apps/5f2c9b1e7a804d36b0c1d2e3f4a59687/campaigns";

/// A campaign's figures between two dates; the account's day is 2026-11-22.
async fn kpi(aws: &Asking, campaign: &str, kpi: &str, span: &str) -> (u16, serde_json::Value) {
    let all = aws.get("mobiletargeting", CAMPAIGNS).await.json();
    let item = all["Item"].as_array().expect("items").iter().find(|item| item["Name"] == campaign).expect("named");
    let id = item["Id"].as_str().expect("an id");
    let answer = aws.get("mobiletargeting", &format!("{CAMPAIGNS}/{id}/kpis/daterange/{kpi}{span}")).await;
    (answer.status, answer.json())
}

#[tokio::test(start_paused = true)]
async fn campaigns_are_listed_page_by_page_with_dates_before_the_emulators_day() {
    let aws = Asking::new();
    let (mut names, mut token) = (Vec::new(), String::new());
    loop {
        let page = aws.get("mobiletargeting", &format!("{CAMPAIGNS}?page-size=4{token}")).await.json();
        for item in page["Item"].as_array().expect("items") {
            names.push(format!("{} {}", item["Name"], item["Schedule"]["StartTime"]));
        }
        let Some(next) = page["NextToken"].as_str() else { break };
        token = format!("&token={next}");
    }
    assert_eq!(names.len(), 9, "{names:?}");
    assert_eq!(names[1], r#""matchday-reminder" "2026-11-20T09:00:00.000Z""#);
    let other = aws.get("mobiletargeting", "/v1/apps/c07d41a2e95b4f8893a6b1d0f2e45c78/campaigns").await.json();
    assert_eq!(other, serde_json::json!({"Item": []}));
}

#[tokio::test(start_paused = true)]
async fn a_rate_is_that_of_the_runs_within_the_span() {
    let aws = Asking::new();
    let value = |answer: &serde_json::Value| answer["KpiResult"]["Rows"][0]["Values"][0]["Value"].clone();
    let (_, answer) = kpi(&aws, "matchday-reminder", "push-open-rate", "").await;
    assert_eq!(value(&answer), "0.02040816326530612");
    assert!(answer["StartTime"].as_str().is_some_and(|start| start.starts_with("2026-10-22T09:00:00")));

    let (_, answer) = kpi(&aws, "goods-sale", "push-open-rate", "").await;
    assert_eq!((value(&answer), answer["KpiResult"]["Rows"][0].get("GroupedBys")), ("0.035".into(), None));
    let (_, answer) = kpi(&aws, "goods-sale", "push-open-rate-grouped-by-campaign-activity", "").await;
    let rows = answer["KpiResult"]["Rows"].as_array().expect("rows");
    assert_eq!((rows.len(), rows[1]["Values"][0]["Value"].as_str()), (2, Some("0.04")));
    assert_eq!(rows[0]["GroupedBys"][0]["Key"], "CampaignActivityId");

    let week = "?start-time=2026-11-15T00:00:00Z&end-time=2026-11-22T00:00:00Z";
    assert_eq!(value(&kpi(&aws, "weekly-digest", "push-open-rate", week).await.1), "0.044");
    for (campaign, span) in
        [("quiet-hours-test", ""), ("next-match", ""), ("matchday-reminder", "?end-time=2026-11-01T00:00:00Z")]
    {
        let (status, answer) = kpi(&aws, campaign, "push-open-rate", span).await;
        assert_eq!((status, &answer["KpiResult"]["Rows"]), (200, &serde_json::json!([])), "{campaign}");
    }
}

#[tokio::test(start_paused = true)]
async fn spans_that_pinpoint_does_not_take_are_refused() {
    let aws = Asking::new();
    for (name, span, status) in [
        ("push-open-rate", "?start-time=2026-10-01T00:00:00Z&end-time=2026-11-02T00:00:00Z", 400),
        ("push-open-rate", "?start-time=2026-08-01T00:00:00Z&end-time=2026-08-20T00:00:00Z", 400),
        ("push-open-rate", "?start-time=2026-11-02T00:00:00Z&end-time=2026-11-01T00:00:00Z", 400),
        ("push-open-rate", "?start-time=yesterday", 400),
        ("push-open-rate", "?from=2026-11-01", 501),
        ("unique-deliveries", "", 501),
    ] {
        assert_eq!(kpi(&aws, "matchday-reminder", name, span).await.0, status, "{span}");
    }
    let nobody = format!("{CAMPAIGNS}/{}/kpis/daterange/push-open-rate", "0".repeat(32));
    assert_eq!(aws.get("mobiletargeting", &nobody).await.code, "NotFoundException");
}
