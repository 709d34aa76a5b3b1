//! Runs one function as Lambda runs it: a process that asks the runtime API for its event and posts what comes of it.
//!
//! Each invocation is a cold start: a process of its own in a process group of its own, which is gone when the
//! invocation has ended, whichever way. Its time and its memory are watched by this machine's own clock, and tokio's
//! paused clock stands still meanwhile. What Lambda does and this does not: it keeps no process for the next event, the
//! file system can be written to, and memory is limited on Linux alone.

mod api;
mod environment;
mod group;
mod guard;
mod held;
mod log;
mod memory;
pub mod python;
#[cfg(test)]
mod tests;
mod watch;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::process::Child;
use tokio::task::JoinSet;

use api::Api;
pub(crate) use api::{request_id, unique};
use group::Group;
pub(crate) use held::Held;
use log::{Log, Written};
use watch::{Limits, Watch};

/// How long a function may take until it asks for its event. Lambda cuts a start after 10 seconds and begins another
/// within the function's own timeout; here one start has both times together.
const START: Duration = Duration::from_secs(10);

/// How long the rest of the log may take to arrive once the process is dead: longer only if a process left its group.
const REST_OF_LOG: Duration = Duration::from_millis(500);

/// A function: what is started, and what it is told of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// The function's name.
    pub name: String,
    /// `file.function`.
    pub handler: String,
    /// The ARN that it is called by.
    pub arn: String,
    /// Its version: `$LATEST`, or a number.
    pub version: String,
    /// Where its log goes on AWS: the group, and the stream in it.
    pub log: (String, String),
    /// The region that it runs in.
    pub region: String,
    /// The program and its arguments; [`python::command`] makes those of a Python handler.
    pub command: Vec<OsString>,
    /// Variables beside those that Lambda sets; they win.
    pub env: BTreeMap<String, String>,
    /// The folder of the function's code, `/var/task` on Lambda.
    pub cwd: PathBuf,
    /// How long an event may take.
    pub timeout: Duration,
    /// The memory that it may take, in MB.
    pub memory_mb: u32,
}

/// One event, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// How it ended.
    pub outcome: Outcome,
    /// What the process wrote to stdout and stderr, in order: the last 256 KB.
    pub log: Vec<u8>,
    /// How many bytes of the log were written before those and are lost.
    pub log_lost: u64,
    /// When each line of the log began to come, counted from the start.
    pub times: Vec<Duration>,
    /// From the moment that the function had the event; from the start if it never had.
    pub took: Duration,
    /// From the start until the function asked for the event; none if it never did.
    pub init: Option<Duration>,
    /// The most memory that was seen in use, in bytes; 0 where it can't be seen.
    pub memory: u64,
    /// The id of the request, in the form of a UUID.
    pub request_id: String,
}

/// How an invocation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The function returned this.
    Returned(Bytes),
    /// It raised an error, could not be imported, or returned what Lambda does not take.
    Failed {
        /// `KeyError`, `Runtime.ImportModuleError`, `Function.ResponseSizeTooLarge`.
        error_type: String,
        /// The error's text.
        message: String,
        /// Where it was raised, as the language prints it; the innermost call last.
        stack: Vec<String>,
    },
    /// The process ended without an answer.
    Exited(Exit),
    /// The time was up; the process was killed.
    TimedOut,
    /// It took more memory than it has; the process was killed.
    OutOfMemory,
    /// It never asked for its event; the process was killed after this time.
    NeverAsked(Duration),
    /// The process can't be started, or was lost.
    NotStarted(String),
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

impl Invocation {
    /// That of a function that could not be started.
    pub(crate) fn stillborn(reason: String, request_id: String) -> Self {
        Self {
            outcome: Outcome::NotStarted(reason),
            log: Vec::new(),
            log_lost: 0,
            times: Vec::new(),
            took: Duration::ZERO,
            init: None,
            memory: 0,
            request_id,
        }
    }
}

impl Process {
    /// Starts the function, hands it the event, and answers what came of it. The process and all that it started in
    /// its group are dead when this returns, and also when the future is dropped.
    pub async fn invoke(&self, event: Bytes) -> Invocation {
        let _held = Held::now();
        let began = Instant::now();
        let api = Arc::new(Api::new(self, event));
        let mut running = match self.start(&api, began).await {
            Ok(running) => running,
            Err(reason) => {
                return Invocation::stillborn(reason, api.request_id().to_owned());
            }
        };
        let outcome = running.outcome().await;
        let asked = api.handed_out();
        let took = asked.unwrap_or(began).elapsed();
        let init = asked.map(|asked| asked - began);
        let (Written { bytes: log, lost: log_lost, times }, memory) = running.end().await;
        Invocation { outcome, log, log_lost, times, took, init, memory, request_id: api.request_id().to_owned() }
    }

    async fn start(&self, api: &Arc<Api>, began: Instant) -> Result<Running, String> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.map_err(|error| format!("no port for the runtime API: {error}"))?;
        let address = listener.local_addr().map_err(|error| format!("no port for the runtime API: {error}"))?;
        let mut server = JoinSet::new();
        server.spawn(Arc::clone(api).serve(listener));
        let (log, writers) = Log::capture(began).map_err(|error| format!("no pipe for the log: {error}"))?;
        let (program, arguments) = self.command.split_first().ok_or("there is no command to start")?;
        let mut command = tokio::process::Command::new(program);
        command.args(arguments).current_dir(&self.cwd).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(writers.0).stderr(writers.1);
        command.env_clear().envs(environment::of(self, address)).envs(api.variable());
        #[cfg(unix)]
        command.process_group(0);
        let child = command.spawn().map_err(|error| format!("{} can't be started: {error}", program.display()))?;
        let group = Group::of(child.id());
        let limits = Limits { start: START, time: self.timeout, memory: u64::from(self.memory_mb) * 1024 * 1024 };
        let watch = Watch::begin(Arc::clone(api), child.id(), limits);
        let watch = watch.map_err(|error| format!("no thread to watch it: {error}"))?;
        Ok(Running { api: Arc::clone(api), child, group, log, watch, _server: server })
    }
}

/// A started function. Dropped, it is killed.
struct Running {
    api: Arc<Api>,
    child: Child,
    group: Group,
    log: Log,
    watch: Watch,
    _server: JoinSet<()>,
}

impl Running {
    async fn outcome(&mut self) -> Outcome {
        tokio::select! {
            biased;
            outcome = self.api.outcome() => outcome,
            outcome = self.watch.outcome() => outcome,
            status = self.child.wait() => match (self.api.outcome_so_far(), status) {
                (Some(outcome), _) => outcome,
                (None, Ok(status)) => Outcome::Exited(exit(status)),
                (None, Err(error)) => Outcome::NotStarted(format!("its process was lost: {error}")),
            },
        }
    }

    /// Kills what is left, and takes the log and the most memory that was in use.
    async fn end(mut self) -> (Written, u64) {
        let memory = self.watch.peak();
        self.group.kill();
        // It is dead or about to be; that it can't be waited for changes nothing.
        let _ = self.child.start_kill();
        let _ = self.child.wait().await;
        (self.log.end(REST_OF_LOG).await, memory)
    }
}

#[cfg(unix)]
fn exit(status: ExitStatus) -> Exit {
    use std::os::unix::process::ExitStatusExt as _;
    status.signal().map_or_else(|| Exit::Code(status.code().unwrap_or(-1)), Exit::Signal)
}

#[cfg(not(unix))]
fn exit(status: ExitStatus) -> Exit {
    Exit::Code(status.code().unwrap_or(-1))
}
