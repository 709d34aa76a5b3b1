//! Pages of lists: at most ten things each, whatever `maxResults` allows.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::refusals::validation;
use crate::call::Reply;
use crate::refusal::Refusal;

/// The model gives every list of summaries ten members at most.
const MOST: usize = 10;

/// The page of `summaries` that `request` asks for.
///
/// Each summary comes with its key; a page goes on after the last key of the one before, so that what is made or
/// deleted meanwhile shifts nothing.
pub(super) fn reply(
    operation: &'static str,
    member: &str,
    mut summaries: Vec<(String, Value)>,
    request: &Value,
) -> Result<Reply, Refusal> {
    summaries.sort_by(|(one, _), (other, _)| one.cmp(other));
    if let Some(token) = request.get("nextToken").and_then(Value::as_str) {
        let last = decode(token).ok_or_else(|| validation("The provided nextToken is invalid."))?;
        summaries.retain(|(key, _)| *key > last);
    }
    let asked = request.get("maxResults").and_then(Value::as_u64);
    let size = asked.and_then(|most| usize::try_from(most).ok()).map_or(MOST, |most| most.min(MOST));
    let more = summaries.len() > size;
    summaries.truncate(size);
    let next = summaries.last().filter(|_| more).map(|(key, _)| URL_SAFE_NO_PAD.encode(format!("after:{key}")));
    let page: Vec<Value> = summaries.into_iter().map(|(_, summary)| summary).collect();
    let mut body = json!({ member: page });
    if let Some(next) = next {
        body["nextToken"] = next.into();
    }
    Ok(Reply::read(operation, body))
}

fn decode(token: &str) -> Option<String> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    text.strip_prefix("after:").map(str::to_owned)
}
