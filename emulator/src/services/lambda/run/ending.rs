//! What Lambda answers when a function has ended, in whichever way: its reply, or an error as a payload.

use bytes::Bytes;
use serde_json::json;

use super::order::Order;
use crate::runtime::{Exit, Invocation, Outcome};

/// The answer to the sender of the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) payload: Bytes,
    pub(super) error: Option<&'static str>,
}

impl Ending {
    pub(super) fn of(order: &Order, invocation: &Invocation) -> Self {
        let id = &invocation.request_id;
        let Invocation { outcome, .. } = invocation;
        let (kind, message) = match outcome {
            Outcome::Returned(reply) => return Self { payload: reply.clone(), error: None },
            Outcome::Failed { error_type, message, stack } => {
                let mut error = json!({ "errorMessage": message, "errorType": error_type });
                // What Lambda itself complains of comes from no line of the function.
                if !error_type.starts_with("Function.") {
                    error["requestId"] = id.as_str().into();
                    error["stackTrace"] = stack.as_slice().into();
                }
                return Self::error(&error);
            }
            Outcome::Exited(Exit::Code(0)) => {
                ("Runtime.ExitError", "Runtime exited without providing a reason".to_owned())
            }
            Outcome::Exited(Exit::Code(code)) => {
                ("Runtime.ExitError", format!("Runtime exited with error: exit status {code}"))
            }
            Outcome::Exited(Exit::Signal(number)) => {
                ("Runtime.ExitError", format!("Runtime exited with error: signal: {}", signal(*number)))
            }
            Outcome::OutOfMemory => ("Runtime.OutOfMemory", "Runtime exited with error: signal: killed".to_owned()),
            // Lambda starts a function that did not get ready anew within its own timeout, and that is then up.
            Outcome::TimedOut | Outcome::NeverAsked(_) => ("Sandbox.Timedout", timed_out(order)),
            Outcome::NotStarted(reason) => ("Runtime.InvalidEntrypoint", reason.clone()),
        };
        Self::error(&json!({ "errorType": kind, "errorMessage": format!("RequestId: {id} Error: {message}") }))
    }

    fn error(error: &serde_json::Value) -> Self {
        Self { payload: error.to_string().into(), error: Some("Unhandled") }
    }
}

/// `Task timed out after 3.00 seconds`.
pub(super) fn timed_out(order: &Order) -> String {
    format!("Task timed out after {}.00 seconds", order.settings.configuration.timeout)
}

/// A signal as Go, in which Lambda is written, names it.
fn signal(number: i32) -> String {
    let name = match number {
        1 => "hangup",
        2 => "interrupt",
        4 => "illegal instruction",
        6 => "aborted",
        8 => "floating point exception",
        9 => "killed",
        11 => "segmentation fault",
        13 => "broken pipe",
        15 => "terminated",
        _ => return format!("signal {number}"),
    };
    name.to_owned()
}
