//! The states that a function passes through, and what Lambda refuses meanwhile.

use std::time::Duration;

use anyhow::Result;
use aws_sdk_lambda::types::{FunctionConfiguration, LastUpdateStatus, State};

use crate::aws::Failure;
use crate::wait;

/// Refusals that pass by themselves.
pub(super) fn is_passing(failure: &Failure, waited: Duration) -> bool {
    let role = failure.is("InvalidParameterValueException")
        && (failure.says("cannot be assumed by Lambda") || failure.says("execution role does not have permissions"));
    let image =
        failure.is("InvalidParameterValueException") && failure.says("source image") && failure.says("does not exist");
    // The repository's policy may have been written a moment ago.
    let pull = failure.is_image_denied();
    role || ((image || pull) && waited < wait::IMAGE) || is_busy(failure)
}

/// Refused because the function is in a passing state. `Failed` does not pass.
pub(in crate::resources) fn is_busy(failure: &Failure) -> bool {
    let state = failure.says("following state") && !failure.says("following state: Failed");
    failure.is("ResourceConflictException") && (failure.says("update is in progress") || state)
}

/// The passing state that the function is in, whatever became of its last update.
pub(super) fn resting(configuration: &FunctionConfiguration) -> Option<String> {
    let state = configuration
        .state()
        .filter(|state| matches!(state, State::Pending) || matches!(state.as_str(), "Deleting" | "Deactivating"));
    let update = configuration.last_update_status().filter(|status| **status == LastUpdateStatus::InProgress);
    state.map(|state| state.as_str().to_owned()).or(update.map(|_| "an update is in progress".to_owned()))
}

/// The passing state that the function is in; an error when it failed.
pub(super) fn passing(configuration: &FunctionConfiguration) -> Result<Option<String>> {
    let failed = |reason: Option<&str>| anyhow::anyhow!("Lambda says: {}", reason.unwrap_or("it gives no reason"));
    if configuration.state() == Some(&State::Failed) {
        return Err(failed(configuration.state_reason()).context("the function can't start"));
    }
    if configuration.last_update_status() == Some(&LastUpdateStatus::Failed) {
        return Err(failed(configuration.last_update_status_reason()).context("the update of the function failed"));
    }
    Ok(resting(configuration))
}

/// What is worth knowing of a version's state, though no deploy can change it: the next call does.
pub(super) fn remark(version: &str, configuration: &FunctionConfiguration) -> Option<String> {
    let reason = configuration.state_reason().map(|reason| format!(" ({reason})")).unwrap_or_default();
    match configuration.state()? {
        State::Inactive => Some(format!(
            "version {version} is Inactive: it was not called for weeks. The next call fails and activates it, which takes \
             a minute or two; `bedrock-ops invoke` does that and waits"
        )),
        State::Failed => Some(format!("version {version} is Failed{reason}")),
        _ => None,
    }
}
