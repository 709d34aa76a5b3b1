//! The tags of repositories.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Repository;
use super::answers::{no_repository, read};
use super::members::Members;
use crate::call::{Call, Reply};
use crate::refusal::Refusal;

/// More tags than this no resource of AWS takes.
const MOST: usize = 50;

pub(super) fn list(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let members = read(body, "ListTagsForResource", &["resourceArn"])?;
    let repository = by_arn(call, &members)?;
    let tags: Vec<Value> = repository.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    Ok(Reply::read("ListTagsForResource", json!({ "tags": tags })))
}

pub(super) fn add(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let members = read(body, "TagResource", &["resourceArn", "tags"])?;
    let new = members.required("tags", read_tags(&members)?)?;
    let repository = by_arn(call, &members)?;
    let mut tags = repository.tags.clone();
    tags.extend(new);
    check_count(&tags)?;
    repository.tags = tags;
    Ok(Reply::wrote("TagResource", 200, json!({})))
}

pub(super) fn remove(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let members = read(body, "UntagResource", &["resourceArn", "tagKeys"])?;
    let keys = members.required("tagKeys", members.texts("tagKeys")?)?;
    let repository = by_arn(call, &members)?;
    repository.tags.retain(|key, _| !keys.contains(&key.as_str()));
    Ok(Reply::wrote("UntagResource", 200, json!({})))
}

/// The member `tags` of a request.
pub(super) fn read_tags(members: &Members<'_>) -> Result<Option<BTreeMap<String, String>>, Refusal> {
    let Some(list) = members.inners("tags", &["Key", "Value"])? else { return Ok(None) };
    let mut tags = BTreeMap::new();
    for tag in list {
        let key = tag.required("tags.Key", tag.text("Key")?)?;
        let value = tag.required("tags.Value", tag.text("Value")?)?;
        check_tag(key, value)?;
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(invalid_tag(format!("the key '{key}' is given twice")));
        }
    }
    check_count(&tags)?;
    Ok(Some(tags))
}

fn check_tag(key: &str, value: &str) -> Result<(), Refusal> {
    let allowed = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c));
    if key.is_empty() || key.chars().count() > 128 || !allowed(key) {
        return Err(invalid_tag(format!("the key '{key}' is not 1 to 128 of the characters that a tag may have")));
    }
    if value.chars().count() > 256 || !allowed(value) {
        return Err(invalid_tag(format!(
            "the value of '{key}' is not up to 256 of the characters that a tag may have"
        )));
    }
    if key.to_ascii_lowercase().starts_with("aws:") {
        return Err(invalid_tag(format!("the key '{key}' begins with 'aws:', which is reserved for AWS")));
    }
    Ok(())
}

fn check_count(tags: &BTreeMap<String, String>) -> Result<(), Refusal> {
    if tags.len() > MOST {
        return Err(Refusal::new(400, "TooManyTagsException", format!("a repository takes at most {MOST} tags")));
    }
    Ok(())
}

fn invalid_tag(why: String) -> Refusal {
    Refusal::new(400, "InvalidTagParameterException", why)
}

fn by_arn<'c>(call: &'c mut Call<'_>, members: &Members<'_>) -> Result<&'c mut Repository, Refusal> {
    let arn = members.required("resourceArn", members.text("resourceArn")?)?;
    let (account, region) = (call.account, call.region);
    let prefix = format!("arn:aws:ecr:{region}:{account}:repository/");
    let name = arn.strip_prefix(&prefix).ok_or_else(|| members.refuse("resourceArn", Some(arn), "Invalid ARN"))?;
    call.region().ecr.repositories.get_mut(name).ok_or_else(|| no_repository(name, account))
}
