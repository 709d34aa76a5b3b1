//! Lambda's runtime API, version 2018-06-01, for one function and one event.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::{Bytes, BytesMut};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::sync::SetOnce;
use tokio::task::JoinSet;

use super::guard::{self, Guard, Peer};
use super::{Outcome, Process};
use crate::clock::Millis;
use crate::serve::check_origin;

/// Bytes that a reply may have: Lambda's 6 MB, as its own message counts them.
const LARGEST_REPLY: usize = 6_291_556;

/// What the function asks of, and what it answered.
#[derive(Debug)]
pub(super) struct Api {
    event: Bytes,
    guard: Guard,
    request_id: String,
    trace_id: String,
    arn: String,
    timeout: Duration,
    handed_out: SetOnce<Instant>,
    outcome: SetOnce<Outcome>,
}

/// An error as runtimes post it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Posted {
    error_type: String,
    error_message: String,
    stack_trace: Vec<String>,
}

type Answer = Response<Full<Bytes>>;

impl Api {
    pub(super) fn new(process: &Process, event: Bytes) -> Self {
        let now = now();
        Self {
            event,
            guard: Guard::random(),
            request_id: request_id(),
            trace_id: format!("Root=1-{:08x}-{now:024x};Parent={now:016x};Sampled=0", now / 1000),
            arn: process.arn.clone(),
            timeout: process.timeout,
            handed_out: SetOnce::new(),
            outcome: SetOnce::new(),
        }
    }

    /// Answers until it is dropped, and its connections with it.
    pub(super) async fn serve(self: Arc<Self>, listener: TcpListener) {
        let mut connections = JoinSet::new();
        while let Ok((stream, from)) = listener.accept().await {
            let peer = listener.local_addr().map_or(Peer::Unknown, |here| guard::peer(from, here));
            let api = Arc::clone(&self);
            connections.spawn(async move {
                let answer = service_fn(|request| api.answer(request, peer));
                // How a connection ends is the function's affair.
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
            });
        }
    }

    /// The variable by which a runtime can be told how to prove that it is the function's.
    pub(super) fn variable(&self) -> Option<(String, String)> {
        self.guard.variable()
    }

    pub(super) fn request_id(&self) -> &str {
        &self.request_id
    }

    /// When the function was given its event, if it was.
    pub(super) fn handed_out(&self) -> Option<Instant> {
        self.handed_out.get().copied()
    }

    /// Waits until the function has answered.
    pub(super) async fn outcome(&self) -> Outcome {
        self.outcome.wait().await.clone()
    }

    /// The answer, if there is one.
    pub(super) fn outcome_so_far(&self) -> Option<Outcome> {
        self.outcome.get().cloned()
    }

