//! Starts real processes, waits for them no longer than told, and leaves none behind.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often a process is looked after.
const POLL: Duration = Duration::from_millis(20);

/// How long a process that has been asked to stop may clean up: Terraform ends its providers in that time.
const FAREWELL: Duration = Duration::from_secs(10);

/// A process that ends, at the latest, with its owner.
struct Running(Child);

impl Running {
    /// Waits until it ends; `None` when that takes too long.
    fn ended_within(&mut self, patience: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(status) = self.0.try_wait().expect("the process can be asked") {
                return Some(status);
            }
            if Instant::now() > deadline {
                return None;
            }
            sleep(POLL);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.ended_within(Duration::ZERO).is_some() {
            return;
        }
        // Asked first, so that it can end the processes which it started itself.
        let asked = Command::new("kill").arg(self.0.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) || self.ended_within(FAREWELL).is_none() {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

/// What a process left.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit code; none if a signal ended it.
    pub(crate) code: Option<i32>,
    /// Its result.
    pub(crate) stdout: String,
    /// All else that it said.
    pub(crate) stderr: String,
}

impl Ended {
    /// Insists on an exit code; else everything that the process said is shown.
    pub(crate) fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

/// Runs the command to its end.
pub(crate) fn run(command: &mut Command, patience: Duration) -> Ended {
    let mut stdout = tempfile::tempfile().unwrap();
    let mut stderr = tempfile::tempfile().unwrap();
    let mut running = start(command, &stdout, &stderr);
    let ended = running.ended_within(patience);
    let (stdout, stderr) = (whole(&mut stdout), whole(&mut stderr));
    let status = ended.unwrap_or_else(|| panic!("no end after {patience:?}; stdout:\n{stdout}\nstderr:\n{stderr}"));
    Ended { code: status.code(), stdout, stderr }
}

/// A server, which lives as long as this value.
pub(crate) struct Server {
    /// Where it answers: the first line of its stdout.
    pub(crate) url: String,
    /// The second line of its stdout: how a client is set up.
    pub(crate) settings: String,
    _running: Running,
}

/// Starts a server, and waits for the lines in which it says where it answers and to whom. Its output goes into the folder.
pub(crate) fn serve(command: &mut Command, folder: &Path, patience: Duration) -> Server {
    let said = folder.join("server.stdout");
    let complaints = folder.join("server.stderr");
    let mut running = start(command, &File::create(&said).unwrap(), &File::create(&complaints).unwrap());
    let deadline = Instant::now() + patience;
    loop {
        if let [url, settings, ..] = std::fs::read_to_string(&said).unwrap().split('\n').collect::<Vec<_>>()[..]
            && settings.contains("AWS_SECRET_ACCESS_KEY=")
        {
            return Server { url: url.to_owned(), settings: settings.to_owned(), _running: running };
        }
        let goes_on = running.ended_within(POLL).is_none() && Instant::now() < deadline;
        assert!(goes_on, "the server does not serve: {}", std::fs::read_to_string(&complaints).unwrap());
    }
}

fn start(command: &mut Command, stdout: &File, stderr: &File) -> Running {
    let stdout = stdout.try_clone().unwrap();
    let stderr = stderr.try_clone().unwrap();
    let child = command.stdin(Stdio::null()).stdout(stdout).stderr(stderr).spawn();
    Running(child.unwrap_or_else(|error| panic!("starting {}: {error}", command.get_program().display())))
}

/// What was written into the file by the process that shares it.
fn whole(file: &mut File) -> String {
    let mut bytes = Vec::new();
    file.rewind().and_then(|()| file.read_to_end(&mut bytes)).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}
