//! Whether a repository's policy lets Lambda pull an image, and the statement that Lambda adds to it.

use serde_json::{Value, json};

use super::{Repository, State};
use crate::services::iam;

/// The statement that Lambda writes into the policy of a repository when a function is created from it.
const LAMBDA_STATEMENT: &str = "LambdaECRImageRetrievalPolicy";

/// What pulling an image takes.
const PULLS: [&str; 2] = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];

const LAMBDA: &str = "lambda.amazonaws.com";

impl State {
    /// Whether Lambda may pull from the repository for this function, named by its ARN.
    pub(crate) fn lets_lambda_pull(&self, repository: &str, function: &str) -> bool {
        let policy = self.repositories.get(repository).map(current).unwrap_or_default();
        let statements = policy["Statement"].as_array().cloned().unwrap_or_default();
        PULLS.iter().all(|action| {
            let applies = |statement: &&Value| applies(statement, action, function);
            let any = |effect: &str| {
                statements.iter().filter(|statement| statement["Effect"] == effect).any(|it| applies(&it))
            };
            any("Allow") && !any("Deny")
        })
    }

    /// Adds Lambda's statement, as Lambda does with the rights of the caller who creates a function. It does so once: a
    /// statement of this id is left as it is.
    pub(crate) fn let_lambda_pull(&mut self, name: &str, account: &str, region: &str) {
        let Some(repository) = self.repositories.get_mut(name) else { return };
        let mut policy = current(repository);
        let Some(statements) = policy["Statement"].as_array_mut() else { return };
        if statements.iter().any(|statement| statement["Sid"] == LAMBDA_STATEMENT) {
            return;
        }
        statements.push(json!({
            "Sid": LAMBDA_STATEMENT,
            "Effect": "Allow",
            "Principal": { "Service": LAMBDA },
            "Action": [
                "ecr:BatchGetImage",
                "ecr:DeleteRepositoryPolicy",
                "ecr:GetDownloadUrlForLayer",
                "ecr:GetRepositoryPolicy",
                "ecr:SetRepositoryPolicy",
            ],
            "Condition": { "StringLike": { "aws:sourceArn": format!("arn:aws:lambda:{region}:{account}:function:*") } },
        }));
        repository.policy = Some(policy.to_string());
    }
}

/// The policy as it stands, its statements as a list; without statements where there is none.
fn current(repository: &Repository) -> Value {
    let text = repository.policy.as_deref().unwrap_or_default();
    let mut policy = serde_json::from_str(text).unwrap_or_else(|_| json!({ "Version": "2008-10-17", "Statement": [] }));
    if policy["Statement"].is_object() {
        let only = policy["Statement"].take();
        policy["Statement"] = json!([only]);
    }
    policy
}

/// Whether a statement speaks of Lambda doing this for the function. A condition that the emulator does not know is not
/// met.
fn applies(statement: &Value, action: &str, function: &str) -> bool {
    let principal = &statement["Principal"];
    let everybody = *principal == "*" || texts(&principal["AWS"]).contains(&"*");
    let action = action.to_lowercase();
    (everybody || texts(&principal["Service"]).contains(&LAMBDA))
        && texts(&statement["Action"]).iter().any(|pattern| iam::fits(&pattern.to_lowercase(), &action))
        && statement["Condition"].as_object().is_none_or(|operators| {
            operators.iter().all(|(operator, keys)| {
                keys.as_object()
                    .is_some_and(|keys| keys.iter().all(|(key, value)| holds(operator, key, value, function)))
            })
        })
}

fn holds(operator: &str, key: &str, value: &Value, function: &str) -> bool {
    let account = function.split(':').nth(4).unwrap_or_default();
    let fits = |text: &str| match operator {
        "StringLike" | "ArnLike" | "ArnEquals" => texts(value).iter().any(|pattern| iam::fits(pattern, text)),
        "StringEquals" => texts(value).contains(&text),
        _ => false,
    };
    match key.to_lowercase().as_str() {
        "aws:sourcearn" => fits(function),
        "aws:sourceaccount" => fits(account),
        _ => false,
    }
}

/// A text, or a list of texts.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::applies;

    const FUNCTION: &str = "arn:aws:lambda:ap-northeast-1:123456789012:function:openrate";

    #[test]
    fn a_statement_lets_lambda_in_only_for_the_functions_that_it_means() {
        let statement = |condition: Value| {
            json!({
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                "Condition": condition,
            })
        };
        let like = |pattern: &str| statement(json!({"StringLike": {"aws:sourceArn": pattern}}));
        let either = statement(json!({"StringLike": {"aws:sourceArn": [FUNCTION, format!("{FUNCTION}:*")]}}));
        let account = statement(json!({"StringEquals": {"aws:SourceAccount": "123456789012"}}));
        let odd = statement(json!({"StringLike": {"aws:sourceVpc": "vpc-1"}}));
        let partner = json!({"Principal": {"AWS": "arn:aws:iam::210987654321:root"}, "Action": "ecr:*"});
        for (statement, expected) in [
            (like("arn:aws:lambda:ap-northeast-1:123456789012:function:*"), true),
            (like(&FUNCTION.replace("openrate", "other")), false),
            (either, true),
            (account, true),
            (odd, false),
            (partner, false),
            (json!({"Principal": "*", "Action": "ecr:*"}), true),
            (json!({"Principal": "*", "Action": "ecr:PutImage"}), false),
        ] {
            assert_eq!(applies(&statement, "ecr:BatchGetImage", FUNCTION), expected, "{statement}");
        }
    }
}
