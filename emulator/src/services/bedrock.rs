//! Bedrock: which foundation models and inference profiles there are, and whether the account may use them.

mod catalogue;
#[cfg(test)]
mod tests;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::{Value, json};

use crate::calendar::{iso_seconds, midnight};
use crate::call::{Call, Reply};
use crate::clock::Millis;
use crate::refusal::Refusal;
use catalogue::{GEOGRAPHIES, Geography, MODELS, Model, Stage};

/// AWS's text for an id that no model has, or none any more.
const INVALID_MODEL: &str = "The provided model identifier is invalid.";

/// A system-defined inference profile as it can be called in one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Profile {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) name: String,
    /// The ARNs of the model in every region that a call may go to.
    pub(crate) models: Vec<String>,
}

/// The profile of an id or ARN, if it can be called in the region.
pub(crate) fn profile(id_or_arn: &str, region: &str, account: &str) -> Option<Profile> {
    profiles(region, account).into_iter().find(|profile| profile.id == id_or_arn || profile.arn == id_or_arn)
}

/// Whether `model`, an id or an ARN, names a foundation model or an inference profile of the region. A foundation model
/// that has ended counts: nothing recorded says that AWS refuses an agent for it, and a public report
/// (aws-samples/generative-ai-use-cases#1516) has such an agent deployed, which then fails when it is asked.
pub(crate) fn knows(model: &str, region: &str, account: &str) -> bool {
    profile(model, region, account).is_some() || Model::by_id(own_id(model, region)).is_some()
}

/// AWS's text for an id that it does not know, and which ids this emulator has: its catalogue is a part of AWS's.
pub(crate) fn no_such_model(region: &str, account: &str, now: Millis) -> String {
    let profiles = profiles(region, account).into_iter().map(|profile| profile.id);
    let usable = |model: &&Model| model.on_demand.contains(&region) && model.converses() && !model.has_ended(now);
    let models = MODELS.iter().filter(usable).map(|model| model.id.to_owned());
    let ids: Vec<String> = profiles.chain(models).collect();
    match ids.as_slice() {
        [] => format!("{INVALID_MODEL} The emulator has no models in {region}."),
        ids => format!("{INVALID_MODEL} The emulator's models for agents in {region} are {}.", ids.join(", ")),
    }
}

/// The id of a foundation model, from its id or its ARN in this region.
fn own_id<'a>(model: &'a str, region: &str) -> &'a str {
    model.strip_prefix(&format!("arn:aws:bedrock:{region}::foundation-model/")).unwrap_or(model)
}

/// Whether a model can be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Callable {
    /// By who is allowed to invoke all of these ARNs.
    Yes(Vec<String>),
    NoSuchModel,
    /// Its lifetime is over.
    Ended,
    /// It is on its way out, and this account has not used it lately.
    Legacy,
    /// It takes part in no conversation: it makes embeddings, images or rankings.
    NotForText,
    /// In this region only through an inference profile.
    NeedsProfile,
}

/// Whether an agent of this region can call `model`, a model's or a profile's id or ARN.
pub(crate) fn callable(model: &str, region: &str, account: &str, now: Millis) -> Callable {
    let profile = profile(model, region, account);
    // A profile's id is its model's with the geography in front.
    let id = match &profile {
        Some(profile) => profile.id.split_once('.').map_or("", |(_, id)| id),
        None => own_id(model, region),
    };
    let Some(model) = Model::by_id(id) else { return Callable::NoSuchModel };
    match (model.stage(now), profile) {
        (Stage::Ended, _) => Callable::Ended,
        _ if !model.is_in(region) => Callable::NoSuchModel,
        _ if !model.converses() => Callable::NotForText,
        (_, None) if !model.on_demand.contains(&region) => Callable::NeedsProfile,
        // Nobody here has used it in the last 30 days.
        (Stage::Legacy { .. }, _) => Callable::Legacy,
        (Stage::Active, Some(profile)) => Callable::Yes([vec![profile.arn], profile.models].concat()),
        (Stage::Active, None) => Callable::Yes(vec![model.arn(region)]),
    }
}

