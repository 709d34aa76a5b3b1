//! The traces of a turn, in the shapes of botocore's `TracePart`.

use serde_json::{Value, json};

use super::event::parameters;
use super::planner::Chosen;
use crate::calendar::iso_millis;
use crate::clock::Millis;
use crate::services::bedrock_agent::routed::Routed;

/// What stands around every trace of a turn.
#[derive(Debug, Clone)]
pub(super) struct Traces {
    frame: Value,
    /// Eight letters that the turn's traces have in common: an id takes 16 at most.
    turn: String,
    /// Counts the steps of the turn.
    step: u32,
}

/// How long something took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Took {
    pub(super) from: Millis,
    pub(super) to: Millis,
}

impl Took {
    fn members(self) -> Value {
        let millis = self.to.saturating_sub(self.from);
        json!({
            "startTime": iso_millis(self.from),
            "endTime": iso_millis(self.to),
            "totalTimeMs": millis,
            "operationTotalTimeMs": millis,
        })
    }
}

impl Traces {
    pub(super) fn of(routed: &Routed, session_id: &str, now: Millis) -> Self {
        let alias = routed.agent_arn.replace(":agent/", ":agent-alias/");
        let frame = json!({
            "sessionId": session_id,
            "agentId": routed.agent_id,
            "agentAliasId": routed.alias_id,
            "agentVersion": routed.version,
            "callerChain": [{"agentAliasArn": format!("{alias}/{}", routed.alias_id)}],
        });
        let turn = format!("{:08x}", crc32fast::hash(format!("{session_id} {now}").as_bytes()));
        Self { frame, turn, step: 0 }
    }

    /// The next step of the turn begins.
    pub(super) fn next_step(&mut self) {
        self.step += 1;
    }

    /// A `TracePart`; `trace` is one member of the union `Trace`.
    pub(super) fn part(&self, now: Millis, trace: &Value) -> Value {
        let mut part = self.frame.clone();
        part["eventTime"] = json!(iso_millis(now));
        part["trace"] = trace.clone();
        part
    }

    /// The id of the control that this turn returns.
    pub(super) fn invocation_id(&self) -> String {
        format!("{}-0000-4000-8000-{:012x}", self.turn, self.step)
    }

    fn id(&self) -> String {
        format!("{}-{}", self.turn, self.step)
    }

    /// A step of the orchestration; `member` is the name in the union `OrchestrationTrace`.
    fn step(&self, member: &str, mut of: Value) -> Value {
        of["traceId"] = json!(self.id());
        json!({"orchestrationTrace": {member: of}})
    }

    /// What the model would be asked.
    pub(super) fn model_input(&self, model: &str, prompt: &str) -> Value {
        let input = json!({"type": "ORCHESTRATION", "foundationModel": model, "text": prompt});
        self.step("modelInvocationInput", input)
    }

    /// What the rules made of it. There are no tokens to count, so that characters are counted.
    pub(super) fn model_output(&self, prompt: &str, content: &str, took: Took) -> Value {
        let mut metadata = took.members();
        let count = |text: &str| text.chars().count();
        metadata["usage"] = json!({"inputTokens": count(prompt), "outputTokens": count(content)});
        self.step("modelInvocationOutput", json!({"metadata": metadata, "rawResponse": {"content": content}}))
    }

    pub(super) fn rationale(&self, text: &str) -> Value {
        self.step("rationale", json!({"text": text}))
    }

    /// An action that is taken; `invocation` is the id under which control is returned, if it is.
    pub(super) fn action(&self, chosen: &Chosen, invocation: Option<&str>) -> Value {
        let mut input = json!({
            "actionGroupName": chosen.group,
            "function": chosen.function,
            "parameters": parameters(&chosen.arguments),
            "executionType": if invocation.is_some() { "RETURN_CONTROL" } else { "LAMBDA" },
        });
        if let Some(id) = invocation {
            input["invocationId"] = json!(id);
        }
        let input = json!({"invocationType": "ACTION_GROUP", "actionGroupInvocationInput": input});
        self.step("invocationInput", input)
    }

    /// What came of an action; `request` is the id of the function's run.
    pub(super) fn action_output(&self, text: &str, took: Took, request: &str) -> Value {
        let mut metadata = took.members();
        metadata["clientRequestId"] = json!(request);
        let output = json!({"text": text, "metadata": metadata});
        self.step("observation", json!({"type": "ACTION_GROUP", "actionGroupInvocationOutput": output}))
    }

    /// The function wants to be called otherwise.
    pub(super) fn reprompt(&self, text: &str) -> Value {
        let response = json!({"text": text, "source": "ACTION_GROUP"});
        self.step("observation", json!({"type": "REPROMPT", "repromptResponse": response}))
    }

    /// The answer; `asks` if it is a question back to the user.
    pub(super) fn answer(&self, text: &str, asks: bool) -> Value {
        let kind = if asks { "ASK_USER" } else { "FINISH" };
        self.step("observation", json!({"type": kind, "finalResponse": {"text": text}}))
    }

    /// What comes before an exception.
    pub(super) fn failure(&self, reason: &str) -> Value {
        json!({"failureTrace": {"traceId": self.id(), "failureReason": reason}})
    }
}
