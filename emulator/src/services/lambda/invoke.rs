//! `Invoke`: hands an event to a function and answers what it returns; the function runs for real.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::Value;

use super::name::FunctionName;
use super::reading::check_query;
use super::run::{self, Run};
use crate::call::{Body, Call, Later, Reply};
use crate::refusal::Refusal;

/// Bytes of the log that are sent along.
const TAIL: usize = 4096;

/// Bytes that an event may have whose sender does not wait (1 MB since October 2025).
const LARGEST_LATER: usize = 1_048_576;

pub(super) fn invoke(call: &mut Call<'_>, name: &str) -> Result<Reply, Refusal> {
    check_query(call, "Invoke", &["Qualifier"])?;
    let header = |name: &str| call.headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if header("x-amz-client-context").is_some() {
        return Err(Refusal::not_emulated("the client context of Invoke"));
    }
    let choice = |name: &str, member: &str, known: &[&str], default: &str| match header(name) {
        None => Ok(default.to_owned()),
        Some(given) if known.contains(&given) => Ok(given.to_owned()),
        Some(given) => {
            let rule = format!("Member must satisfy enum value set: [{}]", known.join(", "));
            Err(super::answers::rule(member, Some(given), &rule))
        }
    };
    let kinds = ["RequestResponse", "Event", "DryRun"];
    let kind = choice("x-amz-invocation-type", "invocationType", &kinds, "RequestResponse")?;
    let with_log = choice("x-amz-log-type", "logType", &["None", "Tail"], "None")? == "Tail";
    let event = event(call.body)?;
    let (region, qualifier) = (call.region.to_owned(), call.query("Qualifier").map(str::to_owned));
    let found = FunctionName::of_request(name, qualifier.as_deref(), call)?;
    let function = found.arn(call);
    run::check(call, &function)?;
    match kind.as_str() {
        "DryRun" => Ok(reply(204, Body::Empty)),
        "Event" if event.len() > LARGEST_LATER => Err(run::too_large(LARGEST_LATER)),
        "Event" => {
            let later: Later = Box::new(move |emulator| {
                Box::pin(async move {
                    // AWS answers as soon as it has the event; what comes of it stands in the log alone.
                    tokio::spawn(async move { run::run(&emulator, &region, &function, event).await });
                    Ok(reply(202, Body::Empty))
                })
            });
            Ok(reply(202, Body::Later(later)))
        }
        _ => {
            let later: Later = Box::new(move |emulator| {
                Box::pin(async move { Ok(answer(run::run(&emulator, &region, &function, event).await?, with_log)) })
            });
            Ok(reply(200, Body::Later(later)))
        }
    }
}

/// The event: JSON, and an empty object where nothing was sent.
fn event(body: &Bytes) -> Result<Bytes, Refusal> {
    if body.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    serde_json::from_slice::<Value>(body).map(|_| body.clone()).map_err(|error| {
        let text = format!("Could not parse request body into json: Could not parse payload into json: {error}");
        Refusal::new(400, "InvalidRequestContentException", text)
    })
}

fn answer(run: Run, with_log: bool) -> Reply {
    let mut headers = vec![("content-type", "application/json".to_owned()), ("x-amz-executed-version", run.version)];
    headers.extend(run.error.map(|error| ("x-amz-function-error", error.to_owned())));
    if with_log {
        let tail = &run.log[run.log.len().saturating_sub(TAIL)..];
        headers.push(("x-amz-log-result", STANDARD.encode(tail)));
    }
    reply(200, Body::Raw(headers, run.payload))
}

fn reply(status: u16, body: Body) -> Reply {
    Reply { status, body, operation: "Invoke", writes: false }
}
