//! The prompts of an agent's steps that somebody changed: an update must send them back, and the defaults not.

use aws_sdk_bedrockagent::types::{
    CreationMode, InferenceConfiguration, PromptConfiguration, PromptOverrideConfiguration, PromptState, PromptType,
};
use aws_smithy_types::{Document, Number};
use serde_json::{Map, Value, json};

use crate::facts::Unmanaged;

/// What `UpdateAgent` has to send so that nothing changes; `None` where everything is as AWS has it by default. `GetAgent`
/// answers the defaults, too: sent back, they would count as overridden.
pub(super) fn kept(prompts: &PromptOverrideConfiguration) -> Option<PromptOverrideConfiguration> {
    let kept: Vec<PromptConfiguration> = prompts.prompt_configurations.iter().filter_map(step).collect();
    let builder = PromptOverrideConfiguration::builder().set_prompt_configurations(Some(kept));
    let built = builder.set_override_lambda(prompts.override_lambda.clone()).build().ok()?;
    (!built.prompt_configurations.is_empty()).then_some(built)
}

/// One step as it is sent back. With a default prompt, AWS accepts state and parser only.
fn step(prompt: &PromptConfiguration) -> Option<PromptConfiguration> {
    if prompt.prompt_creation_mode == Some(CreationMode::Overridden) {
        return Some(prompt.clone());
    }
    let state = prompt.prompt_state.as_ref().is_some_and(|state| Some(state) != default_state(prompt).as_ref());
    let parser = prompt.parser_mode == Some(CreationMode::Overridden);
    (state || parser).then(|| {
        PromptConfiguration::builder()
            .set_prompt_type(prompt.prompt_type.clone())
            .prompt_creation_mode(CreationMode::Default)
            .set_prompt_state(prompt.prompt_state.clone())
            .set_parser_mode(prompt.parser_mode.clone())
            .build()
    })
}

/// Whether AWS carries out this step by default (API reference of `PromptConfiguration`).
fn default_state(prompt: &PromptConfiguration) -> Option<PromptState> {
    match prompt.prompt_type.as_ref()? {
        PromptType::PreProcessing | PromptType::PostProcessing => Some(PromptState::Disabled),
        _ => Some(PromptState::Enabled),
    }
}

/// Each step that is kept, and the function that parses.
pub(super) fn unmanaged(kept: &PromptOverrideConfiguration) -> Vec<Unmanaged> {
    let parser = kept.override_lambda().map(|function| Unmanaged::new("prompt parser", function));
    kept.prompt_configurations.iter().map(described).chain(parser).collect()
}

fn described(prompt: &PromptConfiguration) -> Unmanaged {
    let mut value = Map::new();
    let mut say = |name: &str, said: Option<Value>| value.extend(said.map(|said| (name.to_owned(), said)));
    say("mode", prompt.prompt_creation_mode.as_ref().map(|mode| mode.as_str().into()));
    say("state", prompt.prompt_state.as_ref().map(|state| state.as_str().into()));
    say("parser", prompt.parser_mode.as_ref().map(|mode| mode.as_str().into()));
    say("template", prompt.base_prompt_template().map(Value::from));
    say("inference", prompt.inference_configuration.as_ref().map(inference));
    say("model", prompt.foundation_model().map(Value::from));
    say("additional_model_request_fields", prompt.additional_model_request_fields.as_ref().map(document));
    Unmanaged::new(format!("prompt {}", name(prompt)), value)
}

fn name(prompt: &PromptConfiguration) -> &str {
    prompt.prompt_type.as_ref().map_or("(unnamed)", PromptType::as_str)
}

fn inference(inference: &InferenceConfiguration) -> Value {
    json!({
        "temperature": inference.temperature.map(exactly),
        "top_p": inference.top_p.map(exactly),
        "top_k": inference.top_k,
        "maximum_length": inference.maximum_length,
        "stop_sequences": inference.stop_sequences,
    })
}

/// The number as it was written: 0.1 as `f32` is 0.10000000149 as `f64`.
fn exactly(number: f32) -> f64 {
    number.to_string().parse().unwrap_or_else(|_| f64::from(number))
}

fn document(document: &Document) -> Value {
    match document {
        Document::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), self::document(member))).collect::<Map<_, _>>().into()
        }
        Document::Array(members) => members.iter().map(self::document).collect(),
        Document::Number(Number::PosInt(number)) => (*number).into(),
        Document::Number(Number::NegInt(number)) => (*number).into(),
        Document::Number(Number::Float(number)) => (*number).into(),
        Document::String(text) => text.as_str().into(),
        Document::Bool(truth) => (*truth).into(),
        Document::Null => Value::Null,
    }
}

/// The steps whose own prompt sets temperature and `top_p`: newer models accept one of them at most.
pub(super) fn sampled_twice(prompts: &PromptOverrideConfiguration) -> Vec<String> {
    let twice = |prompt: &&PromptConfiguration| {
        let inference = prompt.inference_configuration.as_ref();
        inference.is_some_and(|inference| inference.temperature.is_some() && inference.top_p.is_some())
    };
    let kept = kept(prompts);
    let steps = kept.iter().flat_map(|kept| &kept.prompt_configurations);
    steps.filter(twice).map(|prompt| name(prompt).to_owned()).collect()
}
