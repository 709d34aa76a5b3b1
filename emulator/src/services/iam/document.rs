//! Checks policy documents as IAM does when they are written.

mod condition;

use serde_json::{Map, Value};

use super::evaluate;
use crate::refusal::Refusal;

/// What a document is for: each kind must have what the other must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Who may take on the role: principals, no resources.
    Trust,
    /// What the role may do: resources, no principals.
    Permissions,
}

/// What may stand in a statement.
const STATEMENT: &[&str] =
    &["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// The length of a document as the quotas count it.
pub(super) fn size(document: &str) -> usize {
    document.chars().filter(|letter| !letter.is_whitespace()).count()
}

/// Refuses what IAM refuses.
pub(super) fn check(document: &str, kind: Kind) -> Result<(), Refusal> {
    let Ok(Value::Object(policy)) = serde_json::from_str::<Value>(document) else {
        return malformed(if kind == Kind::Trust {
            "This policy contains invalid Json"
        } else {
            "Syntax errors in policy."
        });
    };
    if policy.keys().any(|key| !matches!(key.as_str(), "Version" | "Id" | "Statement")) {
        return malformed("Syntax errors in policy.");
    }
    if policy.get("Id").is_some_and(|id| !id.is_string()) {
        return malformed("Syntax errors in policy.");
    }
    // Without a version, IAM takes the policy for one of 2008.
    if !matches!(policy.get("Version").map(Value::as_str), None | Some(Some("2012-10-17" | "2008-10-17"))) {
        return malformed("The policy must contain a valid version string.");
    }
    let statements = match policy.get("Statement") {
        Some(Value::Array(statements)) => statements.as_slice(),
        Some(single @ Value::Object(_)) => std::slice::from_ref(single),
        _ => return malformed("Syntax errors in policy."),
    };
    if statements.is_empty() {
        return malformed("Syntax errors in policy.");
    }
    let mut sids = Vec::new();
    for statement in statements {
        let Value::Object(statement) = statement else { return malformed("Syntax errors in policy.") };
        check_statement(statement, kind)?;
        // An empty one is none (getmoto/moto#2415: AWS takes two of them).
        if let Some(sid) = statement.get("Sid").filter(|sid| *sid != "") {
            if sids.contains(&sid) {
                return malformed("Statement IDs (SID) in a single policy must be unique.");
            }
            sids.push(sid);
        }
    }
    Ok(())
}

fn check_statement(statement: &Map<String, Value>, kind: Kind) -> Result<(), Refusal> {
    if let Some(unknown) = statement.keys().find(|key| !STATEMENT.contains(&key.as_str())) {
        return malformed(&format!("Syntax errors in policy. Unknown field {unknown}"));
    }
    match statement.get("Effect").map(Value::as_str) {
        Some(Some("Allow" | "Deny")) => {}
        Some(_) => return malformed("Syntax errors in policy."),
        None => return malformed("Missing required field Effect"),
    }
    match statement.get("Sid") {
        None => {}
        Some(Value::String(sid)) if sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {}
        Some(_) => {
            return malformed(
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression \
                 [0-9A-Za-z]*",
            );
        }
    }
    if let Some(conditions) = statement.get("Condition") {
        match condition::check(conditions) {
            Ok(()) => {}
            Err(condition::Wrong::Syntax) => return malformed("Syntax errors in policy."),
            Err(condition::Wrong::Date) => return malformed("The policy failed legacy parsing"),
        }
    }
    check_actions(statement, kind)?;
    match kind {
        Kind::Trust => check_principal(statement),
        Kind::Permissions => check_resources(statement),
    }
}

fn check_actions(statement: &Map<String, Value>, kind: Kind) -> Result<(), Refusal> {
    let Some(actions) = either(statement, "Action", "NotAction")? else {
        return malformed(if kind == Kind::Trust {
            "Missing required field Action"
        } else {
            "Policy statement must contain actions."
        });
    };
    for action in actions {
        match (kind, action.split_once(':')) {
            (Kind::Trust, Some((vendor, name))) if vendor.eq_ignore_ascii_case("sts") && assumes(name) => {}
            (Kind::Trust, _) => return malformed("AssumeRole policy may only specify STS AssumeRole actions."),
            (Kind::Permissions, None) if action == "*" => {}
            (Kind::Permissions, Some((_, name))) if name.contains(':') => {
                return malformed("Actions/Condition can contain only one colon.");
            }
            (Kind::Permissions, Some((vendor, name))) if !vendor.is_empty() && !name.is_empty() => {
                if !vendor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.*?".contains(&byte)) {
                    return malformed(&format!("Vendor {vendor} is not valid"));
                }
            }
            (Kind::Permissions, _) => {
                return malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
            }
        }
    }
    Ok(())
}

/// What a trust policy may allow (STS's operations that take on a role, and what belongs to that).
const ASSUMING: [&str; 6] =
    ["assumerole", "assumerolewithsaml", "assumerolewithwebidentity", "setcontext", "setsourceidentity", "tagsession"];

