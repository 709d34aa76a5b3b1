//! The resource policies: who may call the function, or one version of it. Each qualifier has a policy of its own.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answers::{check_revision, conflict, function, invalid, new_revision, no_content};
use super::function::Function;
use super::name::FunctionName;
use super::reading::check_query;
use crate::call::{Call, Reply};
use crate::refusal::Refusal;
use crate::services::ecr::answers::is_account;
use crate::services::ecr::members::{Dialect, Members};

/// A policy takes at most 20 KB.
const MOST_BYTES: usize = 20_480;

/// One statement of a policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Statement {
    pub(super) id: String,
    /// As it stands in the policy.
    pub(super) document: Value,
}

pub(super) fn add(call: &mut Call<'_>, name: &str) -> Result<Reply, Refusal> {
    let body = call.json()?;
    let known = [
        "StatementId",
        "Action",
        "Principal",
        "SourceArn",
        "SourceAccount",
        "RevisionId",
        "EventSourceToken",
        "FunctionUrlAuthType",
        "PrincipalOrgID",
    ];
    let members = Members::of(&body, "AddPermission", Dialect::Lambda, &known)?;
    let qualifier = call.query("Qualifier").map(str::to_owned);
    let name = named(call, "AddPermission", name, qualifier.as_deref(), &["Qualifier"])?;
    let statement = read_statement(&members, &name.arn(call))?;
    let (missing, revision) = (missing_resource(&name, call), new_revision(call));
    let found = function(call, &name)?;
    let key = policy_key(found, &name, missing)?;
    check_revision(members.text("RevisionId")?, current_revision(found, &key), "GetPolicy")?;
    let mut statements = found.policies.get(&key).cloned().unwrap_or_default();
    if statements.iter().any(|other| other.id == statement.id) {
        return Err(conflict(format!(
            "The statement id ({}) provided already exists. Please provide a new statement id, or remove the existing \
             statement.",
            statement.id
        )));
    }
    statements.push(statement.clone());
    let size = policy(&statements).to_string().len();
    if size > MOST_BYTES {
        let text = format!("The final policy size ({size}) is bigger than the limit ({MOST_BYTES}).");
        return Err(Refusal::new(400, "PolicyLengthExceededException", text));
    }
    found.policies.insert(key.clone(), statements);
    renew(found, &key, revision);
    Ok(Reply::wrote("AddPermission", 201, json!({ "Statement": statement.document.to_string() })))
}

pub(super) fn get(call: &mut Call<'_>, name: &str) -> Result<Reply, Refusal> {
    let qualifier = call.query("Qualifier").map(str::to_owned);
    let name = named(call, "GetPolicy", name, qualifier.as_deref(), &["Qualifier"])?;
    let none = || Refusal::new(404, "ResourceNotFoundException", "The resource you requested does not exist.");
    let found = call.region().lambda.functions.get(name.name).ok_or_else(none)?;
    let key = policy_key(found, &name, none())?;
    let statements = found.policies.get(&key).ok_or_else(none)?;
    let answer = json!({ "Policy": policy(statements).to_string(), "RevisionId": current_revision(found, &key) });
    Ok(Reply::read("GetPolicy", answer))
}

pub(super) fn remove(call: &mut Call<'_>, name: &str, id: &str) -> Result<Reply, Refusal> {
    let qualifier = call.query("Qualifier").map(str::to_owned);
    let name = named(call, "RemovePermission", name, qualifier.as_deref(), &["Qualifier", "RevisionId"])?;
    let given = call.query("RevisionId").map(str::to_owned);
    let (missing, revision) = (missing_resource(&name, call), new_revision(call));
    let not_there = |text: String| Refusal::new(404, "ResourceNotFoundException", text);
    if !call.region().lambda.functions.contains_key(name.name) {
        return Err(not_there(format!("No policy found for: {}", name.arn(call))));
    }
    let found = function(call, &name)?;
    let key = policy_key(found, &name, missing)?;
    if !found.policies.contains_key(&key) {
        return Err(not_there("No policy is associated with the given resource.".to_owned()));
    }
    let gone = || not_there(format!("Statement {id} is not found in resource policy."));
    let at = found.policies.get(&key).and_then(|statements| statements.iter().position(|other| other.id == id));
    let at = at.ok_or_else(gone)?;
    check_revision(given.as_deref(), current_revision(found, &key), "GetPolicy")?;
    let statements = found.policies.entry(key.clone()).or_default();
    statements.remove(at);
    if statements.is_empty() {
        found.policies.remove(&key);
    }
    renew(found, &key, revision);
    Ok(no_content("RemovePermission"))
}

fn named<'n>(
    call: &Call<'_>,
    operation: &str,
    name: &'n str,
    qualifier: Option<&'n str>,
    known: &[&str],
) -> Result<FunctionName<'n>, Refusal> {
    check_query(call, operation, known)?;
    FunctionName::of_request(name, qualifier, call)
}

