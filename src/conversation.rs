//! A question to a deployed agent, and its answer as it comes: `InvokeAgent`, read from its event stream.

mod cause;
mod text;
mod trace;
mod unanswered;

use std::collections::VecDeque;
use std::time::Duration;

use anyhow::Result;
use aws_sdk_bedrockagentruntime::error::SdkError;
use aws_sdk_bedrockagentruntime::operation::RequestId as _;
use aws_sdk_bedrockagentruntime::operation::invoke_agent::InvokeAgentOutput;
use aws_sdk_bedrockagentruntime::types::error::ResponseStreamError;
use aws_sdk_bedrockagentruntime::types::{ResponseStream, StreamingConfigurations};
use tokio::time::Instant;

pub use trace::{Call, Step};
pub use unanswered::{Reason, Unanswered};

use crate::aws::{Aws, Called, Failure, Site};
use crate::wait;
use text::Joined;
use trace::Steps;

/// How long an agent may be silent, before its answer and within it. Nothing comes while a function runs or a model
/// thinks, and Slack has given up after 2 minutes; twice that and more means that nothing will come. AWS gives no limit
/// for it, and would keep the connection open.
pub const SILENCE: Duration = Duration::from_mins(5);

/// Characters after which Slack cuts an answer (AWS Chatbot's guide, Bedrock connectors).
pub const SLACK_CHARACTERS: usize = 2500;

/// How long Slack waits for an answer (as above).
pub const SLACK_PATIENCE: Duration = Duration::from_mins(2);

/// The id that Bedrock gives the alias of every agent's draft.
pub const TEST_ALIAS: &str = "TSTALIASID";

const INVOKE_AGENT: &str = "bedrock:InvokeAgent";

/// Whom a question goes to.
#[derive(Debug, Clone)]
pub struct Agent {
    /// Where it lives.
    pub site: Site,
    /// Its id.
    pub id: String,
    /// The id of the alias that it is asked through.
    pub alias: String,
    /// The version that the alias routes to, or `DRAFT`.
    pub version: String,
    /// What the commands that hints name are typed with: ` --local`, or nothing.
    pub flags: String,
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// The question.
    pub text: String,
    /// The conversation that it belongs to: 2 to 100 of `0-9a-zA-Z._:-`. Bedrock remembers what was said in it.
    pub session: String,
    /// Whether the agent tells its steps.
    pub trace: bool,
    /// When it is asked, in milliseconds since 1970. Should the function fail, its log is read from here.
    pub at: i64,
}

/// What comes of a question, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The next piece of the answer: whole characters.
    Text(String),
    /// What the agent does meanwhile; only if the question asks for a trace.
    Step(Step),
    /// The agent wants whoever asked it to do this and to come back with the outcome. Slack can't.
    ReturnControl(Vec<Call>),
    /// That was all.
    Done {
        /// From question to end.
        took: Duration,
        /// How long the answer is.
        characters: usize,
    },
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What the agent said.
    pub text: String,
    /// From question to end.
    pub took: Duration,
}

/// An answer that is coming.
#[derive(Debug)]
pub struct Answering<'a> {
    aws: &'a Aws,
    agent: &'a Agent,
    asked_at: i64,
    began: Instant,
    stream: InvokeAgentOutput,
    joined: Joined,
    steps: Steps,
    /// Whether the steps are handed on.
    trace: bool,
    /// What has been read from the stream and not been handed on.
    ready: VecDeque<Event>,
    characters: usize,
    ended: bool,
}

/// Asks. Throttling before the stream begins is waited out by the SDK; what is in the stream has to be said.
pub async fn ask<'a>(aws: &'a Aws, agent: &'a Agent, question: &Question) -> Result<Answering<'a>> {
    let began = Instant::now();
    let call = aws.bedrock_agent_runtime.invoke_agent().agent_id(&agent.id).agent_alias_id(&agent.alias);
    // Steps are asked for even where nobody wants to see them: should there be no answer, they say what was being called.
    let call = call.session_id(&question.session).input_text(&question.text).enable_trace(true);
    // Else Bedrock holds the answer back until it is complete.
    let streaming = StreamingConfigurations::builder().stream_final_response(true).build();
    let sent = wait::within(SILENCE, Box::pin(call.streaming_configurations(streaming).send())).await;
    let stream = match sent.map(|sent| sent.called("bedrock:InvokeAgent")) {
        Some(Ok(stream)) => stream,
        Some(Err(failure)) => return Err(before(aws, agent, question.at, failure).await),
        None => return Err(Unanswered::new(Reason::Silent, None, agent).into()),
    };
    Ok(Answering {
        aws,
        agent,
        asked_at: question.at,
        began,
        stream,
        joined: Joined::default(),
        steps: Steps::starting(began),
        trace: question.trace,
        ready: VecDeque::new(),
        characters: 0,
        ended: false,
    })
}

