//! What every command that calls AWS begins with: the manifest, the door, the stack, and a look at what is there.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;

use super::{local, output};
use crate::aws::{Access, Door, Site};
use crate::cli::Common;
use crate::engine;
use crate::manifest::{self, Manifest};
use crate::plan::{Known, Snapshot};
use crate::progress::Progress;
use crate::resource::{Context, Resource};
use crate::stack::Stack;

/// A manifest with the door it is deployed through.
pub(super) struct Session {
    pub(super) manifest: Manifest,
    pub(super) stack: Stack,
    door: Door,
    progress: Progress,
}

impl Session {
    /// Reads the manifest and opens the door; warnings are told.
    pub(super) async fn open(common: &Common) -> Result<Self> {
        let loaded = manifest::load(&common.file)?;
        for warning in &loaded.warnings {
            output::note(&warning.to_string());
        }
        let manifest = loaded.manifest;
        let door = if common.local {
            Door::local(local::emulator(&manifest)?, &manifest)
        } else {
            Door::aws(common.profile.as_deref(), &manifest).await?
        };
        let stack = Stack::new(&manifest, door.region(), cache());
        let progress = Progress::for_stderr(std::io::stderr().is_terminal());
        Ok(Self { manifest, stack, door, progress })
    }

    /// Looks at these resources, with reading calls only, and meanwhile finds out whose the account is.
    pub(super) async fn observe(&self, resources: &[Arc<dyn Resource>]) -> Result<(Site, Snapshot)> {
        let context = Context::new(self.door.clients(Access::Read), self.progress.clone());
        let site = async {
            let site = self.door.site(&self.manifest).await?;
            context.settle_site(site.clone());
            Ok(site)
        };
        tokio::try_join!(site, engine::observe(resources, &context))
    }

    /// What the steps of a plan are given.
    pub(super) fn context(&self, known: Known) -> Context {
        Context::knowing(self.door.clients(Access::Write), self.progress.clone(), known)
    }
}

/// Where layers of dependencies are kept between builds; nowhere when the system names no such folder.
fn cache() -> Option<PathBuf> {
    let folder = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = folder.or_else(|| std::env::home_dir().map(|home| home.join(".cache")));
    folder.map(|folder| folder.join("bedrock-ops"))
}
