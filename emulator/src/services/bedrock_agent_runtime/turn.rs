//! One turn of the conversation: what is checked, planned, called and said, in this order, and told as it happens.

mod action;

use serde_json::{Value, json};

use super::exception::Exception;
use super::output::{Output, Over};
use super::permit::{self, Asked};
use super::planner::{self, Chosen, Plan};
use super::request::Request;
use super::session::{Session, Waiting};
use super::trace::{Took, Traces};
use crate::body::{Making, Pieces};
use crate::clock::Millis;
use crate::emulator::Emulator;
use crate::fault::StreamFault;
use crate::services::bedrock_agent::routed::{Executor, Routed};

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
}
