//! One `InvokeAgent` as it was asked: held against its shape, and typed.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::session::Key;
use super::{INVOKE, shapes};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::services::bedrock_agent::check;

/// What a session or a prompt carries along.
pub(super) type Attributes = BTreeMap<String, String>;

/// The question, and how it is to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) agent_id: String,
    pub(super) alias_id: String,
    pub(super) session_id: String,
    pub(super) text: String,
    pub(super) trace: bool,
    pub(super) ends_session: bool,
    /// Whether the answer comes in chunks while it is made.
    pub(super) streams: bool,
    pub(super) state: SessionState,
}

/// What the caller brings into the session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct SessionState {
    /// None leaves the session's as they are.
    pub(super) session_attributes: Option<Attributes>,
    pub(super) prompt_session_attributes: Attributes,
    pub(super) invocation_id: Option<String>,
    pub(super) return_control_invocation_results: Vec<InvocationResult>,
}

/// One of the results.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InvocationResult {
    pub(super) function_result: FunctionResult,
}

/// What the caller did with the control that was returned to it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FunctionResult {
    pub(super) action_group: String,
    pub(super) function: Option<String>,
    pub(super) confirmation_state: Option<String>,
    pub(super) response_state: Option<String>,
    #[serde(default)]
    pub(super) response_body: BTreeMap<String, ContentBody>,
}

/// The text of a result.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct ContentBody {
    #[serde(default)]
    pub(super) body: String,
}

/// The members of the body.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    input_text: Option<String>,
    enable_trace: bool,
    end_session: bool,
    session_state: SessionState,
    streaming_configurations: Streaming,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Streaming {
    stream_final_response: bool,
}

impl Request {
    pub(super) fn read(call: &Call<'_>, agent: &str, alias: &str, session: &str) -> Result<Self, Refusal> {
        check::text(INVOKE, "agentId", &shapes::ID, agent)?;
        check::text(INVOKE, "agentAliasId", &shapes::ID, alias)?;
        check::text(INVOKE, "sessionId", &shapes::SESSION_ID, session)?;
        if let Some((name, _)) = call.query.first() {
            return Err(Refusal::not_emulated(format_args!("the query parameter {name} of {INVOKE}")));
        }
        if call.headers.contains_key("x-amz-source-arn") {
            return Err(Refusal::not_emulated(format_args!("the member sourceArn of {INVOKE}")));
        }
        let body: Value = check::request(INVOKE, shapes::INVOKE_AGENT, call.json()?)?;
        let body: Body = serde_json::from_value(body)
            .map_err(|error| Refusal::new(400, "SerializationException", error.to_string()))?;
        let Body { input_text, enable_trace, end_session, session_state, streaming_configurations } = body;
        let text = input_text.unwrap_or_default();
        let says_nothing = text.is_empty() && session_state.return_control_invocation_results.is_empty();
        if says_nothing && !end_session {
            return Err(Refusal::new(400, "ValidationException", "InputText is required when endSession is false."));
        }
        Ok(Self {
            agent_id: agent.to_owned(),
            alias_id: alias.to_owned(),
            session_id: session.to_owned(),
            text,
            trace: enable_trace,
            ends_session: end_session,
            streams: streaming_configurations.stream_final_response,
            state: session_state,
        })
    }

    /// Under which its session is kept.
    pub(super) fn key(&self) -> Key {
        (self.agent_id.clone(), self.alias_id.clone(), self.session_id.clone())
    }
}
