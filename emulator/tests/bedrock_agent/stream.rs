//! Asks an agent and reads the event stream that comes back, as it comes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use crate::account::{Account, groups, signed, text, whole, with};
use crate::decoder::{Event, whole_messages};

pub(crate) const PROFILE: &str = "jp.anthropic.claude-sonnet-4-6";
pub(crate) const SESSION: &str = "session-1";

/// All of a stream.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    pub(crate) events: Vec<Event>,
    /// Whether the connection broke before its end.
    pub(crate) broken: bool,
    /// Bytes that came after the last whole message.
    pub(crate) rest: usize,
}

impl Stream {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.chunks().concat()).expect("the whole text is UTF-8")
    }

    pub(crate) fn chunks(&self) -> Vec<Vec<u8>> {
        let bytes = |event: &Event| STANDARD.decode(text(&event.members["bytes"])).expect("base64");
        self.of("chunk").into_iter().map(bytes).collect()
    }

    pub(crate) fn of(&self, kind: &str) -> Vec<&Event> {
        self.events.iter().filter(|event| event.kind == kind).collect()
    }

    pub(crate) fn kinds(&self) -> Vec<&str> {
        self.events.iter().map(|event| event.kind.as_str()).collect()
    }

    /// The exception that the stream must have ended with: its name and its text.
    #[track_caller]
    pub(crate) fn failed(&self) -> (String, String) {
        let last = self.events.last().expect("an event");
        assert_eq!(last.message, "exception", "{last:?}");
        (last.kind.clone(), text(&last.members["message"]))
    }

    fn read(&mut self, bytes: &mut Vec<u8>) {
        self.events.extend(whole_messages(bytes));
        self.rest = bytes.len();
    }
}

impl Account {
    /// With a role that may call models.
    pub(crate) async fn with_models() -> Self {
        let account = Self::with_role().await;
        account.allow_models().await;
        account.wait(10).await;
        account
    }

    /// A prepared agent with this action group, or with none; its id.
    pub(crate) async fn answering(&self, group: Option<Value>) -> String {
        let request = with(whole("openrate"), &[("foundationModel", json!(PROFILE))]);
        let created = self.ask("PUT", "/agents/", request).await.ok(202);
        self.wait(10).await;
        let id = text(&created["agent"]["agentId"]);
        if let Some(group) = group {
            self.ask("PUT", &groups(&id), group).await.ok(200);
        }
        self.prepare(&id).await;
        id
    }

    /// The stream that answers a question; it must have begun.
    pub(crate) async fn converse(&self, agent: &str, alias: &str, body: Value) -> Stream {
        let request = signed("POST", &path(agent, alias, SESSION), "bedrock", "ap-northeast-1");
        let request = request.header("content-type", "application/json").body(Bytes::from(body.to_string()));
        let response = self.emulator.exchange(request.expect("a request")).await.expect("an answer");
        let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
        assert_eq!(response.status(), 200);
        assert_eq!(header("content-type"), "application/vnd.amazon.eventstream");
        assert_eq!(header("x-amz-bedrock-agent-session-id"), SESSION);
        assert_eq!(header("x-amzn-bedrock-agent-content-type"), "application/json");
        let (mut stream, mut bytes) = (Stream::default(), Vec::new());
        let mut body = response.into_body();
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => bytes.extend_from_slice(&frame.into_data().expect("data")),
                Err(_) => stream.broken = true,
            }
            stream.read(&mut bytes);
        }
        stream
    }

    /// The same of the draft, and only the question.
    pub(crate) async fn draft_says(&self, agent: &str, question: &str) -> Stream {
        self.converse(agent, "TSTALIASID", json!({"inputText": question})).await
    }
}

pub(crate) fn path(agent: &str, alias: &str, session: &str) -> String {
    format!("/agents/{agent}/agentAliases/{alias}/sessions/{session}/text")
}
