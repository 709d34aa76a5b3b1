//! The default prompts that stand in every agent's answers, whether or not anyone has set a prompt.

use serde_json::{Value, json};

use super::refusals::validation;
use crate::refusal::Refusal;

/// Each prompt type, whether it is on by default, and its default template.
const DEFAULTS: [(&str, &str, &str); 5] = [
    ("PRE_PROCESSING", "DISABLED", "You sort what a user asks into categories.\n\n$question$"),
    ("ORCHESTRATION", "ENABLED", "$instruction$\n\n$prompt_session_attributes$\n\n$question$\n\n$agent_scratchpad$"),
    ("POST_PROCESSING", "DISABLED", "You explain an answer to the user.\n\n$latest_response$"),
    ("KNOWLEDGE_BASE_RESPONSE_GENERATION", "ENABLED", "You answer from search results.\n\n$search_results$\n\n$query$"),
    ("MEMORY_SUMMARIZATION", "ENABLED", "You sum up a conversation.\n\n$past_conversation_summary$\n\n$conversation$"),
];

/// The full configuration: the prompts that the request overrides, the steps that it switches, and the defaults for the
/// rest.
///
/// AWS's own default templates are long and differ by model. Ours are short; what matters to a client is that they are
/// there, marked `DEFAULT`, and must not be sent back.
pub(super) fn configuration(overrides: Option<&Value>) -> Value {
    let prompts: Vec<Value> = DEFAULTS
        .iter()
        .map(|(kind, state, template)| {
            let mut prompt = default(kind, state, template);
            let own = given(overrides).iter().find(|own| own["promptType"] == *kind).and_then(Value::as_object);
            if let (Some(own), Some(prompt)) = (own, prompt.as_object_mut()) {
                prompt.extend(own.clone());
            }
            prompt
        })
        .collect();
    let mut all = json!({ "promptConfigurations": prompts });
    if let Some(function) = overrides.and_then(|all| all.get("overrideLambda")) {
        all["overrideLambda"] = function.clone();
    }
    all
}

/// Refuses a default prompt that comes with what only an overridden one has, and a parser that nobody names.
pub(super) fn check(overrides: Option<&Value>) -> Result<(), Refusal> {
    for prompt in given(overrides) {
        let kind = prompt["promptType"].as_str().unwrap_or_default();
        let own = ["basePromptTemplate", "inferenceConfiguration"].iter().find(|member| prompt.get(**member).is_some());
        match own {
            Some(member) if prompt["promptCreationMode"] != "OVERRIDDEN" => {
                return Err(validation(format!(
                    "{member} must be omitted for {kind} when promptCreationMode is DEFAULT."
                )));
            }
            _ => {}
        }
        if prompt["parserMode"] == "OVERRIDDEN" && overrides.and_then(|all| all.get("overrideLambda")).is_none() {
            return Err(validation(format!(
                "overrideLambda must be specified when the parserMode of {kind} is OVERRIDDEN."
            )));
        }
    }
    Ok(())
}

fn given(overrides: Option<&Value>) -> &[Value] {
    overrides.and_then(|all| all.get("promptConfigurations")).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn default(kind: &str, state: &str, template: &str) -> Value {
    json!({
        "promptType": kind,
        "promptCreationMode": "DEFAULT",
        "promptState": state,
        "basePromptTemplate": template,
        "inferenceConfiguration": {
            "temperature": 0.0,
            "topP": 1.0,
            "topK": 250,
            "maximumLength": 2048,
            "stopSequences": ["\n\nHuman:"],
        },
        "parserMode": "DEFAULT",
    })
}

#[cfg(test)]
mod tests {
    use super::{check, configuration};
    use serde_json::json;

    #[test]
    fn an_overridden_prompt_replaces_its_default_and_a_switched_step_keeps_it() {
        let own = json!({"promptConfigurations": [
            {"promptType": "ORCHESTRATION", "promptCreationMode": "OVERRIDDEN", "basePromptTemplate": "mine"},
            {"promptType": "PRE_PROCESSING", "promptCreationMode": "DEFAULT", "promptState": "ENABLED"},
        ]});
        check(Some(&own)).unwrap();
        let all = configuration(Some(&own));
        let prompts = all["promptConfigurations"].as_array().expect("prompts");
        assert_eq!(prompts.len(), 5);
        assert_eq!(prompts[1]["basePromptTemplate"], "mine");
        assert_eq!(prompts[1]["promptCreationMode"], "OVERRIDDEN");
        assert_eq!(prompts[0]["promptState"], "ENABLED");
        assert!(prompts[0]["basePromptTemplate"].is_string());
        assert!(prompts.iter().skip(2).all(|prompt| prompt["promptCreationMode"] == "DEFAULT"));
    }

    #[test]
    fn a_default_prompt_is_not_sent_back_whole() {
        let own = json!({"promptConfigurations": [
            {"promptType": "PRE_PROCESSING", "promptCreationMode": "DEFAULT", "basePromptTemplate": "AWS's own"},
        ]});
        check(Some(&own)).unwrap_err();
        let parsed = json!({"promptConfigurations": [{"promptType": "ORCHESTRATION", "parserMode": "OVERRIDDEN"}]});
        check(Some(&parsed)).unwrap_err();
    }
}
