//! Whom the question goes to: the manifest's alias, the draft, or one release. Makes reading calls only.

use std::sync::Arc;

use anyhow::{Context as _, Result};

use crate::aws::Access;
use crate::cli::{Ask, Common};
use crate::commands::output::note;
use crate::conversation::{Agent, TEST_ALIAS};
use crate::facts::{Key, Kind};
use crate::ownership::Owner;
use crate::refused::Refused;
use crate::resource::{Resource, Seen};
use crate::resources::temporary_alias::{self, TemporaryAlias};
use crate::session::Session;

/// Whom the question goes to.
pub(super) struct Whom {
    /// The agent; without an alias's id where one has to be made.
    pub(super) agent: Agent,
    /// The alias that has to be made for the question.
    pub(super) temporary: Option<TemporaryAlias>,
    /// For people: `push-openrate, alias live (version 3)`.
    pub(super) called: String,
}

/// Finds it. `run` tells this run from every other.
pub(super) async fn find(common: &Common, session: &Session, args: &Ask, run: &str) -> Result<Whom> {
    let stack = &session.stack;
    let draft = Key::new(Kind::Draft, &stack.agent.name);
    // The draft alone tells its state, the alias alone its version.
    let last = if args.draft { draft.clone() } else { stack.alias.key() };
    let mut wanted: Vec<Arc<dyn Resource>> = vec![stack.agent.clone()];
    wanted.extend(stack.resources().iter().filter(|resource| resource.key() == last).cloned());
    let (site, snapshot) = session.observe(&wanted).await?;
    let not_deployed = || Refused::not_deployed(&stack.name, &common.typed("deploy"));
    let present = |key: &Key| snapshot.get(key).and_then(Seen::as_present);
    let found = present(&stack.agent.key()).ok_or_else(not_deployed)?;
    let (id, flags) = (found.identity.clone(), common.flags());
    let name = &stack.agent.name;
    let to = |alias: String, version: String| Agent { site: site.clone(), id: id.clone(), alias, version, flags };

    if args.draft {
        if let Some(status) = present(&draft).and_then(|draft| draft.facts["status"].as_str())
            && status != "PREPARED"
        {
            let deploy = common.typed("deploy");
            note(format!(
                "the draft is {status}: what was changed since it was last prepared is not asked; `{deploy}` prepares it"
            ));
        }
        let agent = to(TEST_ALIAS.to_owned(), "DRAFT".to_owned());
        return Ok(Whom { agent, temporary: None, called: format!("{name}, the draft") });
    }
    let Some(number) = args.release else {
        let alias = present(&stack.alias.key()).ok_or_else(not_deployed)?;
        let (_, version) = alias.leads_to.clone().ok_or_else(not_deployed)?;
        let called = format!("{name}, alias {} (version {version})", stack.alias.name);
        return Ok(Whom { agent: to(alias.identity.clone(), version), temporary: None, called });
    };

    let version = number.to_string();
    let context = session.context(Access::Read, site.clone());
    let versions = temporary_alias::versions(&context.aws, &id).await.context("listing the agent's versions")?;
    if !versions.contains(&version) {
        let listed = if versions.is_empty() { "none".to_owned() } else { versions.join(", ") };
        return Err(
            Refused::usage(format!("the agent {name} has no version {version}"), format!("it has {listed}")).into()
        );
    }
    let called = format!("{name}, version {version}");
    if let Some(alias) = temporary_alias::lasting(&context, &id, &version).await? {
        return Ok(Whom { agent: to(alias, version), temporary: None, called });
    }
    if found.owner != Owner::Ours {
        return Err(Refused::foreign(stack.agent.key()).into());
    }
    let temporary = TemporaryAlias::new(id.clone(), version.clone(), run, &stack.alias);
    Ok(Whom { agent: to(String::new(), version), temporary: Some(temporary), called })
}
