//! One manifest, one door, and the three things that are done through it: observe, plan, apply.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use emulator::Emulator;
use futures_util::future::try_join_all;

use crate::aws::{Access, Aws, Door, Site};
use crate::engine::{self, Glimpse};
use crate::facts::{Key, Known};
use crate::image::Host;
use crate::manifest::Manifest;
use crate::ownership::Owner;
use crate::plan::{self, Plan, Snapshot};
use crate::progress::Progress;
use crate::report::Report;
use crate::resource::{Context, Resource, Seen};
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
    flags: String,
    accept_unmanaged: bool,
}

/// The stack as it is this moment.
#[derive(Debug)]
pub struct Glance {
    /// What is there.
    pub snapshot: Snapshot,
    /// What is being changed, with the state that AWS says it is in. The snapshot and the plan know nothing of it.
    pub passing: BTreeMap<Key, String>,
    /// What could not be looked at, and why. The snapshot has what is gone by instead.
    pub unknown: BTreeMap<Key, String>,
    /// What `deploy` would do, should what is being changed be gone.
    pub plan: Plan,
    /// All that is known, also of what is being changed.
    pub known: Known,
}

impl Session {
    /// A session of this manifest. `host` is what a build uses of this machine.
    pub fn new(manifest: Manifest, door: Door, host: Host, progress: Progress) -> Self {
        let stack = Stack::new(&manifest, door.region(), host);
        Self { manifest, stack, door, progress, flags: String::new(), accept_unmanaged: false }
    }

    /// The same, typed with these flags: hints name commands with them.
    #[must_use]
    pub fn typed_with(self, flags: String) -> Self {
        Self { flags, ..self }
    }

    /// The same, with this answer to whether unmanaged changes may be published that are else refused.
    #[must_use]
    pub fn accepting_unmanaged(self, accept_unmanaged: bool) -> Self {
        Self { accept_unmanaged, ..self }
    }

    /// What `deploy` would do. Makes reading calls only.
    pub async fn plan(&self) -> Result<(Site, Plan)> {
        let (site, snapshot) = self.observe(self.stack.resources()).await?;
        let plan = plan::deploy(self.stack.resources(), &snapshot, &site, self.accept_unmanaged);
        Ok((site, self.compared(plan, &snapshot)))
    }

    /// How things stand this moment: nothing is waited for. Makes reading calls only.
    pub async fn glance(&self) -> Result<Glance> {
        let context = Context::glancing(self.door.clients(Access::Read), self.progress.clone());
        let resources = self.stack.resources();
        let glance = engine::glance(resources, &context);
        let (site, Glimpse { snapshot, passing, unknown }) = tokio::try_join!(self.settle_site(&context), glance)?;
        let plan = plan::deploy(resources, &snapshot, &site, self.accept_unmanaged);
        Ok(Glance { snapshot, passing, unknown, plan, known: context.known().await })
    }

    /// What `destroy` would do. Makes reading calls only.
    pub async fn destruction(&self) -> Result<(Site, Plan)> {
        let standing = self.stack.standing_alone();
        let (site, snapshot) = self.observe(&standing).await?;
        let obstacles = self.obstacles(&standing, &snapshot, &site).await?;
        let plan = plan::destroy(&standing, &snapshot, &obstacles, &site);
        Ok((site, self.compared(plan, &snapshot)))
    }

    /// The plan, with the other origins that the snapshot holds.
    fn compared(&self, plan: Plan, snapshot: &Snapshot) -> Plan {
        Plan { origins: plan::other_origins(snapshot, self.manifest.origin.as_deref()), ..plan }
    }

    /// What keeps our own things from being deleted.
    async fn obstacles(
        &self,
        standing: &[Arc<dyn Resource>],
        snapshot: &Snapshot,
        site: &Site,
    ) -> Result<BTreeMap<Key, String>> {
        let known = plan::identities(snapshot, site);
        let context = Context::knowing(self.door.clients(Access::Read), self.progress.clone(), known);
        let is_ours = |seen: &Seen| matches!(seen, Seen::Present(present) if present.owner == Owner::Ours);
        let ours = |resource: &&Arc<dyn Resource>| snapshot.get(&resource.key()).is_some_and(is_ours);
        let look =
            async |resource: &Arc<dyn Resource>| anyhow::Ok((resource.key(), resource.obstacle(&context).await?));
        let found = try_join_all(standing.iter().filter(ours).map(look)).await?;
        Ok(found.into_iter().filter_map(|(key, obstacle)| Some((key, obstacle?))).collect())
    }

    /// Carries a plan out.
    pub async fn apply(&self, plan: &Plan) -> Report {
        let aws = self.door.clients(Access::Write);
        let mut context = Context::knowing(aws, self.progress.clone(), plan.known.clone());
        context.flags.clone_from(&self.flags);
        engine::apply(plan, &context).await
    }

    /// What a resource is given to work with; for what is done outside a plan.
    pub fn context(&self, access: Access, site: Site) -> Context {
        let context = Context::new(self.door.clients(access), self.progress.clone());
        context.settle_site(site);
        context
    }

    /// The emulator, if it is the one in this process that is asked.
    pub fn emulator(&self) -> Option<&Emulator> {
        self.door.emulator()
    }

    /// Clients that may do this much.
    pub fn clients(&self, access: Access) -> Aws {
        self.door.clients(access)
    }

    /// Looks at these resources, and meanwhile finds out whose the account is.
    pub async fn observe(&self, resources: &[Arc<dyn Resource>]) -> Result<(Site, Snapshot)> {
        let context = Context::new(self.door.clients(Access::Read), self.progress.clone());
        tokio::try_join!(self.settle_site(&context), engine::observe(resources, &context))
    }

    async fn settle_site(&self, context: &Context) -> Result<Site> {
        let site = self.door.site(&self.manifest).await?;
        context.settle_site(site.clone());
        Ok(site)
    }
}
