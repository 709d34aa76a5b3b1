//! Aliases of a function: names that point to one version. A weighted routing is not emulated.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answers::{check_revision, conflict, function, new_revision, no_content};
use super::name::FunctionName;
use super::reading::{check_query, page, shown_page};
use crate::call::{Call, Reply};
use crate::refusal::Refusal;
use crate::services::ecr::members::{Dialect, Members};

const NAME_PATTERN: &str = "(?!^[0-9]+$)([a-zA-Z0-9-_]+)";
const VERSION_PATTERN: &str = "(\\$LATEST|[0-9]+)";

/// One alias.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Alias {
    /// A number, or `$LATEST`.
    pub(super) version: String,
    pub(super) description: String,
    pub(super) revision: String,
}

pub(super) fn create(call: &mut Call<'_>, name: &str) -> Result<Reply, Refusal> {
    let body = call.json()?;
    let known = ["Name", "FunctionVersion", "Description"];
    let members = Members::of(&body, "CreateAlias", Dialect::Lambda, &known)?;
    members.sized("Name", 1, 128)?;
    let alias = members.required("Name", members.shaped("Name", NAME_PATTERN, is_alias)?)?.to_owned();
    let version = members.required("FunctionVersion", version(&members)?)?.to_owned();
    let description = members.sized("Description", 0, 256)?.unwrap_or_default().to_owned();
    let name = FunctionName::of_request(name, None, call)?.unqualified("CreateAlias")?;
    let revision = new_revision(call);
    check_version(call, &name, &version)?;
    let arn = FunctionName { qualifier: Some(&alias), ..name }.arn(call);
    let found = function(call, &name)?;
    if found.aliases.contains_key(&alias) {
        return Err(conflict(format!("Alias already exists: {arn}")));
    }
    let made = Alias { version, description, revision };
    let answer = shown(&arn, &alias, &made);
    found.aliases.insert(alias, made);
    Ok(Reply::wrote("CreateAlias", 201, answer))
}

pub(super) fn get(call: &mut Call<'_>, name: &str, alias: &str) -> Result<Reply, Refusal> {
    let name = FunctionName::of_request(name, None, call)?.unqualified("GetAlias")?;
    let arn = FunctionName { qualifier: Some(alias), ..name }.arn(call);
    let found = function(call, &name)?.aliases.get(alias).ok_or_else(|| missing(&arn))?;
    Ok(Reply::read("GetAlias", shown(&arn, alias, found)))
}

pub(super) fn list(call: &mut Call<'_>, name: &str) -> Result<Reply, Refusal> {
    check_query(call, "ListAliases", &["FunctionVersion", "Marker", "MaxItems"])?;
    let name = FunctionName::of_request(name, None, call)?.unqualified("ListAliases")?;
    let version = call.query("FunctionVersion").map(str::to_owned);
    let aliases = function(call, &name)?.aliases.clone();
    let wanted = aliases.iter().filter(|(_, alias)| version.as_ref().is_none_or(|version| alias.version == *version));
    let all =
        wanted.map(|(alias, found)| shown(&FunctionName { qualifier: Some(alias), ..name }.arn(call), alias, found));
    let (aliases, next) = page(call, all.collect())?;
    Ok(Reply::read("ListAliases", shown_page("Aliases", aliases, next)))
}

pub(super) fn update(call: &mut Call<'_>, name: &str, alias: &str) -> Result<Reply, Refusal> {
    let body = call.json()?;
    let known = ["FunctionVersion", "Description", "RevisionId"];
    let members = Members::of(&body, "UpdateAlias", Dialect::Lambda, &known)?;
    let version = version(&members)?.map(str::to_owned);
    let description = members.sized("Description", 0, 256)?.map(str::to_owned);
    let name = FunctionName::of_request(name, None, call)?.unqualified("UpdateAlias")?;
    let revision = new_revision(call);
    if let Some(version) = &version {
        check_version(call, &name, version)?;
    }
    let arn = FunctionName { qualifier: Some(alias), ..name }.arn(call);
    let found = function(call, &name)?.aliases.get_mut(alias).ok_or_else(|| missing(&arn))?;
    check_revision(members.text("RevisionId")?, &found.revision, "GetFunction/GetAlias")?;
    found.version = version.unwrap_or_else(|| found.version.clone());
    found.description = description.unwrap_or_else(|| found.description.clone());
    found.revision = revision;
    let answer = shown(&arn, alias, found);
    Ok(Reply::wrote("UpdateAlias", 200, answer))
}

/// What is gone already is success.
pub(super) fn delete(call: &mut Call<'_>, name: &str, alias: &str) -> Result<Reply, Refusal> {
    let name = FunctionName::of_request(name, None, call)?.unqualified("DeleteAlias")?;
    let found = function(call, &name)?;
    found.aliases.remove(alias);
    found.policies.remove(alias);
    Ok(no_content("DeleteAlias"))
}

fn version<'m>(members: &Members<'m>) -> Result<Option<&'m str>, Refusal> {
    members.shaped("FunctionVersion", VERSION_PATTERN, |text| {
        text == "$LATEST" || (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// An alias points to a version that is there.
fn check_version(call: &mut Call<'_>, name: &FunctionName<'_>, version: &str) -> Result<(), Refusal> {
    let missing = FunctionName { qualifier: Some(version), ..*name }.missing(call);
    let found = function(call, name)?;
    let is_there = version == "$LATEST" || version.parse().is_ok_and(|number| found.versions.contains_key(&number));
    if is_there { Ok(()) } else { Err(missing) }
}

/// A word that is no number: numbers are versions.
fn is_alias(text: &str) -> bool {
    let word = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    word && !text.bytes().all(|byte| byte.is_ascii_digit())
}

fn missing(arn: &str) -> Refusal {
    Refusal::new(404, "ResourceNotFoundException", format!("Cannot find alias arn: {arn}"))
}

fn shown(arn: &str, name: &str, alias: &Alias) -> Value {
    json!({
        "AliasArn": arn,
        "Name": name,
        "FunctionVersion": alias.version,
        "Description": alias.description,
        "RevisionId": alias.revision,
    })
}