/// Answers one call.
pub(crate) fn handle(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let segments = if call.method == Method::GET { call.segments() } else { Vec::new() };
    match segments.as_slice() {
        ["inference-profiles"] => list_profiles(call),
        ["inference-profiles", id] => get_profile(call, id),
        ["foundation-models"] => list_models(call),
        ["foundation-models", id] => get_model(call, id),
        ["foundation-model-availability", id] => get_availability(call, id),
        ["use-case-for-model-access"] => get_use_case(call),
        _ => Err(Refusal::not_emulated(format_args!("{} /{} of bedrock", call.method, call.path.join("/")))),
    }
}

fn get_profile(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    only_queried(call, &[])?;
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-:./".contains(&byte);
    if id.len() > 2048 || !id.bytes().all(letter) {
        return Err(validation("The provided inference profile identifier is invalid."));
    }
    if let Some(profile) = profile(id, call.region, call.account) {
        return Ok(Reply::read("GetInferenceProfile", shown_profile(&profile)));
    }
    let known: Vec<String> = profiles(call.region, call.account).into_iter().map(|profile| profile.id).collect();
    let text = format!("Could not find inference profile {id}. The emulator has {}.", known.join(", "));
    Err(Refusal::new(404, "ResourceNotFoundException", text))
}

fn list_profiles(call: &Call<'_>) -> Result<Reply, Refusal> {
    only_queried(call, &["maxResults", "nextToken", "type"])?;
    let most = match call.query("maxResults").map(str::parse::<usize>) {
        None => 1000,
        Some(Ok(most @ 1..=1000)) => most,
        Some(_) => return Err(validation("maxResults must be between 1 and 1000.")),
    };
    let start = match call.query("nextToken").map(str::parse::<usize>) {
        None => 0,
        Some(Ok(start)) => start,
        Some(Err(_)) => return Err(validation("The provided token is invalid.")),
    };
    let found = match call.query("type") {
        None | Some("SYSTEM_DEFINED") => profiles(call.region, call.account),
        Some("APPLICATION") => Vec::new(),
        Some(other) => return Err(enumeration("type", other, "[SYSTEM_DEFINED, APPLICATION]")),
    };
    let page: Vec<Value> = found.iter().skip(start).take(most).map(shown_profile).collect();
    let mut answer = json!({"inferenceProfileSummaries": page});
    if start + most < found.len() {
        answer["nextToken"] = json!((start + most).to_string());
    }
    Ok(Reply::read("ListInferenceProfiles", answer))
}

fn get_model(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    only_queried(call, &[])?;
    let model = here(call, own_id(id, call.region))?;
    Ok(Reply::read("GetFoundationModel", json!({"modelDetails": shown_model(model, call)})))
}

fn list_models(call: &Call<'_>) -> Result<Reply, Refusal> {
    only_queried(call, &["byProvider", "byCustomizationType", "byOutputModality", "byInferenceType"])?;
    let check = |name: &str, values: &[&str]| match call.query(name) {
        Some(value) if !values.contains(&value) => Err(enumeration(name, value, &format!("[{}]", values.join(", ")))),
        given => Ok(given),
    };
    let customization = check("byCustomizationType", &["FINE_TUNING", "CONTINUED_PRE_TRAINING", "DISTILLATION"])?;
    let output = check("byOutputModality", &["TEXT", "IMAGE", "EMBEDDING"])?;
    let inference = check("byInferenceType", &["ON_DEMAND", "PROVISIONED"])?;
    let provider = call.query("byProvider").map(str::to_lowercase);
    // None of the catalogue's models can be customised or provisioned.
    let any = customization.is_none() && inference != Some("PROVISIONED");
    let asked = |model: &&Model| {
        any && model.is_in(call.region)
            && !model.has_ended(call.now)
            && output.is_none_or(|output| model.output.contains(&output))
            && provider.as_ref().is_none_or(|provider| model.provider.to_lowercase() == *provider)
            && (inference.is_none() || model.on_demand.contains(&call.region))
    };
    let found: Vec<Value> = MODELS.iter().filter(asked).map(|model| shown_model(model, call)).collect();
    Ok(Reply::read("ListFoundationModels", json!({"modelSummaries": found})))
}

