//! `InvokeAgent`: what is refused before the stream, what is told within it, and how the text comes.

use serde_json::{Value, json};

use crate::account::{Account, FUNCTION, aliases, group, text, whole, with};
use crate::stream::{PROFILE, SESSION, path};

#[tokio::test(start_paused = true)]
async fn an_agent_without_functions_says_so_in_one_chunk() {
    let account = Account::with_models().await;
    let agent = account.answering(None).await;
    let stream = account.draft_says(&agent, "こんにちは").await;
    assert_eq!(stream.kinds(), ["chunk"]);
    assert!(stream.text().contains("こんにちは") && stream.text().contains("モデルは使われていません"));
    let stream = account.draft_says(&agent, &"x".repeat(1_500_000)).await;
    assert_eq!(stream.kinds(), ["chunk", "chunk"], "a chunk takes a million bytes at most");
}

#[tokio::test(start_paused = true)]
async fn a_streamed_answer_is_cut_within_its_letters_and_is_whole_again() {
    let account = Account::with_models().await;
    let agent = account.answering(None).await;
    let question = "開封率はどうですか";
    let whole = account.draft_says(&agent, question).await.text();
    let request = json!({"inputText": question, "streamingConfigurations": {"streamFinalResponse": true, "applyGuardrailInterval": 50}});
    let stream = account.converse(&agent, "TSTALIASID", request).await;
    assert_eq!(stream.text(), whole);
    let cut = stream.chunks().iter().filter(|chunk| std::str::from_utf8(chunk).is_err()).count();
    assert!(cut > 1, "{cut} of {} chunks are cut within a letter", stream.chunks().len());
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_refused_before_the_stream() {
    let account = Account::with_models().await;
    let agent = account.answering(None).await;
    let question = json!({"inputText": "hello"});
    for (agent, alias) in [("ABCDEFGHIJ", "TSTALIASID"), (agent.as_str(), "ABCDEFGHIJ")] {
        let refused = account.ask("POST", &path(agent, alias, SESSION), question.clone()).await;
        let message = refused.refused(404, "ResourceNotFoundException");
        assert_eq!(
            message,
            "Failed to retrieve resource because it doesn't exist. Retry the request with a different resource identifier."
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_draft_that_is_not_prepared_is_refused_before_the_stream() {
    let account = Account::with_models().await;
    let agent = account.agent("openrate").await;
    let refused = account.ask("POST", &path(&agent, "TSTALIASID", SESSION), json!({"inputText": "hello"})).await;
    let message = refused.refused(400, "ValidationException");
    assert!(message.contains("when it is in Not Prepared state"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn requests_are_held_against_the_model() {
    let account = Account::with_models().await;
    let agent = account.answering(None).await;
    let hello = || json!({"inputText": "hello"});
    let state = |state: Value| json!({"inputText": "hello", "sessionState": state});
    let cases = [
        (path(&agent, "TSTALIASID", "s"), hello(), 400, "ValidationException", "at 'sessionId'"),
        (path(&agent, "TSTALIASID", "a%20b"), hello(), 400, "ValidationException", "[0-9a-zA-Z._:-]+"),
        (path("TOOLONGANID", "TSTALIASID", SESSION), hello(), 400, "ValidationException", "at 'agentId'"),
        (path(&agent, "TSTALIASID", SESSION), json!({}), 400, "ValidationException", "InputText"),
        (
            path(&agent, "TSTALIASID", SESSION),
            json!({"inputText": "x".repeat(25_000_001)}),
            400,
            "ValidationException",
            "Value at 'inputText' failed to satisfy constraint: Member must have length less than or equal to 25000000",
        ),
        (
            path(&agent, "TSTALIASID", SESSION),
            state(json!({"sessionAttributes": {"number": 1}})),
            400,
            "SerializationException",
            "sessionState.sessionAttributes.number",
        ),
        (
            path(&agent, "TSTALIASID", SESSION),
            with(hello(), &[("streamingConfigurations", json!({"applyGuardrailInterval": 0}))]),
            400,
            "ValidationException",
            "greater than or equal to 1",
        ),
        (
            path(&agent, "TSTALIASID", SESSION),
            with(hello(), &[("memoryId", json!("memory"))]),
            501,
            "NotImplementedByEmulator",
            "the member memoryId of InvokeAgent",
        ),
        (
            path(&agent, "TSTALIASID", SESSION),
            state(json!({"files": []})),
            501,
            "NotImplementedByEmulator",
            "the member sessionState.files",
        ),
        (
            format!("{}?trace=true", path(&agent, "TSTALIASID", SESSION)),
            hello(),
            501,
            "NotImplementedByEmulator",
            "the query parameter trace",
        ),
    ];
    for (path, body, status, code, part) in cases {
        let message = account.ask("POST", &path, body).await.refused(status, code);
        assert!(message.contains(part), "{message}");
    }
    let memories = format!("/agents/{agent}/agentAliases/TSTALIASID/memories");
    account.ask("DELETE", &memories, Value::Null).await.refused(501, "NotImplementedByEmulator");
}

#[tokio::test(start_paused = true)]
async fn what_nobody_here_can_play_is_said_loudly() {
    let account = Account::with_models().await;
    let guarded = with(
        whole("guarded"),
        &[("guardrailConfiguration", json!({"guardrailIdentifier": "abc", "guardrailVersion": "1"}))],
    );
    let created = account.ask("PUT", "/agents/", guarded).await.ok(202);
    account.wait(10).await;
    let agent = text(&created["agent"]["agentId"]);
    account.prepare(&agent).await;
    let refused = account.ask("POST", &path(&agent, "TSTALIASID", SESSION), json!({"inputText": "hello"})).await;
    let message = refused.refused(501, "NotImplementedByEmulator");
    assert!(message.contains("guardrail"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn a_role_that_may_not_call_the_model_is_told_in_the_stream() {
    let account = Account::with_models().await;
    let agent = account.answering(None).await;
    let denied = ("accessDeniedException".to_owned(), DENIED.to_owned());
    let only = |actions: Value, resource: &str| policy(&actions, resource);
    for (document, streams, expected) in [
        (only(json!("bedrock:InvokeModel"), "*"), false, true),
        (only(json!("bedrock:InvokeModel"), "*"), true, false),
        (only(json!("bedrock:InvokeModel*"), "*"), true, true),
        (only(json!("bedrock:GetInferenceProfile"), "*"), false, false),
        // The profile goes to two regions, and both must be allowed.
        (only(json!("bedrock:InvokeModel"), "arn:aws:bedrock:ap-northeast-1:*"), false, false),
    ] {
        account.put_policy(&document).await;
        account.wait(10).await;
        let request = json!({"inputText": "hello", "streamingConfigurations": {"streamFinalResponse": streams}});
        let stream = account.converse(&agent, "TSTALIASID", request).await;
        if expected {
            assert!(stream.kinds().iter().all(|kind| *kind == "chunk"), "{document}: {stream:?}");
        } else {
            assert_eq!(stream.failed(), denied, "{document}");
        }
    }
}

const DENIED: &str = "Access denied when calling Bedrock. Check your request permissions and retry the request.";

fn policy(actions: &Value, resource: &str) -> String {
    let statement = json!({"Effect": "Allow", "Action": actions, "Resource": resource});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

#[tokio::test(start_paused = true)]
async fn a_role_that_is_gone_is_told_in_the_stream() {
    let account = Account::with_models().await;
    let agent = account.answering(None).await;
    account
        .rewrite("\"arn\":\"arn:aws:iam::123456789012:role/agent\"", "\"arn\":\"arn:aws:iam::123456789012:role/gone\"");
    let stream = account.draft_says(&agent, "hello").await;
    assert_eq!(stream.failed(), ("accessDeniedException".to_owned(), DENIED.to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_model_that_cannot_be_called_is_told_in_the_stream() {
    let account = Account::with_models().await;
    let agent = account.answering(None).await;
    let needs_profile = "Invocation of model ID amazon.nova-pro-v1:0 with on-demand throughput isn't supported. Retry \
                         your request with the ID or ARN of an inference profile that contains this model.";
    for (model, kind, message) in [
        ("jp.anthropic.claude-9-v1:0", "validationException", "The provided model identifier is invalid."),
        ("amazon.nova-pro-v1:0", "validationException", needs_profile),
        ("amazon.titan-embed-text-v2:0", "validationException", "This action doesn't support the model"),
        ("anthropic.claude-v2", "resourceNotFoundException", "This model version has reached the end of its life."),
    ] {
        account.rewrite(PROFILE, model);
        let stream = account.draft_says(&agent, "hello").await;
        let (failed, said) = stream.failed();
        assert!(failed == kind && said.starts_with(message), "{model}: {failed}: {said}");
        account.rewrite(model, PROFILE);
    }
}

#[tokio::test(start_paused = true)]
async fn an_alias_answers_with_the_version_it_routes_to() {
    let account = Account::with_models().await;
    let agent = account.answering(None).await;
    let alias = account.alias(&agent, "live").await;
    let draft = format!("/agents/{agent}/agentversions/DRAFT/actiongroups/");
    account.ask("PUT", &draft, group("get_my_api")).await.ok(200);
    let hello = || json!({"inputText": "hello"});
    let stream = account.converse(&agent, &alias, hello()).await;
    assert!(stream.text().contains("no functions"), "version 1 has none: {}", stream.text());
    account.prepare(&agent).await;
    let stream = account.converse(&agent, "TSTALIASID", hello()).await;
    assert!(stream.text().contains("get_my_api.rate"), "{}", stream.text());
}

#[tokio::test(start_paused = true)]
async fn an_alias_that_rejects_or_routes_nowhere_is_told_in_the_stream() {
    let account = Account::with_models().await;
    let agent = account.answering(None).await;
    let alias = account.alias(&agent, "live").await;
    let path = format!("{}{alias}/", aliases(&agent));
    let update = |state: &str| json!({"agentAliasName": "live", "aliasInvocationState": state, "routingConfiguration": [{"agentVersion": "1"}]});
    account.ask("PUT", &path, update("REJECT_INVOCATIONS")).await.ok(202);
    account.wait(10).await;
    let hello = || json!({"inputText": "hello"});
    let (kind, message) = account.converse(&agent, &alias, hello()).await.failed();
    assert!(kind == "validationException" && message.contains("REJECT_INVOCATIONS"), "{message}");
    account.ask("PUT", &path, update("ACCEPT_INVOCATIONS")).await.ok(202);
    account.wait(10).await;
    assert_eq!(account.converse(&agent, &alias, hello()).await.kinds(), ["chunk"]);
    let version = format!("/agents/{agent}/agentversions/1/?skipResourceInUseCheck=true");
    account.ask("DELETE", &version, Value::Null).await.ok(202);
    account.wait(10).await;
    let (kind, message) = account.converse(&agent, &alias, hello()).await.failed();
    assert!(kind == "validationException" && message.contains("DISSOCIATED"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn a_function_that_does_not_let_the_agent_in_is_told_in_the_stream() {
    let account = Account::with_models().await;
    let lets = with(group("get_my_api"), &[("functionSchema", json!({"functions": [{"name": "open_rate"}]}))]);
    let agent = account.answering(Some(lets)).await;
    let stream = account.draft_says(&agent, "the open rate").await;
    let text = format!(
        "Access denied while invoking Lambda function {FUNCTION}. Check the permissions on Lambda function and retry \
         the request."
    );
    assert_eq!(stream.failed(), ("dependencyFailedException".to_owned(), text));
    assert_eq!(stream.events[0].members["resourceName"], FUNCTION);
}

#[tokio::test(start_paused = true)]
async fn a_question_reads_and_writes_nothing() {
    let account = Account::with_models().await;
    let agent = account.answering(None).await;
    account.emulator.clear_calls();
    account.draft_says(&agent, "hello").await;
    let calls = account.emulator.calls();
    let seen: Vec<_> = calls.iter().map(|call| (call.service, call.operation.as_str(), call.writes)).collect();
    assert_eq!(seen, [("bedrock-agent-runtime", "InvokeAgent", false)]);
}
