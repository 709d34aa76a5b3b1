//! Pinpoint: two applications that are simply there, in every region, as nobody can make new ones any more.
//!
//! | name | id |
//! |---|---|
//! | `push-openrate` | `5f2c9b1e7a804d36b0c1d2e3f4a59687` |
//! | `weekly-newsletter` | `c07d41a2e95b4f8893a6b1d0f2e45c78` |

#[cfg(test)]
mod tests;

use http::Method;
use serde_json::{Value, json};

use crate::call::{Call, Reply};
use crate::refusal::Refusal;

/// Id and name of each application.
const APPLICATIONS: &[(&str, &str)] =
    &[("5f2c9b1e7a804d36b0c1d2e3f4a59687", "push-openrate"), ("c07d41a2e95b4f8893a6b1d0f2e45c78", "weekly-newsletter")];

/// Answers one call.
pub(crate) fn handle(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let segments = if call.method == Method::GET { call.segments() } else { Vec::new() };
    match segments.as_slice() {
        ["v1", "apps"] => get_apps(call),
        ["v1", "apps", id] => get_app(call, id),
        _ => Err(Refusal::not_emulated(format_args!("{} /{} of Pinpoint", call.method, call.path.join("/")))),
    }
}

fn get_apps(call: &Call<'_>) -> Result<Reply, Refusal> {
    only_queried(call, &["page-size", "token"])?;
    let bad = |name: &str| Refusal::new(400, "BadRequestException", format!("Invalid value for {name}"));
    let number = |name: &str, otherwise: usize| match call.query(name).map(str::parse::<usize>) {
        None => Ok(otherwise),
        Some(parsed) => parsed.map_err(|_| bad(name)),
    };
    let (size, start) = (number("page-size", 100)?, number("token", 0)?);
    if size == 0 {
        return Err(bad("page-size"));
    }
    let page: Vec<Value> =
        APPLICATIONS.iter().skip(start).take(size).map(|application| shown(call, application)).collect();
    let mut answer = json!({"Item": page});
    if start + size < APPLICATIONS.len() {
        answer["NextToken"] = json!((start + size).to_string());
    }
    Ok(Reply::read("GetApps", answer))
}

fn get_app(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    only_queried(call, &[])?;
    match APPLICATIONS.iter().find(|(known, _)| *known == id) {
        Some(application) => Ok(Reply::read("GetApp", shown(call, application))),
        None => Err(Refusal::new(404, "NotFoundException", "Resource not found")),
    }
}

fn shown(call: &Call<'_>, (id, name): &(&str, &str)) -> Value {
    json!({
        "Arn": format!("arn:aws:mobiletargeting:{}:{}:apps/{id}", call.region, call.account),
        "Id": id,
        "Name": name,
        "tags": {},
        "CreationDate": "2024-10-01T00:00:00.000Z",
    })
}

fn only_queried(call: &Call<'_>, known: &[&str]) -> Result<(), Refusal> {
    match call.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => Err(Refusal::not_emulated(format_args!("the query parameter {name}"))),
        None => Ok(()),
    }
}
