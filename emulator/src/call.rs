//! One call as a service sees it: what was asked, by whom and when, and the world it is asked of.

use std::pin::Pin;

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::Value;

use crate::blobs::Blobs;
use crate::body::{self, Pieces};
use crate::clock::{Millis, Timing};
use crate::emulator::Emulator;
use crate::fault::StreamFault;
use crate::refusal::Refusal;
use crate::services::ecr::token::Seal;
use crate::world::{Region, World};

/// What every service is handed.
pub(crate) struct Call<'a> {
    pub(crate) method: &'a Method,
    /// The path's segments, percent-decoded, without empty ones: `/agents/ID/` is `["agents", "ID"]`.
    pub(crate) path: Vec<String>,
    /// The query, decoded, in its order.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a Bytes,
    /// The account that owns the world (12 digits).
    pub(crate) account: &'a str,
    /// The region of the signature.
    pub(crate) region: &'a str,
    /// `http://127.0.0.1:PORT` where the registry answers, as the client reached us (the in-process door says so too).
    pub(crate) endpoint: &'a str,
    /// What the registry's passwords are sealed with.
    pub(crate) seal: &'a Seal,
    pub(crate) now: Millis,
    pub(crate) timing: &'a Timing,
    /// Whether the account may not create agents.
    pub(crate) closed_to_new_agents: bool,
    /// What a test has planted into the stream that answers this call.
    pub(crate) stream_fault: Option<StreamFault>,
    pub(crate) world: &'a mut World,
    pub(crate) blobs: &'a mut Blobs,
}

/// What a service answers when it does not refuse.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Body,
    /// The operation's name, for the log of calls (`CreateAgent`).
    pub(crate) operation: &'static str,
    /// Whether the call may have changed the world.
    pub(crate) writes: bool,
}

/// The body of a [`Reply`].
pub(crate) enum Body {
    Empty,
    Json(Value),
    Xml(String),
    /// Raw bytes with their headers: the registry's answers.
    Raw(Vec<(&'static str, String)>, Bytes),
    /// Made piece by piece while the client reads, with its headers.
    Stream(Vec<(&'static str, String)>, Box<dyn FnOnce(Pieces) -> body::Making + Send>),
    /// Not known yet: this is done once the account is free for other calls again, and answers instead.
    Later(Later),
}

/// Work that takes longer than a call may hold the account: a function's run.
pub(crate) type Later = Box<dyn FnOnce(Emulator) -> Answering + Send>;

/// The answer to come.
pub(crate) type Answering = Pin<Box<dyn Future<Output = Result<Reply, Refusal>> + Send>>;

impl Reply {
    /// A reading call's answer, 200.
    pub(crate) fn read(operation: &'static str, body: Value) -> Self {
        Self { status: 200, body: Body::Json(body), operation, writes: false }
    }

    /// A changing call's answer.
    pub(crate) fn wrote(operation: &'static str, status: u16, body: Value) -> Self {
        Self { status, body: Body::Json(body), operation, writes: true }
    }
}

impl Call<'_> {
    /// The part of the world that belongs to the call's region.
    pub(crate) fn region(&mut self) -> &mut Region {
        self.world.region(self.region)
    }

    /// The path as a slice of strings, for `match`.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }

    /// A query parameter's first value.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as a JSON object; an empty body is an empty object.
    pub(crate) fn json(&self) -> Result<Value, Refusal> {
        if self.body.is_empty() {
            return Ok(Value::Object(serde_json::Map::new()));
        }
        match serde_json::from_slice::<Value>(self.body) {
            Ok(value) if value.is_object() => Ok(value),
            _ => Err(Refusal::new(400, "SerializationException", "the body is not a JSON object")),
        }
    }
}
