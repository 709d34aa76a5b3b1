//! How one call is answered: routed to its service, done there, put on the wire and noted.

use bytes::Bytes;
use http::{Method, Request, Response};
use serde_json::json;

use super::{Emulator, State};
use crate::body::Body;
use crate::call::{self, Call, Later, Reply};
use crate::fault::{Dropped, FaultKind, StreamFault};
use crate::operation::{self, Operation};
use crate::record::CallRecord;
use crate::refusal::Refusal;
use crate::render;
use crate::route::{self, Route};
use crate::service::Service;

/// Calls that are kept: as many as a test may want to look at, and an emulator may run for weeks.
const MOST_CALLS: usize = 10_000;

/// Bytes of a call's name that are kept: a request that reaches no service is named by its path.
const LONGEST_NAME: usize = 200;

/// What is known of a call's answer when the account is free again.
pub(super) enum Answer {
    Now(Result<Response<Body>, Dropped>),
    Later(Later, Pending),
}

/// A call that has not been answered.
pub(super) struct Pending {
    service: Service,
    region: String,
    operation: Operation,
    fault: Option<FaultKind>,
    request_id: String,
}

impl Pending {
    fn stream_fault(&self) -> Option<StreamFault> {
        match self.fault {
            Some(FaultKind::InStream(fault)) => Some(fault),
            _ => None,
        }
    }
}

impl Emulator {
    pub(super) fn answer(&self, request: &Request<Bytes>) -> Result<Answer, Dropped> {
        let mut state = self.state();
        if state.faults.is_cut() {
            return Err(Dropped);
        }
        let request_id = state.new_request_id();
        if request.method() == Method::GET && request.uri().path() == "/_emulator/health" {
            let health = json!({"status": "ok", "account": self.inner.settings.account});
            return Ok(Answer::Now(Ok(render::own(200, &health, &request_id))));
        }
        match route::route(request) {
            Ok(route) => Ok(self.routed(&mut state, request, route, request_id)),
            Err(astray) => {
                let answer = render::astray(astray.protocol, &astray.refusal, &request_id);
                let name = format!("{} {}", request.method(), request.uri().path());
                let operation = Operation { name, writes: false };
                self.note(&mut state, "", &self.inner.settings.region, operation, &answer);
                Ok(Answer::Now(Ok(answer)))
            }
        }
    }

    /// The id of a request that is answered before it reaches the account.
    pub(crate) fn new_request_id(&self) -> String {
        self.state().new_request_id()
    }

    fn routed(&self, state: &mut State, request: &Request<Bytes>, route: Route, request_id: String) -> Answer {
        let service = route.service;
        let region = route.region.clone().unwrap_or_else(|| self.inner.settings.region.clone());
        let operation = operation::named(&route, request);
        let fault = state.faults.strike(&operation.name, operation.writes);
        let mut pending = Pending { service, region, operation, fault, request_id };
        let result = match fault {
            Some(FaultKind::Throttle) => Err(service.throttled()),
            Some(FaultKind::ServerError) => Err(service.broken()),
            Some(FaultKind::Refuse(status, code, text)) => Err(Refusal::new(status, code, text)),
            Some(FaultKind::Drop | FaultKind::Cut | FaultKind::InStream(_)) | None => {
                self.done(state, request, route, &mut pending)
            }
        };
        match result {
            Ok(Reply { body: call::Body::Later(later), .. }) => Answer::Later(later, pending),
            result => Answer::Now(self.finish(state, pending, result)),
        }
    }

    /// Puts a result on the wire, notes the call, and lets the planted fault have its way with the connection.
    pub(super) fn finish(
        &self,
        state: &mut State,
        pending: Pending,
        result: Result<Reply, Refusal>,
    ) -> Result<Response<Body>, Dropped> {
        let Pending { service, region, operation, fault, request_id } = pending;
        let answer = match result {
            Ok(reply) => render::reply(service, reply, &request_id),
            Err(refusal) => render::refusal(service, &refusal, &request_id),
        };
        self.note(state, service.name(), &region, operation, &answer);
        match fault {
            Some(FaultKind::Drop) => Err(Dropped),
            Some(FaultKind::Cut) => {
                state.faults.cut();
                Ok(answer)
            }
            _ => Ok(answer),
        }
    }

    /// Has the service do it, and keeps what it changed.
    fn done(
        &self,
        state: &mut State,
        request: &Request<Bytes>,
        route: Route,
        pending: &mut Pending,
    ) -> Result<Reply, Refusal> {
        state.check_kept()?;
        let endpoint = self.endpoint(request);
        let query = request.uri().query().unwrap_or("");
        let mut call = Call {
            method: request.method(),
            path: route.path,
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: request.headers(),
            body: request.body(),
            account: &self.inner.settings.account,
            region: &pending.region,
            endpoint: &endpoint,
            seal: &self.inner.seal,
            now: self.inner.clock.now(),
            timing: &self.inner.settings.timing,
            closed_to_new_agents: self.inner.settings.closed_to_new_agents,
            stream_fault: pending.stream_fault(),
            world: &mut state.world,
            blobs: &mut state.blobs,
        };
        let reply = route.service.handle(&mut call)?;
        reply.operation.clone_into(&mut pending.operation.name);
        pending.operation.writes = reply.writes;
        if reply.writes {
            state.keep(self.inner.clock.now())?;
        }
        Ok(reply)
    }

    fn note(
        &self,
        state: &mut State,
        service: &'static str,
        region: &str,
        operation: Operation,
        answer: &Response<Body>,
    ) {
        if state.calls.len() == MOST_CALLS {
            state.calls.pop_front();
        }
        let mut name = operation.name;
        name.truncate(name.floor_char_boundary(LONGEST_NAME));
        state.calls.push_back(CallRecord {
            service,
            operation: name,
            writes: operation.writes,
            status: answer.status().as_u16(),
            at: self.inner.clock.now(),
            region: region.to_owned(),
        });
    }

    /// Where the registry answers: the loopback address that the client used, else the port that is served.
    fn endpoint(&self, request: &Request<Bytes>) -> String {
        let header = request.headers().get("host").and_then(|host| host.to_str().ok());
        let host = request.uri().authority().map(http::uri::Authority::as_str).or(header);
        match (host.filter(|host| is_loopback(host)), self.inner.served.get()) {
            (Some(host), _) => format!("http://{host}"),
            (None, Some(address)) => format!("http://{address}"),
            (None, None) => "http://127.0.0.1".to_owned(),
        }
    }
}

fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _port)| name);
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

impl State {
    /// Looks like AWS's request ids, and is the same in every run.
    fn new_request_id(&mut self) -> String {
        self.requests += 1;
        format!("00000000-0000-4000-8000-{:012x}", self.requests)
    }
}
