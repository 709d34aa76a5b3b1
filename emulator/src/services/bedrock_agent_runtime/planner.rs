//! Stands where the model would: rules that choose a function, find its parameters in the question, and word the answer.
//!
//! Pure and deterministic: the same question to the same agent at the same time has the same answer.

mod bind;
mod choose;
mod dates;
mod extract;
mod scan;
mod speech;
mod words;

use crate::clock::Millis;
use crate::services::bedrock_agent::routed::{Function, Group, Parameter};
use extract::Found;
use speech::Speech;

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Plan {
    /// Call a function.
    Call(Chosen),
    /// Ask the user for a parameter.
    Ask { text: String, asking: Asking },
    /// Say this.
    Tell(String),
}

/// A function that was chosen, with all it takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) group: String,
    pub(super) function: String,
    pub(super) arguments: Vec<Argument>,
    /// Why this function, for people.
    pub(super) why: String,
}

/// A parameter with its value, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Argument {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) value: String,
}

/// What a question back remembers, so that its answer makes the call whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asking {
    /// Without the parameter that is missing.
    chosen: Chosen,
    /// The parameter that is asked for.
    parameter: String,
}

impl Plan {
    /// What the rules decided, as a trace tells it.
    pub(super) fn thought(&self) -> String {
        match self {
            Self::Call(Chosen { group, function, arguments, .. }) => {
                format!("call {group}.{function}({})", speech::listed(arguments))
            }
            Self::Ask { text, .. } | Self::Tell(text) => text.clone(),
        }
    }
}

/// What to do about a question that is asked `now`; `asking` is what the agent has asked back for before.
pub(super) fn plan(question: &str, now: Millis, groups: &[Group], asking: Option<Asking>) -> Plan {
    let speech = Speech::of(question);
    let choice = choose::choose(question, groups);
    if let Some((asking, function)) = asking.and_then(|asking| known(groups, asking)) {
        let brings = answers(question, now, function, &asking);
        // Who asks for something else is not answering.
        if brings || choice.as_ref().is_none_or(|choice| choice.function == function) {
            return answered(question, now, function, asking);
        }
    }
    let Some(choice) = choice else { return Plan::Tell(speech.no_function(question, groups)) };
    let found = extract::arguments(question, now, &choice.function.parameters);
    let chosen = Chosen {
        group: choice.group.name.clone(),
        function: choice.function.name.clone(),
        arguments: Vec::new(),
        why: choice.why(),
    };
    complete(speech, chosen, found)
}

/// The answer after a function has said `body`.
pub(super) fn report(question: &str, chosen: &Chosen, body: &str, reprompted: bool) -> String {
    let speech = Speech::of(if question.is_empty() { body } else { question });
    if reprompted { speech.reprompted(chosen, body) } else { speech.reported(chosen, body) }
}

/// The answer after the user has not agreed to an action.
pub(super) fn denied(chosen: &Chosen) -> String {
    format!("{} was not called: the user did not agree. (No model was involved.)", speech::called(chosen))
}

/// What stands for a model's output in a trace.
pub(super) fn unmodelled(content: &str) -> String {
    format!("(No model was invoked: the emulator's rules decided.) {content}")
}

/// What was asked back for, if the agent still has it.
fn known(groups: &[Group], asking: Asking) -> Option<(Asking, &Function)> {
    let group = groups.iter().find(|group| group.name == asking.chosen.group)?;
    let function = group.functions.iter().find(|function| function.name == asking.chosen.function)?;
    Some((asking, function))
}

/// Whether the text plainly has the value that was asked for.
fn answers(text: &str, now: Millis, function: &Function, asking: &Asking) -> bool {
    let asked = function.parameters.iter().find(|parameter| parameter.name == asking.parameter);
    asked.is_some_and(|asked| !extract::arguments(text, now, std::slice::from_ref(asked)).arguments.is_empty())
}

/// Takes the user's answer to a question back, and asks for the next parameter if another one is missing.
fn answered(answer: &str, now: Millis, function: &Function, asking: Asking) -> Plan {
    let Asking { chosen, parameter } = asking;
    let missing = |known: &Parameter| !chosen.arguments.iter().any(|argument| argument.name == known.name);
    let open: Vec<Parameter> = function.parameters.iter().filter(|known| missing(known)).cloned().collect();
    let mut found = extract::arguments(answer, now, &open);
    if let Some(asked) = open.iter().find(|known| known.name == parameter)
        && found.missing.iter().any(|missing| missing.name == parameter)
        && let Some(value) = extract::whole(answer, now, asked)
    {
        found.missing.retain(|missing| missing.name != parameter);
        found.arguments.push(Argument { name: parameter, kind: asked.kind.clone(), value });
    }
    complete(Speech::of(answer), chosen, found)
}

fn complete(speech: Speech, mut chosen: Chosen, found: Found) -> Plan {
    chosen.arguments.extend(found.arguments);
    match found.missing.first() {
        None => Plan::Call(chosen),
        Some(missing) => {
            let text = speech.asking(&chosen, missing);
            Plan::Ask { text, asking: Asking { chosen, parameter: missing.name.clone() } }
        }
    }
}

#[cfg(test)]
mod tests;
