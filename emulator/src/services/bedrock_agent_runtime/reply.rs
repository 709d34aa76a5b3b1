//! Judges what a function has returned: Bedrock takes one envelope and no other (user guide, `agents-lambda`).

use serde_json::Value;

use super::planner::Chosen;
use super::request::Attributes;

/// A reply in the right envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) body: String,
    pub(super) state: State,
    /// None leaves the session's as they are.
    pub(super) session_attributes: Option<Attributes>,
}

/// `responseState`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Done,
    Failure,
    Reprompt,
}

/// The reply to `chosen`; none if it is not what Bedrock takes.
pub(super) fn read(payload: &[u8], chosen: &Chosen) -> Option<Reply> {
    let reply: Value = serde_json::from_slice(payload).ok()?;
    let response = &reply["response"];
    let right = reply["messageVersion"] == "1.0"
        && response["actionGroup"] == chosen.group.as_str()
        && response["function"] == chosen.function.as_str();
    if !right {
        return None;
    }
    let result = &response["functionResponse"];
    let state = match &result["responseState"] {
        Value::Null => State::Done,
        Value::String(state) if state == "FAILURE" => State::Failure,
        Value::String(state) if state == "REPROMPT" => State::Reprompt,
        _ => return None,
    };
    // They last for this question, and no other function is called for it.
    attributes(&reply["promptSessionAttributes"]).ok()?;
    Some(Reply {
        body: result["responseBody"]["TEXT"]["body"].as_str()?.to_owned(),
        state,
        session_attributes: attributes(&reply["sessionAttributes"]).ok()?,
    })
}

/// An error if they are there and no map from text to text.
fn attributes(value: &Value) -> serde_json::Result<Option<Attributes>> {
    serde_json::from_value(value.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{State, read};
    use crate::services::bedrock_agent_runtime::planner::Chosen;

    fn chosen() -> Chosen {
        Chosen { group: "rates".to_owned(), function: "get_rate".to_owned(), ..Chosen::default() }
    }

    fn reply() -> Value {
        json!({
            "messageVersion": "1.0",
            "response": {
                "actionGroup": "rates",
                "function": "get_rate",
                "functionResponse": {"responseBody": {"TEXT": {"body": "2%"}}},
            },
        })
    }

    fn with(pointer: &str, value: Value) -> Vec<u8> {
        let mut reply = reply();
        *reply.pointer_mut(pointer).expect("a member") = value;
        reply.to_string().into_bytes()
    }

    #[test]
    fn the_right_envelope_is_taken_with_its_state_and_attributes() {
        let taken = read(reply().to_string().as_bytes(), &chosen()).expect("a reply");
        assert_eq!((taken.body.as_str(), taken.state, taken.session_attributes), ("2%", State::Done, None));
        let mut rich = reply();
        rich["response"]["functionResponse"]["responseState"] = json!("REPROMPT");
        rich["sessionAttributes"] = json!({"seen": "yes"});
        let taken = read(rich.to_string().as_bytes(), &chosen()).expect("a reply");
        assert_eq!(taken.state, State::Reprompt);
        assert_eq!(taken.session_attributes, Some([("seen".to_owned(), "yes".to_owned())].into()));
    }

    #[test]
    fn every_other_envelope_is_not_taken() {
        let mut numbers = reply();
        numbers["sessionAttributes"] = json!({"seen": 1});
        let mut state = reply();
        state["response"]["functionResponse"]["responseState"] = json!("DONE");
        for payload in [
            b"null".to_vec(),
            b"\"2%\"".to_vec(),
            b"".to_vec(),
            b"{}".to_vec(),
            with("/messageVersion", json!("2.0")),
            with("/response", json!("2%")),
            with("/response/actionGroup", json!("others")),
            with("/response/function", json!("get_rates")),
            with("/response/functionResponse/responseBody", json!({"application/json": {"body": "2%"}})),
            with("/response/functionResponse/responseBody/TEXT/body", json!({"rate": 2})),
            numbers.to_string().into_bytes(),
            state.to_string().into_bytes(),
        ] {
            assert_eq!(read(&payload, &chosen()), None, "{}", String::from_utf8_lossy(&payload));
        }
    }
}
