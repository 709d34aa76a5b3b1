//! Reads a trace: of all that Bedrock tells about an answer, the steps that a person wants to see.

use std::time::Duration;

use aws_sdk_bedrockagentruntime::types::{
    ActionGroupInvocationInput, GuardrailAction, InvocationInput, InvocationInputMember, Metadata, Observation,
    OrchestrationTrace, PostProcessingTrace, PreProcessingTrace, ReasoningContentBlock, ReturnControlPayload, Trace,
};
use tokio::time::Instant;

/// One step of an agent on its way to an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// What it thought.
    Thought(String),
    /// Its model has answered.
    Model {
        /// How long that took.
        took: Duration,
        /// Tokens read and written, where they are told.
        tokens: Option<(i32, i32)>,
    },
    /// It calls a function.
    Call(Call),
    /// The function has answered with this text.
    Returned {
        /// The text that the model is given.
        text: String,
        /// How long the call took.
        took: Duration,
    },
    /// It has to think again: this text was given back to the model.
    Reprompt(String),
    /// It gave up, for this reason.
    Failed(String),
    /// Something else that no manifest of ours asks for, by its noun.
    Other(&'static str),
}

/// A call of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The action group that it belongs to.
    pub action_group: String,
    /// Its name; of an API, method and path.
    pub function: String,
    /// Names and values.
    pub parameters: Vec<(String, String)>,
}

/// What has to be remembered from one part of a trace to the next.
#[derive(Debug)]
pub(super) struct Steps {
    /// When the last part came. What Bedrock does not time itself is timed from here.
    last: Instant,
    calling: Option<Call>,
}

impl Steps {
    pub(super) fn starting(at: Instant) -> Self {
        Self { last: at, calling: None }
    }

    /// The call that has not been answered.
    pub(super) fn calling(&self) -> Option<&Call> {
        self.calling.as_ref()
    }

    /// The steps that a part of the trace tells of.
    pub(super) fn read(&mut self, trace: &Trace, now: Instant) -> Vec<Step> {
        let since = now.saturating_duration_since(self.last);
        self.last = now;
        match trace {
            Trace::OrchestrationTrace(trace) => self.orchestration(trace, since),
            Trace::PreProcessingTrace(PreProcessingTrace::ModelInvocationOutput(output)) => {
                let rationale = output.parsed_response().and_then(|parsed| parsed.rationale());
                thought(rationale).into_iter().chain([model(output.metadata(), since)]).collect()
            }
            Trace::PostProcessingTrace(PostProcessingTrace::ModelInvocationOutput(output)) => {
                vec![model(output.metadata(), since)]
            }
            Trace::GuardrailTrace(trace) if trace.action() == Some(&GuardrailAction::Intervened) => {
                vec![Step::Other("the guardrail intervened")]
            }
            Trace::FailureTrace(trace) => vec![Step::Failed(trace.failure_reason().unwrap_or_default().to_owned())],
            Trace::RoutingClassifierTrace(_) => vec![Step::Other("routing to another agent")],
            Trace::CustomOrchestrationTrace(_) => vec![Step::Other("custom orchestration")],
            _ => Vec::new(),
        }
    }

