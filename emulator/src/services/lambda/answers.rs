//! What Lambda's operations share: its refusals, its revision ids and the wait for what it does later.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::function::Function;
use super::name::FunctionName;
use crate::call::{Body, Call, Reply};
use crate::clock::Millis;
use crate::refusal::Refusal;
use crate::services::ecr::members::Dialect;

/// A rule of the model that a value breaks.
pub(super) fn rule(member: &str, value: Option<&str>, text: &str) -> Refusal {
    Dialect::Lambda.refuse(member, value, text)
}

pub(super) fn invalid(text: &str) -> Refusal {
    Refusal::new(400, "InvalidParameterValueException", text)
}

pub(super) fn not_found(arn: &str) -> Refusal {
    Refusal::new(404, "ResourceNotFoundException", format!("Function not found: {arn}"))
}

pub(super) fn conflict(text: impl Into<String>) -> Refusal {
    Refusal::new(409, "ResourceConflictException", text)
}

/// The refusal of whatever meets a function in the wrong state.
pub(super) fn wrong_state(state: &str) -> Refusal {
    conflict(format!(
        "The operation cannot be performed at this time. The function is currently in the following state: {state}"
    ))
}

/// Refuses a `RevisionId` that is not the current one; `getter` is the operation that tells that one.
pub(super) fn check_revision(given: Option<&str>, current: &str, getter: &str) -> Result<(), Refusal> {
    if given.is_none_or(|given| given == current) {
        return Ok(());
    }
    let text = format!(
        "The Revision Id provided does not match the latest Revision Id. Call the {getter} API to retrieve the latest \
         Revision Id"
    );
    Err(Refusal::new(412, "PreconditionFailedException", text))
}

/// A new revision id, in the form of a UUID.
pub(super) fn new_revision(call: &mut Call<'_>) -> String {
    let hex = format!("{:x}", Sha256::digest(call.world.next_id()));
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32])
}

/// The moment that lies `wait` after now.
pub(super) fn after(call: &Call<'_>, wait: Duration) -> Millis {
    later(call.now, wait)
}

/// A moment, and a while after it.
pub(super) fn later(moment: Millis, wait: Duration) -> Millis {
    moment.saturating_add(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))
}

/// The function, which must not be on its way out.
pub(super) fn function<'c>(call: &'c mut Call<'_>, name: &FunctionName<'_>) -> Result<&'c mut Function, Refusal> {
    let missing = name.missing(call);
    let found = call.region().lambda.functions.get_mut(name.name).ok_or(missing)?;
    if found.deleting_until.is_some() { Err(wrong_state("Deleting")) } else { Ok(found) }
}

/// A changing call's answer without a body, 204.
pub(super) fn no_content(operation: &'static str) -> Reply {
    Reply { status: 204, body: Body::Empty, operation, writes: true }
}
