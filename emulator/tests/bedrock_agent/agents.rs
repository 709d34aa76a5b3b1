//! Agents: the operations on them, and the states they pass through.

use serde_json::{Value, json};

use crate::account::{Account, INSTRUCTION, MODEL, ROLE, aliases, group, groups, text, whole, with};

#[tokio::test(start_paused = true)]
async fn a_new_agent_passes_through_creating_to_not_prepared() {
    let account = Account::with_role().await;
    let request = with(whole("openrate"), &[("description", json!("rates")), ("tags", json!({"team": "a"}))]);
    let created = account.ask("PUT", "/agents/", request).await.ok(202);
    let agent = &created["agent"];
    let id = text(&agent["agentId"]);
    assert_eq!(agent["agentStatus"], "CREATING");
    assert_eq!(agent["agentVersion"], "DRAFT");
    assert_eq!(agent["agentArn"], format!("arn:aws:bedrock:ap-northeast-1:123456789012:agent/{id}"));
    assert_eq!(agent["createdAt"], "2026-11-22T09:01:00.040Z");
    account.wait(10).await;

    let agent = account.get(&format!("/agents/{id}/")).await["agent"].clone();
    assert_eq!(agent["agentStatus"], "NOT_PREPARED");
    assert_eq!(agent["agentName"], "openrate");
    assert_eq!(agent["foundationModel"], MODEL);
    assert_eq!(agent["agentResourceRoleArn"], ROLE);
    assert_eq!(agent["instruction"], INSTRUCTION);
    assert_eq!(agent["description"], "rates");
    assert_eq!(agent["idleSessionTTLInSeconds"], 600);
    assert_eq!(agent["agentCollaboration"], "DISABLED");
    assert_eq!(agent["tags"], Value::Null);
    assert_eq!(agent["preparedAt"], Value::Null);
    let prompts = agent["promptOverrideConfiguration"]["promptConfigurations"].as_array().expect("prompts");
    assert!(prompts.iter().all(|prompt| prompt["promptCreationMode"] == "DEFAULT"));
}

#[tokio::test(start_paused = true)]
async fn paths_are_accepted_without_their_last_slash() {
    let account = Account::with_role().await;
    let id = account.agent("openrate").await;
    assert_eq!(account.get(&format!("/agents/{id}")).await, account.get(&format!("/agents/{id}/")).await);
    account.ask("POST", "/agents", json!({})).await.ok(200);
}

#[tokio::test(start_paused = true)]
async fn an_update_overwrites_everything_and_unprepares() {
    let account = Account::with_role().await;
    let id = account.prepared_agent("openrate").await;
    let path = format!("/agents/{id}/");
    let full = with(
        whole("openrate"),
        &[
            ("description", json!("rates")),
            ("idleSessionTTLInSeconds", json!(900)),
            ("guardrailConfiguration", json!({"guardrailIdentifier": "abc", "guardrailVersion": "DRAFT"})),
        ],
    );
    let updated = account.ask("PUT", &path, full).await.ok(202);
    assert_eq!(updated["agent"]["agentStatus"], "UPDATING");
    assert_eq!(updated["agent"]["idleSessionTTLInSeconds"], 900);
    account.wait(10).await;
    assert_eq!(account.status(&id).await, "NOT_PREPARED");

    account.ask("PUT", &path, whole("renamed")).await.ok(202);
    account.wait(10).await;
    let agent = account.get(&path).await["agent"].clone();
    assert_eq!(agent["agentName"], "renamed");
    assert_eq!(agent["description"], Value::Null);
    assert_eq!(agent["guardrailConfiguration"], Value::Null);
    assert_eq!(agent["idleSessionTTLInSeconds"], 600);
    assert_ne!(agent["updatedAt"], agent["createdAt"]);
}