/// Asks, and waits for the whole answer.
pub async fn answer(aws: &Aws, agent: &Agent, question: &Question) -> Result<Answer> {
    let mut answering = ask(aws, agent, question).await?;
    let mut text = String::new();
    while let Some(event) = answering.next().await? {
        match event {
            Event::Text(piece) => text.push_str(&piece),
            Event::ReturnControl(_) => return Err(Unanswered::new(Reason::ReturnControl, None, agent).into()),
            Event::Done { took, .. } => return Ok(Answer { text, took }),
            Event::Step(_) => {}
        }
    }
    Err(Unanswered::new(Reason::BrokenOff, None, agent).into())
}

/// What AWS refused before anything was said.
async fn before(aws: &Aws, agent: &Agent, asked_at: i64, failure: Failure) -> anyhow::Error {
    let Some(reason) = Reason::of_refusal(&failure) else { return failure.into() };
    let found = Box::pin(cause::find(aws, agent, reason, None, asked_at)).await;
    Unanswered::new(reason, Some(failure), agent).with(found).into()
}

impl Answering<'_> {
    /// What comes next; `None` after [`Event::Done`].
    pub async fn next(&mut self) -> Result<Option<Event>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(Some(event));
            }
            if self.ended {
                return Ok(None);
            }
            match wait::within(SILENCE, self.stream.completion.recv()).await {
                Some(Ok(Some(event))) => self.read(event),
                Some(Ok(None)) => self.end(),
                Some(Err(error)) => return Err(self.broken(error).await.into()),
                None => {
                    self.ended = true;
                    return Err(Unanswered::new(Reason::Silent, None, self.agent).after(self.characters).into());
                }
            }
        }
    }

    fn read(&mut self, event: ResponseStream) {
        match event {
            ResponseStream::Chunk(chunk) => {
                let text = self.joined.push(chunk.bytes().map(AsRef::as_ref).unwrap_or_default());
                self.say(text);
            }
            ResponseStream::Trace(part) => {
                let steps = part.trace.map(|trace| self.steps.read(&trace, Instant::now())).unwrap_or_default();
                self.ready.extend(steps.into_iter().filter(|_| self.trace).map(Event::Step));
            }
            ResponseStream::ReturnControl(payload) => {
                self.ready.push_back(Event::ReturnControl(trace::wanted_calls(&payload)));
            }
            // Files come from the code interpreter, which no manifest can switch on; Slack would not show them.
            _ => {}
        }
    }

    fn say(&mut self, text: String) {
        if !text.is_empty() {
            self.characters += text.chars().count();
            self.ready.push_back(Event::Text(text));
        }
    }

    fn end(&mut self) {
        self.ended = true;
        let rest = self.joined.rest();
        self.say(rest);
        self.ready.push_back(Event::Done { took: self.began.elapsed(), characters: self.characters });
    }

    async fn broken<R: std::fmt::Debug + Send + Sync + 'static>(
        &mut self,
        error: SdkError<ResponseStreamError, R>,
    ) -> Unanswered {
        self.ended = true;
        let id = self.stream.request_id();
        let Some(told) = error.as_service_error() else {
            let failure = Failure::broken_stream(INVOKE_AGENT, &error, id);
            return Unanswered::new(Reason::BrokenOff, Some(failure), self.agent).after(self.characters);
        };
        let reason = Reason::of(told);
        let failure = reason.failure(INVOKE_AGENT, told, id);
        let found = cause::find(self.aws, self.agent, reason, self.steps.calling(), self.asked_at);
        let found = Box::pin(found).await;
        Unanswered::new(reason, Some(failure), self.agent).after(self.characters).with(found)
    }
}
