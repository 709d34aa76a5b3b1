//! Judges how a function dealt with an event: everything about a reply that Bedrock would not take.

use std::time::Duration;

use serde_json::Value;

use super::breach::Breach;
use super::event::Asked;
use super::{CHAT_PATIENCE, REPLY_ROOM};

/// A reply without a version. Handlers of AWS's own samples leave it out, and no report says that Bedrock refuses them.
const NO_VERSION: &str = "the reply has no `messageVersion`: add `\"messageVersion\": \"1.0\"` beside `response`, as the user \
                          guide has it";

/// How a function's run ended, wherever it ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// It returned this.
    Returned(Vec<u8>),
    /// An error was raised, or Lambda itself complains.
    Failed {
        /// `KeyError`, `Runtime.ImportModuleError`.
        kind: String,
        /// The error's text.
        message: String,
    },
    /// Its process ended.
    Exited {
        /// `exit code 1`, `signal 9`.
        how: String,
    },
    /// It was not done in time.
    TimedOut {
        /// The function's timeout, if it is known.
        after: Option<Duration>,
    },
    /// It could not be started.
    NotStarted {
        /// Why.
        reason: String,
    },
}

/// What is to be said of a function's run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Everything that Bedrock would not take; none if the contract is kept.
    pub breaches: Vec<Breach>,
    /// What is right but worth knowing.
    pub notes: Vec<String>,
    /// The text that the model reads, if there is one.
    pub body: Option<String>,
}

impl Verdict {
    /// Whether Bedrock takes the reply.
    pub fn is_kept(&self) -> bool {
        self.breaches.is_empty()
    }
}

/// Judges a run that answered what was `asked` and took this long.
pub fn judge(asked: &Asked, ended: &Ended, took: Duration) -> Verdict {
    let mut verdict = Verdict::default();
    match ended {
        Ended::Returned(bytes) => reply(asked, bytes, &mut verdict),
        Ended::Failed { kind, message } => verdict.breaches.push(failed(kind, message)),
        Ended::Exited { how } => verdict.breaches.push(Breach::Exited { how: how.clone() }),
        Ended::TimedOut { after } => verdict.breaches.push(Breach::TimedOut { after: *after }),
        Ended::NotStarted { reason } => verdict.breaches.push(Breach::NotStarted { reason: reason.clone() }),
    }
    if took > Duration::from_secs(CHAT_PATIENCE) && !matches!(ended, Ended::TimedOut { .. }) {
        verdict.breaches.push(Breach::TooSlow { took });
    }
    verdict
}

fn failed(kind: &str, message: &str) -> Breach {
    let (kind, message) = (kind.to_owned(), message.to_owned());
    match kind.as_str() {
        "Function.ResponseSizeTooLarge" => Breach::RefusedByLambda { message },
        // AWS's name for it, and the text that stands where there is no name.
        "Sandbox.Timedout" | "Function.TimedOut" => Breach::TimedOut { after: None },
        "" if message.contains("Task timed out") => Breach::TimedOut { after: None },
        "Runtime.OutOfMemory" => Breach::OutOfMemory,
        "Runtime.ExitError" => Breach::Exited { how: message },
        "Runtime.ImportModuleError"
        | "Runtime.HandlerNotFound"
        | "Runtime.UserCodeSyntaxError"
        | "Runtime.MalformedHandlerName"
        | "Runtime.InvalidEntrypoint" => Breach::Unusable { kind, message },
        _ => Breach::Raised { kind, message },
    }
}

fn reply(asked: &Asked, bytes: &[u8], verdict: &mut Verdict) {
    let found = match serde_json::from_slice::<Value>(bytes) {
        Ok(value) if value.is_object() => {
            if bytes.len() > REPLY_ROOM {
                verdict.breaches.push(Breach::TooLarge { bytes: bytes.len() });
            }
            return envelope(asked, &value, verdict);
        }
        Ok(Value::Null) => Breach::ReturnedNothing,
        Ok(other) => Breach::NotAnObject { found: kind(&other) },
        Err(_) if bytes.is_empty() => Breach::ReturnedNothing,
        Err(_) => Breach::NotJson,
    };
    verdict.breaches.push(found);
}

fn envelope(asked: &Asked, reply: &Value, verdict: &mut Verdict) {
    let response = &reply["response"];
    if !response.is_object() {
        // The rest of the envelope is missing with it, and its cure is the same.
        return verdict.breaches.push(Breach::NoEnvelope);
    }
    match &reply["messageVersion"] {
        Value::Null => verdict.notes.push(NO_VERSION.to_owned()),
        version if version == "1.0" => {}
        other => verdict.breaches.push(Breach::MessageVersion { found: other.to_string() }),
    }
    for field in ["sessionAttributes", "promptSessionAttributes"] {
        let texts = |value: &Value| value.as_object().is_some_and(|all| all.values().all(Value::is_string));
        if reply.get(field).is_some_and(|value| !value.is_null() && !texts(value)) {
            verdict.breaches.push(Breach::Attributes { field });
        }
    }
    for (field, wanted) in [("actionGroup", &asked.action_group), ("function", &asked.function)] {
        if response[field] != **wanted {
            let found = written(response, field);
            verdict.breaches.push(Breach::OtherName { field, wanted: wanted.clone(), found });
        }
    }
    body(&response["functionResponse"], verdict);
}

fn body(response: &Value, verdict: &mut Verdict) {
    if !response.is_object() {
        return verdict.breaches.push(Breach::NoBody { missing: "response.functionResponse" });
    }
    match &response["responseState"] {
        Value::Null => {}
        Value::String(state) if state == "REPROMPT" => {
            verdict.notes.push("REPROMPT: the model reads the body and goes on, perhaps with another call".to_owned());
        }
        Value::String(state) if state == "FAILURE" => {
            verdict.notes.push("FAILURE: the conversation ends with DependencyFailedException".to_owned());
        }
        other => verdict.breaches.push(Breach::ResponseState { found: other.to_string() }),
    }
    let Some(types) = response["responseBody"].as_object() else {
        return verdict.breaches.push(Breach::NoBody { missing: "response.functionResponse.responseBody" });
    };
    let Some(text) = types.get("TEXT") else {
        return verdict.breaches.push(Breach::NotUnderText { found: types.keys().cloned().collect() });
    };
    match &text["body"] {
        Value::String(body) => verdict.body = Some(body.clone()),
        Value::Null if text.get("body").is_none() => {
            verdict.breaches.push(Breach::NoBody { missing: "response.functionResponse.responseBody.TEXT.body" });
        }
        other => verdict.breaches.push(Breach::BodyNotText { found: kind(other) }),
    }
}

/// A member as JSON, if it is there.
fn written(object: &Value, field: &str) -> Option<String> {
    object.get(field).map(Value::to_string)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
