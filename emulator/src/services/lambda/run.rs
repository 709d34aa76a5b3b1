//! Runs a function: what `Invoke` and Bedrock do with it.

use std::time::Duration;

use bytes::Bytes;

use crate::emulator::Emulator;
use crate::refusal::Refusal;

/// What came of a run.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) payload: Bytes,
    pub(crate) error: Option<&'static str>,
    pub(crate) version: String,
    pub(crate) log: Vec<u8>,
    pub(crate) took: Duration,
    pub(crate) request_id: String,
}

pub(crate) async fn run(_: &Emulator, _: &str, function: &str, _: Bytes) -> Result<Run, Refusal> {
    Err(Refusal::not_emulated(format_args!("how to run {function}")))
}
