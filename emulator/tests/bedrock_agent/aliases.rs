//! Aliases: what they route to, and the versions they cut.

use serde_json::{Value, json};

use crate::account::{Account, aliases, group, groups, text, with};

#[tokio::test(start_paused = true)]
async fn a_new_alias_cuts_a_version_while_the_agent_is_versioning() {
    let account = Account::with_role().await;
    let agent = account.prepared_agent("openrate").await;
    let request = json!({"agentAliasName": "live", "description": "what Slack asks"});
    let created = account.ask("PUT", &aliases(&agent), request).await.ok(202)["agentAlias"].clone();
    let id = text(&created["agentAliasId"]);
    assert_eq!(created["agentAliasStatus"], "CREATING");
    assert_eq!(created["routingConfiguration"], json!([{}]));
    let arn = format!("arn:aws:bedrock:ap-northeast-1:123456789012:agent-alias/{agent}/{id}");
    assert_eq!(created["agentAliasArn"], arn);
    assert_eq!(account.status(&agent).await, "VERSIONING");

    account.wait(3).await;
    assert_eq!(account.status(&agent).await, "PREPARED");
    let alias = account.get(&format!("{}{id}/", aliases(&agent))).await["agentAlias"].clone();
    assert_eq!(alias["agentAliasStatus"], "PREPARED");
    assert_eq!(alias["aliasInvocationState"], "ACCEPT_INVOCATIONS");
    assert_eq!(alias["routingConfiguration"], json!([{"agentVersion": "1"}]));
    assert_eq!(alias["agentAliasHistoryEvents"][0]["routingConfiguration"], json!([{"agentVersion": "1"}]));
    assert_eq!(alias["description"], "what Slack asks");
}

