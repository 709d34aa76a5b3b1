//! The statement in the repository's policy by which Lambda pulls the function's image. Lambda adds one of its own when a
//! function is created, if the caller may write the policy, and never again: this stack's own statement stays and heals.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::aws::{Aws, Called, Found, Site};
use crate::facts::Unmanaged;
use crate::resource::Context;
use crate::resources::role::policy::normal;

/// The id of this stack's statement.
const STATEMENT_ID: &str = "BedrockOpsLambdaPull";

/// The id of the statement that Lambda adds by itself.
const LAMBDAS_OWN: &str = "LambdaECRImageRetrievalPolicy";

/// The statement as it is wanted.
pub(super) fn statement(site: &Site, function: &str) -> Value {
    let function = site.function_arn(function);
    normal(json!({
        "Sid": STATEMENT_ID,
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        "Condition": {"StringLike": {"aws:sourceArn": [function, format!("{function}:*")]}},
    }))
}

/// The repository's policy; none when there is no repository or it has no policy.
pub(super) async fn policy(aws: &Aws, repository: &str) -> Result<Option<Value>> {
    let call = aws.ecr.get_repository_policy().repository_name(repository);
    let answer = call.send().await.called("ecr:GetRepositoryPolicy").found()?;
    let Some(text) = answer.and_then(|answer| answer.policy_text) else { return Ok(None) };
    serde_json::from_str(&text).map(Some).with_context(|| format!("reading the policy of the repository {repository}"))
}

/// This stack's statement in a policy.
pub(super) fn ours(policy: &Value) -> Option<Value> {
    statements(policy).into_iter().find(|statement| statement["Sid"] == STATEMENT_ID).map(normal)
}

/// The statements that somebody else added.
pub(super) fn foreign(policy: &Value) -> Vec<Unmanaged> {
    let foreign = statements(policy).into_iter();
    let foreign = foreign.filter(|statement| statement["Sid"] != STATEMENT_ID && statement["Sid"] != LAMBDAS_OWN);
    let unmanaged = foreign.map(|mut statement| {
        let id = statement.as_object_mut().and_then(|members| members.remove("Sid"));
        let id = id.as_ref().and_then(Value::as_str).filter(|id| !id.is_empty()).unwrap_or("without an id");
        Unmanaged::new(format!("statement {id}"), statement)
    });
    unmanaged.collect()
}

/// Writes the statement into the policy, and leaves the others as they are.
pub(super) async fn allow(context: &Context, repository: &str, function: &str) -> Result<()> {
    let policy = policy(&context.aws, repository).await?;
    let statement = statement(&context.site().await, function);
    let call = context.aws.ecr.set_repository_policy().repository_name(repository);
    let call = call.policy_text(merged(policy, statement).to_string());
    call.send().await.called("ecr:SetRepositoryPolicy")?;
    Ok(())
}

fn merged(policy: Option<Value>, statement: Value) -> Value {
    let mut policy = policy.unwrap_or_else(|| json!({"Version": "2012-10-17"}));
    let mut statements = statements(&policy);
    statements.retain(|other| other["Sid"] != STATEMENT_ID);
    statements.push(statement);
    policy["Statement"] = statements.into();
    policy
}

/// The statements of a policy, which may be a list or one alone.
fn statements(policy: &Value) -> Vec<Value> {
    match &policy["Statement"] {
        Value::Array(statements) => statements.clone(),
        Value::Null => Vec::new(),
        alone => vec![alone.clone()],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{foreign, merged, ours};

    #[test]
    fn the_statement_replaces_an_old_one_and_leaves_the_others() {
        let one = json!({"Sid": "BedrockOpsLambdaPull", "Effect": "Allow"});
        let others = json!({"Sid": "Partner", "Effect": "Allow", "Principal": "*"});
        let lambdas = json!({"Sid": "LambdaECRImageRetrievalPolicy", "Effect": "Allow"});
        assert_eq!(merged(None, one.clone()), json!({"Version": "2012-10-17", "Statement": [one]}));
        let alone = json!({"Version": "2008-10-17", "Id": "x", "Statement": others});
        assert_eq!(
            merged(Some(alone), one.clone()),
            json!({"Version": "2008-10-17", "Id": "x", "Statement": [others, one]})
        );
        let old = json!({"Sid": "BedrockOpsLambdaPull", "Effect": "Deny"});
        let policy = merged(Some(json!({"Statement": [old, others, lambdas]})), one.clone());
        assert_eq!(policy, json!({"Statement": [others, lambdas, one]}));
        assert_eq!(ours(&policy), Some(one));
        let fields: Vec<String> = foreign(&policy).into_iter().map(|unmanaged| unmanaged.field).collect();
        assert_eq!(fields, ["statement Partner"]);
    }
}
