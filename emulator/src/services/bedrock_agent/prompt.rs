//! The default prompts that stand in every agent's answers, whether or not anyone has set a prompt.

use serde_json::{Value, json};

/// Each prompt type, whether it is on by default, and its default template.
const DEFAULTS: [(&str, &str, &str); 5] = [
    ("PRE_PROCESSING", "DISABLED", "You sort what a user asks into categories.\n\n$question$"),
    ("ORCHESTRATION", "ENABLED", "$instruction$\n\n$prompt_session_attributes$\n\n$question$\n\n$agent_scratchpad$"),
    ("POST_PROCESSING", "DISABLED", "You explain an answer to the user.\n\n$latest_response$"),
    ("KNOWLEDGE_BASE_RESPONSE_GENERATION", "ENABLED", "You answer from search results.\n\n$search_results$\n\n$query$"),
    ("MEMORY_SUMMARIZATION", "ENABLED", "You sum up a conversation.\n\n$past_conversation_summary$\n\n$conversation$"),
];

/// The full configuration: the prompts that the request overrides, and the defaults for the rest.
///
/// AWS's own default templates are long and differ by model. Ours are short; what matters to a client is that they are
/// there, marked `DEFAULT`, and must not be sent back.
pub(super) fn configuration(overrides: Option<&Value>) -> Value {
    let given = overrides.and_then(|all| all.get("promptConfigurations")).and_then(Value::as_array);
    let overridden = |kind: &str| {
        given?.iter().find(|prompt| prompt["promptType"] == kind && prompt["promptCreationMode"] == "OVERRIDDEN")
    };
    let prompts: Vec<Value> = DEFAULTS
        .iter()
        .map(|(kind, state, template)| {
            let mut prompt = default(kind, state, template);
            if let (Some(own), Some(prompt)) = (overridden(kind).and_then(Value::as_object), prompt.as_object_mut()) {
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
    use super::configuration;
    use serde_json::json;

    #[test]
    fn an_overridden_prompt_replaces_its_default_and_no_other() {
        let own = json!({"promptConfigurations": [
            {"promptType": "ORCHESTRATION", "promptCreationMode": "OVERRIDDEN", "basePromptTemplate": "mine"},
            {"promptType": "PRE_PROCESSING", "promptCreationMode": "DEFAULT", "basePromptTemplate": "ignored"},
        ]});
        let all = configuration(Some(&own));
        let prompts = all["promptConfigurations"].as_array().expect("prompts");
        assert_eq!(prompts.len(), 5);
        assert_eq!(prompts[1]["basePromptTemplate"], "mine");
        assert_eq!(prompts[1]["promptCreationMode"], "OVERRIDDEN");
        assert_ne!(prompts[0]["basePromptTemplate"], "ignored");
        assert!(prompts.iter().skip(2).all(|prompt| prompt["promptCreationMode"] == "DEFAULT"));
    }
}
