//! What role and model let an agent be.

use serde_json::json;

use crate::account::{Account, text, whole, with};

const PROFILE: &str = "jp.anthropic.claude-sonnet-4-6";
const NOT_AUTHORIZED: &str = "User: arn:aws:iam::123456789012:user/emulator is not authorized to perform: \
    bedrock:CreateAgent on resource: arn:aws:bedrock:ap-northeast-1:123456789012:agent/*";

#[tokio::test(start_paused = true)]
async fn a_missing_role_is_refused_as_if_the_caller_might_not() {
    let refused = Account::new().ask("PUT", "/agents/", whole("openrate")).await;
    assert_eq!(refused.refused(403, "AccessDeniedException"), NOT_AUTHORIZED);
}

#[tokio::test(start_paused = true)]
async fn a_role_that_does_not_trust_bedrock_is_refused() {
    let account = Account::new();
    account.create_role("lambda.amazonaws.com").await;
    account.wait(60).await;
    let refused = account.ask("PUT", "/agents/", whole("openrate")).await;
    assert_eq!(refused.refused(403, "AccessDeniedException"), NOT_AUTHORIZED);
}

#[tokio::test(start_paused = true)]
async fn a_young_role_is_refused_until_bedrock_sees_it() {
    let account = Account::new();
    account.create_role("bedrock.amazonaws.com").await;
    account.ask("PUT", "/agents/", whole("openrate")).await.refused(403, "AccessDeniedException");
    account.wait(8).await;
    account.ask("PUT", "/agents/", whole("openrate")).await.ok(202);
}

#[tokio::test(start_paused = true)]
async fn a_profile_needs_a_role_that_may_use_it_and_is_seen() {
    let account = Account::with_role().await;
    let request = with(whole("openrate"), &[("foundationModel", json!(PROFILE))]);
    let denied = format!(
        "Access denied while trying to create an agent using InferenceProfile {PROFILE}. Ensure Agent role has valid \
         permissions to use the inference profile"
    );
    let refused = account.ask("PUT", "/agents/", request.clone()).await.refused(403, "AccessDeniedException");
    assert_eq!(refused, denied);
    account.allow_models().await;
    let refused = account.ask("PUT", "/agents/", request.clone()).await.refused(403, "AccessDeniedException");
    assert_eq!(refused, denied, "the policy is too young");
    account.wait(8).await;
    let created = account.ask("PUT", "/agents/", request).await.ok(202);
    account.wait(10).await;
    account.prepare(&text(&created["agent"]["agentId"])).await;
}

#[tokio::test(start_paused = true)]
async fn an_update_to_a_profile_that_the_role_may_not_use_is_refused() {
    let account = Account::with_role().await;
    let id = account.agent("openrate").await;
    let request = with(whole("openrate"), &[("foundationModel", json!(PROFILE))]);
    let refused = account.ask("PUT", &format!("/agents/{id}/"), request).await.refused(403, "AccessDeniedException");
    assert!(refused.starts_with("Access denied while trying to update an agent using InferenceProfile"), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn an_unknown_model_is_refused() {
    let account = Account::with_role().await;
    for model in ["anthropic.claude-3-5-sonnet-20990101-v1:0", "xx.amazon.nova-pro-v1:0"] {
        let request = with(whole("openrate"), &[("foundationModel", json!(model))]);
        let refused = account.ask("PUT", "/agents/", request).await.refused(400, "ValidationException");
        assert!(refused.starts_with("The provided model identifier is invalid. The emulator's models"), "{refused}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_agent_is_made_and_prepared_for_a_model_that_has_ended() {
    let account = Account::with_role().await;
    let request = with(whole("openrate"), &[("foundationModel", json!("anthropic.claude-v2"))]);
    let created = account.ask("PUT", "/agents/", request).await.ok(202);
    account.wait(10).await;
    account.prepare(&text(&created["agent"]["agentId"])).await;
}

#[tokio::test(start_paused = true)]
async fn a_model_may_be_named_by_its_arn() {
    let account = Account::with_role().await;
    let arn = "arn:aws:bedrock:ap-northeast-1::foundation-model/amazon.nova-pro-v1:0";
    let request = with(whole("openrate"), &[("foundationModel", json!(arn))]);
    account.ask("PUT", "/agents/", request).await.ok(202);
}
