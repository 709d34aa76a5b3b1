//! Versions: frozen copies, and their deletion.

use serde_json::{Value, json};

use crate::account::{Account, aliases, group, groups, text, whole, with};

#[tokio::test(start_paused = true)]
async fn a_version_keeps_what_the_draft_was() {
    let account = Account::with_role().await;
    let agent = account.prepared_agent("openrate").await;
    account.alias(&agent, "live").await;
    account.ask("PUT", &groups(&agent), group("later")).await.ok(200);
    let changed = with(whole("openrate"), &[("description", json!("later"))]);
    account.ask("PUT", &format!("/agents/{agent}/"), changed).await.ok(202);
    account.wait(10).await;

    let version = account.get(&format!("/agents/{agent}/agentversions/1/")).await["agentVersion"].clone();
    assert_eq!(version["version"], "1");
    assert_eq!(version["agentStatus"], "PREPARED");
    assert_eq!(version["description"], Value::Null);
    assert_eq!(version["agentName"], "openrate");
    assert!(version["promptOverrideConfiguration"]["promptConfigurations"].is_array());
    assert_eq!(version["orchestrationType"], Value::Null);

    let frozen = format!("/agents/{agent}/agentversions/1/actiongroups/");
    let listed = account.ask("POST", &frozen, json!({})).await.ok(200)["actionGroupSummaries"].clone();
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    let id = text(&listed[0]["actionGroupId"]);
    let kept = account.get(&format!("{frozen}{id}/")).await["agentActionGroup"].clone();
    assert_eq!(kept["agentVersion"], "1");
    assert_eq!(kept["actionGroupName"], "get_my_api");
    let draft = account.ask("POST", &groups(&agent), json!({})).await.ok(200);
    assert_eq!(draft["actionGroupSummaries"].as_array().map(Vec::len), Some(2));
}

#[tokio::test(start_paused = true)]
async fn a_versions_action_groups_cannot_be_changed() {
    let account = Account::with_role().await;
    let agent = account.prepared_agent("openrate").await;
    account.alias(&agent, "live").await;
    let path = format!("/agents/{agent}/agentversions/1/actiongroups/");
    account.ask("PUT", &path, group("more")).await.refused(400, "ValidationException");
    account.ask("DELETE", &format!("{path}ABCDEFGHIJ/"), Value::Null).await.refused(400, "ValidationException");
}

#[tokio::test(start_paused = true)]
async fn the_draft_is_listed_with_the_versions_and_the_latest_is_in_the_summary() {
    let account = Account::with_role().await;
    let agent = account.prepared_agent("openrate").await;
    account.alias(&agent, "live").await;
    let listed = account.ask("POST", &format!("/agents/{agent}/agentversions/"), json!({})).await.ok(200);
    let numbers: Vec<String> = listed["agentVersionSummaries"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|each| text(&each["agentVersion"]))
        .collect();
    assert_eq!(numbers, ["DRAFT", "1"]);
    let agents = account.ask("POST", "/agents/", json!({})).await.ok(200);
    assert_eq!(agents["agentSummaries"][0]["latestAgentVersion"], "1");
    account
        .ask("GET", &format!("/agents/{agent}/agentversions/DRAFT/"), Value::Null)
        .await
        .refused(400, "ValidationException");
}

#[tokio::test(start_paused = true)]
async fn a_routed_version_is_deleted_only_when_the_check_is_skipped_and_dissociates_its_alias() {
    let account = Account::with_role().await;
    let agent = account.prepared_agent("openrate").await;
    let alias = account.alias(&agent, "live").await;
    let path = format!("/agents/{agent}/agentversions/1/");
    account.ask("DELETE", &path, Value::Null).await.refused(409, "ConflictException");
    let deleted = account.ask("DELETE", &format!("{path}?skipResourceInUseCheck=true"), Value::Null).await.ok(202);
    assert_eq!(deleted, json!({"agentId": agent, "agentVersion": "1", "agentStatus": "DELETING"}));
    assert_eq!(account.get(&path).await["agentVersion"]["agentStatus"], "DELETING");
    account.ask("DELETE", &path, Value::Null).await.refused(400, "ValidationException");
    account.wait(10).await;
    account.ask("GET", &path, Value::Null).await.refused(404, "ResourceNotFoundException");

    let alias_path = format!("{}{alias}/", aliases(&agent));
    let alias = account.get(&alias_path).await["agentAlias"].clone();
    assert_eq!(alias["agentAliasStatus"], "DISSOCIATED");
    assert_eq!(alias["routingConfiguration"], json!([]));
    account.ask("PUT", &alias_path, json!({"agentAliasName": "live"})).await.ok(202);
    account.wait(10).await;
    let alias = account.get(&alias_path).await["agentAlias"].clone();
    assert_eq!(alias["routingConfiguration"], json!([{"agentVersion": "2"}]), "a number is not given twice");
}

#[tokio::test(start_paused = true)]
async fn a_version_that_no_alias_needs_is_deleted() {
    let account = Account::with_role().await;
    let agent = account.prepared_agent("openrate").await;
    let alias = account.alias(&agent, "live").await;
    let path = format!("{}{alias}/", aliases(&agent));
    account.ask("PUT", &path, json!({"agentAliasName": "live"})).await.ok(202);
    account.wait(10).await;
    account.ask("DELETE", &format!("/agents/{agent}/agentversions/1/"), Value::Null).await.ok(202);
    let to_it = json!({"agentAliasName": "live", "routingConfiguration": [{"agentVersion": "1"}]});
    account.ask("PUT", &path, to_it).await.refused(404, "ResourceNotFoundException");
}
