//! What every change of an agent's draft has to reckon with: Bedrock takes one at a time, and none in a passing state.

use std::time::Duration;

use anyhow::Result;
use aws_sdk_bedrockagent::types::{Agent, AgentStatus};

use tokio::time::Instant;

use crate::aws::{Called, Failure, Found};
use crate::facts::Key;
use crate::resource::Context;
use crate::wait::{self, Look};

/// How long a change of the same agent by somebody else may take.
const CONCURRENT: Duration = Duration::from_secs(20);

/// The version that is worked on.
pub(super) const DRAFT: &str = "DRAFT";

/// The agent of this id when it is in no passing state; `None` when there is none.
pub(super) async fn at_rest(context: &Context, key: Key, id: &str) -> Result<Option<Agent>> {
    let wait = context.wait(key, "the agent to come to rest", context.patience);
    wait.until(async || {
        let call = context.aws.bedrock_agent.get_agent().agent_id(id);
        let answer = call.send().await.called("bedrock:GetAgent").found()?;
        let Some(agent) = answer.and_then(|answer| answer.agent) else { return Ok(Look::Done(None)) };
        if is_passing(&agent.agent_status) {
            return Ok(Look::NotYet(agent.agent_status.as_str().to_owned()));
        }
        Ok(Look::Done(Some(agent)))
    })
    .await
}

/// Calls until the agent is in a state in which Bedrock accepts it.
pub(super) async fn accepted<T>(
    context: &Context,
    key: Key,
    call: impl AsyncFnMut() -> Result<T, Failure>,
) -> Result<T> {
    let wait = context.wait(key, "the agent to take the change", wait::STATE);
    let started = Instant::now();
    wait.retry(|failure| is_busy(failure, started.elapsed()), call).await
}

/// Why AWS says that the agent failed.
pub(super) fn reasons(agent: &Agent) -> String {
    let reasons: Vec<&str> = agent.failure_reasons().iter().map(String::as_str).collect();
    let advice: Vec<&str> = agent.recommended_actions().iter().map(String::as_str).collect();
    match (reasons.join("; "), advice.join("; ")) {
        (reasons, _) if reasons.is_empty() => "AWS gives no reason".to_owned(),
        (reasons, advice) if advice.is_empty() => reasons,
        (reasons, advice) => format!("{reasons} (AWS recommends: {advice})"),
    }
}

fn is_passing(status: &AgentStatus) -> bool {
    use AgentStatus as S;
    matches!(status, S::Creating | S::Updating | S::Preparing | S::Versioning | S::Deleting)
}

/// Refusals for the agent's state. AWS gives them no type of their own: the text says it (TF#42845, TF#43232).
pub(super) fn is_busy(failure: &Failure, waited: Duration) -> bool {
    let passing = ["creating", "updating", "preparing", "versioning", "deleting"];
    let state = failure.is("ValidationException")
        && failure.says("operation can't be performed on Agent")
        && passing.iter().any(|state| failure.says(&format!("in {state} state")));
    // AWS's texts for changes at the same moment are not known: what looks like one is not waited for long.
    let concurrent = waited < CONCURRENT
        && failure.is("ConflictException")
        && !failure.says("same name")
        && !failure.says("already exists")
        && !failure.says("enabled")
        && !failure.says("active aliases");
    state || concurrent
}
