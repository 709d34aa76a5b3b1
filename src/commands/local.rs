//! `--local`: the emulator in this process, its account stored beside the manifest.

use anyhow::{Context as _, Result};
use emulator::{Emulator, Settings, Timing};

use super::output::note;
use crate::aws::{Access, LOCAL_REGION};
use crate::manifest::Manifest;
use crate::moment::Moment;

/// The folder beside the manifest that holds the emulated account.
const FOLDER: &str = ".bedrock-ops";

/// The emulated account, unless the manifest names one: AWS's own example.
const ACCOUNT: &str = "123456789012";

/// The emulator with the account that the last command left. To read, its folder need not exist, and is not written to.
pub(super) fn emulator(manifest: &Manifest, access: Access) -> Result<Emulator> {
    let folder = manifest.dir.join(FOLDER);
    let settings = settings(Some(manifest), Timing::quick());
    let opened = match access {
        Access::Read => Emulator::open_read_only(&folder, settings),
        Access::Write => Emulator::open(&folder, settings),
    };
    opened.context("opening the emulated account of --local")
}

/// Saves what is not saved yet, and removes the unpacked images of functions that are gone.
pub(super) fn close(emulator: &Emulator) -> Result<()> {
    remove_unused_images(emulator);
    emulator.save().context("saving the emulated account")
}

/// Thousands of files can take a disk a minute, so it says what it does.
pub(super) fn remove_unused_images(emulator: &Emulator) {
    match emulator.unused_images() {
        0 => return,
        1 => note("removing 1 unpacked image that no function uses"),
        many => note(format!("removing {many} unpacked images that no function uses")),
    }
    emulator.remove_unused_images();
}

/// An account that takes its time as told.
pub(super) fn settings(manifest: Option<&Manifest>, timing: Timing) -> Settings {
    let region = manifest.and_then(|manifest| manifest.region.as_ref());
    Settings {
        account: account(manifest).to_owned(),
        region: region.map_or(LOCAL_REGION, AsRef::as_ref).to_owned(),
        timing,
        epoch: u64::try_from(Moment::now().0).unwrap_or_default(),
        closed_to_new_agents: false,
    }
}

/// The number of the emulated account.
pub(super) fn account(manifest: Option<&Manifest>) -> &str {
    manifest.and_then(|manifest| manifest.account.as_ref()).map_or(ACCOUNT, AsRef::as_ref)
}