#[tokio::test(start_paused = true)]
async fn preparing_takes_its_time_and_is_dated_by_its_start() {
    let account = Account::with_role().await;
    let id = account.agent("openrate").await;
    let preparing = account.ask("POST", &format!("/agents/{id}/"), Value::Null).await.ok(202);
    assert_eq!(preparing["agentStatus"], "PREPARING");
    assert_eq!(preparing["agentVersion"], "DRAFT");
    assert_eq!(account.status(&id).await, "PREPARING");
    account.wait(3).await;
    let agent = account.get(&format!("/agents/{id}/")).await["agent"].clone();
    assert_eq!(agent["agentStatus"], "PREPARED");
    assert_eq!(agent["preparedAt"], preparing["preparedAt"]);
}

#[tokio::test(start_paused = true)]
async fn preparing_fails_when_the_model_has_gone() {
    let account = Account::with_role().await;
    let id = account.agent("openrate").await;
    account.rewrite(MODEL, "amazon.nova-gone-v1:0");
    account.ask("POST", &format!("/agents/{id}/"), Value::Null).await.ok(202);
    account.wait(10).await;
    let agent = account.get(&format!("/agents/{id}/")).await["agent"].clone();
    assert_eq!(agent["agentStatus"], "FAILED");
    let reason = text(&agent["failureReasons"][0]);
    assert!(reason.starts_with("The provided model identifier is invalid."), "{reason}");

    account.ask("PUT", &format!("/agents/{id}/"), whole("openrate")).await.ok(202);
    account.wait(10).await;
    account.prepare(&id).await;
}

#[tokio::test(start_paused = true)]
async fn an_agent_without_role_model_or_instruction_is_made_but_not_prepared() {
    let account = Account::with_role().await;
    for missing in ["agentResourceRoleArn", "foundationModel", "instruction"] {
        let mut request = whole(missing);
        request.as_object_mut().expect("an object").remove(missing);
        let created = account.ask("PUT", "/agents/", request).await.ok(202);
        account.wait(10).await;
        let path = format!("/agents/{}/", text(&created["agent"]["agentId"]));
        let refused = account.ask("POST", &path, Value::Null).await.refused(400, "ValidationException");
        assert_eq!(refused, format!("Prepare operation can't be performed on Agent without {missing}."));
    }
}

#[tokio::test(start_paused = true)]
async fn a_supervisor_without_collaborators_is_not_prepared() {
    let account = Account::with_role().await;
    let request = with(whole("openrate"), &[("agentCollaboration", json!("SUPERVISOR"))]);
    let created = account.ask("PUT", "/agents/", request).await.ok(202);
    account.wait(10).await;
    let path = format!("/agents/{}/", text(&created["agent"]["agentId"]));
    let refused = account.ask("POST", &path, Value::Null).await.refused(400, "ValidationException");
    let expected = "The AgentCollaboration attribute is set to SUPERVISOR but no agent collaborators are added.";
    assert_eq!(refused, expected);
}

#[tokio::test(start_paused = true)]
async fn a_taken_name_is_found_late_and_leaves_a_failed_ghost() {
    let account = Account::with_role().await;
    let first = account.prepared_agent("openrate").await;
    let created = account.ask("PUT", "/agents/", whole("openrate")).await.ok(202);
    assert_eq!(created["agent"]["agentStatus"], "CREATING");
    let ghost = text(&created["agent"]["agentId"]);
    assert_ne!(ghost, first);
    account.wait(10).await;

    let path = format!("/agents/{ghost}/");
    let agent = account.get(&path).await["agent"].clone();
    assert_eq!(agent["agentStatus"], "FAILED");
    let reason = "Cannot create a new agent as an agent with the same name already exists.";
    assert_eq!(agent["failureReasons"], json!([reason]));
    let listed = account.ask("POST", "/agents/", json!({})).await.ok(200);
    assert_eq!(listed["agentSummaries"].as_array().map(Vec::len), Some(2));

    account.ask("POST", &path, Value::Null).await.refused(400, "ValidationException");
    account.ask("PUT", &groups(&ghost), group("a")).await.refused(400, "ValidationException");
    account.ask("DELETE", &path, Value::Null).await.ok(202);
    account.wait(10).await;
    account.ask("GET", &path, Value::Null).await.refused(404, "ResourceNotFoundException");
    assert_eq!(account.status(&first).await, "PREPARED");
}

