//! The deployed function, in the version that the agent's alias leads to: what Slack would reach.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::LogType;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::choice::Choice;
use super::{Run, asked, caller};
use crate::aws::{Access, Aws, Called, Found};
use crate::cli::Common;
use crate::commands::open;
use crate::contract::{Asked, Ended};
use crate::facts::{Facts, Key, Kind};
use crate::manifest::Manifest;
use crate::refused::Refused;
use crate::resource::{Resource, Seen};
use crate::wait::{Stop, Wait};

/// The longest that a function may run (Lambda quotas: function timeout).
const LONGEST: Duration = Duration::from_mins(15);

/// What starting the container of an image may take on top, in seconds: a cold start of a large image and the network.
const STARTING: Duration = Duration::from_mins(1);

/// How long an Inactive function may take to be Active again: 40 to 106 seconds were reported.
const ACTIVATION: Duration = Duration::from_mins(5);

/// Until a connection is given up.
const CONNECTING: Duration = Duration::from_secs(5);

/// Sends the event to the deployed function.
pub(super) async fn run(common: &Common, manifest: &Manifest, choice: &Choice) -> Result<(Asked, Run)> {
    let session = open::session(common).await?;
    let not_deployed = || Refused::not_deployed(&session.stack.name, &common.typed("deploy"));
    let (agent, alias) = (session.stack.agent.clone(), session.stack.alias.clone());
    let keys = (agent.key(), alias.key());
    let resources: [Arc<dyn Resource>; 2] = [agent, alias];
    let (_, snapshot) = session.observe(&resources).await?;
    let agent = snapshot.get(&keys.0).and_then(Seen::identity).ok_or_else(not_deployed)?;
    let Some(Seen::Present(alias)) = snapshot.get(&keys.1) else { return Err(not_deployed().into()) };
    let version = alias.leads_to.as_ref().map(|(_, version)| version.clone());
    let event = choice.event(&caller(manifest, agent.to_owned(), alias.identity.clone(), version));
    let asked = asked(&event)?;
    let function = answering(&alias.facts, &asked.action_group).ok_or_else(|| {
        let group = &asked.action_group;
        Refused::usage(
            format!("the deployed agent has no action group `{group}`"),
            format!("run `{}`, or name a function that is deployed", common.typed("deploy")),
        )
    })?;
    let aws = session.clients(Access::Write);
    let call = aws.lambda.invoke().function_name(function).log_type(LogType::Tail);
    let call = call.payload(Blob::new(event.to_string()));
    let limit = answers_within(&aws, function).await;
    let (progress, stop) = (open::progress(), Stop::default());
    let wait = Wait {
        progress: &progress,
        stop: &stop,
        key: Key::new(Kind::Function, session.stack.name.as_str()),
        what: "the function to be active again: it was not called for weeks",
        limit: ACTIVATION,
    };
    let mut sent = Instant::now();
    let invoke = async || {
        sent = Instant::now();
        call.clone().customize().config_override(once(limit)).send().await.called("lambda:Invoke").found()
    };
    // Lambda has not run anything when it refuses a call so: it activates the function, and the next call may go through.
    let answer = wait.retry(|failure| failure.is("CodeArtifactUserPendingException"), invoke).await?;
    let answer =
        answer.with_context(|| format!("the function {function} is gone; run `{}`", common.typed("deploy")))?;
    let took = sent.elapsed();
    let (ended, log) = (ended(&answer), log(&answer));
    Ok((asked, Run { ended, log, log_lost: 0, took, version: answer.executed_version }))
}

/// An event is sent once: a handler may do something each time. The clients' own time limits are for short calls.
fn once(limit: Duration) -> aws_sdk_lambda::config::Builder {
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECTING);
    let timeouts = timeouts.operation_attempt_timeout(limit).operation_timeout(limit).build();
    aws_sdk_lambda::config::Builder::new().retry_config(RetryConfig::disabled()).timeout_config(timeouts)
}

/// How long to wait for the answer of `Invoke`: the deployed function's own timeout, and the time to start its container.
/// Who may not read the settings waits for the longest timeout that there is.
async fn answers_within(aws: &Aws, function: &str) -> Duration {
    let call = aws.lambda.get_function_configuration().function_name(function);
    let settings = call.send().await.called("lambda:GetFunctionConfiguration").ok();
    let timeout = settings.and_then(|settings| settings.timeout).and_then(|seconds| u64::try_from(seconds).ok());
    timeout.map_or(LONGEST, Duration::from_secs) + STARTING
}

/// The function that answers for an action group in the release that the alias routes to: its ARN with the version.
fn answering<'a>(release: &'a Facts, group: &str) -> Option<&'a str> {
    release["action_groups"][group]["lambda"].as_str()
}

/// With a function error the payload is the error instead of a reply.
fn ended(answer: &InvokeOutput) -> Ended {
    let payload = answer.payload().map(Blob::as_ref).unwrap_or_default();
    if answer.function_error().is_none() {
        return Ended::Returned(payload.to_vec());
    }
    let error: Value = serde_json::from_slice(payload).unwrap_or_default();
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    Ended::Failed { kind: text("errorType"), message: text("errorMessage") }
}

/// The last 4 KB of the log, which Lambda sends along.
fn log(answer: &InvokeOutput) -> String {
    let bytes = STANDARD.decode(answer.log_result().unwrap_or_default()).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use aws_sdk_lambda::operation::invoke::InvokeOutput;
    use aws_sdk_lambda::primitives::Blob;

    use super::{Ended, ended, log};

    #[test]
    fn a_function_error_is_told_by_its_payload() {
        let answer = InvokeOutput::builder().payload(Blob::new("{}")).log_result("U1RBUlQK").build();
        assert_eq!(ended(&answer), Ended::Returned(b"{}".to_vec()));
        assert_eq!(log(&answer), "START\n");
        let failed = InvokeOutput::builder().function_error("Unhandled");
        let failed = failed.payload(Blob::new(r#"{"errorType":"KeyError","errorMessage":"'a'","stackTrace":[]}"#));
        let told = Ended::Failed { kind: "KeyError".to_owned(), message: "'a'".to_owned() };
        assert_eq!(ended(&failed.build()), told);
    }
}
