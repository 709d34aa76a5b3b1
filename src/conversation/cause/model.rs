//! Looks at an agent's model: does it still exist, may this account call it, may the agent's role.

use anyhow::Context as _;
use aws_sdk_bedrock::types::{AgreementStatus, AuthorizationStatus, EntitlementAvailability, RegionAvailability};
use serde_json::Value;

use super::{Finding, Found, policy, typed};
use crate::aws::{Aws, Called, Failure, Found as _};
use crate::conversation::Agent;
use crate::lifecycle::{self, Through, own_id};

/// What an agent calls its model with when it answers piece by piece.
const STREAMING: &str = "bedrock:InvokeModelWithResponseStream";

/// Model and role, as the asked version holds them.
struct Held {
    model: String,
    role: String,
}

/// A model with what stands before it.
struct Model {
    /// Its own id.
    id: String,
    /// Everything that the role must be allowed: profile and models.
    arns: Vec<String>,
    /// How the agent calls it.
    through: Through,
}

/// Notes what is to be said of the model.
pub(super) async fn look(aws: &Aws, agent: &Agent, found: &mut Found) {
    let held = match held(aws, agent).await {
        Ok(Some(held)) => held,
        Ok(None) => {
            let (line, hint) = (format!("the agent has no version {}", agent.version), typed(agent, "deploy"));
            return found.note(Ok(Finding::wrong(line, format!("{hint} makes a new one"))));
        }
        Err(failure) => return found.note(Err(failure)),
    };
    let model = match resolve(aws, agent, &held.model).await {
        Ok(model) => model,
        Err(failure) => return found.note(Err(failure)),
    };
    found.note(fitness(aws, agent, &model).await);
    if found.hint.is_none() {
        found.note(availability(aws, &model).await);
    }
    found.note(role(aws, agent, &held, &model).await);
}

/// What the draft holds: the model and role of the last deploy.
async fn of_draft(aws: &Aws, agent: &Agent) -> Result<Option<Held>, Failure> {
    let answer = aws.bedrock_agent.get_agent().agent_id(&agent.id).send().await.called("bedrock:GetAgent").found()?;
    let draft = answer.and_then(|answer| answer.agent);
    Ok(draft
        .map(|draft| Held { model: draft.foundation_model.unwrap_or_default(), role: draft.agent_resource_role_arn }))
}

async fn held(aws: &Aws, agent: &Agent) -> Result<Option<Held>, Failure> {
    if agent.version == "DRAFT" {
        return of_draft(aws, agent).await;
    }
    let call = aws.bedrock_agent.get_agent_version().agent_id(&agent.id).agent_version(&agent.version);
    let answer = call.send().await.called("bedrock:GetAgentVersion").found()?;
    let version = answer.and_then(|answer| answer.agent_version);
    Ok(version.map(|version| Held {
        model: version.foundation_model.unwrap_or_default(),
        role: version.agent_resource_role_arn,
    }))
}

/// The model behind an id, which may be a profile's.
async fn resolve(aws: &Aws, agent: &Agent, id: &str) -> Result<Model, Failure> {
    let call = aws.bedrock.get_inference_profile().inference_profile_identifier(id);
    let profile = match call.send().await.called("bedrock:GetInferenceProfile").found() {
        // That is how Bedrock says that the id is no profile's.
        Err(failure) if failure.is("ValidationException") => None,
        answer => answer?,
    };
    let own = |model: &str| own_id(model).to_owned();
    Ok(match profile {
        Some(profile) => {
            let models: Vec<String> = profile.models().iter().filter_map(|model| model.model_arn.clone()).collect();
            let id = models.first().map_or_else(|| id.to_owned(), |arn| own(arn));
            let arns = std::iter::once(profile.inference_profile_arn).chain(models).collect();
            Model { id, arns, through: Through::Profile }
        }
        None if id.starts_with("arn:") => Model { id: own(id), arns: vec![id.to_owned()], through: Through::OwnId },
        None => Model { id: id.to_owned(), arns: vec![agent.site.model_arn(id)], through: Through::OwnId },
    })
}