/// The refusal of a qualifier that names nothing: AWS takes one that is no number for an alias.
fn missing_resource(name: &FunctionName<'_>, call: &Call<'_>) -> Refusal {
    let is_alias = |qualifier: &str| !qualifier.contains('$') && qualifier.parse::<u64>().is_err();
    if name.qualifier.is_some_and(is_alias) {
        let text = format!("Cannot find alias arn: {}", name.arn(call));
        return Refusal::new(404, "ResourceNotFoundException", text);
    }
    name.missing(call)
}

/// Under which key the policy of the named resource is kept.
fn policy_key(function: &Function, name: &FunctionName<'_>, missing: Refusal) -> Result<String, Refusal> {
    match name.qualifier {
        None => Ok(String::new()),
        Some("$LATEST") => Err(invalid("We currently do not support adding policies for $LATEST.")),
        Some(qualifier) if function.has(qualifier) => Ok(qualifier.to_owned()),
        Some(_) => Err(missing),
    }
}

fn current_revision<'f>(function: &'f Function, key: &str) -> &'f str {
    let of_version = || function.version(key).map_or(&function.revision, |version| &version.revision);
    function.aliases.get(key).map_or_else(of_version, |alias| &alias.revision)
}

/// A policy's change gives its function, or its version, a new revision id.
fn renew(function: &mut Function, key: &str, revision: String) {
    if let Some(alias) = function.aliases.get_mut(key) {
        alias.revision = revision;
        return;
    }
    match key.parse().ok().and_then(|number: u64| function.versions.get_mut(&number)) {
        Some(version) => version.revision = revision,
        None => function.revision = revision,
    }
}

fn policy(statements: &[Statement]) -> Value {
    let documents: Vec<&Value> = statements.iter().map(|statement| &statement.document).collect();
    json!({ "Version": "2012-10-17", "Id": "default", "Statement": documents })
}

fn read_statement(members: &Members<'_>, resource: &str) -> Result<Statement, Refusal> {
    let word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    members.sized("StatementId", 1, 100)?;
    let id = members.required("StatementId", members.shaped("StatementId", "([a-zA-Z0-9-_]+)", word)?)?;
    let action = members.shaped("Action", "(lambda:[*]|lambda:[a-zA-Z]+|[*])", is_action)?;
    let action = members.required("Action", action)?;
    let unspaced = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
    let principal = members.required("Principal", members.shaped("Principal", "[^\\s]+", unspaced)?)?;
    let mut document = json!({
        "Sid": id,
        "Effect": "Allow",
        "Principal": principal_document(principal)?,
        "Action": action,
        "Resource": resource,
    });
    if let Some(account) = members.shaped("SourceAccount", "\\d{12}", is_account)? {
        document["Condition"]["StringEquals"] = json!({ "AWS:SourceAccount": account });
    }
    if let Some(arn) = members.shaped("SourceArn", ARN_PATTERN, is_arn)? {
        document["Condition"]["ArnLike"] = json!({ "AWS:SourceArn": arn });
    }
    let token = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    members.sized("EventSourceToken", 0, 256)?;
    if let Some(given) = members.shaped("EventSourceToken", "[a-zA-Z0-9._\\-]+", token)? {
        document["Condition"]["StringEquals"]["lambda:EventSourceToken"] = given.into();
    }
    if let Some(kind) = members.choice("FunctionUrlAuthType", &["NONE", "AWS_IAM"])? {
        document["Condition"]["StringEquals"]["lambda:FunctionUrlAuthType"] = kind.into();
    }
    let organization = |text: &str| text.strip_prefix("o-").is_some_and(|rest| (10..=32).contains(&rest.len()));
    if let Some(id) = members.shaped("PrincipalOrgID", "^o-[a-z0-9]{10,32}$", organization)? {
        document["Condition"]["StringEquals"]["aws:PrincipalOrgID"] = id.into();
    }
    Ok(Statement { id: id.to_owned(), document })
}

const ARN_PATTERN: &str = "arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)";

fn is_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [arn, partition, service, region, account, _] = parts.as_slice() else { return false };
    let region_fits = region.is_empty() || region.split('-').count() >= 3;
    let account_fits = account.is_empty() || is_account(account);
    *arn == "arn" && partition.starts_with("aws") && !service.is_empty() && region_fits && account_fits
}

fn is_action(text: &str) -> bool {
    text == "*"
        || text.strip_prefix("lambda:").is_some_and(|name| {
            name == "*" || (!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic()))
        })
}

/// A service, an account or an ARN of IAM; else AWS refuses the principal.
fn principal_document(principal: &str) -> Result<Value, Refusal> {
    if principal == "*" {
        Ok("*".into())
    } else if principal.ends_with(".amazonaws.com") {
        Ok(json!({ "Service": principal }))
    } else if is_account(principal) {
        Ok(json!({ "AWS": format!("arn:aws:iam::{principal}:root") }))
    } else if principal.starts_with("arn:aws:iam::") || principal.starts_with("arn:aws:sts::") {
        Ok(json!({ "AWS": principal }))
    } else {
        Err(invalid("The provided principal was invalid. Please check the principal and try again."))
    }
}
