//! What is deployed, as it is this moment: every resource's state, what Slack talks to, and for how long.

mod draft;
pub mod json;
mod model;
mod release;
mod resources;
pub mod text;

use anyhow::Result;

pub use draft::Draft;
pub use model::Model;
pub use release::{Image, Release};
pub use resources::{Row, State};

use crate::aws::{Access, Site};
use crate::connector;
use crate::resource::Seen;
use crate::session::{Glance, Session};

/// How a stack stands.
#[derive(Debug)]
pub struct Status {
    /// The stack's name.
    pub stack: String,
    /// Where it is.
    pub site: Site,
    /// Whether anything of it is there at all.
    pub deployed: bool,
    /// Every resource with its state, needs before what needs them.
    pub resources: Vec<Row>,
    /// What Slack talks to; none while there is no alias.
    pub release: Option<Release>,
    /// What the next version would be cut from; none while there is no agent, or while it is being changed.
    pub draft: Option<Draft>,
    /// The model that the manifest names.
    pub model: Model,
    /// The line for Slack; none while there is no alias.
    pub connector: Option<String>,
}

/// Looks. Makes reading calls only, and waits for nothing.
pub async fn look(session: &Session) -> Result<Status> {
    let glance = session.glance().await?;
    let aws = session.clients(Access::Read);
    let (stack, manifest) = (&session.stack, &session.manifest);
    let release = release::look(&aws, stack, &glance);
    let model = model::look(&aws, &manifest.agent.model, &glance);
    let (release, model) = tokio::join!(release, model);
    let (release, site) = (release?, glance.known.site.clone());
    let line = |release: &Release| connector::command(&manifest.connector, &site, &release.agent_id, &release.alias_id);
    Ok(Status {
        stack: stack.name.clone(),
        deployed: is_deployed(&glance, session),
        resources: resources::rows(&glance),
        connector: release.as_ref().map(line),
        release,
        draft: draft::of(stack, &glance),
        model,
        site,
    })
}

/// Whether anything is there that `destroy` would have to delete.
fn is_deployed(glance: &Glance, session: &Session) -> bool {
    session.stack.standing_alone().iter().any(|resource| {
        let key = resource.key();
        let ours = match glance.snapshot.get(&key) {
            Some(Seen::Present(present)) => resources::is_ours(&present.owner),
            Some(Seen::Broken { .. }) => true,
            Some(Seen::Absent | Seen::Unusable { .. }) | None => false,
        };
        ours || glance.passing.contains_key(&key)
    })
}
