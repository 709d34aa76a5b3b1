//! The permission on the function's version: Bedrock may call it, for this one agent.

use anyhow::Result;
use async_trait::async_trait;
use serde::Serialize;
use serde_json::Value;

use crate::aws::{Called, Failure, Found};
use crate::facts::{Difference, Facts, Key, Kind, Known, facts};
use crate::ownership::Owner;
use crate::resource::{Context, Need, Resource, Seen};
use crate::resources::function::{self, UNPUBLISHED};
use crate::wait::{self, Wait};

/// The id of our statement in the policy of each version. There is one agent to a stack, and one statement.
const STATEMENT_ID: &str = "bedrock-ops";
const ACTION: &str = "lambda:InvokeFunction";
const PRINCIPAL: &str = "bedrock.amazonaws.com";

/// The permission. It has no identity beyond its function's.
#[derive(Debug)]
pub struct Permission {
    /// The function that is called.
    pub function: Key,
    /// The agent that may call it.
    pub agent: Key,
}

#[derive(Debug, PartialEq, Serialize)]
struct Spec {
    /// The function's ARN with the version: a policy on the bare function does not cover it.
    on: String,
    principal: String,
    action: String,
    source_arn: String,
    source_account: String,
}

#[async_trait(?Send)]
impl Resource for Permission {
    fn key(&self) -> Key {
        Key::new(Kind::Permission, &self.function.name)
    }

    fn needs(&self) -> Vec<Need> {
        // The agent's id is known before AWS has found out whether its name is free: only a settled one is let in.
        vec![Need::made(self.function.clone()), Need::ready(self.agent.clone())]
    }

    fn looked_up_by(&self) -> Vec<Key> {
        vec![self.function.clone()]
    }

    fn stands_alone(&self) -> bool {
        false
    }

    fn wanted(&self, known: &Known) -> Facts {
        facts(&self.spec(known))
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let Some(version) = context.identity(&self.function) else { return Ok(Seen::Absent) };
        let call = context.aws.lambda.get_policy().function_name(&self.function.name);
        let call = call.set_qualifier(qualifier(&version));
        let policy = call.send().await.called("lambda:GetPolicy").found()?.and_then(|answer| answer.policy);
        let found = policy.as_deref().and_then(ours);
        Ok(found.map_or(Seen::Absent, |spec| Seen::present(facts(&spec), Owner::Ours, STATEMENT_ID)))
    }

    async fn create(&self, context: &Context) -> Result<String> {
        let known = context.known().await;
        let spec = self.spec(&known);
        let qualifier = qualifier(&context.needed(&self.function)?);
        let add = async || {
            let call = context.aws.lambda.add_permission().function_name(&self.function.name);
            let call = call.set_qualifier(qualifier.clone()).statement_id(STATEMENT_ID);
            let call = call.action(ACTION).principal(PRINCIPAL);
            let call = call.source_arn(&spec.source_arn).source_account(&spec.source_account);
            call.send().await.called("lambda:AddPermission")
        };
        let what = "Lambda to show the new version";
        let wait = Wait { progress: &context.progress, key: self.key(), what, limit: wait::VERSION };
        wait.retry(|failure| failure.is_not_found() || function::is_busy(failure), add).await?;
        Ok(STATEMENT_ID.to_owned())
    }

    async fn update(&self, context: &Context, _differences: &[Difference]) -> Result<String> {
        // AWS has no way to change a statement but to take it away and give another.
        let version = context.needed(&self.function)?;
        let call = context.aws.lambda.remove_permission().function_name(&self.function.name);
        let call = call.set_qualifier(qualifier(&version)).statement_id(STATEMENT_ID);
        call.send().await.called("lambda:RemovePermission").found()?;
        match self.create(context).await {
            // The first try's answer was lost on the way.
            Err(error) if error.downcast_ref().is_some_and(Failure::is_already_there) => Ok(STATEMENT_ID.to_owned()),
            done => done,
        }
    }
}

impl Permission {
    fn spec(&self, known: &Known) -> Spec {
        let version = known.identity(&self.function);
        let target = qualifier(&version)
            .map_or(self.function.name.clone(), |version| format!("{}:{version}", self.function.name));
        Spec {
            on: known.site.function_arn(&target),
            principal: PRINCIPAL.to_owned(),
            action: ACTION.to_owned(),
            source_arn: known.site.agent_arn(&known.identity(&self.agent)),
            source_account: known.site.account.clone(),
        }
    }
}

fn qualifier(version: &str) -> Option<String> {
    (version != UNPUBLISHED).then(|| version.to_owned())
}

/// Our statement in a function's policy.
fn ours(policy: &str) -> Option<Spec> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    let statements = policy.get("Statement")?.as_array()?;
    let statement = statements.iter().find(|statement| text(&statement["Sid"]) == STATEMENT_ID)?;
    // Condition keys are the same in capitals and small letters.
    let condition = |operator: &str, key: &str| {
        let members = statement["Condition"][operator].as_object();
        let found = members.and_then(|members| members.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)));
        found.map(|(_, value)| text(value)).unwrap_or_default()
    };
    Some(Spec {
        on: text(&statement["Resource"]),
        principal: text(&statement["Principal"]["Service"]),
        action: text(&statement["Action"]),
        source_arn: condition("ArnLike", "aws:SourceArn"),
        source_account: condition("StringEquals", "aws:SourceAccount"),
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
