//! `--local`: the emulator in this process, its world kept beside the manifest.

use std::time::SystemTime;

use anyhow::{Context as _, Result};
use emulator::{Emulator, Settings, Timing};

use crate::aws::LOCAL_REGION;
use crate::manifest::Manifest;

/// The folder beside the manifest that holds the emulated account.
const FOLDER: &str = ".bedrock-ops";

/// The emulated account, unless the manifest names one: AWS's own example.
const ACCOUNT: &str = "123456789012";

/// The emulator with the world that the last run left.
pub(super) fn emulator(manifest: &Manifest) -> Result<Emulator> {
    let settings = settings(Some(manifest), Timing::quick());
    Emulator::open(&manifest.dir.join(FOLDER), settings).context("opening the emulated account of --local")
}

/// An account that takes its time as told.
pub(super) fn settings(manifest: Option<&Manifest>, timing: Timing) -> Settings {
    let region = manifest.and_then(|manifest| manifest.region.as_ref());
    Settings {
        account: account(manifest).to_owned(),
        region: region.map_or(LOCAL_REGION, AsRef::as_ref).to_owned(),
        timing,
        epoch: now(),
    }
}

/// The number of the emulated account.
pub(super) fn account(manifest: Option<&Manifest>) -> &str {
    manifest.and_then(|manifest| manifest.account.as_ref()).map_or(ACCOUNT, AsRef::as_ref)
}

/// Milliseconds since 1970.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
