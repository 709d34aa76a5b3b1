//! The actions of a turn: a function is called, or control goes to the caller and comes back.

use bytes::Bytes;
use serde_json::json;

use super::{Stop, Turn};
use crate::services::bedrock_agent::routed::Executor;
use crate::services::bedrock_agent_runtime::event::{self, Context, parameters};
use crate::services::bedrock_agent_runtime::exception::Exception;
use crate::services::bedrock_agent_runtime::permit::SERVICE;
use crate::services::bedrock_agent_runtime::planner::{self, Chosen};
use crate::services::bedrock_agent_runtime::reply::{self, Reply};
use crate::services::bedrock_agent_runtime::request::FunctionResult;
use crate::services::bedrock_agent_runtime::session::Waiting;
use crate::services::bedrock_agent_runtime::trace::Took;
use crate::services::lambda::invokable::Caller;
use crate::services::lambda::run::{self, Run};
use crate::world::Region;

impl Turn {
    /// Calls the function and reports what it says.
    pub(super) async fn call(&mut self, arn: &str, chosen: Chosen) -> Result<(), Stop> {
        self.trace(&self.traces.action(&chosen, None));
        self.may_call_function(arn)?;
        let event = self.event(&chosen);
        let from = self.emulator.now();
        let run = self.run(arn, event).await?;
        let took = Took { from, to: self.emulator.now() };
        let reply = reply::read(&run.payload, &chosen).map_err(|lacks| Exception::bad_reply(arn, &lacks))?;
        let Reply { body, state, session_attributes } = reply;
        if let Some(attributes) = session_attributes {
            self.session.attributes = attributes;
        }
        match state {
            reply::State::Failure => Err(Exception::function_failed(arn, &body).into()),
            reply::State::Reprompt => {
                self.trace(&self.traces.reprompt(&body));
                self.report(&chosen, &body, true).await
            }
            reply::State::Done => {
                self.trace(&self.traces.action_output(&body, took, &run.request_id));
                self.report(&chosen, &body, false).await
            }
        }
    }

    /// Goes on with what the caller did after control was returned to it.
    pub(super) async fn resume(&mut self, waiting: Option<Waiting>) -> Result<(), Stop> {
        let state = &mut self.request.state;
        let results = std::mem::take(&mut state.return_control_invocation_results);
        let Some(Waiting::Control { invocation_id, chosen }) = waiting else {
            return Err(Exception::wrong_results("No control was returned in this session.").into());
        };
        let right = |result: &FunctionResult| {
            result.action_group == chosen.group && result.function.as_ref() == Some(&chosen.function)
        };
        let result = results.into_iter().map(|result| result.function_result).find(right);
        let result = result.filter(|_| state.invocation_id.as_ref() == Some(&invocation_id));
        let Some(result) = result else {
            let text = "The invocation results do not match the invocationId and invocationInputs that were returned.";
            return Err(Exception::wrong_results(text).into());
        };
        match (result.confirmation_state.as_deref(), self.executor(&chosen).0) {
            (Some("DENY"), _) => self.finish(&planner::denied(&chosen), false).await,
            (Some(_), Some(Executor::Lambda(arn))) => self.call(&arn, chosen).await,
            _ => {
                let body = result.response_body.get("TEXT").map(|text| text.body.clone()).unwrap_or_default();
                match result.response_state.as_deref() {
                    Some("FAILURE") => Err(Exception::function_failed(&chosen.function, &body).into()),
                    state => self.report(&chosen, &body, state.is_some()).await,
                }
            }
        }
    }

    /// Hands the action to the caller: to take it, to let it be taken, or both.
    pub(super) fn return_control(&mut self, chosen: Chosen, takes: bool, confirms: bool) {
        let invocation_id = self.traces.invocation_id();
        self.trace(&self.traces.action(&chosen, Some(&invocation_id)));
        let kind = match (takes, confirms) {
            (true, true) => "USER_CONFIRMATION_AND_RESULT",
            (false, _) => "USER_CONFIRMATION",
            (true, false) => "RESULT",
        };
        let input = json!({
            "actionGroup": chosen.group,
            "function": chosen.function,
            "parameters": parameters(&chosen.arguments),
            "actionInvocationType": kind,
            "agentId": self.routed.agent_id,
        });
        let inputs = json!({
            "invocationId": invocation_id,
            "invocationInputs": [{"functionInvocationInput": input}],
        });
        self.session.waiting = Some(Waiting::Control { invocation_id, chosen });
        self.remember();
        self.output.event("returnControl", &inputs);
    }

    fn may_call_function(&self, arn: &str) -> Result<(), Exception> {
        let account = &self.emulator.settings().account;
        let caller = Caller { service: SERVICE, source: &self.routed.agent_arn, account };
        let lets = |region: &Region| region.lambda.lets(arn, caller);
        let allowed = self.emulator.look(|world, _, _| world.regions.get(&self.region).is_some_and(lets));
        if allowed { Ok(()) } else { Err(Exception::function_denied(arn)) }
    }

    /// Who does it, and whether the user is asked first.
    pub(super) fn executor(&self, chosen: &Chosen) -> (Option<Executor>, bool) {
        let group = self.routed.groups.iter().find(|group| group.name == chosen.group);
        let function = group.and_then(|group| group.functions.iter().find(|function| function.name == chosen.function));
        (group.map(|group| group.executor.clone()), function.is_some_and(|function| function.confirmed))
    }

    fn event(&self, chosen: &Chosen) -> Bytes {
        let context = Context {
            routed: &self.routed,
            session_id: &self.request.session_id,
            input: &self.request.text,
            session_attributes: &self.session.attributes,
            prompt_session_attributes: &self.request.state.prompt_session_attributes,
        };
        Bytes::from(event::event(&context, chosen).to_string())
    }

    async fn run(&self, arn: &str, event: Bytes) -> Result<Run, Exception> {
        match run::run(&self.emulator, &self.region, arn, event).await {
            Ok(Run { error: Some(error), .. }) => Err(Exception::function_failed(arn, error)),
            Ok(run) => Ok(run),
            Err(refusal) if refusal.status == 501 => Err(Exception::not_emulated(refusal.message)),
            Err(refusal) => Err(Exception::function_failed(arn, &refusal.message)),
        }
    }
}
