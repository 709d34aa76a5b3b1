//! `bedrock-ops emulator` as a process of its own, which ends with the test.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use crate::program::{PROGRAM, alone};

/// A served emulator.
pub(crate) struct Served {
    process: Child,
    url: String,
    /// The id of its access key, and the secret.
    key: (String, String),
}

impl Served {
    /// Starts one on a free port.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = alone(Path::new(PROGRAM), Path::new("."));
        command.args(["emulator", "--port", "0"]).args(arguments).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("the emulator");
        let mut lines = BufReader::new(process.stdout.take().expect("its stdout")).lines();
        let mut line = || lines.next().expect("two lines").expect("text");
        let (url, settings) = (line(), line());
        let set = |name: &str| {
            let value = settings.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
            value.unwrap_or_else(|| panic!("no {name} in {settings}")).to_owned()
        };
        assert_eq!(set("AWS_ENDPOINT_URL"), url);
        Self { process, key: (set("AWS_ACCESS_KEY_ID"), set("AWS_SECRET_ACCESS_KEY")), url }
    }

    /// The variables that its second line sets.
    pub(crate) fn settings(&self) -> [(&str, &str); 3] {
        [("AWS_ENDPOINT_URL", self.url()), ("AWS_ACCESS_KEY_ID", &self.key.0), ("AWS_SECRET_ACCESS_KEY", &self.key.1)]
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
