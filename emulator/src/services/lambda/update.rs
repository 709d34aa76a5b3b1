//! Changes a function's configuration and its code, which AWS does in two calls, one after the other.

use serde_json::Value;

use super::answers::{after, check_revision, function, invalid, new_revision};
use super::configuration::{MEMBERS, architecture};
use super::create::check_role;
use super::function::{Function, Settings};
use super::idle::Use;
use super::image::{check_pull, resolve};
use super::name::FunctionName;
use super::passage::Passage;
use super::shape::Shape;
use crate::call::{Call, Reply};
use crate::clock::{Millis, Timing};
use crate::refusal::Refusal;
use crate::services::ecr::members::{Dialect, Members};

pub(super) fn configuration(call: &mut Call<'_>, name: &str) -> Result<Reply, Refusal> {
    let body = call.json()?;
    let known = [&MEMBERS[..], &["RevisionId"]].concat();
    let members = Members::of(&body, "UpdateFunctionConfiguration", Dialect::Lambda, &known)?;
    let name = FunctionName::of_request(name, None, call)?.unqualified("UpdateFunctionConfiguration")?;
    let mut settings = changeable(call, &name, members.text("RevisionId")?, Function::check_changeable)?;
    settings.configuration.take(&members)?;
    if members.has("Role") {
        check_role(call, &settings.configuration.role)?;
    }
    let passage = Passage { until: after(call, call.timing.function_update), failure: None };
    begin(call, &name, settings, passage)?;
    let changed = function(call, &name)?.clone();
    let shown = Shape::new(call, name.name, &changed).latest();
    Ok(Reply::wrote("UpdateFunctionConfiguration", 200, for_update(shown)))
}

pub(super) fn code(call: &mut Call<'_>, name: &str) -> Result<Reply, Refusal> {
    let body = call.json()?;
    let known = ["ImageUri", "Publish", "RevisionId", "Architectures", "ZipFile", "S3Bucket", "S3Key"];
    let members = Members::of(&body, "UpdateFunctionCode", Dialect::Lambda, &known)?;
    let name = FunctionName::of_request(name, None, call)?.unqualified("UpdateFunctionCode")?;
    let architecture = architecture(&members)?;
    let publish = members.flag("Publish")?.unwrap_or(false);
    let uri = members.text("ImageUri")?;
    let mut settings = changeable(call, &name, members.text("RevisionId")?, Function::check_code_changeable)?;
    if ["ZipFile", "S3Bucket", "S3Key"].iter().any(|member| members.has(member)) {
        return Err(invalid("Please provide ImageUri when updating a function with packageType Image."));
    }
    let uri = uri.ok_or_else(|| invalid("Please provide ImageUri when updating a function with packageType Image."))?;
    if let Some(architecture) = architecture {
        architecture.clone_into(&mut settings.architecture);
    }
    let (image, failure) = resolve(call, uri, &settings.architecture)?;
    check_pull(call, &image, name.name)?;
    settings.image = image;
    let passage = Passage { until: after(call, call.timing.function_update), failure };
    begin(call, &name, settings, passage.clone())?;
    let (revision, now) = (new_revision(call), call.now);
    let changed = function(call, &name)?;
    let number = publish.then(|| changed.publish(None, revision, now, passage));
    let changed = changed.clone();
    let shape = Shape::new(call, name.name, &changed);
    let shown = number.and_then(|number| shape.version(number)).unwrap_or_else(|| shape.latest());
    Ok(Reply::wrote("UpdateFunctionCode", 200, for_update(shown)))
}

/// What an update answers beyond what is read later, as recorded from AWS.
fn for_update(mut shown: Value) -> Value {
    if shown["LastUpdateStatus"] == "InProgress" {
        shown["LastUpdateStatusReason"] = "The function is being created.".into();
        shown["LastUpdateStatusReasonCode"] = "Creating".into();
    }
    shown
}

/// The settings of a function that may be changed now.
fn changeable(
    call: &mut Call<'_>,
    name: &FunctionName<'_>,
    revision: Option<&str>,
    check: impl Fn(&Function, &str, Millis, &Timing) -> Result<(), Refusal>,
) -> Result<Settings, Refusal> {
    let (arn, now, timing) = (name.arn(call), call.now, call.timing);
    let function = function(call, name)?;
    check(function, &arn, now, timing)?;
    check_revision(revision, &function.revision, "GetFunction/GetAlias")?;
    Ok(function.latest.clone())
}

/// Sets the new settings, which show at once, and begins the passage until they work.
fn begin(call: &mut Call<'_>, name: &FunctionName<'_>, settings: Settings, passage: Passage) -> Result<(), Refusal> {
    let (revision, now) = (new_revision(call), call.now);
    let function = function(call, name)?;
    function.before = Some(function.running(now).clone());
    function.latest = settings;
    function.revision = revision;
    function.modified_at = now;
    function.update = Some(passage);
    function.usage = Use::default();
    function.broken = None;
    Ok(())
}
