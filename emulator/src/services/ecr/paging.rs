//! Cuts a list into ECR's pages: `maxResults` things, and a `nextToken` while there are more.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::members::Members;
use crate::refusal::Refusal;

/// How many things a page holds when the caller does not say.
const PAGE: i64 = 100;

/// The page of `all` that the request asks for, and the token of the next one.
pub(super) fn page<T>(members: &Members<'_>, all: Vec<T>) -> Result<(Vec<T>, Option<String>), Refusal> {
    let most = usize::try_from(members.ranged("maxResults", 1, 1000)?.unwrap_or(PAGE)).unwrap_or(usize::MAX);
    let skip = match members.text("nextToken")? {
        None => 0,
        Some(token) => read(token).ok_or_else(|| members.refuse("nextToken", Some(token), "Invalid nextToken"))?,
    };
    let more = all.len() > skip.saturating_add(most);
    let next = more.then(|| STANDARD.encode(format!("skip {}", skip + most)));
    Ok((all.into_iter().skip(skip).take(most).collect(), next))
}

fn read(token: &str) -> Option<usize> {
    let text = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
    text.strip_prefix("skip ")?.parse().ok()
}
