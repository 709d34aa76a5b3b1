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
        ("/v1/apps/5f2c9b1e7a804d36b0c1d2e3f4a59687/campaigns", 501, "NotImplementedByEmulator"),
    ];
    let aws = Asking::new();
    for (path, status, code) in cases {
        let answer = aws.get("mobiletargeting", path).await;
        assert_eq!((answer.status, answer.code.as_str()), (status, code), "{path}");
        assert!(answer.json()["Message"].is_string(), "{path}");
    }
}
