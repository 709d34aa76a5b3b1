//! Bedrock: which foundation models and inference profiles there are, and whether the account may use them.

mod catalogue;
#[cfg(test)]
mod tests;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::{Value, json};

use crate::calendar::iso_seconds;
use crate::call::{Call, Reply};
use crate::clock::Millis;
use crate::refusal::Refusal;
use catalogue::{GEOGRAPHIES, Geography, MODELS, Model};

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

/// Whether there is such a foundation model anywhere; its lifetime's end counts as its absence.
pub(crate) fn model_exists(model_id: &str) -> bool {
    Model::by_id(model_id).is_some()
}

/// Whether a model can be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Callable {
    /// By who is allowed to invoke all of these ARNs.
    Yes(Vec<String>),
    NoSuchModel,
    /// Its lifetime is over.
    Ended,
    /// In this region only through an inference profile.
    NeedsProfile,
}

/// Whether an agent of this region can call `model`, a model's or a profile's id or ARN.
pub(crate) fn callable(model: &str, region: &str, account: &str, now: Millis) -> Callable {
    let profile = profile(model, region, account);
    let plain = format!("arn:aws:bedrock:{region}::foundation-model/");
    // A profile's id is its model's with the geography in front.
    let id = match &profile {
        Some(profile) => profile.id.split_once('.').map_or("", |(_, id)| id),
        None => model.strip_prefix(&plain).unwrap_or(model),
    };
    match (Model::by_id(id).filter(|model| model.is_in(region)), profile) {
        (None, _) => Callable::NoSuchModel,
        (Some(model), _) if model.end.is_some_and(|(_, end)| end <= now) => Callable::Ended,
        (Some(_), Some(profile)) => Callable::Yes([vec![profile.arn], profile.models].concat()),
        (Some(model), None) if model.on_demand.contains(&region) => Callable::Yes(vec![model.arn(region)]),
        (Some(_), None) => Callable::NeedsProfile,
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
    match profile(id, call.region, call.account) {
        Some(profile) => Ok(Reply::read("GetInferenceProfile", shown_profile(&profile))),
        None => Err(Refusal::new(404, "ResourceNotFoundException", format!("Could not find inference profile {id}."))),
    }
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
    let arn = format!("arn:aws:bedrock:{}::foundation-model/", call.region);
    let model = here(call, id.strip_prefix(&arn).unwrap_or(id))?;
    Ok(Reply::read("GetFoundationModel", json!({"modelDetails": shown_model(model, call.region)})))
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
    // The catalogue's models all write text, and none can be customised or provisioned.
    let any =
        customization.is_none() && output.is_none_or(|output| output == "TEXT") && inference != Some("PROVISIONED");
    let asked = |model: &&Model| {
        any && model.is_in(call.region)
            && provider.as_ref().is_none_or(|provider| model.provider.to_lowercase() == *provider)
            && (inference.is_none() || model.on_demand.contains(&call.region))
    };
    let found: Vec<Value> = MODELS.iter().filter(asked).map(|model| shown_model(model, call.region)).collect();
    Ok(Reply::read("ListFoundationModels", json!({"modelSummaries": found})))
}

fn get_availability(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    only_queried(call, &[])?;
    let model = Model::by_id(id).ok_or_else(no_such_model)?;
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

fn shown_model(model: &Model, region: &str) -> Value {
    // AWS answers INFERENCE_PROFILE where its own model of the API knows only the other two.
    let inference = if model.on_demand.contains(&region) { "ON_DEMAND" } else { "INFERENCE_PROFILE" };
    let mut lifecycle = json!({"status": "ACTIVE", "startOfLifeTime": iso_seconds(model.start)});
    if let Some((legacy, end)) = model.end {
        lifecycle["status"] = json!("LEGACY");
        lifecycle["legacyTime"] = json!(iso_seconds(legacy));
        lifecycle["endOfLifeTime"] = json!(iso_seconds(end));
    }
    json!({
        "modelArn": model.arn(region),
        "modelId": model.id,
        "modelName": model.name,
        "providerName": model.provider,
        "inputModalities": ["TEXT", "IMAGE"],
        "outputModalities": ["TEXT"],
        "responseStreamingSupported": true,
        "customizationsSupported": [],
        "inferenceTypesSupported": [inference],
        "modelLifecycle": lifecycle,
    })
}

/// A model of the call's region.
fn here(call: &Call<'_>, id: &str) -> Result<&'static Model, Refusal> {
    Model::by_id(id).filter(|model| model.is_in(call.region)).ok_or_else(no_such_model)
}

fn no_such_model() -> Refusal {
    validation("The provided model identifier is invalid.")
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
