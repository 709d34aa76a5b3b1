//! An emulated account for one test, and the shortest way to ask it.

use std::time::Duration;

use bytes::Bytes;
use emulator::{Emulator, Settings, World};
use http::Request;
use serde_json::{Value, json};

pub(crate) const MODEL: &str = "amazon.nova-pro-v1:0";
pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/agent";
pub(crate) const FUNCTION: &str = "arn:aws:lambda:ap-northeast-1:123456789012:function:openrate:7";
pub(crate) const INSTRUCTION: &str = "You tell people how often their push notices were opened.";

/// What came back.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The error's code; empty on success.
    pub(crate) code: String,
    pub(crate) body: Value,
}

impl Answer {
    /// The body of a call that must have succeeded with this status.
    #[track_caller]
    pub(crate) fn ok(self, status: u16) -> Value {
        assert_eq!((self.status, self.code.as_str()), (status, ""), "{}", self.body);
        self.body
    }

    /// The text of a call that must have been refused with this status and code.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> String {
        assert_eq!((self.status, self.code.as_str()), (status, code), "{}", self.body);
        text(&self.body["message"])
    }
}

/// A string of an answer.
#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

pub(crate) struct Account {
    pub(crate) emulator: Emulator,
}

impl Account {
    /// Empty.
    pub(crate) fn new() -> Self {
        Self { emulator: Emulator::new(Settings::for_tests()) }
    }

    /// With a role that Bedrock can assume already.
    pub(crate) async fn with_role() -> Self {
        Self::with_role_under(Settings::for_tests()).await
    }

    /// The same under other settings.
    pub(crate) async fn with_role_under(settings: Settings) -> Self {
        let account = Self { emulator: Emulator::new(settings) };
        account.create_role("bedrock.amazonaws.com").await;
        account.wait(60).await;
        account
    }

    pub(crate) async fn create_role(&self, trusted: &str) {
        let trust = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": trusted}, "Action": "sts:AssumeRole"},
        ]});
        self.iam(&[("Action", "CreateRole"), ("RoleName", "agent"), ("AssumeRolePolicyDocument", &trust.to_string())])
            .await;
    }

    pub(crate) async fn allow_models(&self) {
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["bedrock:InvokeModel*", "bedrock:GetInferenceProfile"], "Resource": "*"},
        ]});
        self.put_policy(&policy.to_string()).await;
    }

    /// Overwrites what the role may do.
    pub(crate) async fn put_policy(&self, document: &str) {
        self.iam(&[
            ("Action", "PutRolePolicy"),
            ("RoleName", "agent"),
            ("PolicyName", "models"),
            ("PolicyDocument", document),
        ])
        .await;
    }

    async fn iam(&self, form: &[(&str, &str)]) {
        let pairs = [("Version", "2010-05-08")].into_iter().chain(form.iter().copied());
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let request = signed("POST", "/", "iam", "us-east-1")
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .body(Bytes::from(body));
        let response = self.emulator.call(request.expect("a request")).await;
        assert_eq!(response.status(), 200, "{:?}", response.body());
    }

    /// Asks with a JSON body; `Value::Null` sends none.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: Value) -> Answer {
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let request = signed(method, path, "bedrock", "ap-northeast-1").header("content-type", "application/json");
        let response = self.emulator.call(request.body(body).expect("a request")).await;
        let code = response.headers().get("x-amzn-errortype").map_or("", |code| code.to_str().expect("text"));
        Answer {
            status: response.status().as_u16(),
            code: code.to_owned(),
            body: serde_json::from_slice(response.body()).unwrap_or(Value::Null),
        }
    }

    /// Lets time pass; under the paused clock it takes none.
    pub(crate) async fn wait(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    /// An agent at rest, not prepared; its id.
    pub(crate) async fn agent(&self, name: &str) -> String {
        let created = self.ask("PUT", "/agents/", whole(name)).await.ok(202);
        self.wait(10).await;
        text(&created["agent"]["agentId"])
    }

    /// An agent that is prepared, with one action group; its id.
    pub(crate) async fn prepared_agent(&self, name: &str) -> String {
        let id = self.agent(name).await;
        self.ask("PUT", &groups(&id), group("get_my_api")).await.ok(200);
        self.prepare(&id).await;
        id
    }

    pub(crate) async fn prepare(&self, id: &str) {
        self.ask("POST", &format!("/agents/{id}/"), Value::Null).await.ok(202);
        self.wait(10).await;
        assert_eq!(self.status(id).await, "PREPARED");
    }

    pub(crate) async fn status(&self, id: &str) -> String {
        text(&self.get(&format!("/agents/{id}/")).await["agent"]["agentStatus"])
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.ask("GET", path, Value::Null).await.ok(200)
    }

    /// An alias that has cut a version and rests; its id.
    pub(crate) async fn alias(&self, id: &str, name: &str) -> String {
        let created = self.ask("PUT", &aliases(id), json!({"agentAliasName": name})).await.ok(202);
        self.wait(10).await;
        text(&created["agentAlias"]["agentAliasId"])
    }

    /// Rewrites the saved world, as if time had changed what calls can't.
    pub(crate) fn rewrite(&self, from: &str, to: &str) {
        let world = serde_json::to_string(&self.emulator.world()).expect("a world").replace(from, to);
        let world: World = serde_json::from_str(&world).expect("a world");
        self.emulator.edit(|old| *old = world);
    }
}

pub(crate) fn signed(method: &str, path: &str, service: &str, region: &str) -> http::request::Builder {
    let signature = "0".repeat(64);
    let scope = format!("AKIDEXAMPLE/20261122/{region}/{service}/aws4_request");
    Request::builder().method(method).uri(path).header("x-amz-date", "20261122T090000Z").header(
        "authorization",
        format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature={signature}"),
    )
}

/// A request for an agent that can be prepared.
pub(crate) fn whole(name: &str) -> Value {
    json!({
        "agentName": name,
        "foundationModel": MODEL,
        "agentResourceRoleArn": ROLE,
        "instruction": INSTRUCTION,
    })
}

/// A request for an action group with one function.
pub(crate) fn group(name: &str) -> Value {
    json!({
        "actionGroupName": name,
        "actionGroupExecutor": {"lambda": FUNCTION},
        "functionSchema": {"functions": [{"name": "rate", "parameters": {"day": {"type": "string", "required": true}}}]},
    })
}

/// The value with some members set anew.
pub(crate) fn with(mut value: Value, members: &[(&str, Value)]) -> Value {
    for (name, member) in members {
        value[*name] = member.clone();
    }
    value
}

pub(crate) fn groups(agent: &str) -> String {
    format!("/agents/{agent}/agentversions/DRAFT/actiongroups/")
}

pub(crate) fn aliases(agent: &str) -> String {
    format!("/agents/{agent}/agentaliases/")
}
