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

/// The reply to `chosen`; else what it lacks that Bedrock takes.
///
/// `messageVersion` may be left out: handlers of AWS's own samples do, and no report says that Bedrock refuses them.
pub(super) fn read(payload: &[u8], chosen: &Chosen) -> Result<Reply, String> {
    let reply: Value = serde_json::from_slice(payload).map_err(|_| "the function did not return JSON".to_owned())?;
    if reply.is_null() {
        return Err("the function returned nothing".to_owned());
    }
    let response = &reply["response"];
    if !response.is_object() {
        return Err("the reply has no object `response`".to_owned());
    }
    if !(reply["messageVersion"].is_null() || reply["messageVersion"] == "1.0") {
        return Err(format!("`messageVersion` is {} instead of \"1.0\"", reply["messageVersion"]));
    }
    for (name, wanted) in [("actionGroup", &chosen.group), ("function", &chosen.function)] {
        if response[name] != wanted.as_str() {
            return Err(format!("`response.{name}` is {} instead of \"{wanted}\"", response[name]));
        }
    }
    let result = &response["functionResponse"];
    let state = match &result["responseState"] {
        Value::Null => State::Done,
        Value::String(state) if state == "FAILURE" => State::Failure,
        Value::String(state) if state == "REPROMPT" => State::Reprompt,
        other => return Err(format!("`responseState` is {other}; Bedrock takes \"FAILURE\" and \"REPROMPT\"")),
    };
    let attributes = |name: &str| {
        let attributes: serde_json::Result<Option<Attributes>> = serde_json::from_value(reply[name].clone());
        attributes.map_err(|_| format!("`{name}` is not an object of strings"))
    };
    // They last for this question, and no other function is called for it.
    attributes("promptSessionAttributes")?;
    let body = &result["responseBody"]["TEXT"]["body"];
    let text = body.as_str().ok_or("there is no string at `response.functionResponse.responseBody.TEXT.body`")?;
    Ok(Reply { body: text.to_owned(), state, session_attributes: attributes("sessionAttributes")? })
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
    fn an_envelope_without_a_version_is_taken() {
        let mut old = reply();
        old.as_object_mut().expect("an object").remove("messageVersion");
        assert_eq!(read(old.to_string().as_bytes(), &chosen()).map(|reply| reply.body), Ok("2%".to_owned()));
    }

    #[test]
    fn what_a_reply_lacks_is_named() {
        for (payload, expected) in [
            (b"null".to_vec(), "the function returned nothing"),
            (
                with("/response/function", json!("get_rates")),
                "`response.function` is \"get_rates\" instead of \"get_rate\"",
            ),
            (with("/messageVersion", json!(1)), "`messageVersion` is 1 instead of \"1.0\""),
        ] {
            assert_eq!(read(&payload, &chosen()), Err(expected.to_owned()));
        }
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
            assert!(read(&payload, &chosen()).is_err(), "{}", String::from_utf8_lossy(&payload));
        }
    }
}
