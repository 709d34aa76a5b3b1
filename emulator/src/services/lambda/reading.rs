//! Shows functions: one, one's configuration, or a page of all.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::answers::rule;
use super::function::Function;
use super::name::FunctionName;
use super::shape::{Shape, for_list};
use super::versions::all_versions;
use crate::call::{Call, Reply};
use crate::refusal::Refusal;

/// Lambda gives no more things at once, however many are asked for.
const PAGE: usize = 50;

pub(super) fn get(call: &mut Call<'_>, name: &str) -> Result<Reply, Refusal> {
    let (function, shown) = find(call, "GetFunction", name)?;
    let version = shown["Version"].as_str().and_then(|number| function.version(number));
    let image = version.map_or(&function.latest.image, |version| &version.settings.image);
    let mut answer = json!({
        "Configuration": shown,
        "Code": { "RepositoryType": "ECR", "ImageUri": image.uri, "ResolvedImageUri": image.resolved_uri() },
    });
    if let Some(reserved) = function.reserved_concurrency {
        answer["Concurrency"] = json!({ "ReservedConcurrentExecutions": reserved });
    }
    if !function.tags.is_empty() {
        answer["Tags"] = json!(function.tags);
    }
    Ok(Reply::read("GetFunction", answer))
}

pub(super) fn get_configuration(call: &mut Call<'_>, name: &str) -> Result<Reply, Refusal> {
    let (_, shown) = find(call, "GetFunctionConfiguration", name)?;
    Ok(Reply::read("GetFunctionConfiguration", shown))
}

pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    check_query(call, "ListFunctions", &["Marker", "MaxItems", "FunctionVersion"])?;
    let versions = match call.query("FunctionVersion") {
        None => false,
        Some("ALL") => true,
        Some(other) => {
            return Err(rule("functionVersion", Some(other), "Member must satisfy enum value set: [ALL]"));
        }
    };
    let functions = call.region().lambda.functions.clone();
    let mut all = Vec::new();
    for (name, function) in &functions {
        let shape = Shape::new(call, name, function);
        if versions {
            all.extend(all_versions(&shape, function.versions.keys().copied()));
        } else {
            all.push(for_list(shape.latest()));
        }
    }
    let (functions, next) = page(call, all)?;
    Ok(Reply::read("ListFunctions", shown_page("Functions", functions, next)))
}

/// The function, and what its qualifier names as Lambda shows it.
fn find(call: &mut Call<'_>, operation: &str, name: &str) -> Result<(Function, Value), Refusal> {
    check_query(call, operation, &["Qualifier"])?;
    let qualifier = call.query("Qualifier").map(str::to_owned);
    let name = FunctionName::of_request(name, qualifier.as_deref(), call)?;
    let missing = name.missing(call);
    let Some(function) = call.region().lambda.functions.get(name.name).cloned() else { return Err(missing) };
    let shown = Shape::new(call, name.name, &function).qualified(name.qualifier).ok_or(missing)?;
    Ok((function, shown))
}

/// Cuts a list into Lambda's pages: the page asked for, and the marker of the next.
pub(super) fn page(call: &Call<'_>, all: Vec<Value>) -> Result<(Vec<Value>, Option<String>), Refusal> {
    let most = match call.query("MaxItems") {
        None => PAGE,
        Some(text) => match text.parse::<usize>() {
            Ok(number) if (1..=10_000).contains(&number) => number.min(PAGE),
            _ => return Err(rule("maxItems", Some(text), "Member must have value between 1 and 10000")),
        },
    };
    let skip = match call.query("Marker") {
        None => 0,
        Some(marker) => read_marker(marker).ok_or_else(|| rule("marker", Some(marker), "Invalid marker"))?,
    };
    let next = (all.len() > skip.saturating_add(most)).then(|| STANDARD.encode(format!("skip {}", skip + most)));
    Ok((all.into_iter().skip(skip).take(most).collect(), next))
}

pub(super) fn shown_page(member: &str, things: Vec<Value>, next: Option<String>) -> Value {
    let mut answer = json!({});
    answer[member] = Value::Array(things);
    if let Some(next) = next {
        answer["NextMarker"] = next.into();
    }
    answer
}

/// Refuses parameters of the query that the emulator doesn't know.
pub(super) fn check_query(call: &Call<'_>, operation: &str, known: &[&str]) -> Result<(), Refusal> {
    match call.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => Err(Refusal::not_emulated(format!("the parameter {name} of {operation}"))),
        None => Ok(()),
    }
}

fn read_marker(marker: &str) -> Option<usize> {
    String::from_utf8(STANDARD.decode(marker).ok()?).ok()?.strip_prefix("skip ")?.parse().ok()
}
