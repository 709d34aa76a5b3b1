//! Decides whether the agent's role lets it call its model, as AWS finds out only when the agent is asked.

use super::exception::Exception;
use crate::clock::{Millis, Timing};
use crate::services::bedrock::{self, Callable};
use crate::services::bedrock_agent::routed::Routed;
use crate::services::iam::Assumable;
use crate::world::World;

/// Who assumes the role.
pub(super) const SERVICE: &str = "bedrock.amazonaws.com";

/// Where and when the agent is asked, and how.
pub(super) struct Asked<'a> {
    pub(super) account: &'a str,
    pub(super) region: &'a str,
    pub(super) now: Millis,
    pub(super) timing: &'a Timing,
    /// A streamed answer takes a right of its own.
    pub(super) streams: bool,
}

pub(super) fn check(world: &World, asked: &Asked<'_>, routed: &Routed) -> Result<(), Exception> {
    let model = routed.model.as_deref().unwrap_or_default();
    let resources = match bedrock::callable(model, asked.region, asked.account, asked.now) {
        Callable::Yes(resources) => resources,
        Callable::NoSuchModel => {
            return Err(Exception::no_such_model(bedrock::no_such_model(asked.region, asked.account, asked.now)));
        }
        Callable::Legacy => return Err(Exception::model_is_legacy()),
        Callable::NotForText => return Err(Exception::model_without_text()),
        Callable::Ended => return Err(Exception::model_ended()),
        Callable::NeedsProfile => return Err(Exception::needs_profile(model)),
    };
    let role = routed.role.as_deref().unwrap_or_default();
    let Asked { now, timing, .. } = *asked;
    let actions: &[&str] = if asked.streams {
        &["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
    } else {
        &["bedrock:InvokeModel"]
    };
    let assumed = world.iam.assumable(role, SERVICE, now, timing) == Assumable::Yes;
    let allowed = |action: &&str| resources.iter().all(|arn| world.iam.allows(role, action, arn, now, timing));
    if assumed && actions.iter().all(allowed) { Ok(()) } else { Err(Exception::model_denied()) }
}
