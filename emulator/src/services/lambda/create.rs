//! Creates functions.

use serde_json::Value;

use super::answers::{after, conflict, invalid, new_revision};
use super::configuration::{Configuration, MEMBERS, architecture, role};
use super::function::{Function, Settings};
use super::image::{check_pull, resolve};
use super::name::FunctionName;
use super::passage::Passage;
use super::shape::{Shape, for_creation};
use super::tags::check_tags;
use crate::call::{Call, Reply};
use crate::refusal::Refusal;
use crate::services::ecr::members::{Dialect, Members};
use crate::services::iam::Assumable;

/// A function's own name is shorter than the ARN-like forms that name it.
const LONGEST_NAME: usize = 64;

pub(super) fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let body = call.json()?;
    let own = ["FunctionName", "Code", "PackageType", "Publish", "Tags", "Architectures"];
    let members = Members::of(&body, "CreateFunction", Dialect::Lambda, &[&own[..], &MEMBERS].concat())?;
    let name = function_name(call, &members)?.to_owned();
    let role = members.required("Role", role(&members)?)?;
    let uri = image_uri(&members)?;
    let architecture = architecture(&members)?.unwrap_or("x86_64");
    let mut configuration = Configuration::defaults(&name, role);
    configuration.take(&members)?;
    let tags = members.map("Tags")?.unwrap_or_default();
    check_tags(&tags)?;
    let publish = members.flag("Publish")?.unwrap_or(false);
    if call.region().lambda.functions.contains_key(&name) {
        return Err(conflict(format!("Function already exist: {name}")));
    }
    check_role(call, role)?;
    let (image, failure) = resolve(call, uri, architecture)?;
    let (account, region) = (call.account, call.region);
    // Lambda does so with the caller's rights, which here are always enough.
    call.region().ecr.let_lambda_pull(image.repository(), account, region);
    check_pull(call, &image, &name)?;

    let creation = Passage { until: after(call, call.timing.function_create), failure };
    let mut function = Function::new(
        Settings { image, architecture: architecture.to_owned(), configuration },
        new_revision(call),
        call.now,
        creation.clone(),
        tags,
    );
    let shown = if publish {
        let number = function.publish(None, new_revision(call), call.now, creation);
        published(&Shape::new(call, &name, &function), number)
    } else {
        Shape::new(call, &name, &function).latest()
    };
    call.region().lambda.functions.insert(name, function);
    Ok(Reply::wrote("CreateFunction", 201, for_creation(shown)))
}

/// The version, under the function's ARN: so `CreateFunction` shows it, unlike all others.
fn published(shape: &Shape<'_>, number: u64) -> Value {
    let mut shown = shape.latest();
    if let Some(version) = shape.version(number) {
        shown["Version"] = version["Version"].clone();
        shown["RevisionId"] = version["RevisionId"].clone();
    }
    shown
}

fn function_name<'a>(call: &Call<'_>, members: &Members<'a>) -> Result<&'a str, Refusal> {
    let text = members.required("FunctionName", members.sized("FunctionName", 1, 140)?)?;
    let name = FunctionName::of_request(text, None, call)?.unqualified("CreateFunction")?.name;
    if name.len() > LONGEST_NAME {
        let text = format!(
            "1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: Member must have \
             length less than or equal to {LONGEST_NAME}"
        );
        return Err(invalid(&text));
    }
    Ok(name)
}

fn image_uri<'a>(members: &Members<'a>) -> Result<&'a str, Refusal> {
    let code = ["ImageUri", "ZipFile", "S3Bucket", "S3Key", "S3ObjectVersion"];
    let code = members.required("Code", members.inner("Code", &code)?)?;
    let uri = code.text("ImageUri")?;
    if members.choice("PackageType", &["Zip", "Image"])? != Some("Image") {
        if !members.has("Runtime") || !members.has("Handler") {
            let text = "Runtime and Handler are mandatory parameters for functions created with deployment packages.";
            return Err(invalid(text));
        }
        return Err(Refusal::not_emulated("functions of the PackageType Zip"));
    }
    if ["ZipFile", "S3Bucket", "S3Key", "S3ObjectVersion"].iter().any(|name| code.has(name)) {
        return Err(invalid("Please provide ImageUri only when the intended function PackageType is Image."));
    }
    uri.ok_or_else(|| invalid("Please provide ImageUri when the intended function PackageType is Image."))
}

/// Refuses a role that Lambda cannot assume (yet).
pub(super) fn check_role(call: &Call<'_>, role: &str) -> Result<(), Refusal> {
    if role.split(':').nth(4).is_some_and(|account| account != call.account) {
        return Err(Refusal::new(403, "AccessDeniedException", "Cross-account pass role is not allowed."));
    }
    match call.world.iam.assumable(role, "lambda.amazonaws.com", call.now, call.timing) {
        Assumable::Yes => Ok(()),
        Assumable::NotYet | Assumable::NoSuchRole | Assumable::NotTrusted => {
            Err(invalid("The role defined for the function cannot be assumed by Lambda."))
        }
    }
}
