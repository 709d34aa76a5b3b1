//! What every command that calls AWS begins with: the manifest, and the door.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{local, output};
use crate::aws::{Access, Door};
use crate::cli::Common;
use crate::image::Host;
use crate::manifest::{self, Manifest};
use crate::network::Network;
use crate::origin;
use crate::progress::Progress;
use crate::sanitize::Clean;
use crate::session::Session;

/// Reads the manifest and opens the door for a command that may change something.
pub(super) async fn session(common: &Common) -> Result<Session> {
    session_of(common, manifest(common)?, Access::Write).await
}

/// The same for a command that only reads: with `--local` it writes no file.
pub(super) async fn session_to_read(common: &Common) -> Result<Session> {
    session_of(common, manifest(common)?, Access::Read).await
}

/// Opens the door for this manifest, and looks up which repository it comes from. The emulated account of `--local` lies
/// beside the manifest, so it can't hold another's stack.
pub(super) async fn session_of(common: &Common, mut manifest: Manifest, access: Access) -> Result<Session> {
    let origin = async { if common.local { None } else { origin::of(&common.file).await } };
    let (door, origin) = tokio::join!(door(common, &manifest, access), origin);
    let door = door?;
    manifest.origin = origin;
    Ok(Session::new(manifest, door, host(), progress()).typed_with(common.flags()))
}

/// Opens the door.
pub(super) async fn door(common: &Common, manifest: &Manifest, access: Access) -> Result<Door> {
    if common.local {
        return Ok(Door::local(local::emulator(manifest, access)?, manifest));
    }
    let profile = common.profile.as_deref();
    Door::aws(profile, std::env::var("AWS_PROFILE").ok(), manifest, &network()?).await
}

/// The network, with the certificates that every AWS tool trusts: the system's, or those of `AWS_CA_BUNDLE`.
fn network() -> Result<Network> {
    let bundle = std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty());
    Ok(bundle.map(|path| Network::trusting(Path::new(&path))).transpose()?.unwrap_or_default())
}

/// Ends the work with the emulated account, if there is one: it is saved, and images that no function uses are removed.
pub(super) fn close(session: &Session) -> Result<()> {
    session.emulator().map_or(Ok(()), local::close)
}

/// Tells what is under way on stderr.
pub(super) fn progress() -> Progress {
    // On a terminal that can't move its cursor there is nothing to draw bars with, so each step has its line.
    let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    Progress::for_stderr(std::io::stderr().is_terminal() && !is_dumb)
}

/// Reads the manifest. Its warnings are for those who change it: `validate`, `plan` and `deploy` display them.
pub(super) fn manifest(common: &Common) -> Result<Manifest> {
    Ok(manifest::load(&common.file, common.reach())?.manifest)
}

/// Reads the manifest and the files of its source, and displays the warnings about both: for a command that deploys or runs
/// these files.
pub(super) fn examined(common: &Common) -> Result<Manifest> {
    let loaded = manifest::examine(&common.file, common.reach())?;
    for warning in &loaded.warnings {
        output::note(Clean::block(warning.to_string()));
    }
    Ok(loaded.manifest)
}

/// Where the questions of conversations are kept; nowhere when the system names no such folder.
pub(super) fn history() -> Option<PathBuf> {
    let folder = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = folder.or_else(|| std::env::home_dir().map(|home| home.join(".local/state")));
    folder.map(|folder| folder.join("bedrock-ops").join("questions"))
}

/// What a build uses of this machine.
pub(super) fn host() -> Host {
    Host::new(cache(), std::env::vars_os())
}

/// Where layers of dependencies are kept between builds; nowhere when the system names no such folder.
fn cache() -> Option<PathBuf> {
    let folder = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = folder.or_else(|| std::env::home_dir().map(|home| home.join(".cache")));
    folder.map(|folder| folder.join("bedrock-ops"))
}
