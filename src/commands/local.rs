//! `--local`: the emulator in this process, its world kept beside the manifest.

use std::fs::DirBuilder;
use std::path::Path;

use anyhow::{Context as _, Result};
use emulator::{Emulator, OpenError, Settings, Timing};

use crate::aws::LOCAL_REGION;
use crate::manifest::Manifest;
use crate::moment::Moment;

/// The folder beside the manifest that holds the emulated account.
const FOLDER: &str = ".bedrock-ops";

/// The emulated account, unless the manifest names one: AWS's own example.
const ACCOUNT: &str = "123456789012";

/// The emulator with the world that the last run left.
pub(super) fn emulator(manifest: &Manifest) -> Result<Emulator> {
    let folder = manifest.dir.join(FOLDER);
    keep_private(&folder);
    let settings = settings(Some(manifest), Timing::quick());
    Emulator::open(&folder, settings).context("opening the emulated account of --local")
}

/// The world holds the function's environment, which may hold secrets: nobody else reads it, and git leaves it out.
fn keep_private(folder: &Path) {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    // What is wrong with the folder, the emulator says when it opens it.
    if builder.create(folder).is_ok() {
        let _ = std::fs::write(folder.join(".gitignore"), "*\n");
    }
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

/// Whether the emulated account could not be opened because another command has it open.
pub(super) fn is_in_use(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| matches!(cause.downcast_ref(), Some(OpenError::InUse { .. })))
}
