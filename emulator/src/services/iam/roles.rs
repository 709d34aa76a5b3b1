//! Roles themselves: made, read, changed, listed and deleted.

use std::collections::BTreeMap;

use super::document::{self, Kind};
use super::members::{ARN, DESCRIPTION, DOCUMENT, PATH, Page, ROLE_NAME, SESSION};
use super::role::{Role, Written};
use super::tags;
use crate::call::Call;
use crate::form::Form;
use crate::refusal::Refusal;

/// Roles in an account, unless AWS raises it.
const MOST_ROLES: usize = 1000;

/// White space not counted.
const LONGEST_TRUST: usize = 2048;

pub(super) fn create(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let name = form.text("RoleName", &ROLE_NAME)?;
    let path = path(&mut form)?;
    let trust = form.text("AssumeRolePolicyDocument", &DOCUMENT)?;
    let description = form.optional("Description", &DESCRIPTION)?;
    let max_session = form.number("MaxSessionDuration", SESSION)?.unwrap_or(SESSION.0);
    let boundary = form.optional("PermissionsBoundary", &ARN)?;
    let tags = tags::read(&mut form)?.unwrap_or_default();
    form.finish()?;
    check_trust(call, &trust)?;
    if let Some(arn) = &boundary {
        check_boundary(call, arn)?;
    }

    let roles = &call.world.iam.roles;
    if roles.contains_key(&name.to_lowercase()) {
        return Err(Refusal::new(409, "EntityAlreadyExists", format!("Role with name {name} already exists.")));
    }
    if roles.len() >= MOST_ROLES {
        return Err(limit_exceeded(format!("Cannot exceed quota for RolesPerAccount: {MOST_ROLES}")));
    }
    let role = Role {
        id: format!("AROA{}EMULATE", call.world.next_id()),
        arn: format!("arn:aws:iam::{}:role{path}{name}", call.account),
        created: call.now,
        trust: Written::new(trust, call.now),
        inline: BTreeMap::new(),
        attached: Vec::new(),
        name,
        path,
        description,
        max_session,
        boundary,
        tags,
    };
    let answer = format!("<Role>{}{}</Role>", role.xml_created(), role.xml_details());
    call.world.iam.roles.insert(role.name.to_lowercase(), role);
    Ok(Some(answer))
}

pub(super) fn get(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let name = form.text("RoleName", &ROLE_NAME)?;
    form.finish()?;
    let role = call.world.iam.role(&name)?;
    Ok(Some(format!("<Role>{}{}<RoleLastUsed/></Role>", role.xml(), role.xml_details())))
}

pub(super) fn list(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let prefix = form.optional("PathPrefix", &PATH)?.unwrap_or_else(|| "/".to_owned());
    let page = Page::read(&mut form)?;
    form.finish()?;
    let roles = call.world.iam.roles.values().filter(|role| role.path.starts_with(&prefix));
    Ok(Some(page.xml("Roles", &roles.map(Role::xml).collect::<Vec<_>>())))
}

pub(super) fn update(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let name = form.text("RoleName", &ROLE_NAME)?;
    let description = form.optional("Description", &DESCRIPTION)?;
    let max_session = form.number("MaxSessionDuration", SESSION)?;
    form.finish()?;
    let role = call.world.iam.role(&name)?;
    role.description = description.or(role.description.take()).filter(|text| !text.is_empty());
    role.max_session = max_session.unwrap_or(role.max_session);
    Ok(Some(String::new()))
}

pub(super) fn update_trust(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let name = form.text("RoleName", &ROLE_NAME)?;
    let trust = form.text("PolicyDocument", &DOCUMENT)?;
    form.finish()?;
    let (now, delay) = (call.now, call.timing.role_visible);
    call.world.iam.role(&name)?;
    check_trust(call, &trust)?;
    let role = call.world.iam.role(&name)?;
    role.trust.rewrite(trust, now, delay);
    Ok(None)
}

