//! `--watch`: a saved file runs the handler again.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::stage::{RIGHT, Stage};

/// How long the next run is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Ends with the test.
struct Watching(Child);

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_saved_file_runs_the_handler_again_also_after_a_mistake() {
    let stage = Stage::new(RIGHT);
    let mut command = stage.command(&["invoke", "--local", "--watch"]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut watching = Watching(child);
    let (sender, said) = mpsc::channel();
    let stderr = BufReader::new(watching.0.stderr.take().unwrap());
    std::thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    let until = |words: &str| {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let line = said.recv_timeout(deadline.saturating_duration_since(Instant::now()));
            if line.unwrap_or_else(|error| panic!("{words}: {error}")).contains(words) {
                return;
            }
        }
    };
    until("keeps the contract");
    until("waiting for a change");
    stage.write("lambda/lambda_function.py", "def handler(event, context): pass\n");
    until("the handler returned nothing");
    until("waiting for a change");
    stage.write("agent.yaml", "name: ':'\n");
    until("error:");
    until("waiting for a change");
    stage.write("agent.yaml", crate::stage::MANIFEST);
    until("the handler returned nothing");
    until("waiting for a change");
    let interrupted = Command::new("kill").args(["-INT", &watching.0.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    until("stopped watching");
    assert_eq!(watching.0.wait().unwrap().code(), Some(0), "that is how it is ended");
}
