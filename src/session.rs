//! One manifest, one door, and the three things that are done through it: observe, plan, apply.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;

use crate::aws::{Access, Aws, Door, Site};
use crate::engine;
use crate::manifest::Manifest;
use crate::plan::{self, Plan, Snapshot};
use crate::progress::Progress;
use crate::report::Report;
use crate::resource::{Context, Resource};
use crate::stack::Stack;

/// A manifest with the door through which it is deployed.
#[derive(Debug)]
pub struct Session {
    /// The manifest.
    pub manifest: Manifest,
    /// What it asks for.
    pub stack: Stack,
    door: Door,
    progress: Progress,
}

impl Session {
    /// A session of this manifest. `cache` is where layers of dependencies are kept between builds.
    pub fn new(manifest: Manifest, door: Door, cache: Option<PathBuf>, progress: Progress) -> Self {
        let stack = Stack::new(&manifest, door.region(), cache);
        Self { manifest, stack, door, progress }
    }

    /// What `deploy` would do. Makes reading calls only.
    pub async fn plan(&self) -> Result<(Site, Plan)> {
        let (site, snapshot) = self.observe(self.stack.resources()).await?;
        let plan = plan::deploy(self.stack.resources(), &snapshot, &site);
        Ok((site, plan))
    }

    /// What `destroy` would do. Makes reading calls only.
    pub async fn destruction(&self) -> Result<(Site, Plan)> {
        let standing = self.stack.standing_alone();
        let (site, snapshot) = self.observe(&standing).await?;
        let plan = plan::destroy(&standing, &snapshot, &site);
        Ok((site, plan))
    }

    /// Carries a plan out.
    pub async fn apply(&self, plan: &Plan) -> Report {
        let aws = self.door.clients(Access::Write);
        engine::apply(plan, &Context::knowing(aws, self.progress.clone(), plan.known.clone())).await
    }

    /// Clients that may do this much.
    pub fn clients(&self, access: Access) -> Aws {
        self.door.clients(access)
    }

    /// Looks at these resources, and meanwhile finds out whose the account is.
    pub async fn observe(&self, resources: &[Arc<dyn Resource>]) -> Result<(Site, Snapshot)> {
        let context = Context::new(self.door.clients(Access::Read), self.progress.clone());
        let site = async {
            let site = self.door.site(&self.manifest).await?;
            context.settle_site(site.clone());
            Ok(site)
        };
        tokio::try_join!(site, engine::observe(resources, &context))
    }
}