/// Whether the model is still there and can drive an agent.
async fn fitness(aws: &Aws, agent: &Agent, model: &Model) -> Result<Finding, Failure> {
    let fitness = lifecycle::examine(aws, &agent.site, std::slice::from_ref(&model.id), model.through).await?;
    let deploy = typed(agent, "deploy");
    Ok(match (fitness.refusal, fitness.warnings.first(), fitness.unchecked.first()) {
        (Some(reason), ..) => Finding::wrong(reason, format!("change `agent.model`, then run {deploy}")),
        (None, Some(warning), _) => Finding::wrong(
            warning,
            format!(
                "write a model that is active into `agent.model` and run {deploy}; `aws bedrock list-inference-profiles` \
                 lists what there is"
            ),
        ),
        (None, None, Some(unchecked)) => Finding::well(unchecked),
        (None, None, None) => Finding::well(format!("the model {} is active", model.id)),
    })
}

async fn availability(aws: &Aws, model: &Model) -> Result<Finding, Failure> {
    let call = aws.bedrock.get_foundation_model_availability().model_id(&model.id).send().await;
    let answer = call.called("bedrock:GetFoundationModelAvailability")?;
    let agreement = answer.agreement_availability().map(|agreement| agreement.status().clone());
    let agreed = agreement.is_none_or(|status| status == AgreementStatus::Available);
    let missing = [
        (!agreed).then_some("its terms are not agreed to"),
        (*answer.authorization_status() != AuthorizationStatus::Authorized).then_some("the account is not authorized"),
        (*answer.entitlement_availability() != EntitlementAvailability::Available).then_some("it is not subscribed to"),
        (*answer.region_availability() != RegionAvailability::Available).then_some("it is not in this region"),
    ];
    let missing: Vec<&str> = missing.into_iter().flatten().collect();
    if missing.is_empty() {
        return Ok(Finding::well("the account may call it"));
    }
    Ok(Finding::wrong(
        format!("the account may not call it: {}", missing.join(", ")),
        "open the model in the Bedrock console (Model catalog) and do what it asks for; an Anthropic model wants its use \
         case form once for each account",
    ))
}

/// Whether the role's own policies allow what the agent does. Managed policies are only counted.
async fn role(aws: &Aws, agent: &Agent, held: &Held, model: &Model) -> Result<Finding, Failure> {
    let name = held.role.rsplit('/').next().unwrap_or(&held.role);
    let again = format!("{} puts the role right", typed(agent, "deploy"));
    let call = aws.iam.list_role_policies().role_name(name).send().await;
    let Some(listed) = call.called("iam:ListRolePolicies").found()? else {
        return Ok(Finding::wrong(format!("there is no role {name}"), again));
    };
    let mut policies = Vec::new();
    for policy in listed.policy_names() {
        let call = aws.iam.get_role_policy().role_name(name).policy_name(policy).send().await;
        let document = call.called("iam:GetRolePolicy").found()?.map(|answer| answer.policy_document);
        policies.extend(document.and_then(|document| parsed(&document).ok()));
    }
    let allowed = |arn: &&String| policies.iter().any(|policy| policy::allows(policy, STREAMING, arn));
    let Some(refused) = model.arns.iter().find(|arn| !allowed(arn)) else {
        return Ok(Finding::well(format!("the role {name} may call it")));
    };
    let call = aws.iam.list_attached_role_policies().role_name(name).send().await;
    let managed = call.called("iam:ListAttachedRolePolicies")?.attached_policies.unwrap_or_default().len();
    let unread =
        if managed > 0 { format!(" (it has {managed} managed policies, which were not read)") } else { String::new() };
    let line = format!("the role {name} may not call {STREAMING} on {refused}{unread}");
    Ok(match of_draft(aws, agent).await?.filter(|draft| draft.model != held.model) {
        // The role is narrowed to what is deployed: an older version with another model is not answered any more.
        Some(draft) => Finding::wrong(
            line,
            format!(
                "version {} uses the model {}, and the role is for {}, the model that was deployed last; to ask this \
                 version, write its model into `agent.model` and run {}",
                agent.version,
                held.model,
                draft.model,
                typed(agent, "deploy")
            ),
        ),
        None => Finding::wrong(line, again),
    })
}

/// IAM gives documents percent-encoded.
fn parsed(document: &str) -> anyhow::Result<Value> {
    let text = percent_encoding::percent_decode_str(document).decode_utf8().context("reading a policy")?;
    serde_json::from_str(&text).context("reading a policy")
}