    fn orchestration(&mut self, trace: &OrchestrationTrace, since: Duration) -> Vec<Step> {
        match trace {
            OrchestrationTrace::Rationale(rationale) => thought(rationale.text()).into_iter().collect(),
            OrchestrationTrace::ModelInvocationOutput(output) => {
                let reasoning = match output.reasoning_content() {
                    Some(ReasoningContentBlock::ReasoningText(block)) => thought(Some(block.text())),
                    _ => None,
                };
                reasoning.into_iter().chain([model(output.metadata(), since)]).collect()
            }
            OrchestrationTrace::InvocationInput(input) => {
                let step = invocation(input);
                if let Step::Call(call) = &step {
                    self.calling = Some(call.clone());
                }
                vec![step]
            }
            OrchestrationTrace::Observation(observation) => {
                let step = observed(observation, since);
                if matches!(step, Some(Step::Returned { .. } | Step::Reprompt(_))) {
                    self.calling = None;
                }
                step.into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
}

fn thought(text: Option<&str>) -> Option<Step> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    text.map(|text| Step::Thought(text.to_owned()))
}

fn model(metadata: Option<&Metadata>, since: Duration) -> Step {
    let usage = metadata.and_then(Metadata::usage);
    let tokens = usage.map(|usage| (usage.input_tokens().unwrap_or(0), usage.output_tokens().unwrap_or(0)));
    Step::Model { took: took(metadata, since), tokens }
}

/// How long a step took: as Bedrock says, else as it seemed from here.
fn took(metadata: Option<&Metadata>, since: Duration) -> Duration {
    let told = metadata.and_then(Metadata::total_time_ms).and_then(|milliseconds| u64::try_from(milliseconds).ok());
    told.map_or(since, Duration::from_millis)
}

fn invocation(input: &InvocationInput) -> Step {
    if let Some(group) = input.action_group_invocation_input() {
        return Step::Call(call(group));
    }
    Step::Other(match input {
        InvocationInput { knowledge_base_lookup_input: Some(_), .. } => "a look into a knowledge base",
        InvocationInput { agent_collaborator_invocation_input: Some(_), .. } => "a question to another agent",
        InvocationInput { code_interpreter_invocation_input: Some(_), .. } => "a run of the code interpreter",
        _ => "a call of an unknown kind",
    })
}

fn call(group: &ActionGroupInvocationInput) -> Call {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let parameters = group.parameters().iter();
    Call {
        action_group: text(group.action_group_name()),
        function: group
            .function()
            .map_or_else(|| format!("{} {}", text(group.verb()).to_uppercase(), text(group.api_path())), str::to_owned),
        parameters: parameters.map(|parameter| (text(parameter.name()), text(parameter.value()))).collect(),
    }
}

fn observed(observation: &Observation, since: Duration) -> Option<Step> {
    if let Some(output) = observation.action_group_invocation_output() {
        let text = output.text().unwrap_or_default().to_owned();
        return Some(Step::Returned { text, took: took(output.metadata(), since) });
    }
    let reprompt = observation.reprompt_response();
    // The final response is the answer itself, which is shown anyway.
    reprompt.map(|reprompt| Step::Reprompt(reprompt.text().unwrap_or_default().to_owned()))
}

/// What the agent wants whoever asked it to do.
pub(super) fn wanted_calls(payload: &ReturnControlPayload) -> Vec<Call> {
    let wanted = |member: &InvocationInputMember| match member {
        InvocationInputMember::FunctionInvocationInput(input) => {
            let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
            let parameters = input.parameters().iter();
            Some(Call {
                action_group: input.action_group().to_owned(),
                function: text(input.function()),
                parameters: parameters.map(|parameter| (text(parameter.name()), text(parameter.value()))).collect(),
            })
        }
        InvocationInputMember::ApiInvocationInput(input) => Some(Call {
            action_group: input.action_group().to_owned(),
            function: input.api_path().unwrap_or_default().to_owned(),
            parameters: Vec::new(),
        }),
        _ => None,
    };
    payload.invocation_inputs().iter().filter_map(wanted).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_sdk_bedrockagentruntime::types::{
        ActionGroupInvocationInput, ActionGroupInvocationOutput, FailureTrace, FinalResponse, InvocationInput,
        Metadata, Observation, OrchestrationModelInvocationOutput, OrchestrationTrace, Parameter, Rationale,
        RepromptResponse, Source, Trace, Usage,
    };
    use tokio::time::Instant;

    use super::{Call, Step, Steps};

    /// What is read of these parts, each a second after the other.
    fn read(parts: &[Trace]) -> (Vec<Step>, Steps) {
        let began = Instant::now();
        let mut steps = Steps::starting(began);
        let after = |second: usize| began + Duration::from_secs(second as u64 + 1);
        let read = parts.iter().enumerate().flat_map(|(nth, part)| steps.read(part, after(nth))).collect();
        (read, steps)
    }

    fn orchestration(trace: OrchestrationTrace) -> Trace {
        Trace::OrchestrationTrace(trace)
    }

    fn calling() -> Trace {
        let days = Parameter::builder().name("days").r#type("integer").value("7").build();
        let group = ActionGroupInvocationInput::builder().action_group_name("get_my_api").function("get_rate");
        let input = InvocationInput::builder().action_group_invocation_input(group.parameters(days).build()).build();
        orchestration(OrchestrationTrace::InvocationInput(input))
    }

    fn observation(observation: Observation) -> Trace {
        orchestration(OrchestrationTrace::Observation(observation))
    }

    #[test]
    fn a_thought_a_call_and_its_return_are_told_with_their_times_and_tokens() {
        let usage = Usage::builder().input_tokens(812).output_tokens(64).build();
        let metadata = Metadata::builder().usage(usage).total_time_ms(1500).build();
        let model = OrchestrationModelInvocationOutput::builder().metadata(metadata).build();
        let returned = ActionGroupInvocationOutput::builder().text("2.04 %").build();
        let last = FinalResponse::builder().text("It is 2.04 %.").build();
        let (steps, left) = read(&[
            orchestration(OrchestrationTrace::ModelInvocationOutput(model)),
            orchestration(OrchestrationTrace::Rationale(Rationale::builder().text(" I ask the API.\n").build())),
            calling(),
            observation(Observation::builder().action_group_invocation_output(returned).build()),
            observation(Observation::builder().final_response(last).build()),
        ]);
        let call = Call {
            action_group: "get_my_api".to_owned(),
            function: "get_rate".to_owned(),
            parameters: vec![("days".to_owned(), "7".to_owned())],
        };
        assert_eq!(
            steps,
            [
                Step::Model { took: Duration::from_millis(1500), tokens: Some((812, 64)) },
                Step::Thought("I ask the API.".to_owned()),
                Step::Call(call),
                // Bedrock did not time it: the second that passed here.
                Step::Returned { text: "2.04 %".to_owned(), took: Duration::from_secs(1) },
            ]
        );
        assert_eq!(left.calling(), None);
    }

    #[test]
    fn a_call_that_failed_is_remembered_by_its_function() {
        let failure = FailureTrace::builder().failure_reason("The Lambda response is wrong").build();
        let (steps, left) = read(&[calling(), Trace::FailureTrace(failure)]);
        assert_eq!(steps[1], Step::Failed("The Lambda response is wrong".to_owned()));
        assert_eq!(left.calling().map(|call| call.function.as_str()), Some("get_rate"));
    }

    #[test]
    fn a_reprompt_ends_the_call_and_is_told() {
        let reprompt = RepromptResponse::builder().text("days must be positive").source(Source::ActionGroup).build();
        let (steps, left) = read(&[calling(), observation(Observation::builder().reprompt_response(reprompt).build())]);
        assert_eq!(steps[1], Step::Reprompt("days must be positive".to_owned()));
        assert_eq!(left.calling(), None);
    }
}