fn get_availability(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    only_queried(call, &[])?;
    let model = alive(call, id)?;
    let region = if model.is_in(call.region) { "AVAILABLE" } else { "NOT_AVAILABLE" };
    Ok(Reply::read(
        "GetFoundationModelAvailability",
        json!({
            "modelId": model.id,
            "agreementAvailability": {"status": "AVAILABLE"},
            "authorizationStatus": "AUTHORIZED",
            "entitlementAvailability": "AVAILABLE",
            "regionAvailability": region,
        }),
    ))
}

/// The form that Anthropic's models need once per account: this account has handed it in.
fn get_use_case(call: &Call<'_>) -> Result<Reply, Refusal> {
    only_queried(call, &[])?;
    let form = json!({"companyName": "Example", "companyWebsite": "https://example.com", "intendedUsers": "0"});
    Ok(Reply::read("GetUseCaseForModelAccess", json!({"formData": STANDARD.encode(form.to_string())})))
}

/// All profiles that can be called in a region.
fn profiles(region: &str, account: &str) -> Vec<Profile> {
    let callable = GEOGRAPHIES.iter().filter(|geography| geography.reach.is_from(region));
    let made = |geography: &'static Geography| {
        let models = geography.models.iter().filter_map(|id| Model::by_id(id));
        models.map(move |model| {
            let id = format!("{}.{}", geography.prefix, model.id);
            Profile {
                arn: format!("arn:aws:bedrock:{region}:{account}:inference-profile/{id}"),
                id,
                name: format!("{} {} {}", geography.name, model.provider, model.name),
                models: geography.reach.to(region).into_iter().map(|to| model.arn(to)).collect(),
            }
        })
    };
    callable.flat_map(made).collect()
}

fn shown_profile(profile: &Profile) -> Value {
    let models: Vec<Value> = profile.models.iter().map(|arn| json!({"modelArn": arn})).collect();
    json!({
        "inferenceProfileName": profile.name,
        "description": format!("Routes requests to {} in several regions", profile.name),
        "createdAt": "2025-10-15T00:00:00Z",
        "updatedAt": "2025-10-15T00:00:00Z",
        "inferenceProfileArn": profile.arn,
        "models": models,
        "inferenceProfileId": profile.id,
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
    })
}

fn shown_model(model: &Model, call: &Call<'_>) -> Value {
    let region = call.region;
    // AWS answers INFERENCE_PROFILE where its own model of the API knows only the other two.
    let inference = if model.on_demand.contains(&region) { "ON_DEMAND" } else { "INFERENCE_PROFILE" };
    let start = iso_seconds(midnight(model.start).unwrap_or_default());
    let mut lifecycle = json!({"status": "ACTIVE", "startOfLifeTime": start});
    if let Stage::Legacy { since, end } = model.stage(call.now) {
        lifecycle["status"] = json!("LEGACY");
        lifecycle["legacyTime"] = json!(iso_seconds(since));
        lifecycle["endOfLifeTime"] = json!(iso_seconds(end));
    }
    json!({
        "modelArn": model.arn(region),
        "modelId": model.id,
        "modelName": model.name,
        "providerName": model.provider,
        "inputModalities": model.input,
        "outputModalities": model.output,
        "responseStreamingSupported": model.converses(),
        "customizationsSupported": [],
        "inferenceTypesSupported": [inference],
        "modelLifecycle": lifecycle,
    })
}

/// A model of the call's region.
fn here(call: &Call<'_>, id: &str) -> Result<&'static Model, Refusal> {
    let model = alive(call, id)?;
    if model.is_in(call.region) { Ok(model) } else { Err(validation(INVALID_MODEL)) }
}

/// A model of any region.
fn alive(call: &Call<'_>, id: &str) -> Result<&'static Model, Refusal> {
    match Model::by_id(id) {
        Some(model) if model.has_ended(call.now) => Err(validation(INVALID_MODEL)),
        Some(model) => Ok(model),
        None => Err(validation(no_such_model(call.region, call.account, call.now))),
    }
}

fn only_queried(call: &Call<'_>, known: &[&str]) -> Result<(), Refusal> {
    match call.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => Err(Refusal::not_emulated(format_args!("the query parameter {name}"))),
        None => Ok(()),
    }
}

fn enumeration(name: &str, value: &str, values: &str) -> Refusal {
    validation(format!(
        "1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: \
         Member must satisfy enum value set: {values}"
    ))
}

fn validation(text: impl Into<String>) -> Refusal {
    Refusal::new(400, "ValidationException", text)
}
