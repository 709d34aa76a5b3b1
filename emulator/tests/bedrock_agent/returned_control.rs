//! Actions that are handed to the caller: to take them, or to let them be taken.

use serde_json::{Value, json};

use crate::account::{Account, group, with};
use crate::stream::Stream;

const EXECUTOR: &str = "actionGroupExecutor";

fn orders(confirmation: &str) -> Value {
    let day = json!({"day": {"type": "string", "description": "the day, YYYY-MM-DD", "required": true}});
    let function = json!({"name": "find_orders", "requireConfirmation": confirmation, "parameters": day});
    with(
        group("shop"),
        &[(EXECUTOR, json!({"customControl": "RETURN_CONTROL"})), ("functionSchema", json!({"functions": [function]}))],
    )
}

async fn resumed(account: &Account, agent: &str, id: &Value, result: Value) -> Stream {
    let state = json!({"invocationId": id, "returnControlInvocationResults": [{"functionResult": result}]});
    account.converse(agent, "TSTALIASID", json!({"sessionState": state})).await
}

#[tokio::test(start_paused = true)]
async fn control_is_returned_in_awss_shape_and_the_result_is_reported() {
    let account = Account::with_models().await;
    let agent = account.answering(Some(orders("DISABLED"))).await;
    let stream = account.draft_says(&agent, "orders of 2026-11-20").await;
    assert_eq!(stream.kinds(), ["returnControl"]);
    let control = &stream.events[0].members;
    assert_eq!(
        control["invocationInputs"],
        json!([{"functionInvocationInput": {
            "actionGroup": "shop",
            "function": "find_orders",
            "parameters": [{"name": "day", "type": "string", "value": "2026-11-20"}],
            "actionInvocationType": "RESULT",
            "agentId": agent,
        }}])
    );
    let id = control["invocationId"].clone();
    let result = json!({"actionGroup": "shop", "function": "find_orders", "responseBody": {"TEXT": {"body": "seven"}}});
    let (kind, _) = resumed(&account, &agent, &json!("another"), result.clone()).await.failed();
    assert_eq!(kind, "validationException");
    let stream = account.draft_says(&agent, "orders of 2026-11-20").await;
    let again = stream.events[0].members["invocationId"].clone();
    assert_ne!(again, id, "each has its own id");
    let stream = resumed(&account, &agent, &again, result.clone()).await;
    assert!(stream.text().ends_with("seven"), "{}", stream.text());
    let (kind, message) = resumed(&account, &agent, &again, result).await.failed();
    assert!(kind == "validationException" && message.contains("No control was returned"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn an_action_that_is_denied_is_not_taken() {
    let account = Account::with_models().await;
    let agent = account.answering(Some(orders("ENABLED"))).await;
    let stream = account.draft_says(&agent, "orders of 2026-11-20").await;
    let control = &stream.events[0].members;
    let input = &control["invocationInputs"][0]["functionInvocationInput"];
    assert_eq!(input["actionInvocationType"], "USER_CONFIRMATION_AND_RESULT");
    let denied = json!({"actionGroup": "shop", "function": "find_orders", "confirmationState": "DENY"});
    let stream = resumed(&account, &agent, &control["invocationId"], denied).await;
    assert!(stream.text().contains("was not called"), "{}", stream.text());
}

#[tokio::test(start_paused = true)]
async fn a_function_that_wants_consent_is_not_called_without() {
    let account = Account::with_models().await;
    let lambda = with(orders("ENABLED"), &[(EXECUTOR, group("any")[EXECUTOR].clone())]);
    let agent = account.answering(Some(lambda)).await;
    let stream = account.draft_says(&agent, "orders of 2026-11-20").await;
    let control = &stream.events[0].members;
    let input = &control["invocationInputs"][0]["functionInvocationInput"];
    assert_eq!(input["actionInvocationType"], "USER_CONFIRMATION");
    let agreed = json!({"actionGroup": "shop", "function": "find_orders", "confirmationState": "CONFIRM"});
    let (kind, message) = resumed(&account, &agent, &control["invocationId"], agreed).await.failed();
    // Now it is called, and does not let the agent in.
    assert!(kind == "dependencyFailedException" && message.starts_with("Access denied"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn a_parameter_is_asked_for_and_the_answer_goes_on_until_the_session_ends() {
    let account = Account::with_models().await;
    let agent = account.answering(Some(orders("DISABLED"))).await;
    let stream = account.draft_says(&agent, "my orders, please").await;
    assert!(stream.text().contains("I need day (the day, YYYY-MM-DD)"), "{}", stream.text());
    let stream = account.draft_says(&agent, "2026-11-20").await;
    assert_eq!(stream.kinds(), ["returnControl"]);

    account.draft_says(&agent, "my orders, please").await;
    let ended = account.converse(&agent, "TSTALIASID", json!({"endSession": true})).await;
    assert_eq!(ended.text(), "Session is terminated as 'endSession' flag is set in request.");
    let stream = account.draft_says(&agent, "2026-11-20").await;
    assert!(stream.text().contains("shop.find_orders"), "nothing is remembered: {}", stream.text());

    account.draft_says(&agent, "my orders, please").await;
    account.wait(601).await;
    let stream = account.draft_says(&agent, "2026-11-20").await;
    assert!(stream.text().contains("shop.find_orders"), "nothing is remembered: {}", stream.text());
}
