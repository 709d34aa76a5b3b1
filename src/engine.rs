//! Observing and applying: every resource's turn comes as soon as what it needs is there.

mod board;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use futures_util::future::{join_all, try_join_all};
use tokio::time::Instant;

use crate::aws::Failure;
use crate::facts::{Change, Key};
use crate::ownership::Owner;
use crate::plan::{self, Plan, Snapshot, Step};
use crate::progress::Ended;
use crate::report::{Outcome, Report};
use crate::resource::{Context, Deleted, Milestone, Need, Resource, Seen};
use crate::wait::{Abandoned, StillPassing};
use board::{Board, Post};

/// Looks at every resource, side by side where none is looked up by another.
pub async fn observe(resources: &[Arc<dyn Resource>], context: &Context) -> Result<Snapshot> {
    let board = Board::new(resources.iter().map(|resource| resource.key()));
    let turns = resources.iter().map(|resource| look(resource.as_ref(), &board, context));
    Ok(try_join_all(turns).await?.into_iter().collect())
}

/// What was seen at a glance.
#[derive(Debug, Default)]
pub struct Glimpse {
    /// What is there; what could not be looked at stands in it as what is gone by instead.
    pub snapshot: Snapshot,
    /// What is in a passing state, and that state.
    pub passing: BTreeMap<Key, String>,
    /// What could not be looked at, though there is a status without it, and why.
    pub unknown: BTreeMap<Key, String>,
}

/// Looks at every resource as it is this moment. What is in a passing state is not waited for, if the context has no
/// patience: it is told with that state instead.
pub async fn glance(resources: &[Arc<dyn Resource>], context: &Context) -> Result<Glimpse> {
    let board = Board::new(resources.iter().map(|resource| resource.key()));
    let looked = async |resource: &Arc<dyn Resource>| {
        let error = match look(resource.as_ref(), &board, context).await {
            Ok((key, seen)) => return Ok((key, Ok(seen))),
            Err(error) => error,
        };
        let passes = error.chain().find_map(|cause| cause.downcast_ref::<StillPassing>()).is_some();
        if !passes && resource.unseen(&BTreeMap::new()).is_none() {
            return Err(error);
        }
        board.post(&resource.key(), Post::Reached(Milestone::Ready));
        Ok((resource.key(), Err(error)))
    };
    let mut glimpse = Glimpse::default();
    for (key, seen) in try_join_all(resources.iter().map(looked)).await? {
        let Glimpse { snapshot, passing, unknown } = &mut glimpse;
        match seen {
            Ok(seen) => drop(snapshot.insert(key, seen)),
            Err(error) => match error.chain().find_map(|cause| cause.downcast_ref::<StillPassing>()) {
                Some(still) => drop(passing.insert(key, still.state.clone())),
                None => drop(unknown.insert(key, error.root_cause().to_string())),
            },
        }
    }
    for resource in resources.iter().filter(|resource| glimpse.unknown.contains_key(&resource.key())) {
        let Some(seen) = resource.unseen(&glimpse.snapshot) else { continue };
        if let Some(identity) = seen.identity() {
            context.learn(resource.key(), identity.to_owned());
        }
        glimpse.snapshot.insert(resource.key(), seen);
    }
    Ok(glimpse)
}

async fn look(resource: &dyn Resource, board: &Board, context: &Context) -> Result<(Key, Seen)> {
    let key = resource.key();
    let first = resource.looked_up_by().into_iter().map(Need::made).collect::<Vec<_>>();
    board.reached(&first).await;
    let looking = || format!("looking at the {key}");
    if locate(resource, context).await.with_context(looking)? {
        board.post(&key, Post::Reached(Milestone::Made));
    }
    let seen = resource.observe(context).await.with_context(looking)?;
    match seen.identity() {
        Some(identity) => context.learn(key.clone(), identity.to_owned()),
        None => context.forget(&key),
    }
    board.post(&key, Post::Reached(Milestone::Ready));
    Ok((key, seen))
}

/// Finds the resource's identity, where it has one that is found without observing it. Answers whether it was found.
async fn locate(resource: &dyn Resource, context: &Context) -> Result<bool> {
    let Some(identity) = resource.locate(context).await? else { return Ok(false) };
    context.learn(resource.key(), identity);
    Ok(true)
}

/// Applies the plan. After a failure no step begins, calls that were sent are finished, and nothing is waited for: the
/// next run waits for what AWS is still working on.
pub async fn apply(plan: &Plan, context: &Context) -> Report {
    let board = Board::new(plan.steps.iter().map(Step::key));
    let run = async |step: &Step| {
        let outcome = turn(step, plan, &board, context).await;
        let post = match &outcome {
            Outcome::Kept | Outcome::Done => Post::Reached(Milestone::Ready),
            Outcome::Failed(_) | Outcome::Abandoned | Outcome::Spared(_) | Outcome::Left => Post::Never,
        };
        board.post(&step.key(), post);
        (step.clone(), outcome)
    };
    let mut outcomes = join_all(plan.steps.iter().map(run)).await;
    if !context.stop.is_set() {
        tidy(&mut outcomes, context).await;
    }
    Report { outcomes, known: context.known().await, writes: context.aws.writes() }
}

/// The last turn: what updates left in place for what was live until now is taken back.
async fn tidy(outcomes: &mut [(Step, Outcome)], context: &Context) {
    let updated = |(step, outcome): &&mut (Step, Outcome)| {
        matches!(step.change, Change::Update(_)) && matches!(outcome, Outcome::Done)
    };
    for (step, outcome) in outcomes.iter_mut().filter(updated) {
        if let Err(error) = step.resource.tidy(context).await {
            let tidying = format!("taking back what the {} no longer needs", step.key());
            *outcome = Outcome::Failed(error.context(tidying));
        }
    }
}

