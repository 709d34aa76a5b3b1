//! boto3 goes through everything that the product does, from an empty account to an empty account.

use std::time::Duration;

use crate::peer::Peer;
use crate::process;
use crate::stage::{Stage, peers};

/// The script takes seconds; its own waits end after one minute each.
const PATIENCE: Duration = Duration::from_mins(3);

/// Fewer steps than this, and the script stopped being the whole story.
const STEPS: u32 = 67;

#[test]
fn boto3_goes_through_the_whole_lifecycle() {
    let stage = Stage::new();
    if !Peer::Boto3.is_there(&stage) {
        return;
    }
    let mut command = stage.command("python3");
    command.arg(peers("lifecycle.py")).args(["--endpoint-url", stage.url()]);
    let ended = process::run(&mut command, PATIENCE).expect_code(0);
    let last = ended.stdout.lines().last().unwrap_or_default();
    let passed = last.strip_suffix(" passed, 0 failed").and_then(|passed| passed.parse::<u32>().ok());
    assert!(passed.is_some_and(|passed| passed >= STEPS), "{}", ended.stdout);
}
