//! Knowledge bases and collaborators of an agent: the draft's, and those that a version froze.

use serde_json::{Value, json};

use crate::account::{Account, aliases, text, whole, with};

fn bases(agent: &str, version: &str) -> String {
    format!("/agents/{agent}/agentversions/{version}/knowledgebases/")
}

fn collaborators(agent: &str, version: &str) -> String {
    format!("/agents/{agent}/agentversions/{version}/agentcollaborators/")
}

#[tokio::test(start_paused = true)]
async fn a_plain_agent_has_no_knowledge_bases_and_no_collaborators() {
    let account = Account::with_role().await;
    let agent = account.agent("openrate").await;
    let listed = account.ask("POST", &bases(&agent, "DRAFT"), json!({})).await.ok(200);
    assert_eq!(listed, json!({"agentKnowledgeBaseSummaries": []}));
    let listed = account.ask("POST", &collaborators(&agent, "DRAFT"), json!({})).await.ok(200);
    assert_eq!(listed, json!({"agentCollaboratorSummaries": []}));
    account.ask("POST", &bases(&agent, "3"), json!({})).await.refused(404, "ResourceNotFoundException");
}

#[tokio::test(start_paused = true)]
async fn a_version_keeps_the_knowledge_bases_that_it_was_cut_with() {
    let account = Account::with_role().await;
    let agent = account.agent("openrate").await;
    account.wait(10).await;
    let base = json!({"knowledgeBaseId": "KB12345678", "description": "Campaigns of the past"});
    let associated = account.ask("PUT", &bases(&agent, "DRAFT"), base.clone()).await.ok(200);
    assert_eq!(associated["agentKnowledgeBase"]["knowledgeBaseState"], "ENABLED");
    account.ask("PUT", &bases(&agent, "DRAFT"), base).await.refused(409, "ConflictException");
    account.ask("POST", &format!("/agents/{agent}/"), Value::Null).await.ok(202);
    account.wait(10).await;
    account.alias(&agent, "live").await;

    let one = format!("{}KB12345678/", bases(&agent, "DRAFT"));
    account.ask("PUT", &one, json!({"knowledgeBaseState": "DISABLED"})).await.ok(200);
    let frozen = account.ask("GET", &format!("{}KB12345678/", bases(&agent, "1")), Value::Null).await.ok(200);
    assert_eq!(frozen["agentKnowledgeBase"]["knowledgeBaseState"], "ENABLED");
    account.ask("DELETE", &one, Value::Null).await.ok(204);
    account.ask("GET", &one, Value::Null).await.refused(404, "ResourceNotFoundException");
    let listed = account.ask("POST", &bases(&agent, "1"), json!({})).await.ok(200);
    assert_eq!(listed["agentKnowledgeBaseSummaries"].as_array().map(Vec::len), Some(1));
}

#[tokio::test(start_paused = true)]
async fn a_supervisor_is_prepared_once_it_has_a_collaborator_which_is_an_alias() {
    let account = Account::with_role().await;
    let helper = account.agent("helper").await;
    account.ask("POST", &format!("/agents/{helper}/"), Value::Null).await.ok(202);
    account.wait(10).await;
    let alias = account.alias(&helper, "live").await;
    let described = account.ask("GET", &format!("{}{alias}/", aliases(&helper)), Value::Null).await.ok(200);
    let arn = text(&described["agentAlias"]["agentAliasArn"]);

    let agent = account.agent("openrate").await;
    account.wait(10).await;
    let supervisor = with(whole("openrate"), &[("agentCollaboration", json!("SUPERVISOR"))]);
    account.ask("PUT", &format!("/agents/{agent}/"), supervisor).await.ok(202);
    account.wait(10).await;
    let prepare = format!("/agents/{agent}/");
    account.ask("POST", &prepare, Value::Null).await.refused(400, "ValidationException");
    let collaborator = |arn: &str| {
        json!({
            "agentDescriptor": {"aliasArn": arn},
            "collaboratorName": "helper",
            "collaborationInstruction": "Ask it for help.",
        })
    };
    let unknown = arn.replace(&alias, "ABCDEFGHIJ");
    account
        .ask("PUT", &collaborators(&agent, "DRAFT"), collaborator(&unknown))
        .await
        .refused(400, "ValidationException");
    let made = account.ask("PUT", &collaborators(&agent, "DRAFT"), collaborator(&arn)).await.ok(200);
    let id = text(&made["agentCollaborator"]["collaboratorId"]);
    account.ask("PUT", &collaborators(&agent, "DRAFT"), collaborator(&arn)).await.refused(409, "ConflictException");
    account.ask("POST", &prepare, Value::Null).await.ok(202);
    account.wait(10).await;
    account.alias(&agent, "live").await;
    account.ask("DELETE", &format!("{}{id}/", collaborators(&agent, "DRAFT")), Value::Null).await.ok(204);
    let frozen = account.ask("POST", &collaborators(&agent, "1"), json!({})).await.ok(200);
    assert_eq!(frozen["agentCollaboratorSummaries"][0]["agentDescriptor"]["aliasArn"], arn);
    assert_eq!(frozen["agentCollaboratorSummaries"][0]["relayConversationHistory"], "DISABLED");
}
