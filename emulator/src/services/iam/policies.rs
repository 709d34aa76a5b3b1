//! The account's own managed policies, with their versions.

use serde::{Deserialize, Serialize};

use super::attached;
use super::document::{self, Kind};
use super::members::{ARN, DESCRIPTION, DOCUMENT, PATH, POLICY_NAME, Page, VERSION_ID};
use super::role::url_encoded;
use super::roles::{self, limit_exceeded};
use super::tags;
use crate::calendar::iso_seconds;
use crate::call::Call;
use crate::clock::Millis;
use crate::form::Form;
use crate::refusal::Refusal;
use crate::xml::element;

/// Of one policy, white space not counted (IAM quotas).
const LARGEST: usize = 6144;

/// Versions of a policy (IAM quotas).
const MOST_VERSIONS: usize = 5;

/// One policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Policy {
    name: String,
    path: String,
    /// `ANPA…`.
    id: String,
    arn: String,
    description: Option<String>,
    created: Millis,
    tags: Vec<(String, String)>,
    /// Oldest first; never empty.
    versions: Vec<Version>,
    /// The number of the version that holds.
    default: u64,
}

/// One version of a policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Version {
    number: u64,
    document: String,
    created: Millis,
}

impl Policy {
    /// The document that holds.
    pub(super) fn document(&self) -> &str {
        let holds = self.versions.iter().find(|version| version.number == self.default);
        holds.map_or("", |version| &version.document)
    }

    fn version(&self, id: &str) -> Result<&Version, Refusal> {
        let found = self.versions.iter().find(|version| format!("v{}", version.number) == id);
        found.ok_or_else(|| no_such(format!("Policy {} version {id} does not exist or is not attachable.", self.arn)))
    }

    fn xml(&self, attached: usize) -> String {
        let changed = self.versions.last().map_or(self.created, |version| version.created);
        [
            element("PolicyName", &self.name),
            element("PolicyId", &self.id),
            element("Arn", &self.arn),
            element("Path", &self.path),
            element("DefaultVersionId", &format!("v{}", self.default)),
            element("AttachmentCount", &attached.to_string()),
            element("PermissionsBoundaryUsageCount", "0"),
            element("IsAttachable", "true"),
            self.description.as_ref().map(|text| element("Description", text)).unwrap_or_default(),
            element("CreateDate", &iso_seconds(self.created)),
            element("UpdateDate", &iso_seconds(changed)),
        ]
        .concat()
    }

    fn xml_version(&self, version: &Version, with_document: bool) -> String {
        let text = with_document.then(|| element("Document", &url_encoded(&version.document)));
        [
            text.unwrap_or_default(),
            element("VersionId", &format!("v{}", version.number)),
            element("IsDefaultVersion", &(version.number == self.default).to_string()),
            element("CreateDate", &iso_seconds(version.created)),
        ]
        .concat()
    }
}

pub(super) fn create(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let name = form.text("PolicyName", &POLICY_NAME)?;
    let path = roles::path(&mut form)?;
    let text = form.text("PolicyDocument", &DOCUMENT)?;
    let description = form.optional("Description", &DESCRIPTION)?;
    let tags = tags::read(&mut form)?.unwrap_or_default();
    form.finish()?;
    check(&text)?;
    let taken = |policy: &Policy| policy.name.eq_ignore_ascii_case(&name);
    if call.world.iam.policies.values().any(taken) {
        let text = format!("A policy called {name} already exists. Duplicate names are not allowed.");
        return Err(Refusal::new(409, "EntityAlreadyExists", text));
    }
    let policy = Policy {
        id: format!("ANPA{}EMULATE", call.world.next_id()),
        arn: format!("arn:aws:iam::{}:policy{path}{name}", call.account),
        created: call.now,
        versions: vec![Version { number: 1, document: text, created: call.now }],
        default: 1,
        name,
        path,
        description,
        tags,
    };
    let answer = format!("<Policy>{}</Policy>", policy.xml(0));
    call.world.iam.policies.insert(policy.arn.clone(), policy);
    Ok(Some(answer))
}

pub(super) fn get(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let arn = form.text("PolicyArn", &ARN)?;
    form.finish()?;
    let attached = attached_to(call, &arn);
    Ok(Some(format!("<Policy>{}</Policy>", policy(call, &arn)?.xml(attached))))
}

