//! Inline policies of a role: written, read, listed and deleted.

use super::document::{self, Kind};
use super::members::{DOCUMENT, POLICY_NAME, Page, ROLE_NAME};
use super::role::{Written, url_encoded};
use super::roles::limit_exceeded;
use crate::call::Call;
use crate::form::Form;
use crate::refusal::Refusal;
use crate::xml::element;

/// Over all inline policies of a role, white space not counted.
const LARGEST: usize = 10_240;

pub(super) fn put(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let name = form.text("RoleName", &ROLE_NAME)?;
    let policy = form.text("PolicyName", &POLICY_NAME)?;
    let text = form.text("PolicyDocument", &DOCUMENT)?;
    form.finish()?;
    let (now, delay) = (call.now, call.timing.role_visible);
    let role = call.world.iam.role(&name)?;
    document::check(&text, Kind::Permissions)?;
    let others = role.inline.iter().filter(|(other, _)| **other != policy);
    let total = others.map(|(_, written)| document::size(&written.document)).sum::<usize>() + document::size(&text);
    if total > LARGEST {
        return Err(limit_exceeded(format!("Maximum policy size of {LARGEST} bytes exceeded for role {name}")));
    }
    match role.inline.get_mut(&policy) {
        Some(written) => written.rewrite(text, now, delay),
        None => {
            role.inline.insert(policy, Written::new(text, now));
        }
    }
    Ok(None)
}

pub(super) fn get(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let name = form.text("RoleName", &ROLE_NAME)?;
    let policy = form.text("PolicyName", &POLICY_NAME)?;
    form.finish()?;
    let role = call.world.iam.role(&name)?;
    let written = role.inline.get(&policy).ok_or_else(|| no_such_policy(&policy))?;
    let document = element("PolicyDocument", &url_encoded(&written.document));
    Ok(Some(element("RoleName", &role.name) + &element("PolicyName", &policy) + &document))
}

pub(super) fn list(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let name = form.text("RoleName", &ROLE_NAME)?;
    let page = Page::read(&mut form)?;
    form.finish()?;
    let names: Vec<String> = call.world.iam.role(&name)?.inline.keys().cloned().collect();
    Ok(Some(page.xml("PolicyNames", &names)))
}

pub(super) fn delete(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let name = form.text("RoleName", &ROLE_NAME)?;
    let policy = form.text("PolicyName", &POLICY_NAME)?;
    form.finish()?;
    let removed = call.world.iam.role(&name)?.inline.remove(&policy);
    removed.map(|_| None).ok_or_else(|| no_such_policy(&policy))
}

fn no_such_policy(name: &str) -> Refusal {
    Refusal::new(404, "NoSuchEntity", format!("The role policy with name {name} cannot be found."))
}
