//! Pinpoint: two applications that are simply there, in every region, as nobody can make new ones any more.
//!
//! | name | id |
//! |---|---|
//! | `push-openrate` | `5f2c9b1e7a804d36b0c1d2e3f4a59687` |
//! | `weekly-newsletter` | `c07d41a2e95b4f8893a6b1d0f2e45c78` |
//!
//! The first has the campaigns of [`samples`], the second has none.

mod campaigns;
mod kpi;
mod page;
pub(crate) mod samples;
#[cfg(test)]
mod tests;

use http::Method;
use serde_json::{Value, json};

use crate::call::{Call, Reply};
use crate::refusal::Refusal;

/// Id and name of each application.
const APPLICATIONS: &[(&str, &str)] =
    &[(samples::APPLICATION, "push-openrate"), ("c07d41a2e95b4f8893a6b1d0f2e45c78", "weekly-newsletter")];

/// Answers one call.
pub(crate) fn handle(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let segments = if call.method == Method::GET { call.segments() } else { Vec::new() };
    match segments.as_slice() {
        ["v1", "apps"] => get_apps(call),
        ["v1", "apps", id] => get_app(call, id),
        ["v1", "apps", id, "campaigns"] => campaigns::list(call, application(id)?),
        ["v1", "apps", id, "campaigns", campaign, "kpis", "daterange", kpi] => {
            kpi::date_range(call, application(id)?, campaign, kpi)
        }
        _ => Err(Refusal::not_emulated(format_args!("{} /{} of Pinpoint", call.method, call.path.join("/")))),
    }
}

fn get_apps(call: &Call<'_>) -> Result<Reply, Refusal> {
    only_queried(call, &["page-size", "token"])?;
    let all: Vec<Value> = APPLICATIONS.iter().map(|application| shown(call, application)).collect();
    Ok(Reply::read("GetApps", page::of(call, all)?))
}

fn get_app(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    only_queried(call, &[])?;
    let id = application(id)?;
    let found = APPLICATIONS.iter().find(|(known, _)| *known == id).ok_or_else(not_found)?;
    Ok(Reply::read("GetApp", shown(call, found)))
}

/// The id, if there is such an application.
fn application(id: &str) -> Result<&'static str, Refusal> {
    APPLICATIONS.iter().map(|(known, _)| *known).find(|known| *known == id).ok_or_else(not_found)
}

fn shown(call: &Call<'_>, (id, name): &(&str, &str)) -> Value {
    json!({
        "Arn": arn(call, id, ""),
        "Id": id,
        "Name": name,
        "tags": {},
        "CreationDate": "2024-10-01T00:00:00.000Z",
    })
}

/// The ARN of an application, or of what lies below it.
fn arn(call: &Call<'_>, application: &str, below: &str) -> String {
    format!("arn:aws:mobiletargeting:{}:{}:apps/{application}{below}", call.region, call.account)
}

fn only_queried(call: &Call<'_>, known: &[&str]) -> Result<(), Refusal> {
    match call.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => Err(Refusal::not_emulated(format_args!("the query parameter {name}"))),
        None => Ok(()),
    }
}

fn not_found() -> Refusal {
    Refusal::new(404, "NotFoundException", "Resource not found")
}

fn bad(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "BadRequestException", message)
}