pub(super) fn list(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let scope = form.optional("Scope", &POLICY_NAME)?;
    let prefix = form.optional("PathPrefix", &PATH)?.unwrap_or_else(|| "/".to_owned());
    let page = Page::read(&mut form)?;
    form.finish()?;
    if scope.as_deref() != Some("Local") {
        return Err(Refusal::not_emulated(format_args!(
            "a list of AWS's own managed policies; `Scope=Local` lists the account's"
        )));
    }
    let within = call.world.iam.policies.values().filter(|policy| policy.path.starts_with(&prefix));
    let items: Vec<String> = within.map(|policy| policy.xml(attached_to(call, &policy.arn))).collect();
    Ok(Some(page.xml("Policies", &items)))
}

pub(super) fn create_version(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let arn = form.text("PolicyArn", &ARN)?;
    let text = form.text("PolicyDocument", &DOCUMENT)?;
    let set = form.optional("SetAsDefault", &POLICY_NAME)?.is_some_and(|set| set == "true");
    form.finish()?;
    check(&text)?;
    let now = call.now;
    let policy = policy(call, &arn)?;
    if policy.versions.len() >= MOST_VERSIONS {
        let text = format!(
            "A managed policy can have up to {MOST_VERSIONS} versions. Before you create a new version, you must delete an \
             existing version."
        );
        return Err(limit_exceeded(text));
    }
    let number = policy.versions.last().map_or(0, |version| version.number) + 1;
    policy.versions.push(Version { number, document: text, created: now });
    if set {
        policy.default = number;
    }
    let made = policy.version(&format!("v{number}"))?;
    Ok(Some(format!("<PolicyVersion>{}</PolicyVersion>", policy.xml_version(made, false))))
}

pub(super) fn get_version(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let arn = form.text("PolicyArn", &ARN)?;
    let id = form.text("VersionId", &VERSION_ID)?;
    form.finish()?;
    let policy = policy(call, &arn)?;
    let version = policy.version(&id)?;
    Ok(Some(format!("<PolicyVersion>{}</PolicyVersion>", policy.xml_version(version, true))))
}

pub(super) fn list_versions(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let arn = form.text("PolicyArn", &ARN)?;
    let page = Page::read(&mut form)?;
    form.finish()?;
    let policy = policy(call, &arn)?;
    let newest_first = policy.versions.iter().rev().map(|version| policy.xml_version(version, false));
    Ok(Some(page.xml("Versions", &newest_first.collect::<Vec<_>>())))
}

pub(super) fn delete_version(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let arn = form.text("PolicyArn", &ARN)?;
    let id = form.text("VersionId", &VERSION_ID)?;
    form.finish()?;
    let policy = policy(call, &arn)?;
    let number = policy.version(&id)?.number;
    if number == policy.default {
        return Err(conflict("Cannot delete the default version of a policy."));
    }
    policy.versions.retain(|version| version.number != number);
    Ok(None)
}

pub(super) fn delete(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let arn = form.text("PolicyArn", &ARN)?;
    form.finish()?;
    let attached = attached_to(call, &arn);
    if policy(call, &arn)?.versions.len() > 1 {
        return Err(conflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The \
             default version is deleted with the policy.",
        ));
    }
    if attached > 0 {
        return Err(conflict("Cannot delete a policy attached to entities."));
    }
    call.world.iam.policies.remove(&arn);
    Ok(None)
}

/// One of the account's own; AWS's own can neither be read nor changed here.
fn policy<'w>(call: &'w mut Call<'_>, arn: &str) -> Result<&'w mut Policy, Refusal> {
    if attached::is_of_aws(arn) {
        return Err(Refusal::not_emulated(format_args!("reading the managed policy {arn}")));
    }
    call.world.iam.policies.get_mut(arn).ok_or_else(|| no_such(format!("Policy {arn} was not found.")))
}

/// How many roles carry it.
fn attached_to(call: &Call<'_>, arn: &str) -> usize {
    call.world.iam.roles.values().filter(|role| role.attached.iter().any(|attached| attached == arn)).count()
}

fn check(text: &str) -> Result<(), Refusal> {
    document::check(text, Kind::Permissions)?;
    if document::size(text) > LARGEST {
        return Err(limit_exceeded(format!("Cannot exceed quota for PolicySize: {LARGEST}")));
    }
    Ok(())
}

fn no_such(text: String) -> Refusal {
    Refusal::new(404, "NoSuchEntity", text)
}

fn conflict(text: &str) -> Refusal {
    Refusal::new(409, "DeleteConflict", text)
}
