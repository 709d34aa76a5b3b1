//! Runs one function as Lambda runs it: a process that asks the runtime API for its event and posts what comes of it.
//!
//! Each invocation is a cold start: a process of its own in a process group of its own, which is gone when the
//! invocation has ended, whichever way. What Lambda does and this does not: memory is told to the function but not
//! limited (that takes `setrlimit`, which is `unsafe`), and the file system can be written to.

mod api;
mod environment;
mod group;
mod log;
pub mod python;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::process::Child;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use api::Api;
use group::Group;
use log::Log;

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
    /// The account that its ARN names, 12 digits.
    pub account: String,
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
    /// What the function is told that it has, in MB.
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
    /// From the moment that the function had the event; from the start if it never had.
    pub took: Duration,
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
    /// The process can't be started, or never asked for its event.
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

impl Process {
    /// Starts the function, hands it the event, and answers what came of it. The process and all that it started in
    /// its group are dead when this returns, and also when the future is dropped.
    pub async fn invoke(&self, event: Bytes) -> Invocation {
        let began = Instant::now();
        let mut running = match self.start(event).await {
            Ok(running) => running,
            Err(reason) => {
                let (outcome, took) = (Outcome::NotStarted(reason), began.elapsed());
                return Invocation { outcome, log: Vec::new(), log_lost: 0, took };
            }
        };
        let outcome = running.outcome(self.timeout).await;
        let took = running.api.handed_out().unwrap_or(began).elapsed();
        let (log, log_lost) = running.end().await;
        Invocation { outcome, log, log_lost, took }
    }

    async fn start(&self, event: Bytes) -> Result<Running, String> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.map_err(|error| format!("no port for the runtime API: {error}"))?;
        let address = listener.local_addr().map_err(|error| format!("no port for the runtime API: {error}"))?;
        let api = Arc::new(Api::new(self, event));
        let mut server = JoinSet::new();
        server.spawn(api.clone().serve(listener));
        let (log, writers) = Log::capture().map_err(|error| format!("no pipe for the log: {error}"))?;
        let (program, arguments) = self.command.split_first().ok_or("there is no command to start")?;
        let mut command = tokio::process::Command::new(program);
        command.args(arguments).current_dir(&self.cwd).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(writers.0).stderr(writers.1);
        command.env_clear().envs(environment::of(self, address));
        #[cfg(unix)]
        command.process_group(0);
        let child = command.spawn().map_err(|error| format!("{} can't be started: {error}", program.display()))?;
        let group = Group::of(child.id());
        Ok(Running { api, child, group, log, _server: server })
    }
}

/// A started function. Dropped, it is killed.
struct Running {
    api: Arc<Api>,
    child: Child,
    group: Group,
    log: Log,
    _server: JoinSet<()>,
}

impl Running {
    async fn outcome(&mut self, limit: Duration) -> Outcome {
        let too_long = async {
            if timeout(START + limit, self.api.asked()).await.is_err() {
                let seconds = (START + limit).as_secs();
                return Outcome::NotStarted(format!("it did not ask for its event within {seconds} seconds"));
            }
            sleep(limit).await;
            Outcome::TimedOut
        };
        tokio::select! {
            biased;
            outcome = self.api.outcome() => outcome,
            status = self.child.wait() => match (self.api.outcome_so_far(), status) {
                (Some(outcome), _) => outcome,
                (None, Ok(status)) => Outcome::Exited(exit(status)),
                (None, Err(error)) => Outcome::NotStarted(format!("its process was lost: {error}")),
            },
            outcome = too_long => outcome,
        }
    }

    /// Kills what is left, and takes the log.
    async fn end(mut self) -> (Vec<u8>, u64) {
        self.group.kill();
        // It is dead or about to be; that it can't be waited for changes nothing.
        let _ = self.child.start_kill();
        let _ = self.child.wait().await;
        self.log.end(REST_OF_LOG).await
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
