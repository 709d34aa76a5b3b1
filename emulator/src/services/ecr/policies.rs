//! The repository policy: who but the account itself may pull.

use serde_json::{Value, json};

use super::answers::{read, repository};
use crate::call::{Call, Reply};
use crate::refusal::Refusal;

pub(super) fn get(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let members = read(body, "GetRepositoryPolicy", &["registryId", "repositoryName"])?;
    let account = call.account;
    let (name, found) = repository(call, &members)?;
    let policy = found.policy.as_ref().ok_or_else(|| none(name, account))?;
    Ok(Reply::read("GetRepositoryPolicy", show(name, account, policy)))
}

pub(super) fn set(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let members = read(body, "SetRepositoryPolicy", &["registryId", "repositoryName", "policyText", "force"])?;
    let text = members.required("policyText", members.sized("policyText", 0, 10240)?)?;
    members.flag("force")?; // it only lets the caller lock himself out, which the emulator has no way to notice
    if !is_policy(text) {
        return Err(members.refuse("PolicyText", Some(text), "Invalid repository policy provided"));
    }
    let account = call.account;
    let (name, found) = repository(call, &members)?;
    found.policy = Some(text.to_owned());
    Ok(Reply::wrote("SetRepositoryPolicy", 200, show(name, account, text)))
}

pub(super) fn delete(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let members = read(body, "DeleteRepositoryPolicy", &["registryId", "repositoryName"])?;
    let account = call.account;
    let (name, found) = repository(call, &members)?;
    let policy = found.policy.take().ok_or_else(|| none(name, account))?;
    Ok(Reply::wrote("DeleteRepositoryPolicy", 200, show(name, account, &policy)))
}

/// Whether the text is a policy in form: statements, each with an effect, a principal and an action.
fn is_policy(text: &str) -> bool {
    let Ok(Value::Object(policy)) = serde_json::from_str::<Value>(text) else { return false };
    let statements = match policy.get("Statement") {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(one @ Value::Object(_)) => vec![one],
        _ => return false,
    };
    statements.into_iter().all(|statement| {
        matches!(statement["Effect"].as_str(), Some("Allow" | "Deny"))
            && (statement.get("Principal").is_some() || statement.get("NotPrincipal").is_some())
            && (statement.get("Action").is_some() || statement.get("NotAction").is_some())
    })
}

fn none(name: &str, account: &str) -> Refusal {
    Refusal::new(
        400,
        "RepositoryPolicyNotFoundException",
        format!(
            "Repository policy does not exist for the repository with name '{name}' in the registry with id '{account}'"
        ),
    )
}

fn show(name: &str, account: &str, policy: &str) -> Value {
    json!({ "registryId": account, "repositoryName": name, "policyText": policy })
}
