//! Decides whether a resource policy lets another service call a function, or one version of it.

use serde_json::Value;

use super::State;
use super::name::FunctionName;
use crate::services::iam;

/// Who calls, and on whose behalf.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller<'a> {
    /// `bedrock.amazonaws.com`.
    pub(crate) service: &'a str,
    /// The ARN of the thing that the service calls for.
    pub(crate) source: &'a str,
    /// The account that owns that thing.
    pub(crate) account: &'a str,
}

impl State {
    /// Whether the caller may invoke what the ARN names. The policy is that of the very qualifier: the bare function's
    /// says nothing of its versions.
    pub(crate) fn lets(&self, arn: &str, caller: Caller<'_>) -> bool {
        let Some(name) = FunctionName::parse(arn) else { return false };
        let Some(function) = self.functions.get(name.name) else { return false };
        let policy = function.policies.get(name.qualifier.unwrap_or_default());
        policy.is_some_and(|statements| statements.iter().any(|statement| allows(&statement.document, caller)))
    }
}

fn allows(statement: &Value, caller: Caller<'_>) -> bool {
    let principal = &statement["Principal"];
    let action = statement["Action"].as_str().unwrap_or_default();
    (principal == "*" || principal["Service"] == caller.service)
        && iam::fits(action, "lambda:InvokeFunction")
        && holds(&statement["Condition"]["StringEquals"]["AWS:SourceAccount"], |account| account == caller.account)
        && holds(&statement["Condition"]["ArnLike"]["AWS:SourceArn"], |pattern| iam::fits(pattern, caller.source))
}

/// A condition that is not there holds.
fn holds(condition: &Value, test: impl Fn(&str) -> bool) -> bool {
    condition.is_null() || condition.as_str().is_some_and(test)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Caller, allows};

    const AGENT: &str = "arn:aws:bedrock:ap-northeast-1:123456789012:agent/ABCDEFGHIJ";

    fn statement(source: &str) -> Value {
        json!({
            "Principal": {"Service": "bedrock.amazonaws.com"},
            "Action": "lambda:InvokeFunction",
            "Condition": {"StringEquals": {"AWS:SourceAccount": "123456789012"}, "ArnLike": {"AWS:SourceArn": source}},
        })
    }

    #[test]
    fn a_statement_lets_only_those_in_that_it_means() {
        let caller = Caller { service: "bedrock.amazonaws.com", source: AGENT, account: "123456789012" };
        let everyone = json!({"Principal": "*", "Action": "lambda:*"});
        let another_action = json!({"Principal": "*", "Action": "lambda:GetFunction"});
        let role = "arn:aws:iam::123456789012:role/agent";
        let cases = [
            (statement(AGENT), caller, true),
            (statement("arn:aws:bedrock:*:123456789012:agent/*"), caller, true),
            (everyone, caller, true),
            // The article's: the agent's role stands where the agent should.
            (statement(role), caller, false),
            (another_action, caller, false),
            (statement(AGENT), Caller { service: "events.amazonaws.com", ..caller }, false),
            (statement(AGENT), Caller { account: "210987654321", ..caller }, false),
        ];
        for (statement, caller, expected) in cases {
            assert_eq!(allows(&statement, caller), expected, "{statement} {caller:?}");
        }
    }
}
