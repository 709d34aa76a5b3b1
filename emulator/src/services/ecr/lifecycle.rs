//! The lifecycle policy of a repository. It is kept and checked in form; nothing ever expires here.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::answers::{read, repository};
use crate::call::{Call, Reply};
use crate::refusal::Refusal;

const COUNT_TYPES: [&str; 4] = ["imageCountMoreThan", "sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned"];

pub(super) fn put(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let members = read(body, "PutLifecyclePolicy", &["registryId", "repositoryName", "lifecyclePolicyText"])?;
    let text = members.required("lifecyclePolicyText", members.sized("lifecyclePolicyText", 100, 30720)?)?;
    check(text).map_err(|why| {
        let rule = format!("Lifecycle policy validation failure: {why}");
        members.refuse("LifecyclePolicyText", Some(text), &rule)
    })?;
    let account = call.account;
    let (name, found) = repository(call, &members)?;
    found.lifecycle = Some(text.to_owned());
    Ok(Reply::wrote("PutLifecyclePolicy", 200, show(name, account, text)))
}

pub(super) fn get(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let members = read(body, "GetLifecyclePolicy", &["registryId", "repositoryName"])?;
    let account = call.account;
    let (name, found) = repository(call, &members)?;
    let text = found.lifecycle.as_ref().ok_or_else(|| none(name, account))?;
    Ok(Reply::read("GetLifecyclePolicy", evaluated(show(name, account, text))))
}

pub(super) fn delete(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let members = read(body, "DeleteLifecyclePolicy", &["registryId", "repositoryName"])?;
    let account = call.account;
    let (name, found) = repository(call, &members)?;
    let text = found.lifecycle.take().ok_or_else(|| none(name, account))?;
    Ok(Reply::wrote("DeleteLifecyclePolicy", 200, evaluated(show(name, account, &text))))
}

/// The policy with the time of its last evaluation: none here, which the AWS CLI's own example shows as 0.
fn evaluated(mut shown: Value) -> Value {
    shown["lastEvaluatedAt"] = json!(0.0);
    shown
}

/// What is wrong with the policy's form.
fn check(text: &str) -> Result<(), String> {
    let policy: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let rules = policy["rules"].as_array().filter(|rules| !rules.is_empty()).ok_or("it has no rules")?;
    let mut priorities = BTreeSet::new();
    for rule in rules {
        let priority = rule["rulePriority"].as_u64().filter(|number| *number > 0);
        let priority = priority.ok_or("rulePriority must be a whole number from 1")?;
        if !priorities.insert(priority) {
            return Err(format!("rulePriority {priority} is given twice"));
        }
        check_selection(&rule["selection"]).map_err(|why| format!("rule {priority}: {why}"))?;
        if !matches!(rule["action"]["type"].as_str(), Some("expire" | "transition")) {
            return Err(format!("rule {priority}: action.type must be expire or transition"));
        }
    }
    Ok(())
}

fn check_selection(selection: &Value) -> Result<(), &'static str> {
    let tagged = match selection["tagStatus"].as_str() {
        Some("tagged") => true,
        Some("untagged" | "any") => false,
        _ => return Err("tagStatus must be tagged, untagged or any"),
    };
    let lists = ["tagPrefixList", "tagPatternList"].iter().filter(|list| selection[**list].is_array()).count();
    if lists != usize::from(tagged) {
        return Err("tagStatus tagged takes one of tagPrefixList and tagPatternList, the others take none");
    }
    if !selection["countType"].as_str().is_some_and(|kind| COUNT_TYPES.contains(&kind)) {
        return Err("countType is not known");
    }
    if selection["countNumber"].as_u64().is_none_or(|number| number == 0) {
        return Err("countNumber must be a whole number from 1");
    }
    let since = selection["countType"] != "imageCountMoreThan";
    if since != (selection["countUnit"] == "days") {
        return Err("countUnit days goes with the countTypes that count time, and only with them");
    }
    Ok(())
}

fn none(name: &str, account: &str) -> Refusal {
    Refusal::new(
        400,
        "LifecyclePolicyNotFoundException",
        format!(
            "Lifecycle policy does not exist for the repository with name '{name}' in the registry with id '{account}'"
        ),
    )
}

fn show(name: &str, account: &str, text: &str) -> Value {
    json!({ "registryId": account, "repositoryName": name, "lifecyclePolicyText": text })
}
