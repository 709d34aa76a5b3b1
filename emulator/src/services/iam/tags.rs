//! Tags of a role; keys that differ only in case are one key.

use super::members::{Page, ROLE_NAME, TAG_KEY, TAG_VALUE};
use super::roles::limit_exceeded;
use crate::call::Call;
use crate::form::Form;
use crate::refusal::Refusal;

/// Tags on a role.
const MOST: usize = 50;

pub(super) fn tag(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let name = form.text("RoleName", &ROLE_NAME)?;
    let tags = read(&mut form)?.ok_or_else(|| required("tags"))?;
    form.finish()?;
    let role = call.world.iam.role(&name)?;
    let mut merged = role.tags.clone();
    for (key, value) in tags {
        match merged.iter_mut().find(|(other, _)| other.eq_ignore_ascii_case(&key)) {
            Some(tag) => *tag = (key, value),
            None => merged.push((key, value)),
        }
    }
    if merged.len() > MOST {
        return Err(limit_exceeded("The number of tags has reached the maximum limit.".to_owned()));
    }
    role.tags = merged;
    Ok(None)
}

pub(super) fn untag(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let name = form.text("RoleName", &ROLE_NAME)?;
    let keys = form.list("TagKeys").ok_or_else(|| required("tagKeys"))?;
    form.finish()?;
    if keys.len() > MOST {
        return Err(too_many("tagKeys"));
    }
    for key in &keys {
        TAG_KEY.check("tagKeys", key)?;
    }
    let role = call.world.iam.role(&name)?;
    role.tags.retain(|(key, _)| !keys.iter().any(|gone| gone.eq_ignore_ascii_case(key)));
    Ok(None)
}

pub(super) fn list(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let name = form.text("RoleName", &ROLE_NAME)?;
    let page = Page::read(&mut form)?;
    form.finish()?;
    Ok(Some(page.xml("Tags", &call.world.iam.role(&name)?.xml_tags())))
}

/// The tags of a request, checked; none if it names none.
pub(super) fn read(form: &mut Form) -> Result<Option<Vec<(String, String)>>, Refusal> {
    let Some(tags) = form.pairs("Tags")? else { return Ok(None) };
    if tags.len() > MOST {
        return Err(too_many("tags"));
    }
    let invalid = |text| Err(Refusal::new(400, "InvalidInput", text));
    for (nth, (key, value)) in tags.iter().enumerate() {
        TAG_KEY.check(&format!("tags.{}.member.key", nth + 1), key)?;
        TAG_VALUE.check(&format!("tags.{}.member.value", nth + 1), value)?;
        if key.to_ascii_lowercase().starts_with("aws:") {
            return invalid("Tag keys that begin with aws: are reserved for AWS use.");
        }
        if tags[..nth].iter().any(|(other, _)| other.eq_ignore_ascii_case(key)) {
            return invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
        }
    }
    Ok(Some(tags))
}

/// More than one call may carry (model: `tagListType`, `tagKeyListType`).
fn too_many(member: &str) -> Refusal {
    let text = format!(
        "1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must have length less than \
         or equal to {MOST}"
    );
    Refusal::new(400, "ValidationError", text)
}

fn required(member: &str) -> Refusal {
    let text = format!(
        "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
    );
    Refusal::new(400, "ValidationError", text)
}
