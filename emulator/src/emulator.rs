//! The emulator itself: one account behind a lock, answering one call at a time.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::json;

use crate::blobs::Blobs;
use crate::body::Body;
use crate::call::{self, Call, Later, Reply};
use crate::clock::{Clock, Millis};
use crate::fault::{Dropped, Fault, FaultKind, Faults, StreamFault};
use crate::operation::{self, Operation};
use crate::record::CallRecord;
use crate::refusal::Refusal;
use crate::render;
use crate::route::{self, Route};
use crate::service::Service;
use crate::settings::Settings;
use crate::store::{OpenError, PATIENCE, Store};
use crate::world::World;

/// One emulated account. Clones are the same account.
#[derive(Debug, Clone)]
pub struct Emulator {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    settings: Settings,
    clock: Clock,
    /// The port that the account is served on, once it is.
    served: OnceLock<SocketAddr>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    world: World,
    blobs: Blobs,
    /// None in memory.
    store: Option<Store>,
    faults: Faults,
    calls: Vec<CallRecord>,
    /// Counts up; request ids are made of it.
    requests: u64,
}

/// What is known of a call's answer when the account is free again.
enum Answer {
    Now(Result<Response<Body>, Dropped>),
    Later(Later, Pending),
}

/// A call that has not been answered.
struct Pending {
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
    /// An empty account in memory.
    pub fn new(settings: Settings) -> Self {
        Self::with(settings, World::default(), Blobs::Memory(BTreeMap::new()), None)
    }

    /// The account that lives in a folder; an empty one if the folder is new. Its clock shows at least the time at
    /// which the last process left it.
    pub fn open(folder: &Path, mut settings: Settings) -> Result<Self, OpenError> {
        let store = Store::open(folder, PATIENCE)?;
        let mut world = World::default();
        if let Some(saved) = store.load(&settings.account)? {
            settings.epoch = settings.epoch.max(saved.at);
            world = saved.world;
        }
        let blobs = Blobs::Folder(store.blobs());
        Ok(Self::with(settings, world, blobs, Some(store)))
    }

    fn with(settings: Settings, world: World, blobs: Blobs, store: Option<Store>) -> Self {
        let clock = Clock::starting_at(settings.epoch);
        let state = State { world, blobs, store, faults: Faults::default(), calls: Vec::new(), requests: 0 };
        Self { inner: Arc::new(Inner { settings, clock, served: OnceLock::new(), state: Mutex::new(state) }) }
    }

