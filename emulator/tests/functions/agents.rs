//! An agent and the function that it calls: the event, the reply and all that may be wrong with it, and the session.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::account::signed;
use crate::decoder::{Event, whole_messages};
use crate::stage::{FUNCTIONS, Stage};

const PROFILE: &str = "jp.anthropic.claude-sonnet-4-6";
const FUNCTION: &str = "arn:aws:lambda:ap-northeast-1:123456789012:function:app:1";

/// Answers as its parameter `how` says.
const HANDLER: &str = r#"
import json

def handler(event, context):
    how = {each["name"]: each["value"] for each in event["parameters"]}.get("how", "event")
    if how == "raise":
        raise ValueError("no rate today")
    if how == "null":
        return None
    answer = {"actionGroup": event["actionGroup"], "function": event["function"], "functionResponse": {
        "responseBody": {"TEXT": {"body": json.dumps(event) if how == "event" else how}}}}
    if how in ("FAILURE", "REPROMPT"):
        answer["functionResponse"]["responseState"] = how
    if how == "misnamed":
        answer["function"] = "another"
    reply = {"messageVersion": "1.0", "response": answer}
    if how == "remember":
        reply["sessionAttributes"] = {**event["sessionAttributes"], "seen": "yes"}
        reply["promptSessionAttributes"] = {"only": "now"}
    return answer if how == "bare" else reply
"#;

/// An account whose agent may call the function.
struct Talk {
    stage: Stage,
    agent: String,
}

impl Talk {
    async fn new() -> Self {
        let stage = Stage::with_python(HANDLER).await;
        let role = stage.account.role("agent", "bedrock.amazonaws.com", std::time::Duration::ZERO).await;
        let mut talk = Self { stage, agent: String::new() };
        talk.allow_models().await;
        let request = json!({
            "agentName": "rates", "foundationModel": PROFILE, "agentResourceRoleArn": role,
            "instruction": "You tell people how often their push notices were opened.",
        });
        let created = talk.control("PUT", "/agents/", request).await;
        talk.agent = created["agent"]["agentId"].as_str().expect("an id").to_owned();
        talk.rest().await;
        let how = json!({"how": {"type": "string", "description": "how to answer"}});
        let group = json!({
            "actionGroupName": "rates",
            "actionGroupExecutor": {"lambda": FUNCTION},
            "functionSchema": {"functions": [{"name": "get_rate", "parameters": how}]},
        });
        let path = format!("/agents/{}/", talk.agent);
        talk.control("PUT", &format!("{path}agentversions/DRAFT/actiongroups/"), group).await;
        talk.control("POST", &path, Value::Null).await;
        talk.rest().await;
        talk
    }

    /// Lets what takes a moment end.
    async fn rest(&self) {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }

    async fn allow_models(&self) {
        let statement = json!({"Effect": "Allow", "Action": "bedrock:*", "Resource": "*"});
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("Action", "PutRolePolicy")
            .append_pair("Version", "2010-05-08")
            .append_pair("RoleName", "agent")
            .append_pair("PolicyName", "models")
            .append_pair("PolicyDocument", &json!({"Version": "2012-10-17", "Statement": [statement]}).to_string())
            .finish();
        let request = signed("POST", "/", "us-east-1", "iam");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(self.stage.account.send(request, form.into_bytes()).await.status(), 200);
    }

    /// Lets the agent call what the qualifier names: a version, or the bare function.
    async fn permit(&self, query: &str) {
        let path = format!("{FUNCTIONS}/app/policy{query}");
        let statement = json!({
            "StatementId": "bedrock", "Action": "lambda:InvokeFunction", "Principal": "bedrock.amazonaws.com",
            "SourceAccount": "123456789012",
            "SourceArn": format!("arn:aws:bedrock:ap-northeast-1:123456789012:agent/{}", self.agent),
        });
        let (status, answer) = self.stage.account.lambda("POST", &path, statement).await;
        assert_eq!(status, 201, "{answer}");
    }

    async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let answer = self.stage.account.send(signed(method, path, "ap-northeast-1", "bedrock"), body).await;
        assert!(answer.status().is_success(), "{answer:?}");
        serde_json::from_slice(answer.body()).expect("JSON")
    }

    async fn ask(&self, body: Value) -> Vec<Event> {
        let path = format!("/agents/{}/agentAliases/TSTALIASID/sessions/s-1/text", self.agent);
        let request = signed("POST", &path, "ap-northeast-1", "bedrock");
        let answer = self.stage.account.send(request, body.to_string().into_bytes()).await;
        let mut bytes = answer.body().to_vec();
        let events = whole_messages(&mut bytes);
        assert!(answer.status() == 200 && bytes.is_empty(), "{answer:?}");
        events
    }

    /// The text of the answer to a question that is answered in one chunk.
    async fn says(&self, body: Value) -> String {
        let events = self.ask(body).await;
        let bytes = STANDARD.decode(events[0].members["bytes"].as_str().expect("a chunk")).expect("base64");
        String::from_utf8(bytes).expect("UTF-8")
    }

    /// The event that the function was handed.
    async fn handed(&self, body: Value) -> Value {
        let text = self.says(body).await;
        serde_json::from_str(text.lines().last().expect("a line")).expect("JSON")
    }
}

