//! Takes a call's input: body, query and path parts, each held against its shape.

use serde_json::{Map, Value};

use super::check::{self, Member, Text};
use super::refusals::validation;
use super::shapes;
use crate::call::Call;
use crate::refusal::Refusal;

/// The body of an operation that knows no query parameter.
pub(super) fn body(call: &Call<'_>, operation: &str, members: &'static [Member]) -> Result<Value, Refusal> {
    only_query(call, operation, &[])?;
    check::request(operation, members, call.json()?)
}

/// For an operation that takes neither body nor query.
pub(super) fn nothing(call: &Call<'_>, operation: &str) -> Result<(), Refusal> {
    body(call, operation, shapes::NOTHING).map(|_| ())
}

/// The `skipResourceInUseCheck` of a deletion.
pub(super) fn skip_in_use_check(call: &Call<'_>, operation: &str) -> Result<bool, Refusal> {
    only_query(call, operation, &["skipResourceInUseCheck"])?;
    check::request(operation, shapes::NOTHING, call.json()?)?;
    match call.query("skipResourceInUseCheck") {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(validation("skipResourceInUseCheck must be true or false")),
    }
}

/// The `tagKeys` of `UntagResource`.
pub(super) fn tag_keys(call: &Call<'_>, operation: &str) -> Result<Vec<String>, Refusal> {
    only_query(call, operation, &["tagKeys"])?;
    let keys: Vec<String> = call.query.iter().map(|(_, value)| value.clone()).collect();
    if keys.is_empty() {
        let text =
            "1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: Member must not be null";
        return Err(validation(text));
    }
    for key in &keys {
        check::text(operation, "tagKeys", &shapes::TAG_KEY, key)?;
    }
    Ok(keys)
}

/// A part of the path.
pub(super) fn part(operation: &str, name: &str, shape: &Text, value: &str) -> Result<(), Refusal> {
    check::text(operation, name, shape, value)
}

/// A member that the shape says is a string.
pub(super) fn string(request: &Value, name: &str) -> Option<String> {
    request.get(name)?.as_str().map(str::to_owned)
}

/// A checked request as the type that keeps it; the type leaves out what it does not keep.
pub(super) fn typed<T: serde::de::DeserializeOwned>(request: &Value) -> Result<T, Refusal> {
    serde_json::from_value(request.clone())
        .map_err(|error| Refusal::new(400, "SerializationException", error.to_string()))
}

/// What is kept, as the members of an answer.
pub(super) fn members(kept: &impl serde::Serialize) -> Map<String, Value> {
    match serde_json::to_value(kept) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

fn only_query(call: &Call<'_>, operation: &str, known: &[&str]) -> Result<(), Refusal> {
    match call.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => Err(Refusal::not_emulated(format!("the query parameter {name} of {operation}"))),
        None => Ok(()),
    }
}