async fn turn(step: &Step, plan: &Plan, board: &Board, context: &Context) -> Outcome {
    // Only a destruction begins with such a step in it: it deletes around what it may not delete.
    if let Change::Refuse(reason) = &step.change {
        return Outcome::Spared(reason.clone());
    }
    if !board.reached(&waits_for(step, plan)).await {
        let spared = step.change == Change::Delete && !context.stop.is_set();
        return if spared { Outcome::Spared("something that uses it was kept".to_owned()) } else { Outcome::Left };
    }
    if step.change == Change::Keep {
        return Outcome::Kept;
    }
    if context.stop.is_set() {
        return Outcome::Left;
    }
    let key = step.key();
    let started = Instant::now();
    context.progress.started(&key, step.change.word());
    let (outcome, ended) = match act(step, board, context).await {
        Ok(Deleted::Gone) => (Outcome::Done, Ended::Done),
        Ok(Deleted::Kept(reason)) => (Outcome::Spared(reason), Ended::Spared),
        Err(error) if error.chain().find_map(|cause| cause.downcast_ref::<Abandoned>()).is_some() => {
            (Outcome::Abandoned, Ended::Abandoned)
        }
        Err(error) => {
            context.stop.now();
            let doing = format!("{} the {key}", doing(&step.change));
            (Outcome::Failed(error.context(doing)), Ended::Failed)
        }
    };
    context.progress.finished(&key, step.change.word(), ended, started.elapsed());
    outcome
}

async fn act(step: &Step, board: &Board, context: &Context) -> Result<Deleted> {
    let resource = step.resource.as_ref();
    let identity = match &step.change {
        Change::Create => create(resource, board, context).await?,
        Change::Recreate { identity, .. } => {
            if let Some(identity) = identity {
                context.learn(resource.key(), identity.clone());
            }
            if let Deleted::Kept(reason) = delete(resource, context).await? {
                anyhow::bail!("what a failed creation left behind could not be deleted: {reason}");
            }
            create(resource, board, context).await?
        }
        Change::Update(differences) => resource.update(context, differences).await?,
        Change::Delete => return delete(resource, context).await,
        Change::Keep | Change::Refuse(_) => return Ok(Deleted::Gone),
    };
    made(resource, identity, board, context).await?;
    resource.settle(context).await?;
    Ok(Deleted::Gone)
}

/// Posts that a resource is made, and waits for the rest of what it needs.
async fn made(resource: &dyn Resource, identity: String, board: &Board, context: &Context) -> Result<()> {
    context.learn(resource.key(), identity);
    board.post(&resource.key(), Post::Reached(Milestone::Made));
    if board.reached(&resource.needs()).await {
        return Ok(());
    }
    Err(Abandoned::new("what it needs").into())
}

/// Deletes a resource that still belongs to this stack: what did when the plan was made may be somebody else's by now.
async fn delete(resource: &dyn Resource, context: &Context) -> Result<Deleted> {
    let deleted = match resource.owner(context).await? {
        None => Deleted::Gone,
        Some(Owner::Ours) => resource.delete(context).await?,
        Some(_) => Deleted::Kept("it no longer carries this stack's tag bedrock-ops:stack".to_owned()),
    };
    if deleted == Deleted::Gone {
        context.forget(&resource.key());
    }
    Ok(deleted)
}

/// Creates a resource. If it exists by now (another deploy created it, or the answer to a first call was lost), it is
/// observed again and updated to what is wanted.
async fn create(resource: &dyn Resource, board: &Board, context: &Context) -> Result<String> {
    let error = match resource.create(context).await {
        Ok(identity) => return Ok(identity),
        Err(error) => error,
    };
    if !error.chain().filter_map(|cause| cause.downcast_ref::<Failure>()).any(Failure::is_already_there) {
        return Err(error);
    }
    locate(resource, context).await?;
    let seen = resource.observe(context).await?;
    let Some(identity) = seen.identity() else { return Err(error) };
    match plan::converge(resource, &seen, &context.known().await) {
        Change::Keep => Ok(identity.to_owned()),
        Change::Update(differences) => {
            made(resource, identity.to_owned(), board, context).await?;
            resource.update(context, &differences).await
        }
        Change::Refuse(reason) => Err(error.context(reason)),
        Change::Create | Change::Recreate { .. } | Change::Delete => Err(error),
    }
}

fn doing(change: &Change) -> &'static str {
    match change {
        Change::Create | Change::Recreate { .. } => "creating",
        Change::Update(_) => "updating",
        Change::Delete => "deleting",
        Change::Keep | Change::Refuse(_) => "keeping",
    }
}

/// What a step waits for: a creation or update for what goes first, for its needs, and for the strays that go from what
/// it needs; a deletion for the deletion of everything that needs it.
fn waits_for(step: &Step, plan: &Plan) -> Vec<Need> {
    let key = step.key();
    let deletions = || plan.steps.iter().filter(|other| other.change == Change::Delete);
    if step.change == Change::Delete {
        let stands_on_it = |other: &&Step| other.resource.stands_on().contains(&key);
        return deletions().filter(stands_on_it).map(|other| Need::ready(other.key())).collect();
    }
    let needs = step.resource.needs_to_begin(&step.change);
    let first = plan.first().filter(|first| *first != key && step.change != Change::Keep).map(Need::made);
    let clears =
        |other: &&Step| other.resource.looked_up_by().iter().any(|within| needs.iter().any(|need| need.key == *within));
    let cleared: Vec<Need> = deletions().filter(clears).map(|other| Need::ready(other.key())).collect();
    first.into_iter().chain(needs).chain(cleared).collect()
}
