//! IAM: roles with their trust, inline and attached policies, and what Lambda and Bedrock see of them.

mod attached;
mod document;
mod evaluate;
mod inline;
mod members;
mod policies;
mod role;
mod roles;
mod tags;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::call::{Body, Call, Reply};
use crate::clock::{Millis, Timing};
use crate::form::Form;
use crate::refusal::Refusal;
use policies::Policy;
use role::{Role, later};

/// The account's roles, by their names in small letters: names that differ only in case are one name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    roles: BTreeMap<String, Role>,
    /// The account's own managed policies, by ARN.
    #[serde(default)]
    policies: BTreeMap<String, Policy>,
}

/// Whether a service may take on a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Assumable {
    Yes,
    /// The role is too young for the service to see it.
    NotYet,
    NoSuchRole,
    /// Its trust policy does not name the service.
    NotTrusted,
}

const VERSION: &str = "2010-05-08";

/// Reads its form, does it, and gives the content of the result element; `None` for operations without one.
type Operation = fn(&mut Call<'_>, Form) -> Result<Option<String>, Refusal>;

/// Operation, whether it writes, and what does it.
const OPERATIONS: &[(&str, bool, Operation)] = &[
    ("AttachRolePolicy", true, attached::attach),
    ("CreatePolicy", true, policies::create),
    ("CreatePolicyVersion", true, policies::create_version),
    ("CreateRole", true, roles::create),
    ("DeletePolicy", true, policies::delete),
    ("DeletePolicyVersion", true, policies::delete_version),
    ("DeleteRole", true, roles::delete),
    ("DeleteRolePermissionsBoundary", true, roles::delete_boundary),
    ("DeleteRolePolicy", true, inline::delete),
    ("DetachRolePolicy", true, attached::detach),
    ("GetPolicy", false, policies::get),
    ("GetPolicyVersion", false, policies::get_version),
    ("GetRole", false, roles::get),
    ("GetRolePolicy", false, inline::get),
    ("ListAttachedRolePolicies", false, attached::list),
    ("ListInstanceProfilesForRole", false, roles::list_instance_profiles),
    ("ListPolicies", false, policies::list),
    ("ListPolicyVersions", false, policies::list_versions),
    ("ListRolePolicies", false, inline::list),
    ("ListRoleTags", false, tags::list),
    ("ListRoles", false, roles::list),
    ("PutRolePermissionsBoundary", true, roles::put_boundary),
    ("PutRolePolicy", true, inline::put),
    ("TagRole", true, tags::tag),
    ("UntagRole", true, tags::untag),
    ("UpdateAssumeRolePolicy", true, roles::update_trust),
    ("UpdateRole", true, roles::update),
    ("UpdateRoleDescription", true, roles::update_description),
];

/// Answers one call.
pub(crate) fn handle(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (action, form) = Form::read(call.body, VERSION)?;
    let Some((operation, writes, act)) = OPERATIONS.iter().find(|(name, ..)| *name == action) else {
        return Err(Refusal::not_emulated(format_args!("the operation {action} of IAM")));
    };
    let content = match act(call, form)? {
        Some(result) => format!("<{operation}Result>{result}</{operation}Result>"),
        None => String::new(),
    };
    Ok(Reply { status: 200, body: Body::Xml(content), operation, writes: *writes })
}

impl State {
    /// Whether `service` (`lambda.amazonaws.com`) may take on the role now.
    pub(crate) fn assumable(&self, role_arn: &str, service: &str, now: Millis, timing: &Timing) -> Assumable {
        match self.by_arn(role_arn) {
            None => Assumable::NoSuchRole,
            Some(role) if now < later(role.created, timing.role_visible) => Assumable::NotYet,
            Some(role) => match role.trust.visible(now, timing.role_visible) {
                Some(trust) if evaluate::trusts(trust, service) => Assumable::Yes,
                _ => Assumable::NotTrusted,
            },
        }
    }

    /// Whether the role's policies, as far as they can be seen by now, allow the action.
    pub(crate) fn allows(&self, role_arn: &str, action: &str, resource: &str, now: Millis, timing: &Timing) -> bool {
        let Some(role) = self.by_arn(role_arn) else { return false };
        let inline = role.inline.values().filter_map(|policy| policy.visible(now, timing.role_visible));
        let attached = role.attached.iter().filter_map(|arn| self.managed(arn).ok().flatten());
        let documents: Vec<String> = inline.map(str::to_owned).chain(attached).collect();
        evaluate::allows(&documents, action, resource)
    }

    /// One line for each thing: roles, and the policies on them.
    pub(crate) fn inventory(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for role in self.roles.values() {
            let name = &role.name;
            lines.push(format!("iam role {name}"));
            lines.extend(role.inline.keys().map(|policy| format!("iam role {name} policy {policy}")));
            lines.extend(role.attached.iter().map(|arn| format!("iam role {name} attached {arn}")));
        }
        lines.extend(self.policies.keys().map(|arn| format!("iam policy {arn}")));
        lines
    }

    /// The document of a managed policy; none where there is no such policy. Of AWS's own the emulator knows some: the
    /// others exist, but it can't say what they allow.
    fn managed(&self, arn: &str) -> Result<Option<String>, Refusal> {
        match self.policies.get(arn) {
            Some(policy) => Ok(Some(policy.document().to_owned())),
            None if attached::is_of_aws(arn) => {
                let unknown = || Refusal::not_emulated(format_args!("the managed policy {arn}"));
                attached::document(arn).map(Some).ok_or_else(unknown)
            }
            None => Ok(None),
        }
    }

    fn by_arn(&self, arn: &str) -> Option<&Role> {
        self.roles.values().find(|role| role.arn == arn)
    }

    fn role(&mut self, name: &str) -> Result<&mut Role, Refusal> {
        self.roles.get_mut(&name.to_lowercase()).ok_or_else(|| no_such_role(name))
    }
}

/// Whether a text fits a pattern of a policy, in which `*` stands for any letters and `?` for one.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    evaluate::matches(pattern, text)
}

fn no_such_role(name: &str) -> Refusal {
    Refusal::new(404, "NoSuchEntity", format!("The role with name {name} cannot be found."))
}
