//! What a resource is given to observe itself and to carry out a change.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use tokio::sync::SetOnce;

use crate::aws::{Aws, Site};
use crate::facts::{Key, Known};
use crate::progress::Progress;
use crate::wait::{self, Stop, Wait};

/// What a resource is given: the clients, what is known so far, and where to say what is waited for.
#[derive(Debug, Clone)]
pub struct Context {
    /// The clients.
    pub aws: Aws,
    /// Where progress is told.
    pub progress: Progress,
    /// How long a passing state is waited for.
    pub patience: Duration,
    /// Ends the waits of this run, once a step has failed.
    pub stop: Stop,
    /// The flags that this run was typed with, each with a space before it: for the commands that hints name.
    pub flags: String,
    site: Arc<SetOnce<Site>>,
    identities: Arc<Mutex<BTreeMap<Key, String>>>,
}

impl Context {
    /// A context in which nothing is known yet.
    pub fn new(aws: Aws, progress: Progress) -> Self {
        let (site, identities) = Default::default();
        Self { aws, progress, patience: wait::STATE, stop: Stop::default(), flags: String::new(), site, identities }
    }

    /// A context that waits for no state to pass: a thing that is being changed is told so.
    pub fn glancing(aws: Aws, progress: Progress) -> Self {
        Self { patience: Duration::ZERO, ..Self::new(aws, progress) }
    }

    /// A context that starts with what is known.
    pub fn knowing(aws: Aws, progress: Progress, known: Known) -> Self {
        let context = Self::new(aws, progress);
        context.settle_site(known.site);
        *context.lock() = known.identities;
        context
    }

    /// A wait for `what`, to stand after "waiting for", on behalf of the resource with this key.
    pub fn wait<'a>(&'a self, key: Key, what: &'a str, limit: Duration) -> Wait<'a> {
        Wait { progress: &self.progress, stop: &self.stop, key, what, limit }
    }

    /// Tells all who wait for it which account and region this is.
    pub fn settle_site(&self, site: Site) {
        // The second to know it knows nothing else.
        let _ = self.site.set(site);
    }

    /// The account and region, as soon as they are known.
    pub async fn site(&self) -> Site {
        self.site.wait().await.clone()
    }

    /// All that is known now.
    pub async fn known(&self) -> Known {
        Known { site: self.site().await, identities: self.lock().clone() }
    }

    /// The identity of one resource, if it is there.
    pub fn identity(&self, key: &Key) -> Option<String> {
        self.lock().get(key).cloned()
    }

    /// The identity of a resource that was needed, and so is there.
    pub fn needed(&self, key: &Key) -> Result<String> {
        self.identity(key).ok_or_else(|| anyhow::anyhow!("the {key} is gone; it was there a moment ago"))
    }

    /// Keeps an identity for those who need it.
    pub fn learn(&self, key: Key, identity: String) {
        self.lock().insert(key, identity);
    }

    /// Forgets the identity of what is gone.
    pub fn forget(&self, key: &Key) {
        self.lock().remove(key);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, String>> {
        self.identities.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
