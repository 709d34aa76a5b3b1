//! Publishes versions and lists them.

use serde_json::Value;

use super::answers::{after, check_revision, function, invalid, new_revision};
use super::name::FunctionName;
use super::passage::Passage;
use super::reading::{check_query, page, shown_page};
use super::shape::{Shape, for_list};
use crate::call::{Call, Reply};
use crate::refusal::Refusal;
use crate::services::ecr::members::{Dialect, Members};

pub(super) fn publish(call: &mut Call<'_>, name: &str) -> Result<Reply, Refusal> {
    let body = call.json()?;
    let known = ["CodeSha256", "Description", "RevisionId"];
    let members = Members::of(&body, "PublishVersion", Dialect::Lambda, &known)?;
    let name = FunctionName::of_request(name, None, call)?.unqualified("PublishVersion")?;
    let description = members.sized("Description", 0, 256)?;
    let (arn, now, timing) = (name.arn(call), call.now, call.timing);
    let creation = Passage { until: after(call, call.timing.function_update), failure: None };
    let revision = new_revision(call);
    let found = function(call, &name)?;
    found.check_changeable(&arn, now, timing)?;
    check_revision(members.text("RevisionId")?, &found.revision, "GetFunction/GetAlias")?;
    let actual = found.latest.image.code_sha256();
    if let Some(wanted) = members.text("CodeSha256")?.filter(|wanted| *wanted != actual) {
        return Err(invalid(&format!(
            "CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST ({actual}). Please try again with \
             the CodeSHA256 in $LATEST."
        )));
    }
    let number = found.publish(description, revision, now, creation);
    let found = found.clone();
    let shown = Shape::new(call, name.name, &found).version(number).unwrap_or_default();
    Ok(Reply::wrote("PublishVersion", 201, shown))
}

pub(super) fn list(call: &mut Call<'_>, name: &str) -> Result<Reply, Refusal> {
    check_query(call, "ListVersionsByFunction", &["Marker", "MaxItems"])?;
    let name = FunctionName::of_request(name, None, call)?.unqualified("ListVersionsByFunction")?;
    let missing = name.missing(call);
    let found = call.region().lambda.functions.get(name.name).cloned().ok_or(missing)?;
    let all = all_versions(&Shape::new(call, name.name, &found), found.versions.keys().copied());
    let (versions, next) = page(call, all)?;
    Ok(Reply::read("ListVersionsByFunction", shown_page("Versions", versions, next)))
}

/// `$LATEST`, then the versions in their order, all under qualified ARNs.
pub(super) fn all_versions(shape: &Shape<'_>, numbers: impl Iterator<Item = u64>) -> Vec<Value> {
    let numbered = numbers.filter_map(|number| shape.version(number));
    shape.qualified(Some("$LATEST")).into_iter().chain(numbered).map(for_list).collect()
}
