//! Log groups themselves: made, described, deleted, and how long they keep what is in them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::members::{Members, constraint, invalid, null};
use super::stored::Stored;
use super::{Group, no_such_group};
use crate::call::Call;
use crate::refusal::Refusal;

/// The only retentions that there are, in days.
const RETENTIONS: &[u64] =
    &[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// The most log groups on a page, and as many as are shown unless told.
const PAGE: usize = 50;

pub(super) fn create(call: &mut Call<'_>, mut members: Members) -> Result<Option<Value>, Refusal> {
    let name = members.created_name()?;
    let class = members.class()?.unwrap_or_else(|| "STANDARD".to_owned());
    let tags = members.tags()?.unwrap_or_default();
    members.only_false("deletionProtectionEnabled")?;
    members.finish()?;
    let created = call.now;
    let groups = &mut call.region().logs.groups;
    if groups.contains_key(&name) {
        let text = "The specified log group already exists";
        return Err(Refusal::new(400, "ResourceAlreadyExistsException", text));
    }
    groups.insert(name, Group { created, class, retention: None, tags, stored: Stored::default() });
    Ok(None)
}

pub(super) fn delete(call: &mut Call<'_>, mut members: Members) -> Result<Option<Value>, Refusal> {
    let name = members.group_name()?;
    members.finish()?;
    call.region().logs.groups.remove(&name).map(|_| None).ok_or_else(no_such_group)
}

pub(super) fn put_retention(call: &mut Call<'_>, mut members: Members) -> Result<Option<Value>, Refusal> {
    let name = members.group_name()?;
    let days = members.number("retentionInDays")?.ok_or_else(|| null("retentionInDays"))?;
    members.finish()?;
    if !RETENTIONS.contains(&days) {
        let text = format!("Member must satisfy enum value set: {RETENTIONS:?}");
        return Err(constraint(&format!("Value '{days}'"), "retentionInDays", &text));
    }
    call.region().logs.group(&name)?.retention = Some(days);
    Ok(None)
}

pub(super) fn delete_retention(call: &mut Call<'_>, mut members: Members) -> Result<Option<Value>, Refusal> {
    let name = members.group_name()?;
    members.finish()?;
    call.region().logs.group(&name)?.retention = None;
    Ok(None)
}

pub(super) fn describe(call: &mut Call<'_>, mut members: Members) -> Result<Option<Value>, Refusal> {
    let prefix = members.name("logGroupNamePrefix")?;
    let pattern = members.name("logGroupNamePattern")?.map(|pattern| pattern.to_lowercase());
    let class = members.class()?;
    let after = members.text("nextToken")?;
    let limit = members.sized("limit", PAGE)?.unwrap_or(PAGE);
    members.only_false("includeLinkedAccounts")?;
    members.finish()?;
    if prefix.is_some() && pattern.is_some() {
        return Err(invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."));
    }
    let (account, region) = (call.account, call.region);
    let groups: &BTreeMap<String, Group> = &call.region().logs.groups;
    if after.as_ref().is_some_and(|token| !groups.contains_key(token)) {
        return Err(invalid("The specified nextToken is invalid."));
    }
    let asked = |(name, group): &(&String, &Group)| {
        prefix.as_ref().is_none_or(|prefix| name.starts_with(prefix))
            && pattern.as_ref().is_none_or(|pattern| name.to_lowercase().contains(pattern))
            && class.as_ref().is_none_or(|class| group.class == *class)
            && after.as_ref().is_none_or(|after| *name > after)
    };
    let mut found = groups.iter().filter(asked);
    let page: Vec<(&String, &Group)> = found.by_ref().take(limit).collect();
    let shown = page.iter().map(|(name, group)| shown(name, group, &format!("arn:aws:logs:{region}:{account}")));
    let mut answer = json!({"logGroups": shown.collect::<Vec<_>>()});
    if let (Some(_), Some((last, _))) = (found.next(), page.last()) {
        answer["nextToken"] = json!(last);
    }
    Ok(Some(answer))
}

/// A group as it is described; its two ARNs differ in the `:*` at the end.
fn shown(name: &str, group: &Group, account: &str) -> Value {
    let Group { created, class, retention, tags: _, stored } = group;
    let arn = format!("{account}:log-group:{name}");
    let mut shown = json!({
        "logGroupName": name,
        "creationTime": created,
        "metricFilterCount": 0,
        "arn": format!("{arn}:*"),
        "storedBytes": stored.bytes(),
        "logGroupClass": class,
        "logGroupArn": arn,
        "deletionProtectionEnabled": false,
    });
    if let Some(days) = retention {
        shown["retentionInDays"] = json!(days);
    }
    shown
}
