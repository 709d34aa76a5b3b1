//! The tags of functions. Versions have none of their own.

use std::collections::BTreeMap;

use serde_json::json;

use super::answers::{function, invalid, no_content, rule};
use super::name::FunctionName;
use super::reading::check_query;
use crate::call::{Call, Reply};
use crate::refusal::Refusal;
use crate::services::ecr::members::{Dialect, Members};

/// More tags than this no resource of AWS takes.
const MOST: usize = 50;

pub(super) fn add(call: &mut Call<'_>, arn: &str) -> Result<Reply, Refusal> {
    let body = call.json()?;
    let members = Members::of(&body, "TagResource", Dialect::Lambda, &["Tags"])?;
    let new = members.required("Tags", members.map("Tags")?)?;
    if new.is_empty() {
        return Err(invalid("An error occurred and the request cannot be processed."));
    }
    let name = by_arn(call, arn)?;
    let now = call.now;
    let found = function(call, &name)?;
    found.check_not_updating(arn, now)?;
    let mut tags = found.tags.clone();
    tags.extend(new);
    check_tags(&tags)?;
    found.tags = tags;
    Ok(no_content("TagResource"))
}

pub(super) fn remove(call: &mut Call<'_>, arn: &str) -> Result<Reply, Refusal> {
    check_query(call, "UntagResource", &["tagKeys"])?;
    let keys: Vec<String> = call.query.iter().map(|(_, key)| key.clone()).collect();
    if keys.is_empty() {
        return Err(rule("tagKeys", None, "Member must not be null"));
    }
    let name = by_arn(call, arn)?;
    let now = call.now;
    let found = function(call, &name)?;
    found.check_not_updating(arn, now)?;
    found.tags.retain(|key, _| !keys.contains(key));
    Ok(no_content("UntagResource"))
}

pub(super) fn list(call: &mut Call<'_>, arn: &str) -> Result<Reply, Refusal> {
    let name = by_arn(call, arn)?;
    let missing = name.missing(call);
    let found = call.region().lambda.functions.get(name.name).ok_or(missing)?;
    Ok(Reply::read("ListTags", json!({ "Tags": found.tags })))
}

/// Refuses tags that Lambda does not take.
pub(super) fn check_tags(tags: &BTreeMap<String, String>) -> Result<(), Refusal> {
    if tags.len() > MOST {
        return Err(invalid("Number of tags exceeds resource tag limit."));
    }
    let allowed = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c));
    for (key, value) in tags {
        if key.is_empty() || key.chars().count() > 128 || !allowed(key) {
            return Err(invalid("The tag key must be 1 to 128 letters, digits, spaces and _.:/=+-@ ."));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid(&format!("The tag key {key} begins with aws:, which is reserved for AWS.")));
        }
        if value.chars().count() > 256 || !allowed(value) {
            return Err(invalid("The tag value must be up to 256 letters, digits, spaces and _.:/=+-@ ."));
        }
    }
    Ok(())
}

fn by_arn<'a>(call: &Call<'_>, arn: &'a str) -> Result<FunctionName<'a>, Refusal> {
    let name = FunctionName::of_request(arn, None, call)?;
    if !arn.starts_with("arn:") {
        let text = "Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*):lambda:…";
        return Err(rule("resource", Some(arn), text));
    }
    if name.qualifier.is_some() {
        return Err(invalid("Tags on function aliases and versions are not supported. Please specify a function ARN."));
    }
    Ok(name)
}
