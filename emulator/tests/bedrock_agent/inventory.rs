//! The world as the emulator's user sees and saves it.

use serde_json::{Value, json};

use crate::account::{Account, aliases};

#[tokio::test(start_paused = true)]
async fn everything_that_was_made_is_in_the_inventory_until_it_is_gone() {
    let account = Account::with_role().await;
    let roles_only = account.emulator.world().inventory();
    let agent = account.prepared_agent("openrate").await;
    let alias = account.alias(&agent, "live").await;
    account.get(&format!("/agents/{agent}/")).await;
    let lines: Vec<String> =
        account.emulator.world().inventory().into_iter().filter(|line| !roles_only.contains(line)).collect();
    let expected = [
        "bedrock action group get_my_api of openrate".to_owned(),
        format!("bedrock agent openrate ({agent})"),
        "bedrock agent version 1 of openrate".to_owned(),
        format!("bedrock alias live of openrate ({alias})"),
    ];
    assert_eq!(lines.len(), expected.len(), "{lines:?}");
    assert!(expected.iter().all(|line| lines.iter().any(|seen| seen.contains(line))), "{lines:?}");

    account.ask("DELETE", &format!("/agents/{agent}/?skipResourceInUseCheck=true"), Value::Null).await.ok(202);
    account.wait(10).await;
    account.ask("POST", "/agents/", json!({})).await.ok(200);
    assert_eq!(account.emulator.world().inventory(), roles_only);
}

#[tokio::test(start_paused = true)]
async fn a_saved_world_goes_on_where_it_was_left_even_within_a_passing_state() {
    let account = Account::with_role().await;
    let agent = account.prepared_agent("openrate").await;
    let path = format!("{}{}/", aliases(&agent), account.alias(&agent, "live").await);
    account.ask("PUT", &path, json!({"agentAliasName": "live"})).await.ok(202);
    account.rewrite("openrate", "openrate");
    assert_eq!(account.status(&agent).await, "VERSIONING");
    account.wait(10).await;
    assert_eq!(account.get(&path).await["agentAlias"]["routingConfiguration"], json!([{"agentVersion": "2"}]));
}