    async fn answer(&self, request: Request<Incoming>, peer: Peer) -> Result<Answer, Infallible> {
        if let Err(text) = check_origin(request.uri(), request.headers()) {
            return Ok(refused(StatusCode::FORBIDDEN, "Forbidden", &text));
        }
        let path = request.uri().path().to_owned();
        let path = match (self.guard.behind(&path), peer) {
            (Some(rest), _) => rest,
            (None, Peer::Own) => &path,
            (None, _) => return Ok(refused(StatusCode::FORBIDDEN, "Forbidden", "this is another process's function")),
        };
        let Some(rest) = path.strip_prefix("/2018-06-01/runtime/") else { return Ok(unknown(path)) };
        let parts: Vec<&str> = rest.split('/').collect();
        Ok(match (request.method(), parts.as_slice()) {
            (&Method::GET, ["invocation", "next"]) => self.next().await,
            (&Method::POST, ["invocation", id, "response" | "error"]) if *id != self.request_id => {
                refused(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
            }
            (&Method::POST, ["invocation", _, "response"]) => self.take(reply(request.into_body()).await),
            (&Method::POST, ["invocation", _, "error"] | ["init", "error"]) => {
                self.take(error(request.into_body()).await)
            }
            _ => unknown(path),
        })
    }

    /// The event, once. Who asks again waits for a second one that never comes.
    async fn next(&self) -> Answer {
        if self.handed_out.set(Instant::now()).is_err() {
            std::future::pending::<()>().await;
        }
        let limit = Millis::try_from(self.timeout.as_millis()).unwrap_or(Millis::MAX);
        let answer = Response::builder()
            .header("content-type", "application/json")
            .header("lambda-runtime-aws-request-id", &self.request_id)
            .header("lambda-runtime-deadline-ms", now().saturating_add(limit).to_string())
            .header("lambda-runtime-invoked-function-arn", &self.arn)
            .header("lambda-runtime-trace-id", &self.trace_id)
            .body(Full::new(self.event.clone()));
        answer.unwrap_or_else(|error| {
            refused(StatusCode::INTERNAL_SERVER_ERROR, "Runtime.InvalidFunctionName", &error.to_string())
        })
    }

    /// The first answer counts.
    fn take(&self, outcome: Option<Outcome>) -> Answer {
        let Some(outcome) = outcome else {
            return refused(StatusCode::BAD_REQUEST, "InvalidRequest", "the body broke off");
        };
        let too_large = matches!(&outcome, Outcome::Failed { error_type, .. } if error_type == TOO_LARGE);
        if self.outcome.set(outcome).is_err() {
            return refused(StatusCode::FORBIDDEN, "InvalidStateTransition", "there is an answer already");
        }
        if too_large {
            return refused(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", "Exceeded maximum allowed payload");
        }
        answer(StatusCode::ACCEPTED, &json!({"status": "OK"}))
    }
}

const TOO_LARGE: &str = "Function.ResponseSizeTooLarge";

/// A reply; one that is too large is read to its end and counted, but not kept. None if it broke off.
async fn reply(mut body: Incoming) -> Option<Outcome> {
    let mut kept = BytesMut::new();
    let mut size = 0;
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.ok()?.into_data() {
            size += data.len();
            if size <= LARGEST_REPLY {
                kept.extend_from_slice(&data);
            }
        }
    }
    if size <= LARGEST_REPLY {
        return Some(Outcome::Returned(kept.freeze()));
    }
    let message =
        format!("Response payload size ({size} bytes) exceeded maximum allowed payload size ({LARGEST_REPLY} bytes).");
    Some(Outcome::Failed { error_type: TOO_LARGE.to_owned(), message, stack: Vec::new() })
}

/// A posted error. None if it broke off.
async fn error(body: Incoming) -> Option<Outcome> {
    let text = match reply(body).await? {
        Outcome::Returned(text) => text,
        too_large => return Some(too_large),
    };
    let Posted { error_type, error_message, stack_trace } = serde_json::from_slice(&text).unwrap_or_default();
    let error_type = if error_type.is_empty() { "Runtime.Unknown".to_owned() } else { error_type };
    Some(Outcome::Failed { error_type, message: error_message, stack: stack_trace })
}

fn unknown(path: &str) -> Answer {
    refused(StatusCode::NOT_FOUND, "NotFound", &format!("the runtime API has no {path}"))
}

fn refused(status: StatusCode, kind: &str, message: &str) -> Answer {
    answer(status, &json!({"errorType": kind, "errorMessage": message}))
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body.to_string())));
    *answer.status_mut() = status;
    answer
}

/// Milliseconds since 1970 by this machine's clock, which is also the function's.
fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
}

/// A new request's id, in the form of a UUID.
pub(crate) fn request_id() -> String {
    let id = unique();
    format!("{}-{}-4{}-8{}-{}", &id[..8], &id[8..12], &id[13..16], &id[17..20], &id[20..])
}

/// 32 hexadecimal digits that no other run has, on this machine or another.
pub(crate) fn unique() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let hash = Sha256::digest(format!("{nanos} {} {count}", std::process::id()));
    format!("{hash:x}")[..32].to_owned()
}
