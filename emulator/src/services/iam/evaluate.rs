//! Decides what policy documents allow: an explicit Deny wins, what nobody allows is denied. Conditions are ignored.

use serde_json::Value;

use super::document::texts;

/// Whether a trust policy lets a service take on the role.
pub(super) fn trusts(trust: &str, service: &str) -> bool {
    let named = |statement: &Value| {
        let services = statement["Principal"].get("Service").and_then(texts).unwrap_or_default();
        let actions = texts(&statement["Action"]).unwrap_or_default();
        services.contains(&service) && actions.iter().any(|action| matches(&action.to_lowercase(), "sts:assumerole"))
    };
    decide(&[trust.to_owned()], named)
}

/// Whether these policies together allow an action on a resource.
pub(super) fn allows(documents: &[String], action: &str, resource: &str) -> bool {
    let action = action.to_lowercase();
    decide(documents, |statement| {
        names(statement, "Action", |pattern| matches(&pattern.to_lowercase(), &action))
            && names(statement, "Resource", |pattern| matches(pattern, resource))
    })
}

fn decide(documents: &[String], applies: impl Fn(&Value) -> bool) -> bool {
    let statements: Vec<Value> = documents.iter().flat_map(|document| statements(document)).collect();
    let any = |effect: &str| statements.iter().any(|statement| statement["Effect"] == effect && applies(statement));
    any("Allow") && !any("Deny")
}

fn statements(document: &str) -> Vec<Value> {
    match serde_json::from_str::<Value>(document).map(|mut policy| policy["Statement"].take()) {
        Ok(Value::Array(statements)) => statements,
        Ok(single @ Value::Object(_)) => vec![single],
        _ => Vec::new(),
    }
}

/// Whether a statement names something by `field`, or leaves it out of `NotField`.
fn names(statement: &Value, field: &str, fits: impl Fn(&str) -> bool) -> bool {
    if let Some(patterns) = statement.get(field).and_then(texts) {
        return patterns.into_iter().any(fits);
    }
    statement.get(format!("Not{field}")).and_then(texts).is_some_and(|patterns| !patterns.into_iter().any(fits))
}

/// Whether a text fits a pattern in which `*` stands for any letters and `?` for one.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut from) = (0, 0);
    // Where the last star stands, and how far the text that it covers has grown.
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        if pattern.get(at) == Some(&'*') {
            star = Some((at, from));
            at += 1;
        } else if pattern.get(at).is_some_and(|letter| *letter == '?' || *letter == text[from]) {
            at += 1;
            from += 1;
        } else if let Some((stands, covered)) = star {
            star = Some((stands, covered + 1));
            at = stands + 1;
            from = covered + 1;
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::{allows, matches, trusts};

    #[test]
    fn stars_and_question_marks_stand_for_letters() {
        let cases = [
            ("*", "", true),
            ("bedrock:*", "bedrock:invokemodel", true),
            ("bedrock:Invoke?odel*", "bedrock:InvokeModelWithResponseStream", true),
            ("arn:*::foundation-model/a*c", "arn:aws:bedrock:us-east-1::foundation-model/abcbc", true),
            ("arn:*::foundation-model/a*c", "arn:aws:bedrock:us-east-1::foundation-model/abcb", false),
            ("?", "", false),
            ("", "x", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_deny_wins_over_every_allow() {
        let allow = r#"{"Statement":{"Effect":"Allow","Action":"bedrock:*","Resource":"*"}}"#.to_owned();
        let deny =
            r#"{"Statement":[{"Effect":"Deny","Action":"bedrock:InvokeModel","NotResource":"arn:a"}]}"#.to_owned();
        assert!(allows(std::slice::from_ref(&allow), "bedrock:InvokeModel", "arn:b"));
        assert!(!allows(&[allow.clone(), deny.clone()], "bedrock:InvokeModel", "arn:b"));
        assert!(allows(&[allow, deny], "bedrock:InvokeModel", "arn:a"));
        assert!(!allows(&[], "bedrock:InvokeModel", "arn:a"));
    }

    #[test]
    fn a_trust_policy_names_its_services() {
        let trust = r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":["a.amazonaws.com","lambda.amazonaws.com"]},"Action":"sts:AssumeRole"}]}"#;
        assert!(trusts(trust, "lambda.amazonaws.com"));
        assert!(!trusts(trust, "bedrock.amazonaws.com"));
        assert!(!trusts(&trust.replace("sts:AssumeRole", "sts:TagSession"), "lambda.amazonaws.com"));
    }
}