/// Whether a pattern of STS's operations names one that a trust policy may allow.
fn assumes(pattern: &str) -> bool {
    ASSUMING.iter().any(|name| evaluate::matches(&pattern.to_ascii_lowercase(), name))
}

/// AWS's partitions, and the pattern for all.
const PARTITIONS: [&str; 9] =
    ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc", "*"];

/// What the resource of an ARN of IAM begins with.
const IAM_PATHS: [&str; 13] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

fn check_resources(statement: &Map<String, Value>) -> Result<(), Refusal> {
    if statement.contains_key("Principal") || statement.contains_key("NotPrincipal") {
        return malformed("Policy document should not specify a principal.");
    }
    let Some(resources) = either(statement, "Resource", "NotResource")? else {
        return malformed("Policy statement must contain resources.");
    };
    for resource in resources {
        // An ARN has five colons; a wildcard may stand for any part, and alone for all of them.
        let is_arn = resource.starts_with("arn:") && (resource.matches(':').count() >= 5 || resource.contains('*'));
        if resource != "*" && !is_arn {
            return malformed(&format!("Resource {resource} must be in ARN format or \"*\"."));
        }
        let mut parts = resource.splitn(6, ':').skip(1);
        let (Some(partition), Some(service)) = (parts.next(), parts.next()) else { continue };
        if !PARTITIONS.contains(&partition) && !partition.contains('*') {
            return malformed(&format!("Partition \"{partition}\" is not valid for resource \"{resource}\"."));
        }
        let path = parts.nth(2).unwrap_or("*");
        if service == "iam" && path != "*" && !IAM_PATHS.iter().any(|start| path.starts_with(start)) {
            let paths = IAM_PATHS.join(", ");
            return malformed(&format!("IAM resource path must either be \"*\" or start with {paths}."));
        }
    }
    Ok(())
}

fn check_principal(statement: &Map<String, Value>) -> Result<(), Refusal> {
    if statement.contains_key("Resource") || statement.contains_key("NotResource") {
        return malformed("Has prohibited field Resource");
    }
    let principals = match statement.get("Principal").or_else(|| statement.get("NotPrincipal")) {
        None => return malformed("Missing required field Principal"),
        Some(Value::String(all)) if all == "*" => return Ok(()),
        Some(Value::Object(principals)) if !principals.is_empty() => principals,
        Some(_) => return malformed("Invalid principal in policy."),
    };
    for (kind, names) in principals {
        let known = matches!(kind.as_str(), "AWS" | "Service" | "Federated" | "CanonicalUser");
        let Some(names) = texts(names).filter(|names| known && !names.is_empty()) else {
            return malformed("Invalid principal in policy.");
        };
        if let Some(name) = names.iter().find(|name| kind == "Service" && !is_service(name)) {
            return malformed(&format!("Invalid principal in policy: \"SERVICE\":\"{name}\""));
        }
    }
    Ok(())
}

/// The principals `AWS` of a trust policy, which must exist where they are of this account.
pub(super) fn principals(trust: &str) -> Vec<String> {
    let Ok(policy) = serde_json::from_str::<Value>(trust) else { return Vec::new() };
    let statements = match &policy["Statement"] {
        Value::Array(statements) => statements.as_slice(),
        single => std::slice::from_ref(single),
    };
    let named = statements.iter().flat_map(|statement| texts(&statement["Principal"]["AWS"]).unwrap_or_default());
    named.map(str::to_owned).collect()
}

/// `lambda.amazonaws.com`, `logs.ap-northeast-1.amazonaws.com`.
fn is_service(name: &str) -> bool {
    let stem = name.strip_suffix(".cn").unwrap_or(name).strip_suffix(".amazonaws.com");
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    stem.is_some_and(|stem| stem.split('.').all(|part| !part.is_empty() && part.bytes().all(letter)))
}

/// The texts of one of two fields, of which a statement may have only one; none if it has neither.
fn either<'a>(statement: &'a Map<String, Value>, field: &str, opposite: &str) -> Result<Option<Vec<&'a str>>, Refusal> {
    let found = match (statement.get(field), statement.get(opposite)) {
        (Some(_), Some(_)) => return malformed("Syntax errors in policy."),
        (None, None) => return Ok(None),
        (Some(found), None) | (None, Some(found)) => found,
    };
    match texts(found) {
        Some(texts) if texts.is_empty() => Ok(None),
        Some(texts) => Ok(Some(texts)),
        None => malformed("Syntax errors in policy."),
    }
}

/// A text or a list of texts; none if it is anything else.
pub(super) fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(text) => Some(vec![text]),
        Value::Array(items) => items.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

fn malformed<T>(text: &str) -> Result<T, Refusal> {
    Err(Refusal::new(400, "MalformedPolicyDocument", text))
}
