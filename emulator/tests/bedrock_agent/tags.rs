//! Tags of agents and aliases.

use serde_json::{Value, json};

use crate::account::{Account, aliases, text, whole, with};

#[tokio::test(start_paused = true)]
async fn agents_and_aliases_carry_tags_that_can_be_set_and_taken_off() {
    let account = Account::with_role().await;
    let request = with(whole("openrate"), &[("tags", json!({"bedrock-ops:stack": "push", "team": "a"}))]);
    let created = account.ask("PUT", "/agents/", request).await.ok(202);
    let agent = text(&created["agent"]["agentId"]);
    let encoded = text(&created["agent"]["agentArn"]).replace(':', "%3A").replace('/', "%2F");
    let path = format!("/tags/{encoded}");
    assert_eq!(account.get(&path).await, json!({"tags": {"bedrock-ops:stack": "push", "team": "a"}}));

    account.ask("POST", &path, json!({"tags": {"team": "b", "stage": ""}})).await.ok(200);
    account.ask("DELETE", &format!("{path}?tagKeys=bedrock-ops%3Astack&tagKeys=absent"), Value::Null).await.ok(200);
    assert_eq!(account.get(&path).await, json!({"tags": {"stage": "", "team": "b"}}));

    account.wait(10).await;
    account.prepare(&agent).await;
    let tagged = json!({"agentAliasName": "live", "tags": {"team": "c"}});
    let alias = account.ask("PUT", &aliases(&agent), tagged).await.ok(202);
    let plain = format!("/tags/{}", text(&alias["agentAlias"]["agentAliasArn"]));
    assert_eq!(account.get(&plain).await, json!({"tags": {"team": "c"}}));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_tagged_is_refused() {
    let account = Account::with_role().await;
    let agent = account.agent("openrate").await;
    let own = format!("/tags/arn:aws:bedrock:ap-northeast-1:123456789012:agent/{agent}");
    let elsewhere = format!("/tags/arn:aws:bedrock:us-east-1:123456789012:agent/{agent}");
    let cases = [
        ("/tags/nonsense", 400),
        ("/tags/arn:aws:bedrock:ap-northeast-1:123456789012:action-group/ABCDEFGHIJ", 400),
        ("/tags/arn:aws:bedrock:ap-northeast-1:123456789012:agent/ABCDEFGHIJ", 404),
        (elsewhere.as_str(), 404),
    ];
    for (path, status) in cases {
        assert_eq!(account.ask("GET", path, Value::Null).await.status, status, "{path}");
    }
    for tags in
        [json!({"aws:mine": "a"}), json!({"": "a"}), json!({"team": "マーケ"}), json!({"team": "a".repeat(257)})]
    {
        account.ask("POST", &own, json!({"tags": tags})).await.refused(400, "ValidationException");
    }
    account.ask("DELETE", &own, Value::Null).await.refused(400, "ValidationException");
    let many: Value = (0..51).map(|number| (format!("k{number}"), json!(""))).collect::<serde_json::Map<_, _>>().into();
    account.ask("POST", &own, json!({"tags": many})).await.refused(402, "ServiceQuotaExceededException");
}
