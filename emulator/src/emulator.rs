//! The emulator itself: one account behind a lock, answering one call at a time.

mod answering;
mod keeping;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::json;
use tokio::sync::Mutex as AsyncMutex;

use crate::blobs::Blobs;
use crate::body::Body;
use crate::clock::{Clock, Millis};
use crate::fault::{Dropped, Fault, Faults};
use crate::images::Images;
use crate::record::CallRecord;
use crate::serve::InnerDoor;
use crate::services::ecr::token::Seal;
use crate::settings::Settings;
use crate::store::{self, OpenError, PATIENCE, Store};
use crate::world::World;
use answering::Answer;
use keeping::Keeping;

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
    /// Where the functions that run here reach the account, once one has run.
    door_for_functions: AsyncMutex<Option<InnerDoor>>,
    /// The images of the functions, unpacked.
    images: Images,
    /// What the registry's passwords are sealed with.
    seal: Seal,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    world: World,
    blobs: Blobs,
    keeping: Keeping,
    /// Whether a function's run changed something that could not be saved.
    unsaved: bool,
    /// Whether the folder could neither be written to nor read again.
    lost: bool,
    faults: Faults,
    /// The last calls.
    calls: VecDeque<CallRecord>,
    /// Counts up; request ids are made of it.
    requests: u64,
}

/// An account that may be gone by now.
#[derive(Debug, Clone)]
pub(crate) struct Remembered(Weak<Inner>);

impl Remembered {
    pub(crate) fn emulator(&self) -> Option<Emulator> {
        self.0.upgrade().map(|inner| Emulator { inner })
    }
}

impl Emulator {
    /// An empty account in memory.
    pub fn new(settings: Settings) -> Self {
        let blobs = Blobs::Memory(BTreeMap::new());
        Self::with(settings, World::default(), blobs, Keeping::InMemory, Images::temporary())
    }

    /// The account that lives in a folder; an empty one if the folder is new or empty. Its clock shows at least the time
    /// at which the last process left it. A folder that holds anything else is refused, and so are links in it.
    pub fn open(folder: &Path, mut settings: Settings) -> Result<Self, OpenError> {
        let store = Store::open(folder, &settings.account, PATIENCE)?;
        let mut world = World::default();
        if let Some(saved) = store.load()? {
            settings.epoch = settings.epoch.max(saved.at);
            world = saved.world;
        } else {
            // From now on the folder is known as an account's.
            let unwritable = |cause| OpenError::Unreadable { file: store.folder().to_owned(), cause };
            store.save(settings.epoch, World::default()).map_err(unwritable)?;
        }
        let blobs = Blobs::Folder(store.blobs());
        let images = Images::kept_in(store.images());
        Ok(Self::with(settings, world, blobs, Keeping::InFolder(store), images))
    }

    /// The account that lives in a folder as it was last saved, to be looked at while another process may have it open:
    /// nothing is written to the folder, and calls that change something are refused.
    pub fn open_read_only(folder: &Path, mut settings: Settings) -> Result<Self, OpenError> {
        let (world, blobs) = match store::look(folder, &settings.account)? {
            Some((saved, blobs)) => {
                settings.epoch = settings.epoch.max(saved.at);
                (saved.world, Blobs::Folder(blobs))
            }
            None => (World::default(), Blobs::Memory(BTreeMap::new())),
        };
        Ok(Self::with(settings, world, blobs, Keeping::ReadOnly, Images::temporary()))
    }

    fn with(settings: Settings, world: World, blobs: Blobs, keeping: Keeping, images: Images) -> Self {
        let clock = Clock::starting_at(settings.epoch);
        let (faults, calls) = (Faults::default(), VecDeque::new());
        let state = State { world, blobs, keeping, unsaved: false, lost: false, faults, calls, requests: 0 };
        let (served, door_for_functions, state) = (OnceLock::new(), AsyncMutex::new(None), Mutex::new(state));
        let seal = Seal::random();
        Self { inner: Arc::new(Inner { settings, clock, served, door_for_functions, images, seal, state }) }
    }

