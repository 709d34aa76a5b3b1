//! One turn of the conversation: what is checked, planned, called and said, in this order, and told as it happens.

use bytes::Bytes;
use serde_json::{Value, json};

use super::event::{self, Context, parameters};
use super::exception::Exception;
use super::output::{Output, Over};
use super::permit::{self, Asked, SERVICE};
use super::planner::{self, Chosen, Plan};
use super::reply::{self, Reply};
use super::request::{FunctionResult, Request};
use super::session::{Session, Waiting};
use super::trace::{Took, Traces};
use crate::body::{Making, Pieces};
use crate::clock::Millis;
use crate::emulator::Emulator;
use crate::fault::StreamFault;
use crate::services::bedrock_agent::routed::{Executor, Routed};
use crate::services::lambda::invokable::Caller;
use crate::services::lambda::run::{self, Run};
use crate::world::Region;

/// A question being answered.
pub(super) struct Turn {
    emulator: Emulator,
    region: String,
    routed: Routed,
    request: Request,
    session: Session,
    output: Output,
    traces: Traces,
}

/// Why a turn ends before its end.
enum Stop {
    /// AWS says why.
    Failed(Exception),
    /// A planted fault has ended the stream.
    Over,
}

impl From<Exception> for Stop {
    fn from(exception: Exception) -> Self {
        Self::Failed(exception)
    }
}

impl From<Over> for Stop {
    fn from(_: Over) -> Self {
        Self::Over
    }
}

impl Turn {
    pub(super) fn new(
        emulator: Emulator,
        region: String,
        routed: Routed,
        request: Request,
        session: Session,
        pieces: Pieces,
        fault: Option<StreamFault>,
    ) -> Self {
        let output = Output::new(pieces, fault, emulator.settings().timing.stream_chunk);
        let traces = Traces::of(&routed, &request.session_id, emulator.now());
        Self { emulator, region, routed, request, session, output, traces }
    }

    /// The turn, as its stream makes it.
    pub(super) fn taken(mut self) -> Making {
        Box::pin(async move {
            match self.answer().await {
                Ok(()) => self.output.close().await,
                Err(Stop::Failed(exception)) => {
                    self.trace(&self.traces.failure(&exception.message));
                    self.output.fail(&exception);
                }
                Err(Stop::Over) => {}
            }
        })
    }

    async fn answer(&mut self) -> Result<(), Stop> {
        if let Some(trouble) = &self.routed.trouble {
            return Err(Exception::alias(&self.routed.alias_id, trouble).into());
        }
        if self.request.ends_session {
            let key = self.request.key();
            self.emulator.visit(|world, _, _| world.region(&self.region).bedrock_agent_runtime.end(&key));
            return self.say("Session is terminated as 'endSession' flag is set in request.").await;
        }
        if let Some(attributes) = self.request.state.session_attributes.take() {
            self.session.attributes = attributes;
        }
        let asked_at = self.emulator.now();
        let prompt = self.prompt(&self.request.text);
        self.trace(&self.traces.model_input(self.model(), &prompt));
        self.may_call_model()?;
        let waiting = self.session.waiting.take();
        if !self.request.state.return_control_invocation_results.is_empty() {
            return self.resume(waiting).await;
        }
        let asking = match waiting {
            Some(Waiting::Parameter(asking)) => Some(asking),
            _ => None,
        };
        let plan = planner::plan(&self.request.text, asked_at, &self.routed.groups, asking);
        self.thought(&prompt, &plan.thought(), asked_at);
        self.follow(plan).await
    }

    /// Does what was planned.
    async fn follow(&mut self, plan: Plan) -> Result<(), Stop> {
        match plan {
            Plan::Tell(text) => self.finish(&text, false).await,
            Plan::Ask { text, asking } => {
                self.session.waiting = Some(Waiting::Parameter(asking));
                self.finish(&text, true).await
            }
            Plan::Call(chosen) => {
                self.trace(&self.traces.rationale(&chosen.why));
                let (executor, confirmed) = self.executor(&chosen);
                match executor {
                    Some(Executor::Lambda(arn)) if !confirmed => self.call(&arn, chosen).await,
                    executor => {
                        self.return_control(chosen, matches!(executor, Some(Executor::ReturnControl)), confirmed);
                        Ok(())
                    }
                }
            }
        }
    }

