//! Looks at the functions behind an agent: may Bedrock call them, are they active, what does their log say.

use aws_sdk_bedrockagent::types::{ActionGroupExecutor, ActionGroupState};
use aws_sdk_lambda::types::{LastUpdateStatus, State};

use super::{Finding, Found, log, policy, same_call, typed};
use crate::aws::{Aws, Called, Failure, Found as _};
use crate::conversation::{Agent, Call};

/// A function, as an action group names it.
struct Function {
    /// Its ARN without a version, by which every call takes it.
    arn: String,
    /// Its version, where the action group names one.
    qualifier: Option<String>,
}

/// Notes what is to be said of each function that may have been called.
pub(super) async fn look(aws: &Aws, agent: &Agent, calling: Option<&Call>, since: i64, found: &mut Found) {
    let functions = match behind(aws, agent, calling).await {
        Ok(functions) => functions,
        Err(failure) => return found.note(Err(failure)),
    };
    for function in functions {
        found.note(permission(aws, agent, &function).await);
        let log_group = match state(aws, agent, &function).await {
            Ok((finding, log_group)) => {
                found.note(Ok(finding));
                log_group
            }
            Err(failure) => {
                found.note(Err(failure));
                None
            }
        };
        if let Some(group) = log_group {
            found.note(log::look(aws, agent, &group, since, calling).await);
        }
    }
    if found.hint.is_none() && calling.is_some() {
        let invoke = same_call(agent, calling);
        found.hint = Some(format!("{invoke} sends the function the same call and says which rule its reply breaks"));
    }
}

/// The functions of the version's action groups; of the one that was being called, where that is known.
async fn behind(aws: &Aws, agent: &Agent, calling: Option<&Call>) -> Result<Vec<Function>, Failure> {
    let list = aws.bedrock_agent.list_agent_action_groups().agent_id(&agent.id).agent_version(&agent.version);
    let mut groups = list.into_paginator().items().send();
    let mut arns: Vec<String> = Vec::new();
    while let Some(group) = groups.next().await {
        let group = group.called("bedrock:ListAgentActionGroups")?;
        let asked = calling.is_none_or(|call| call.action_group == group.action_group_name);
        if !asked || group.action_group_state == ActionGroupState::Disabled {
            continue;
        }
        let call = aws.bedrock_agent.get_agent_action_group().agent_id(&agent.id).agent_version(&agent.version);
        let call = call.action_group_id(group.action_group_id).send().await;
        let group = call.called("bedrock:GetAgentActionGroup")?.agent_action_group;
        if let Some(ActionGroupExecutor::Lambda(arn)) = group.and_then(|group| group.action_group_executor)
            && !arns.contains(&arn)
        {
            arns.push(arn);
        }
    }
    Ok(arns.iter().map(|arn| Function::of(arn)).collect())
}

impl Function {
    /// `arn:aws:lambda:REGION:ACCOUNT:function:NAME`, and perhaps `:VERSION`.
    fn of(arn: &str) -> Self {
        match arn.match_indices(':').nth(6) {
            Some((end, _)) => Self { arn: arn[..end].to_owned(), qualifier: Some(arn[end + 1..].to_owned()) },
            None => Self { arn: arn.to_owned(), qualifier: None },
        }
    }

    fn name(&self) -> &str {
        self.arn.rsplit(':').next().unwrap_or_default()
    }

    /// Name and version, for people.
    fn shown(&self) -> String {
        let version = self.qualifier.as_ref().map(|version| format!(":{version}"));
        format!("{}{}", self.name(), version.unwrap_or_default())
    }
}

async fn permission(aws: &Aws, agent: &Agent, function: &Function) -> Result<Finding, Failure> {
    let call = aws.lambda.get_policy().function_name(&function.arn).set_qualifier(function.qualifier.clone());
    let answer = call.send().await.called("lambda:GetPolicy").found()?;
    let policy = answer.and_then(|answer| serde_json::from_str(&answer.policy?).ok()).unwrap_or_default();
    let shown = function.shown();
    if policy::lets_bedrock_call(&policy, &agent.site.agent_arn(&agent.id)) {
        return Ok(Finding::well(format!("Bedrock may call {shown} for this agent")));
    }
    Ok(Finding::wrong(
        format!("Bedrock may not call {shown} for this agent: nothing in its policy allows it"),
        format!("{} gives the permission again", typed(agent, "deploy")),
    ))
}

/// Its state, and the log group that it writes to.
async fn state(aws: &Aws, agent: &Agent, function: &Function) -> Result<(Finding, Option<String>), Failure> {
    let call = aws.lambda.get_function_configuration().function_name(&function.arn);
    let call = call.set_qualifier(function.qualifier.clone()).send().await;
    let shown = function.shown();
    let Some(answer) = call.called("lambda:GetFunctionConfiguration").found()? else {
        let hint = format!("{} makes it again", typed(agent, "deploy"));
        return Ok((Finding::wrong(format!("there is no function {shown}"), hint), None));
    };
    let group = answer.logging_config().and_then(|logging| logging.log_group()).map(str::to_owned);
    let group = group.unwrap_or_else(|| format!("/aws/lambda/{}", function.name()));
    let failed = answer.last_update_status() == Some(&LastUpdateStatus::Failed);
    let finding = match answer.state() {
        _ if failed => {
            let reason = answer.last_update_status_reason().unwrap_or("AWS gives no reason");
            Finding::wrong(
                format!("the last update of {shown} failed: {reason}"),
                format!("{} updates it again", typed(agent, "deploy")),
            )
        }
        None | Some(State::Active) => Finding::well(format!("{shown} is active")),
        Some(state) => {
            let reason = answer.state_reason().map(|reason| format!(": {reason}")).unwrap_or_default();
            Finding::wrong(
                format!("{shown} is {state}{reason}"),
                format!("wait until it is Active, or bring it there with {}", typed(agent, "deploy")),
            )
        }
    };
    Ok((finding, Some(group)))
}

#[cfg(test)]
mod tests {
    use super::Function;

    #[test]
    fn a_function_is_told_from_its_version() {
        let arn = "arn:aws:lambda:ap-northeast-1:123456789012:function:push-openrate";
        assert_eq!(Function::of(arn).shown(), "push-openrate");
        let version = Function::of(&format!("{arn}:3"));
        assert_eq!((version.arn.as_str(), version.shown().as_str()), (arn, "push-openrate:3"));
    }
}