#[tokio::test]
async fn the_function_is_handed_the_event_that_the_user_guide_shows() {
    let talk = Talk::new().await;
    talk.permit("?Qualifier=1").await;
    let state = json!({"sessionAttributes": {"team": "marketing"}, "promptSessionAttributes": {"tone": "short"}});
    let event = talk.handed(json!({"inputText": "the rate, how=event", "sessionState": state})).await;
    assert_eq!(
        event,
        json!({
            "messageVersion": "1.0",
            "agent": {"name": "rates", "id": talk.agent, "alias": "TSTALIASID", "version": "DRAFT"},
            "inputText": "the rate, how=event",
            "sessionId": "s-1",
            "actionGroup": "rates",
            "function": "get_rate",
            "parameters": [{"name": "how", "type": "string", "value": "event"}],
            "sessionAttributes": {"team": "marketing"},
            "promptSessionAttributes": {"tone": "short"},
        })
    );
}

#[tokio::test]
async fn session_attributes_last_for_the_session_and_prompt_attributes_for_one_question() {
    let talk = Talk::new().await;
    talk.permit("?Qualifier=1").await;
    let state = json!({"sessionAttributes": {"team": "marketing"}});
    let text = talk.says(json!({"inputText": "rate how=remember", "sessionState": state})).await;
    assert!(text.ends_with("remember"), "{text}");
    let event = talk.handed(json!({"inputText": "rate"})).await;
    assert_eq!(event["sessionAttributes"], json!({"team": "marketing", "seen": "yes"}));
    assert_eq!(event["promptSessionAttributes"], json!({}));
    talk.says(json!({"endSession": true})).await;
    assert_eq!(talk.handed(json!({"inputText": "rate"})).await["sessionAttributes"], json!({}));
}

#[tokio::test]
async fn every_reply_that_bedrock_does_not_take_fails_the_agent() {
    let talk = Talk::new().await;
    talk.permit("?Qualifier=1").await;
    let bad_reply = |lacks: &str| {
        format!(
            "The server encountered an error processing the Lambda response. Check the Lambda response and retry the \
             request (the emulator found: {lacks})"
        )
    };
    let failed = |what: &str| {
        format!(
            "Your request couldn't be completed. Lambda function {FUNCTION} encountered a problem while processing \
             request.The error message from the Lambda function is {what}. Check the Lambda function log for error \
             details, then try your request again after fixing the error."
        )
    };
    for (how, message) in [
        ("null", bad_reply("the function returned nothing")),
        ("bare", bad_reply("the reply has no object `response`")),
        ("misnamed", bad_reply("`response.function` is \"another\" instead of \"get_rate\"")),
        ("raise", failed("Unhandled")),
        ("FAILURE", failed("FAILURE")),
    ] {
        let events = talk.ask(json!({"inputText": format!("rate how={how}")})).await;
        assert_eq!(events.len(), 1, "{how}: {events:?}");
        assert_eq!((events[0].message.as_str(), events[0].kind.as_str()), ("exception", "dependencyFailedException"));
        assert_eq!(events[0].members, json!({"message": message, "resourceName": FUNCTION}), "{how}");
    }
}

#[tokio::test]
async fn a_reprompt_is_told_and_the_traces_say_what_happened() {
    let talk = Talk::new().await;
    talk.permit("?Qualifier=1").await;
    let events = talk.ask(json!({"inputText": "rate how=REPROMPT", "enableTrace": true})).await;
    let trace = |event: &Event| event.members["trace"]["orchestrationTrace"].clone();
    let reprompt = events.iter().map(trace).find(|trace| trace["observation"]["type"] == "REPROMPT");
    let response = &reprompt.expect("a reprompt")["observation"]["repromptResponse"];
    assert_eq!(response, &json!({"text": "REPROMPT", "source": "ACTION_GROUP"}));

    let events = talk.ask(json!({"inputText": "rate how=well", "enableTrace": true})).await;
    let steps: Vec<String> = events
        .iter()
        .map(|event| trace(event).as_object().and_then(|trace| trace.keys().next().cloned()).unwrap_or_default())
        .collect();
    assert_eq!(
        steps,
        [
            "modelInvocationInput",
            "modelInvocationOutput",
            "rationale",
            "invocationInput",
            "observation",
            "modelInvocationInput",
            "modelInvocationOutput",
            "observation",
            "",
        ]
    );
    let input = &trace(&events[3])["invocationInput"];
    assert_eq!(
        input["actionGroupInvocationInput"],
        json!({
            "actionGroupName": "rates",
            "function": "get_rate",
            "parameters": [{"name": "how", "type": "string", "value": "well"}],
            "executionType": "LAMBDA",
        })
    );
    let output = &trace(&events[4])["observation"]["actionGroupInvocationOutput"];
    assert_eq!(output["text"], "well");
    for member in ["startTime", "endTime", "totalTimeMs", "clientRequestId"] {
        assert!(!output["metadata"][member].is_null(), "{output}");
    }
}

#[tokio::test]
async fn a_permission_on_the_bare_function_is_none_on_its_version() {
    let talk = Talk::new().await;
    talk.permit("").await;
    let events = talk.ask(json!({"inputText": "rate"})).await;
    assert_eq!(events[0].kind, "dependencyFailedException");
    assert!(events[0].members["message"].as_str().is_some_and(|text| text.starts_with("Access denied while invoking")));
}
