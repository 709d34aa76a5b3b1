//! An answer's events for programs, one a line. The form is documented in docs/json.md.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use crate::commands::output;
use crate::conversation::{Agent, Call, Event, Question, SLACK_CHARACTERS, SLACK_PATIENCE, Step};
use crate::error;

/// The version of the form.
const FORMAT: u32 = 1;

/// Prints one event. Answers whether anybody still reads.
pub(super) fn print(event: &Value) -> Result<bool> {
    output::json_line(event)
}

/// The question is on its way.
pub(super) fn asked(agent: &Agent, question: &Question) -> Value {
    json!({
        "format": FORMAT,
        "event": "asked",
        "agent_id": agent.id,
        "alias_id": agent.alias,
        "agent_version": agent.version,
        "session": question.session,
    })
}

/// What came.
pub(super) fn event(event: &Event) -> Value {
    match event {
        Event::Text(text) => json!({"format": FORMAT, "event": "text", "text": text}),
        Event::Step(step) => self::step(step),
        Event::ReturnControl(calls) => {
            let calls: Vec<Value> = calls.iter().map(call).collect();
            json!({"format": FORMAT, "event": "return_control", "calls": calls})
        }
        Event::Done { took, characters } => json!({
            "format": FORMAT,
            "event": "done",
            "took_ms": milliseconds(*took),
            "characters": characters,
            "slack_cuts": *characters > SLACK_CHARACTERS || *took > SLACK_PATIENCE,
        }),
    }
}

/// There is no answer, or half of one.
pub(super) fn failed(error: &anyhow::Error) -> Value {
    json!({"format": FORMAT, "event": "error", "error": format!("{error:#}"), "hint": error::hint(error)})
}

/// Ctrl-C came before the end.
pub(super) fn interrupted() -> Value {
    json!({"format": FORMAT, "event": "error", "error": "interrupted", "hint": null})
}

fn step(step: &Step) -> Value {
    let with = |kind: &str, more: Value| {
        let mut value = json!({"format": FORMAT, "event": "step", "step": kind});
        if let (Value::Object(members), Value::Object(more)) = (&mut value, more) {
            members.extend(more);
        }
        value
    };
    match step {
        Step::Thought(text) => with("thought", json!({"text": text})),
        Step::Model { took, tokens } => with(
            "model",
            json!({
                "took_ms": milliseconds(*took),
                "tokens_in": tokens.map(|(read, _)| read),
                "tokens_out": tokens.map(|(_, written)| written),
            }),
        ),
        Step::Call(made) => with("call", call(made)),
        Step::Returned { text, took } => with("returned", json!({"text": text, "took_ms": milliseconds(*took)})),
        Step::Reprompt(text) => with("reprompt", json!({"text": text})),
        Step::Failed(text) => with("failed", json!({"text": text})),
        Step::Other(text) => with("other", json!({"text": text})),
    }
}

fn call(call: &Call) -> Value {
    let parameters = call.parameters.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    json!({
        "action_group": call.action_group,
        "function": call.function,
        "parameters": Value::Object(parameters.collect()),
    })
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::failed;
    use crate::aws::Failure;

    #[test]
    fn a_failure_that_is_no_reason_of_its_own_has_its_hint_too() {
        let failure = Failure::in_stream("bedrock:InvokeAgent", "NoAnswer", "connection refused", None);
        let told = failed(&anyhow::Error::from(failure).context("asking the agent"));
        assert!(told["hint"].as_str().unwrap().contains("AWS_ENDPOINT_URL"), "{told}");
    }
}
