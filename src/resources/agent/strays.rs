//! What is on the agent though the manifest does not name it: what is to go, and what stays.

use std::sync::Arc;

use anyhow::Result;
use futures_util::future::try_join_all;

use super::ghost::Ghost;
use super::{Agent, lookup};
use crate::facts::Unmanaged;
use crate::resource::{Context, Resource};
use crate::resources::action_group::{self, ActionGroup, Group};
use crate::resources::settling::DRAFT;

impl Agent {
    /// What is to go: the draft's action groups that the manifest does not name, and what failed creations of this agent
    /// left. And AWS's own action groups, which stay.
    pub(super) async fn not_in_the_manifest(
        &self,
        context: &Context,
        id: &str,
    ) -> Result<(Vec<Arc<dyn Resource>>, Vec<Unmanaged>)> {
        let failed = self.failed().clone();
        let (groups, ghosts) =
            tokio::try_join!(self.other_groups(context, id), lookup::ours(context, failed, &self.ownership))?;
        let (mut strays, mut built_in): (Vec<Arc<dyn Resource>>, _) = (Vec::new(), Vec::new());
        for (name, group) in groups {
            match group {
                Group::BuiltIn(unmanaged) => built_in.push(unmanaged),
                Group::Defined { made_by_hand, .. } => {
                    strays.push(Arc::new(ActionGroup::stray(&name, self.key(), made_by_hand)));
                }
            }
        }
        let ghost = |id: String| Ghost { name: self.name.clone(), id, ownership: self.ownership.clone() };
        strays.extend(ghosts.into_iter().map(|id| Arc::new(ghost(id)) as Arc<dyn Resource>));
        Ok((strays, built_in))
    }

    async fn other_groups(&self, context: &Context, id: &str) -> Result<Vec<(String, Group)>> {
        let mut groups = action_group::list(&context.aws, id, DRAFT).await?;
        groups.retain(|(name, _)| !self.action_groups.contains(&ActionGroup::named(name)));
        let read = async |(name, group): (String, String)| {
            anyhow::Ok(action_group::read(&context.aws, id, DRAFT, &group).await?.map(|group| (name, group)))
        };
        Ok(try_join_all(groups.into_iter().map(read)).await?.into_iter().flatten().collect())
    }
}