    /// Calls the function and reports what it says.
    async fn call(&mut self, arn: &str, chosen: Chosen) -> Result<(), Stop> {
        self.trace(&self.traces.action(&chosen, None));
        self.may_call_function(arn)?;
        let event = self.event(&chosen);
        let from = self.emulator.now();
        let run = self.run(arn, event).await?;
        let took = Took { from, to: self.emulator.now() };
        let Some(reply) = reply::read(&run.payload, &chosen) else { return Err(Exception::bad_reply(arn).into()) };
        let Reply { body, state, session_attributes, prompt_session_attributes } = reply;
        if let Some(attributes) = session_attributes {
            self.session.attributes = attributes;
        }
        if let Some(attributes) = prompt_session_attributes {
            self.request.state.prompt_session_attributes = attributes;
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

    /// The second look of the planner: at what came back.
    async fn report(&mut self, chosen: &Chosen, body: &str, reprompted: bool) -> Result<(), Stop> {
        self.traces.next_step();
        let at = self.emulator.now();
        let prompt = self.prompt(body);
        self.trace(&self.traces.model_input(self.model(), &prompt));
        let text = planner::report(&self.request.text, chosen, body, reprompted);
        self.thought(&prompt, &text, at);
        self.finish(&text, false).await
    }

    /// Goes on with what the caller did after control was returned to it.
    async fn resume(&mut self, waiting: Option<Waiting>) -> Result<(), Stop> {
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
    fn return_control(&mut self, chosen: Chosen, takes: bool, confirms: bool) {
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

    /// Ends the turn with an answer, or with a question back.
    async fn finish(&mut self, text: &str, asks: bool) -> Result<(), Stop> {
        self.trace(&self.traces.answer(text, asks));
        self.remember();
        self.say(text).await
    }

    async fn say(&mut self, text: &str) -> Result<(), Stop> {
        Ok(self.output.text(text, self.request.streams).await?)
    }

    /// Keeps the session before the answer's end is read: who has read it may ask again.
    fn remember(&self) {
        let (key, session, ttl) = (self.request.key(), self.session.clone(), self.routed.session_ttl);
        self.emulator
            .visit(|world, _, now| world.region(&self.region).bedrock_agent_runtime.keep(key, session, now, ttl));
    }

    fn trace(&self, trace: &Value) {
        if self.request.trace {
            self.output.event("trace", &self.traces.part(self.emulator.now(), trace));
        }
    }

    fn thought(&self, prompt: &str, content: &str, from: Millis) {
        let took = Took { from, to: self.emulator.now() };
        self.trace(&self.traces.model_output(prompt, &planner::unmodelled(content), took));
    }

    /// What a model would be shown.
    fn prompt(&self, text: &str) -> String {
        let instruction = self.routed.instruction.as_deref().unwrap_or_default();
        json!({"system": instruction, "messages": [{"role": "user", "content": text}]}).to_string()
    }

    fn model(&self) -> &str {
        self.routed.model.as_deref().unwrap_or_default()
    }

    fn may_call_model(&self) -> Result<(), Exception> {
        let settings = self.emulator.settings();
        self.emulator.look(|world, _, now| {
            let asked = Asked {
                account: &settings.account,
                region: &self.region,
                now,
                timing: &settings.timing,
                streams: self.request.streams,
            };
            permit::check(world, &asked, &self.routed)
        })
    }

    fn may_call_function(&self, arn: &str) -> Result<(), Exception> {
        let account = &self.emulator.settings().account;
        let caller = Caller { service: SERVICE, source: &self.routed.agent_arn, account };
        let lets = |region: &Region| region.lambda.lets(arn, caller);
        let allowed = self.emulator.look(|world, _, _| world.regions.get(&self.region).is_some_and(lets));
        if allowed { Ok(()) } else { Err(Exception::function_denied(arn)) }
    }

    /// Who does it, and whether the user is asked first.
    fn executor(&self, chosen: &Chosen) -> (Option<Executor>, bool) {
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
