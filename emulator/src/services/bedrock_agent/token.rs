//! Client tokens: the same token with the same request makes nothing new.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::input;
use super::refusals::token_reused;
use crate::refusal::Refusal;

/// The request that made a thing, when it bore a token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Made {
    pub(super) token: String,
    request: Value,
}

impl Made {
    pub(super) fn by(request: &Value) -> Option<Self> {
        input::string(request, "clientToken").map(|token| Self { token, request: request.clone() })
    }
}

/// What a client token can stand for.
pub(super) trait Tokened {
    fn made(&self) -> Option<&Made>;
}

/// The thing that this request's token made earlier; refused when it was then another request.
pub(super) fn replay<'a, T: Tokened>(
    request: &Value,
    things: impl IntoIterator<Item = &'a T>,
) -> Result<Option<&'a T>, Refusal> {
    let Some(token) = input::string(request, "clientToken") else { return Ok(None) };
    let same_token = |thing: &&T| thing.made().is_some_and(|made| made.token == token);
    match things.into_iter().find(same_token) {
        Some(thing) if thing.made().is_some_and(|made| made.request == *request) => Ok(Some(thing)),
        Some(_) => Err(token_reused()),
        None => Ok(None),
    }
}
