//! `bedrock-ops emulator` as a process of its own, which ends with the test.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use crate::program::{PROGRAM, alone};

/// A served emulator.
pub(crate) struct Served {
    process: Child,
    url: String,
}

impl Served {
    /// Starts one on a free port.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = alone(Path::new(PROGRAM), Path::new("."));
        command.args(["emulator", "--port", "0"]).args(arguments).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("the emulator");
        let mut url = String::new();
        BufReader::new(process.stdout.take().expect("its stdout")).read_line(&mut url).expect("its URL");
        Self { process, url: url.trim().to_owned() }
    }

    /// What `AWS_ENDPOINT_URL` is set to.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Host and port.
    pub(crate) fn address(&self) -> &str {
        self.url.strip_prefix("http://").expect("a plain URL")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
