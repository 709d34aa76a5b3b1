//! The permission on the function's version: Bedrock may call it, for this one agent.

use anyhow::Result;
use async_trait::async_trait;
use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;

use crate::aws::{Aws, Called, Failure, Found};
use crate::facts::{Difference, Facts, Key, Kind, Known, Unmanaged, differs, facts};
use crate::ownership::Owner;
use crate::resource::{Context, Need, Present, Resource, Seen};
use crate::resources::function::{self, UNPUBLISHED};
use crate::wait;

/// The id of our statement in the policy of each version. There is one agent to a stack, and one statement.
const STATEMENT_ID: &str = "bedrock-ops";

/// Versions whose policies are looked at for the agent that they let in: the newest may have none yet.
const NEWEST: usize = 3;

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
        let policy = policy(&context.aws, &self.function.name, &version).await?;
        let Some(policy) = policy else { return Ok(Seen::Absent) };
        let Some(spec) = ours(&policy) else { return Ok(Seen::Absent) };
        let region = context.site().await.region;
        let unmanaged = foreign(&policy).map(|(id, statement)| {
            let qualifier = qualifier(&version).map(|version| format!(" --qualifier {version}")).unwrap_or_default();
            let removal = format!(
                "aws lambda remove-permission --function-name {}{qualifier} --statement-id {id} --region {region}",
                self.function.name
            );
            Unmanaged::new(format!("statement {id}"), statement).removed_by(removal)
        });
        let unmanaged = unmanaged.collect();
        Ok(Seen::Present(Present { unmanaged, ..Present::new(facts(&spec), Owner::Ours, STATEMENT_ID) }))
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
        // A version may be Pending for as long as AWS takes to optimize its image.
        let wait = context.wait(self.key(), "Lambda to accept a permission on the new version", wait::STATE);
        let started = Instant::now();
        let passing = |failure: &Failure| {
            (failure.is_not_found() && started.elapsed() < wait::VERSION) || function::is_busy(failure)
        };
        wait.retry(passing, add).await?;
        Ok(STATEMENT_ID.to_owned())
    }

    async fn update(&self, context: &Context, differences: &[Difference]) -> Result<String> {
        // AWS has no way to change a statement but to remove it and add another. A new version has none yet.
        if !differs(differences, "on") {
            self.remove(context).await?;
        }
        match self.create(context).await {
            Err(error) if error.downcast_ref().is_some_and(Failure::is_already_there) => self.replace(context).await,
            done => done,
        }
    }
}

impl Permission {
    async fn remove(&self, context: &Context) -> Result<()> {
        let version = context.needed(&self.function)?;
        let call = context.aws.lambda.remove_permission().function_name(&self.function.name);
        let call = call.set_qualifier(qualifier(&version)).statement_id(STATEMENT_ID);
        call.send().await.called("lambda:RemovePermission").found()?;
        Ok(())
    }

    /// Replaces the statement that was found on the version. If it is as wanted, the answer to a first call was lost.
    async fn replace(&self, context: &Context) -> Result<String> {
        let (version, known) = (context.needed(&self.function)?, context.known().await);
        let policy = policy(&context.aws, &self.function.name, &version).await?;
        if policy.as_ref().and_then(ours).is_some_and(|spec| spec == self.spec(&known)) {
            return Ok(STATEMENT_ID.to_owned());
        }
        self.remove(context).await?;
        self.create(context).await
    }

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

/// The agent that the function lets in: by the permission on one of its newest versions, or on the bare function.
pub(super) async fn permitted_agent(aws: &Aws, function: &Key) -> Result<Option<String>> {
    let versions = function::newest_versions(aws, &function.name, NEWEST).await?;
    for version in versions.iter().map(String::as_str).chain([UNPUBLISHED]) {
        let policy = policy(aws, &function.name, version).await?;
        if let Some(spec) = policy.as_ref().and_then(ours) {
            return Ok(spec.source_arn.rsplit_once(":agent/").map(|(_, id)| id.to_owned()));
        }
    }
    Ok(None)
}

/// The resource policy of one version.
async fn policy(aws: &Aws, function: &str, version: &str) -> Result<Option<Value>> {
    let call = aws.lambda.get_policy().function_name(function).set_qualifier(qualifier(version));
    let answer = call.send().await.called("lambda:GetPolicy").found()?.and_then(|answer| answer.policy);
    Ok(answer.and_then(|policy| serde_json::from_str(&policy).ok()))
}

fn qualifier(version: &str) -> Option<String> {
    (version != UNPUBLISHED).then(|| version.to_owned())
}

/// The statements that somebody else added, by their ids.
fn foreign(policy: &Value) -> impl Iterator<Item = (String, Value)> {
    let statements = policy["Statement"].as_array().into_iter().flatten();
    let foreign = statements.filter(|statement| text(&statement["Sid"]) != STATEMENT_ID);
    foreign.map(|statement| {
        let mut rest = statement.clone();
        if let Some(members) = rest.as_object_mut() {
            members.retain(|name, _| name != "Sid" && name != "Resource");
        }
        (text(&statement["Sid"]), rest)
    })
}

/// This stack's statement in a function's policy.
fn ours(policy: &Value) -> Option<Spec> {
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
