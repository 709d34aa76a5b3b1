//! Tags of a log group, which here is named by its ARN.

use serde_json::{Value, json};

use super::Group;
use super::members::{Members, null};
use crate::call::Call;
use crate::refusal::Refusal;

/// Tags on a log group.
const MOST: usize = 50;

pub(super) fn tag(call: &mut Call<'_>, mut members: Members) -> Result<Option<Value>, Refusal> {
    let arn = members.arn()?;
    let tags = members.tags()?.ok_or_else(|| null("tags"))?;
    members.finish()?;
    let group = by_arn(call, &arn)?;
    let new = tags.keys().filter(|key| !group.tags.contains_key(*key)).count();
    if group.tags.len() + new > MOST {
        let text = format!("The resource would have more than {MOST} tags.");
        return Err(Refusal::new(400, "TooManyTagsException", text));
    }
    group.tags.extend(tags);
    Ok(None)
}

pub(super) fn untag(call: &mut Call<'_>, mut members: Members) -> Result<Option<Value>, Refusal> {
    let arn = members.arn()?;
    let keys = members.tag_keys()?;
    members.finish()?;
    by_arn(call, &arn)?.tags.retain(|key, _| !keys.contains(key));
    Ok(None)
}

pub(super) fn list(call: &mut Call<'_>, mut members: Members) -> Result<Option<Value>, Refusal> {
    let arn = members.arn()?;
    members.finish()?;
    let tags = &by_arn(call, &arn)?.tags;
    Ok(Some(json!({"tags": tags})))
}

fn by_arn<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Group, Refusal> {
    let ours = format!("arn:aws:logs:{}:{}:log-group:", call.region, call.account);
    let Some(name) = arn.strip_prefix(&ours) else {
        return Err(Refusal::new(400, "ResourceNotFoundException", "The specified resource does not exist."));
    };
    let name = name.to_owned();
    call.region().logs.group(&name)
}