pub(super) fn delete(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let name = form.text("RoleName", &ROLE_NAME)?;
    form.finish()?;
    let role = call.world.iam.role(&name)?;
    let conflict = |text| Err(Refusal::new(409, "DeleteConflict", text));
    if !role.attached.is_empty() {
        return conflict("Cannot delete entity, must detach all policies first.");
    }
    if !role.inline.is_empty() {
        return conflict("Cannot delete entity, must delete policies first.");
    }
    call.world.iam.roles.remove(&name.to_lowercase());
    Ok(None)
}

/// Always empty: the emulator has no EC2, so no instance profile either.
pub(super) fn list_instance_profiles(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let name = form.text("RoleName", &ROLE_NAME)?;
    let page = Page::read(&mut form)?;
    form.finish()?;
    call.world.iam.role(&name)?;
    Ok(Some(page.xml("InstanceProfiles", &[])))
}

/// A role's path, `/` unless told.
pub(super) fn path(form: &mut Form) -> Result<String, Refusal> {
    let path = form.optional("Path", &PATH)?.unwrap_or_else(|| "/".to_owned());
    if path.starts_with('/') && path.ends_with('/') {
        return Ok(path);
    }
    let text = "The specified value for path is invalid. It must begin and end with / and contain only \
                alphanumeric characters and/or / characters.";
    Err(Refusal::new(400, "ValidationError", text))
}

/// Changes the description alone, and answers the role.
pub(super) fn update_description(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let name = form.text("RoleName", &ROLE_NAME)?;
    let description = form.text("Description", &DESCRIPTION)?;
    form.finish()?;
    let role = call.world.iam.role(&name)?;
    role.description = Some(description).filter(|text| !text.is_empty());
    Ok(Some(format!("<Role>{}{}</Role>", role.xml(), role.xml_details())))
}

pub(super) fn put_boundary(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let name = form.text("RoleName", &ROLE_NAME)?;
    let arn = form.text("PermissionsBoundary", &ARN)?;
    form.finish()?;
    call.world.iam.role(&name)?;
    check_boundary(call, &arn)?;
    call.world.iam.role(&name)?.boundary = Some(arn);
    Ok(None)
}

pub(super) fn delete_boundary(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let name = form.text("RoleName", &ROLE_NAME)?;
    form.finish()?;
    let removed = call.world.iam.role(&name)?.boundary.take();
    let none = || Refusal::new(404, "NoSuchEntity", format!("The role with name {name} has no permissions boundary."));
    removed.map(|_| None).ok_or_else(none)
}

/// A permissions boundary is a managed policy, which must exist.
fn check_boundary(call: &Call<'_>, arn: &str) -> Result<(), Refusal> {
    if call.world.iam.managed(arn)?.is_some() {
        return Ok(());
    }
    Err(Refusal::new(404, "NoSuchEntity", format!("Scope ARN: {arn} does not exist or is not attachable.")))
}

/// The user whose every access key is.
const USER: &str = "user/emulator";

fn check_trust(call: &Call<'_>, trust: &str) -> Result<(), Refusal> {
    document::check(trust, Kind::Trust)?;
    let account = format!("arn:aws:iam::{}:", call.account);
    for arn in document::principals(trust) {
        let Some(name) = arn.strip_prefix(&account) else { continue };
        let is_role = name.starts_with("role/") && call.world.iam.by_arn(&arn).is_some();
        if name != "root" && name != USER && !is_role {
            let text = format!("Invalid principal in policy: \"AWS\":\"{arn}\"");
            return Err(Refusal::new(400, "MalformedPolicyDocument", text));
        }
    }
    if document::size(trust) > LONGEST_TRUST {
        return Err(limit_exceeded(format!("Cannot exceed quota for ACLSizePerRole: {LONGEST_TRUST}")));
    }
    Ok(())
}

/// More than an account may have.
pub(super) fn limit_exceeded(text: String) -> Refusal {
    Refusal::new(409, "LimitExceeded", text)
}
