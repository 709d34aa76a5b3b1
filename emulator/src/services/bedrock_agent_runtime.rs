//! bedrock-agent-runtime: an agent answers a question, in an event stream; where AWS has a model, here stand rules.

mod event;
mod exception;
mod output;
mod permit;
mod planner;
mod reply;
mod request;
mod session;
mod shapes;
mod trace;
mod turn;

use crate::call::{Body, Call, Reply};
use crate::event_stream::CONTENT_TYPE;
use crate::refusal::Refusal;
use request::Request;
pub(crate) use session::State;
use turn::Turn;

const INVOKE: &str = "InvokeAgent";

/// Answers one call.
pub(crate) fn handle(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let path = call.path.clone();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match (call.method.as_str(), path.as_slice()) {
        ("POST", ["agents", agent, "agentAliases", alias, "sessions", session, "text"]) => {
            let request = Request::read(call, agent, alias, session)?;
            invoke(call, request)
        }
        (method, path) => {
            Err(Refusal::not_emulated(format_args!("{method} /{} of bedrock-agent-runtime", path.join("/"))))
        }
    }
}

/// Who is asked is settled at once, and refused plainly; all else AWS tells within the stream.
fn invoke(call: &mut Call<'_>, request: Request) -> Result<Reply, Refusal> {
    let now = call.now;
    call.region().bedrock_agent.settle(now);
    let routed = call.region().bedrock_agent.routed(&request.agent_id, &request.alias_id)?;
    let session = call.region().bedrock_agent_runtime.take(&request.key(), now);
    let headers = vec![
        ("content-type", CONTENT_TYPE.to_owned()),
        ("x-amzn-bedrock-agent-content-type", "application/json".to_owned()),
        ("x-amz-bedrock-agent-session-id", request.session_id.clone()),
    ];
    let (region, fault) = (call.region.to_owned(), call.stream_fault);
    let later = move |emulator| {
        let make = move |pieces| Turn::new(emulator, region, routed, request, session, pieces, fault).taken();
        let body = Body::Stream(headers, Box::new(make));
        Box::pin(std::future::ready(Ok(Reply { status: 200, body, operation: INVOKE, writes: false }))) as _
    };
    let body = Body::Later(Box::new(later));
    Ok(Reply { status: 200, body, operation: INVOKE, writes: false })
}