    /// Answers one call, whole. A connection that a planted fault breaks is answered with 502.
    pub async fn call(&self, request: Request<Bytes>) -> Response<Bytes> {
        match self.exchange(request).await {
            Ok(answer) => {
                let (head, body) = answer.into_parts();
                body.collect().await.map_or_else(broken, |body| Response::from_parts(head, body.to_bytes()))
            }
            Err(dropped) => broken(dropped),
        }
    }

    /// Answers one call, or breaks the connection where a planted fault says so. The body may be a stream: reading it
    /// does the work, and dropping it ends that.
    pub async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Body>, Dropped> {
        let answer = self.exchange_at_once(request).await;
        // The latency is the answer's way back: the work is done when the call arrives.
        if !self.inner.settings.timing.call.is_zero() {
            tokio::time::sleep(self.inner.settings.timing.call).await;
        }
        answer
    }

    /// Answers one call without the latency of the way.
    pub(crate) async fn exchange_at_once(&self, request: Request<Bytes>) -> Result<Response<Body>, Dropped> {
        match self.answer(&request)? {
            Answer::Now(answer) => answer,
            Answer::Later(later, pending) => {
                let result = later(self.clone()).await;
                self.finish(&mut self.state(), pending, result)
            }
        }
    }

    /// The account's id.
    pub fn account(&self) -> &str {
        &self.inner.settings.account
    }

    /// The last 10,000 calls, in order, except those that came after the client's death.
    pub fn calls(&self) -> Vec<CallRecord> {
        self.state().calls.iter().cloned().collect()
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

    /// The variables by which a function's own calls reach this account: a port that is open as long as the account
    /// lives, and the key to it.
    pub(crate) async fn variables_for_functions(&self) -> io::Result<Vec<(String, String)>> {
        let mut door = self.inner.door_for_functions.lock().await;
        let open = match door.take().filter(InnerDoor::is_open) {
            Some(open) => open,
            None => InnerDoor::open(self.remembered()).await?,
        };
        let variables = open.variables();
        *door = Some(open);
        Ok(variables)
    }

    /// Whether a request carries a password that opens the container registry.
    pub(crate) fn opens_registry(&self, headers: &HeaderMap) -> bool {
        let header = headers.get(http::header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let grant = header.and_then(|header| self.inner.seal.grant(header));
        grant.is_some_and(|grant| grant.account == self.inner.settings.account && grant.expires_at > self.now())
    }

    /// The unpacked images, and where they are kept.
    pub(crate) fn images(&self) -> &Images {
        &self.inner.images
    }

    /// This account, should it still live when it is asked for.
    fn remembered(&self) -> Remembered {
        Remembered(Arc::downgrade(&self.inner))
    }

    /// Looks at the account between two calls.
    pub(crate) fn look<T>(&self, see: impl FnOnce(&World, &Blobs, Millis) -> T) -> T {
        let state = self.state();
        see(&state.world, &state.blobs, self.inner.clock.now())
    }

    /// Looks at the account, or changes it, between two calls: how a function's run begins and ends. What it changes is
    /// kept, should the folder let it.
    pub(crate) fn visit<T>(&self, act: impl FnOnce(&mut World, &mut Blobs, Millis) -> T) -> T {
        let mut state = self.state();
        let State { world, blobs, .. } = &mut *state;
        let answer = act(world, blobs, self.inner.clock.now());
        state.keep_if_possible(self.inner.clock.now());
        answer
    }

    /// Saves what the runs of functions left to be saved because the folder was full or gone.
    pub fn save(&self) -> io::Result<()> {
        self.state().keep_rest(self.inner.clock.now())
    }

    /// How many unpacked images no function uses any more.
    pub fn unused_images(&self) -> usize {
        self.with_images(Images::unused)
    }

    /// Removes the unpacked images that no function uses any more. Thousands of files can take a disk a minute.
    pub fn remove_unused_images(&self) {
        self.with_images(Images::sweep);
    }

    fn with_images<T>(&self, act: impl FnOnce(&Images, &BTreeSet<&str>) -> T) -> T {
        let world = self.world();
        act(&self.inner.images, &world.images_of_functions())
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
}

/// A broken connection, for who can't be shown one.
fn broken(dropped: Dropped) -> Response<Bytes> {
    let text = json!({"message": dropped.to_string()}).to_string();
    let mut answer = Response::new(Bytes::from(text));
    *answer.status_mut() = StatusCode::BAD_GATEWAY;
    answer
}
