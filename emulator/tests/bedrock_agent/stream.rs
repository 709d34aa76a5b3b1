//! Asks an agent and reads the event stream that comes back, byte by byte and with a decoder of its own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use crate::account::{Account, groups, signed, text, whole, with};

pub(crate) const PROFILE: &str = "jp.anthropic.claude-sonnet-4-5-20250929-v1:0";
pub(crate) const SESSION: &str = "session-1";

/// One message of a stream.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    /// `event` or `exception`.
    pub(crate) message: String,
    /// `chunk`, `trace`, `throttlingException`.
    pub(crate) kind: String,
    pub(crate) members: Value,
}

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
        while let Some(length) = bytes.get(..4).map(number).filter(|length| *length <= bytes.len()) {
            let message: Vec<u8> = bytes.drain(..length).collect();
            self.events.push(decoded(&message));
        }
        self.rest = bytes.len();
    }
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// CRC-32 of zlib, bit by bit: slow, and shares nothing with what is tested.
fn checksum(bytes: &[u8]) -> usize {
    let step = |sum: u32| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
    let sum = bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| step(sum)));
    usize::try_from(!sum).expect("32 bits")
}

fn decoded(message: &[u8]) -> Event {
    let (body, sum) = message.split_at(message.len() - 4);
    assert_eq!(number(sum), checksum(body), "the message's checksum");
    assert_eq!(number(&message[8..12]), checksum(&message[..8]), "the prelude's checksum");
    let (mut headers, payload) = body[12..].split_at(number(&message[4..8]));
    let mut event = Event { message: String::new(), kind: String::new(), members: Value::Null };
    while let Some((length, rest)) = headers.split_first() {
        let (name, rest) = rest.split_at(usize::from(*length));
        assert_eq!(rest[0], 7, "a string");
        let (value, rest) = rest[3..].split_at(number(&rest[1..3]));
        let value = String::from_utf8(value.to_vec()).expect("text");
        match name {
            b":message-type" => event.message = value,
            b":event-type" | b":exception-type" => event.kind = value,
            b":content-type" => assert_eq!(value, "application/json"),
            other => panic!("the header {}", String::from_utf8_lossy(other)),
        }
        headers = rest;
    }
    event.members = serde_json::from_slice(payload).expect("JSON");
    event
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