#[tokio::test(start_paused = true)]
async fn renaming_to_a_taken_name_is_refused_at_once() {
    let account = Account::with_role().await;
    let first = account.agent("one").await;
    let second = account.agent("two").await;
    let refused =
        account.ask("PUT", &format!("/agents/{second}/"), whole("one")).await.refused(409, "ConflictException");
    let expected = format!(
        "Could not perform Update operation, since the one (id: {first}) with the same name one already exists"
    );
    assert_eq!(refused, expected);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_agent_passes_through_deleting_and_frees_its_name() {
    let account = Account::with_role().await;
    let id = account.prepared_agent("openrate").await;
    let path = format!("/agents/{id}/");
    let deleted = account.ask("DELETE", &path, Value::Null).await.ok(202);
    assert_eq!(deleted, json!({"agentId": id, "agentStatus": "DELETING"}));
    assert_eq!(account.status(&id).await, "DELETING");
    account.wait(2).await;
    account.ask("GET", &path, Value::Null).await.refused(404, "ResourceNotFoundException");
    let again = account.agent("openrate").await;
    assert_eq!(account.status(&again).await, "NOT_PREPARED");
}

#[tokio::test(start_paused = true)]
async fn an_agent_with_aliases_is_deleted_only_when_the_check_is_skipped() {
    let account = Account::with_role().await;
    let id = account.prepared_agent("openrate").await;
    let alias = account.alias(&id, "live").await;
    let path = format!("/agents/{id}/");
    let refused = account.ask("DELETE", &path, Value::Null).await.refused(409, "ConflictException");
    assert_eq!(refused, format!("Could not delete Agent with ID {id}, since it has active aliases"));
    account
        .ask("DELETE", &format!("{path}?skipResourceInUseCheck=false"), Value::Null)
        .await
        .refused(409, "ConflictException");
    account.ask("DELETE", &format!("{path}?skipResourceInUseCheck=true"), Value::Null).await.ok(202);
    account.wait(10).await;
    let gone = account.ask("GET", &format!("{}{alias}/", aliases(&id)), Value::Null).await;
    gone.refused(404, "ResourceNotFoundException");
}

#[tokio::test(start_paused = true)]
async fn the_same_token_makes_one_agent_and_another_request_with_it_is_refused() {
    let account = Account::with_role().await;
    let token = "0123456789abcdef0123456789abcdef-1";
    let request = with(whole("openrate"), &[("clientToken", json!(token))]);
    let first = account.ask("PUT", "/agents/", request.clone()).await.ok(202);
    let again = account.ask("PUT", "/agents/", request.clone()).await.ok(202);
    assert_eq!(first, again);
    assert_eq!(first["agent"]["clientToken"], token);
    let other = with(request, &[("description", json!("other"))]);
    account.ask("PUT", "/agents/", other).await.refused(409, "ConflictException");
}

#[tokio::test(start_paused = true)]
async fn agents_are_listed_in_pages_of_ten() {
    let account = Account::with_role().await;
    for number in 0..23 {
        account.ask("PUT", "/agents/", whole(&format!("agent-{number}"))).await.ok(202);
    }
    let mut sizes = Vec::new();
    let mut ids = Vec::new();
    let mut request = json!({"maxResults": 1000});
    loop {
        let page = account.ask("POST", "/agents/", request.clone()).await.ok(200);
        let summaries = page["agentSummaries"].as_array().expect("a list");
        sizes.push(summaries.len());
        ids.extend(summaries.iter().map(|summary| text(&summary["agentId"])));
        assert!(summaries.iter().all(|summary| summary["latestAgentVersion"] == "DRAFT"));
        assert!(summaries.iter().all(|summary| summary["agentArn"].is_null()));
        match page.get("nextToken") {
            Some(token) => request["nextToken"] = token.clone(),
            None => break,
        }
    }
    ids.sort();
    ids.dedup();
    assert_eq!((sizes, ids.len()), (vec![10, 10, 3], 23));
    let few = account.ask("POST", "/agents/", json!({"maxResults": 4})).await.ok(200);
    assert_eq!(few["agentSummaries"].as_array().map(Vec::len), Some(4));
}