    /// Answers one call, whole. A connection that a planted fault breaks is answered with 502.
    pub async fn call(&self, request: Request<Bytes>) -> Response<Bytes> {
        let answer = self.exchange(request).await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(dropped) => return dropped_answer(dropped),
        };
        let (head, body) = answer.into_parts();
        match body.collect().await {
            Ok(body) => Response::from_parts(head, body.to_bytes()),
            Err(dropped) => dropped_answer(dropped),
        }
    }

    /// Answers one call, or breaks the connection where a planted fault says so. The body may be a stream: reading it
    /// does the work, and dropping it ends that.
    pub async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Body>, Dropped> {
        let answer = match self.answer(&request)? {
            Answer::Now(answer) => answer,
            Answer::Later(later, pending) => {
                let result = later(self.clone()).await;
                self.finish(&mut self.state(), pending, result)
            }
        };
        // The latency is the answer's way back: the work is done when the call arrives.
        if !self.inner.settings.timing.call.is_zero() {
            tokio::time::sleep(self.inner.settings.timing.call).await;
        }
        answer
    }

    /// The calls so far, in order, except those that came after the client's death.
    pub fn calls(&self) -> Vec<CallRecord> {
        self.state().calls.clone()
    }

    /// Forgets the calls so far.
    pub fn clear_calls(&self) {
        self.state().calls.clear();
    }

    /// The world as it is now.
    pub fn world(&self) -> World {
        let mut state = self.state();
        state.world.settle(self.inner.clock.now());
        state.world.clone()
    }

    /// Changes the world behind the client's back, as somebody at the console does.
    pub fn edit<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        self.visit(|world, _, _| change(world))
    }

    /// Plants one more fault.
    pub fn fail_next(&self, fault: Fault) {
        self.state().faults.add(fault);
    }

    /// Plants these faults and no others; none revives a client that was killed.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.state().faults.replace(faults);
    }

    /// Notes the port that the account is served on, so that the in-process door can name it too.
    pub(crate) fn served_on(&self, address: SocketAddr) {
        // The first port stays; every one leads to the same account.
        let _ = self.inner.served.set(address);
    }

    /// Looks at the account, or changes it, between two calls: how a function's run begins and ends. What it changes is
    /// kept, should the folder let it.
    pub(crate) fn visit<T>(&self, act: impl FnOnce(&mut World, &mut Blobs, Millis) -> T) -> T {
        let mut state = self.state();
        let State { world, blobs, .. } = &mut *state;
        let answer = act(world, blobs, self.inner.clock.now());
        // Should the folder be full or gone, the next call that writes says so.
        let _ = self.save(&state);
        answer
    }

    /// What the account's clock shows.
    pub(crate) fn now(&self) -> Millis {
        self.inner.clock.now()
    }

    /// What the caller decided about the account.
    pub(crate) fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves the values whole: each is replaced in one step or not at all.
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &Request<Bytes>) -> Result<Answer, Dropped> {
        let mut state = self.state();
        if state.faults.is_cut() {
            return Err(Dropped);
        }
        state.requests += 1;
        let request_id = request_id(state.requests);
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

    fn routed(&self, state: &mut State, request: &Request<Bytes>, route: Route, request_id: String) -> Answer {
        let service = route.service;
        let region = route.region.clone().unwrap_or_else(|| self.inner.settings.region.clone());
        let operation = operation::named(&route, request);
        let fault = state.faults.strike(&operation.name, operation.writes);
        let mut pending = Pending { service, region, operation, fault, request_id };
        let result = match fault {
            Some(FaultKind::Throttle) => Err(service.throttled()),
            Some(FaultKind::ServerError) => Err(service.broken()),
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
    fn finish(
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
            now: self.inner.clock.now(),
            timing: &self.inner.settings.timing,
            stream_fault: pending.stream_fault(),
            world: &mut state.world,
            blobs: &mut state.blobs,
        };
        let reply = route.service.handle(&mut call)?;
        reply.operation.clone_into(&mut pending.operation.name);
        pending.operation.writes = reply.writes;
        if reply.writes {
            self.save(state).map_err(|cause| {
                Refusal::new(500, "EmulatorStoreError", format!("the emulator can't write its world: {cause}"))
            })?;
        }
        Ok(reply)
    }

    fn save(&self, state: &State) -> std::io::Result<()> {
        match &state.store {
            Some(store) => store.save(&self.inner.settings.account, self.inner.clock.now(), state.world.clone()),
            None => Ok(()),
        }
    }

    fn note(
        &self,
        state: &mut State,
        service: &'static str,
        region: &str,
        operation: Operation,
        answer: &Response<Body>,
    ) {
        state.calls.push(CallRecord {
            service,
            operation: operation.name,
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

/// What a broken connection looks like to who can't be shown one.
fn dropped_answer(dropped: Dropped) -> Response<Bytes> {
    let text = json!({"message": dropped.to_string()}).to_string();
    let mut answer = Response::new(Bytes::from(text));
    *answer.status_mut() = StatusCode::BAD_GATEWAY;
    answer
}

fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _port)| name);
    matches!(name, "127.0.0.1" | "localhost")
}

/// Looks like AWS's request ids, and is the same in every run.
fn request_id(count: u64) -> String {
    format!("00000000-0000-4000-8000-{count:012x}")
}
