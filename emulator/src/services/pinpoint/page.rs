//! Pages as Pinpoint cuts them: `page-size`, a number written as text, and a token that tells where the next begins.

use serde_json::{Value, json};

use super::bad;
use crate::call::Call;
use crate::refusal::Refusal;

/// Things on a page when the call does not say.
const DEFAULT_SIZE: usize = 100;

/// The page that the call asks for.
pub(super) fn of(call: &Call<'_>, all: Vec<Value>) -> Result<Value, Refusal> {
    let (size, start) = (number(call, "page-size", DEFAULT_SIZE)?, number(call, "token", 0)?);
    if size == 0 {
        return Err(bad("Invalid value for page-size"));
    }
    let end = start.saturating_add(size);
    let more = end < all.len();
    let page: Vec<Value> = all.into_iter().skip(start).take(size).collect();
    let mut answer = json!({"Item": page});
    if more {
        answer["NextToken"] = json!(end.to_string());
    }
    Ok(answer)
}

fn number(call: &Call<'_>, name: &str, otherwise: usize) -> Result<usize, Refusal> {
    match call.query(name).map(str::parse) {
        None => Ok(otherwise),
        Some(parsed) => parsed.map_err(|_| bad(format!("Invalid value for {name}"))),
    }
}
