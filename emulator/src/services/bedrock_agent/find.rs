//! Finds what a path names, or refuses with 404; a malformed part of the path is refused with 400.

use super::agent::Agent;
use super::refusals::not_found;
use super::version::Version;
use super::{input, shapes};
use crate::call::Call;
use crate::refusal::Refusal;

pub(super) fn agent<'a>(call: &'a mut Call<'_>, operation: &str, id: &str) -> Result<&'a mut Agent, Refusal> {
    input::part(operation, "agentId", &shapes::ID, id)?;
    call.region().bedrock_agent.agents.get_mut(id).ok_or_else(not_found)
}

/// The agent's version of that number; one that is being deleted is still found.
pub(super) fn version<'a>(agent: &'a Agent, number: &str) -> Result<&'a Version, Refusal> {
    let number: u32 = number.parse().map_err(|_| not_found())?;
    agent.versions.get(&number).ok_or_else(not_found)
}
