//! Reads policies as far as it takes to say whether one thing is allowed: statements that allow it, wildcards included.
//! Denials and further conditions are AWS's to judge.

use serde_json::Value;

/// Whether a function's policy lets Bedrock call it for this agent.
pub(super) fn lets_bedrock_call(policy: &Value, agent_arn: &str) -> bool {
    allowing(policy, "lambda:InvokeFunction").any(|statement| {
        let principal = &statement["Principal"];
        let service = texts(&principal["Service"]).chain(texts(principal));
        let mut bedrock = service.filter(|name| ["bedrock.amazonaws.com", "*"].contains(name));
        let condition = statement["Condition"].as_object().into_iter().flatten();
        let mut sources = condition.flat_map(|(_, keys)| keys.as_object().into_iter().flatten());
        let other = |(key, wanted): (&String, &Value)| {
            key.eq_ignore_ascii_case("aws:SourceArn") && !texts(wanted).any(|wanted| fits(wanted, agent_arn))
        };
        bedrock.next().is_some() && !sources.any(other)
    })
}

/// Whether a role's policy allows an action on a resource.
pub(super) fn allows(policy: &Value, action: &str, resource: &str) -> bool {
    allowing(policy, action).any(|statement| texts(&statement["Resource"]).any(|wanted| fits(wanted, resource)))
}

/// The statements that allow an action.
fn allowing<'a>(policy: &'a Value, action: &'a str) -> impl Iterator<Item = &'a Value> {
    let several = policy["Statement"].as_array().into_iter().flatten();
    let one = policy.get("Statement").filter(|statement| statement.is_object());
    several.chain(one).filter(move |statement| {
        let named = |wanted: &str| fits(&wanted.to_lowercase(), &action.to_lowercase());
        statement["Effect"] == "Allow" && texts(&statement["Action"]).any(named)
    })
}

/// A text, or a list of texts.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().chain(value.is_string().then_some(value)).filter_map(Value::as_str)
}

/// Whether a text is what a pattern with `*` and `?` wants.
fn fits(pattern: &str, text: &str) -> bool {
    let mut letters = pattern.chars();
    match letters.next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = letters.as_str();
            text.char_indices().any(|(at, _)| fits(rest, &text[at..])) || fits(rest, "")
        }
        Some(wanted) => {
            let mut text = text.chars();
            text.next().is_some_and(|letter| wanted == '?' || wanted == letter) && fits(letters.as_str(), text.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{allows, fits, lets_bedrock_call};

    const AGENT: &str = "arn:aws:bedrock:ap-northeast-1:123456789012:agent/AGENT00001";

    #[test]
    fn a_star_stands_for_any_text_and_a_question_mark_for_one_letter() {
        for (pattern, text) in [("*", ""), ("a*c", "abbc"), ("a?c", "abc"), ("*/AGENT*", AGENT), ("a*", "a")] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("", "a"), ("a?c", "ac"), ("a*c", "ab"), ("b*", "ab")] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn bedrock_may_call_if_the_statement_is_for_it_and_for_this_agent() {
        let policy = |source: &str, service: &str| {
            json!({"Statement": [{"Effect": "Allow", "Action": "lambda:InvokeFunction",
                "Principal": {"Service": service}, "Condition": {"ArnLike": {"AWS:SourceArn": source}}}]})
        };
        assert!(lets_bedrock_call(&policy(AGENT, "bedrock.amazonaws.com"), AGENT));
        assert!(lets_bedrock_call(&policy("arn:aws:bedrock:*:123456789012:agent/*", "bedrock.amazonaws.com"), AGENT));
        assert!(!lets_bedrock_call(&policy(AGENT, "events.amazonaws.com"), AGENT));
        assert!(!lets_bedrock_call(&policy("arn:aws:iam::123456789012:role/agent", "bedrock.amazonaws.com"), AGENT));
        assert!(!lets_bedrock_call(&json!({}), AGENT));
    }

    #[test]
    fn a_role_may_do_what_a_statement_of_its_policies_allows() {
        let policy =
            json!({"Statement": {"Effect": "Allow", "Action": ["bedrock:Invoke*"], "Resource": "arn:*:model/a"}});
        assert!(allows(&policy, "bedrock:InvokeModel", "arn:aws:bedrock:x::model/a"));
        assert!(!allows(&policy, "bedrock:InvokeModel", "arn:aws:bedrock:x::model/b"));
        assert!(!allows(&policy, "bedrock:GetModel", "arn:aws:bedrock:x::model/a"));
    }
}