#[tokio::test(start_paused = true)]
async fn an_update_without_routing_cuts_a_version_every_time() {
    let account = Account::with_role().await;
    let agent = account.prepared_agent("openrate").await;
    let path = format!("{}{}/", aliases(&agent), account.alias(&agent, "live").await);
    for version in ["2", "3"] {
        let updated = account.ask("PUT", &path, json!({"agentAliasName": "live"})).await.ok(202);
        assert_eq!(updated["agentAlias"]["agentAliasStatus"], "UPDATING");
        account.wait(10).await;
        let alias = account.get(&path).await["agentAlias"].clone();
        assert_eq!(alias["routingConfiguration"], json!([{"agentVersion": version}]));
    }
    let events = account.get(&path).await["agentAlias"]["agentAliasHistoryEvents"].clone();
    assert_eq!(events.as_array().map(Vec::len), Some(3));
    assert_eq!(events[0]["endDate"], events[1]["startDate"]);
    assert_eq!(events[2]["endDate"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn an_update_with_routing_pins_an_old_version_and_cuts_none() {
    let account = Account::with_role().await;
    let agent = account.prepared_agent("openrate").await;
    let path = format!("{}{}/", aliases(&agent), account.alias(&agent, "live").await);
    account.ask("PUT", &path, json!({"agentAliasName": "live"})).await.ok(202);
    account.wait(10).await;
    // A draft that is not prepared does not stand in the way of a rollback.
    account.ask("PUT", &groups(&agent), group("later")).await.ok(200);
    let back = json!({
        "agentAliasName": "live",
        "routingConfiguration": [{"agentVersion": "1"}],
        "aliasInvocationState": "REJECT_INVOCATIONS",
    });
    account.ask("PUT", &path, back).await.ok(202);
    assert_eq!(account.status(&agent).await, "NOT_PREPARED");
    account.wait(10).await;
    let alias = account.get(&path).await["agentAlias"].clone();
    assert_eq!(alias["routingConfiguration"], json!([{"agentVersion": "1"}]));
    assert_eq!(alias["aliasInvocationState"], "REJECT_INVOCATIONS");
    let versions = account.ask("POST", &format!("/agents/{agent}/agentversions/"), json!({})).await.ok(200);
    assert_eq!(versions["agentVersionSummaries"].as_array().map(Vec::len), Some(3));
}

#[tokio::test(start_paused = true)]
async fn an_update_resets_what_it_omits() {
    let account = Account::with_role().await;
    let agent = account.prepared_agent("openrate").await;
    let path = format!("{}{}/", aliases(&agent), account.alias(&agent, "live").await);
    let pinned = json!({"agentAliasName": "live", "routingConfiguration": [{"agentVersion": "1"}]});
    let described =
        with(pinned.clone(), &[("description", json!("a")), ("aliasInvocationState", json!("REJECT_INVOCATIONS"))]);
    account.ask("PUT", &path, described).await.ok(202);
    account.wait(10).await;
    account.ask("PUT", &path, pinned).await.ok(202);
    account.wait(10).await;
    let alias = account.get(&path).await["agentAlias"].clone();
    assert_eq!(alias["description"], Value::Null);
    assert_eq!(alias["aliasInvocationState"], "ACCEPT_INVOCATIONS");
}

#[tokio::test(start_paused = true)]
async fn an_alias_needs_a_prepared_agent() {
    let account = Account::with_role().await;
    let agent = account.agent("openrate").await;
    let refused = account.ask("PUT", &aliases(&agent), json!({"agentAliasName": "live"})).await;
    assert_eq!(
        refused.refused(400, "ValidationException"),
        "Create operation can't be performed on AgentAlias when Agent is in Not Prepared state."
    );
    account.prepare(&agent).await;
    let path = format!("{}{}/", aliases(&agent), account.alias(&agent, "live").await);
    account.ask("PUT", &groups(&agent), group("later")).await.ok(200);
    let refused = account.ask("PUT", &path, json!({"agentAliasName": "live"})).await;
    assert_eq!(
        refused.refused(400, "ValidationException"),
        "Update operation can't be performed on AgentAlias when Agent is in Not Prepared state."
    );
}

#[tokio::test(start_paused = true)]
async fn routing_takes_only_versions_that_are_there() {
    let account = Account::with_role().await;
    let agent = account.prepared_agent("openrate").await;
    let to = |version: &str| json!({"agentAliasName": "live", "routingConfiguration": [{"agentVersion": version}]});
    account.ask("PUT", &aliases(&agent), to("DRAFT")).await.refused(400, "ValidationException");
    account.ask("PUT", &aliases(&agent), to("7")).await.refused(404, "ResourceNotFoundException");
    account.alias(&agent, "first").await;
    account.ask("PUT", &aliases(&agent), to("1")).await.ok(202);
    assert_eq!(account.status(&agent).await, "PREPARED", "nothing is cut");
}

#[tokio::test(start_paused = true)]
async fn an_aliass_name_is_its_own_within_the_agent() {
    let account = Account::with_role().await;
    let agent = account.prepared_agent("openrate").await;
    let id = account.alias(&agent, "latest").await;
    let refused = account.ask("PUT", &aliases(&agent), json!({"agentAliasName": "latest"})).await;
    assert_eq!(
        refused.refused(409, "ConflictException"),
        format!(
            "Could not perform Create operation, since the latest (id: {id}) with the same name latest already exists"
        )
    );
    let other = account.prepared_agent("other").await;
    account.alias(&other, "latest").await;
}

#[tokio::test(start_paused = true)]
async fn the_test_alias_is_there_from_the_start_and_stays() {
    let account = Account::with_role().await;
    let agent = account.agent("openrate").await;
    let listed = account.ask("POST", &aliases(&agent), json!({})).await.ok(200)["agentAliasSummaries"].clone();
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    assert_eq!(listed[0]["agentAliasId"], "TSTALIASID");
    assert_eq!(listed[0]["agentAliasName"], "AgentTestAlias");
    assert_eq!(listed[0]["routingConfiguration"], json!([{"agentVersion": "DRAFT"}]));
    let path = format!("{}TSTALIASID/", aliases(&agent));
    assert_eq!(account.get(&path).await["agentAlias"]["agentAliasStatus"], "PREPARED");
    account.ask("DELETE", &path, Value::Null).await.refused(400, "ValidationException");
    account.ask("PUT", &path, json!({"agentAliasName": "mine"})).await.refused(400, "ValidationException");
    account.ask("DELETE", &format!("/agents/{agent}/"), Value::Null).await.ok(202);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_alias_passes_through_deleting() {
    let account = Account::with_role().await;
    let agent = account.prepared_agent("openrate").await;
    let id = account.alias(&agent, "live").await;
    let path = format!("{}{id}/", aliases(&agent));
    let deleted = account.ask("DELETE", &path, Value::Null).await.ok(202);
    assert_eq!(deleted, json!({"agentId": agent, "agentAliasId": id, "agentAliasStatus": "DELETING"}));
    account.ask("DELETE", &path, Value::Null).await.refused(400, "ValidationException");
    account.ask("DELETE", &format!("/agents/{agent}/"), Value::Null).await.refused(409, "ConflictException");
    account.wait(2).await;
    account.ask("GET", &path, Value::Null).await.refused(404, "ResourceNotFoundException");
    account.ask("DELETE", &path, Value::Null).await.refused(404, "ResourceNotFoundException");
}

#[tokio::test(start_paused = true)]
async fn the_same_token_cuts_one_version_even_while_the_agent_is_versioning() {
    let account = Account::with_role().await;
    let agent = account.prepared_agent("openrate").await;
    let request = json!({"agentAliasName": "live", "clientToken": "0123456789abcdef0123456789abcdef-1"});
    let first = account.ask("PUT", &aliases(&agent), request.clone()).await.ok(202);
    let again = account.ask("PUT", &aliases(&agent), request.clone()).await.ok(202);
    assert_eq!(first, again);
    let other = with(request, &[("agentAliasName", json!("other"))]);
    account.ask("PUT", &aliases(&agent), other).await.refused(409, "ConflictException");
}

#[tokio::test(start_paused = true)]
async fn an_agent_has_ten_aliases_at_most() {
    let account = Account::with_role().await;
    let agent = account.prepared_agent("openrate").await;
    for number in 0..10 {
        account.alias(&agent, &format!("a{number}")).await;
    }
    let refused = account.ask("PUT", &aliases(&agent), json!({"agentAliasName": "one-more"})).await;
    let refused = refused.refused(402, "ServiceQuotaExceededException");
    assert!(
        refused.contains("The maximum number of resources is 10, but account 123456789012 requested 11"),
        "{refused}"
    );
    let page = account.ask("POST", &aliases(&agent), json!({})).await.ok(200);
    let rest = account.ask("POST", &aliases(&agent), json!({"nextToken": page["nextToken"]})).await.ok(200);
    assert_eq!(page["agentAliasSummaries"].as_array().map(Vec::len), Some(10));
    assert_eq!(rest["agentAliasSummaries"].as_array().map(Vec::len), Some(1));
}
