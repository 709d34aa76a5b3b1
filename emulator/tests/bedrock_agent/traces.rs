//! Traces: their shapes, and that they come while things happen.

use serde_json::{Value, json};

use crate::account::Account;
use crate::stream::Stream;

/// The members of the traces, in their order: `modelInvocationInput`, `observation`.
fn steps(stream: &Stream) -> Vec<String> {
    let name = |trace: &Value| {
        let (kind, of) = trace.as_object().and_then(|trace| trace.iter().next()).expect("one member");
        let inner = of.as_object().and_then(|of| of.keys().next()).expect("one member");
        if kind == "orchestrationTrace" { inner.clone() } else { kind.clone() }
    };
    stream.of("trace").into_iter().map(|event| name(&event.members["trace"])).collect()
}

#[tokio::test(start_paused = true)]
async fn a_turn_without_a_call_is_traced_and_says_that_no_model_was_asked() {
    let account = Account::with_models().await;
    let agent = account.answering(None).await;
    let request = json!({"inputText": "hello", "enableTrace": true});
    let stream = account.converse(&agent, "TSTALIASID", request).await;
    assert_eq!(steps(&stream), ["modelInvocationInput", "modelInvocationOutput", "observation"]);
    assert_eq!(stream.kinds(), ["trace", "trace", "trace", "chunk"]);
    let part = &stream.events[1].members;
    for (member, expected) in [
        ("sessionId", json!("session-1")),
        ("agentId", json!(agent)),
        ("agentAliasId", json!("TSTALIASID")),
        ("agentVersion", json!("DRAFT")),
    ] {
        assert_eq!(part[member], expected, "{member}");
    }
    let chain = format!("arn:aws:bedrock:ap-northeast-1:123456789012:agent-alias/{agent}/TSTALIASID");
    assert_eq!(part["callerChain"], json!([{"agentAliasArn": chain}]));
    let output = &part["trace"]["orchestrationTrace"]["modelInvocationOutput"];
    assert!(output["rawResponse"]["content"].as_str().is_some_and(|text| text.contains("No model was invoked")));
    assert!(output["metadata"]["usage"]["inputTokens"].as_u64().is_some_and(|count| count > 0));
    let last = &stream.events[2].members["trace"]["orchestrationTrace"]["observation"];
    assert_eq!((&last["type"], &last["finalResponse"]["text"]), (&json!("FINISH"), &json!(stream.text())));
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_traced_before_its_exception() {
    let account = Account::with_models().await;
    let agent = account.answering(None).await;
    account.put_policy(r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#).await;
    account.wait(10).await;
    let request = json!({"inputText": "hello", "enableTrace": true});
    let stream = account.converse(&agent, "TSTALIASID", request).await;
    assert_eq!(steps(&stream), ["modelInvocationInput", "failureTrace"]);
    assert_eq!(stream.kinds(), ["trace", "trace", "accessDeniedException"]);
    assert_eq!(stream.events[1].members["trace"]["failureTrace"]["failureReason"], stream.failed().1);
}
