//! Decides whether the agent's role and model let it be created or updated.

use super::agent::Settings;
use super::refusals::{denied, validation};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::services::bedrock::{self, Profile};
use crate::services::iam::Assumable;

/// Who assumes the role.
const SERVICE: &str = "bedrock.amazonaws.com";

/// What is being done to the agent.
pub(super) struct Deed<'a> {
    /// `CreateAgent` or `UpdateAgent`.
    pub(super) operation: &'a str,
    /// `create` or `update`, as the refusal says it.
    pub(super) verb: &'a str,
    /// The agent's ARN; a new agent has none yet, so there it is `…:agent/*`.
    pub(super) agent: String,
}

/// Refuses an unknown model, a role that Bedrock can't assume, and a role that may not use the inference profile.
///
/// What the role may do with a plain foundation model AWS checks only when the agent is asked, and so it is not checked.
pub(super) fn check(call: &Call<'_>, deed: &Deed<'_>, settings: &Settings) -> Result<(), Refusal> {
    let model = settings.foundation_model.as_deref();
    if model.is_some_and(|model| !bedrock::knows(model, call.region, call.account)) {
        return Err(validation(bedrock::no_such_model(call.region, call.account, call.now)));
    }
    let Some(role) = settings.agent_resource_role_arn.as_deref() else { return Ok(()) };
    let profile = model.and_then(|model| bedrock::profile(model, call.region, call.account));
    let assumable = call.world.iam.assumable(role, SERVICE, call.now, call.timing);
    match (assumable, profile) {
        (Assumable::Yes, None) => Ok(()),
        (Assumable::Yes, Some(profile)) if may_use(call, role, &profile) => Ok(()),
        (Assumable::Yes | Assumable::NotYet, Some(_)) => Err(denied(format!(
            "Access denied while trying to {} an agent using InferenceProfile {}. Ensure Agent role has valid \
             permissions to use the inference profile",
            deed.verb,
            model.unwrap_or_default(),
        ))),
        // AWS blames the caller, although it is the role that is missing or does not trust Bedrock.
        (Assumable::NotYet | Assumable::NoSuchRole | Assumable::NotTrusted, _) => Err(denied(format!(
            "User: arn:aws:iam::{}:user/emulator is not authorized to perform: bedrock:{} on resource: {}",
            call.account, deed.operation, deed.agent,
        ))),
    }
}

fn may_use(call: &Call<'_>, role: &str, profile: &Profile) -> bool {
    let allows = |action: &str, resource: &str| call.world.iam.allows(role, action, resource, call.now, call.timing);
    let invokes = |resource: &str| {
        allows("bedrock:InvokeModel", resource) && allows("bedrock:InvokeModelWithResponseStream", resource)
    };
    allows("bedrock:GetInferenceProfile", &profile.arn)
        && invokes(&profile.arn)
        && profile.models.iter().all(|model| invokes(model))
}
