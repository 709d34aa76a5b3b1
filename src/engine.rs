//! Observing and applying: every resource's turn comes as soon as what it needs is there.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result};
use futures_util::future::{join_all, try_join_all};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::aws::Failure;
use crate::facts::{Change, Key};
use crate::plan::{self, Plan, Snapshot, Step};
use crate::progress::Ended;
use crate::report::{Outcome, Report};
use crate::resource::{Context, Deleted, Milestone, Need, Resource, Seen};
use crate::wait::StillPassing;

/// Looks at every resource, side by side where none is looked up by another.
pub async fn observe(resources: &[Arc<dyn Resource>], context: &Context) -> Result<Snapshot> {
    let board = Board::new(resources.iter().map(|resource| resource.key()));
    let turns = resources.iter().map(|resource| look(resource.as_ref(), &board, context));
    Ok(try_join_all(turns).await?.into_iter().collect())
}

/// Looks at every resource as it is this moment. What is in a passing state is not waited for, if the context has no
/// patience: it is told with that state instead.
pub async fn glance(resources: &[Arc<dyn Resource>], context: &Context) -> Result<(Snapshot, BTreeMap<Key, String>)> {
    let board = Board::new(resources.iter().map(|resource| resource.key()));
    let glimpse = async |resource: &Arc<dyn Resource>| {
        let error = match look(resource.as_ref(), &board, context).await {
            Ok((key, seen)) => return Ok((key, Ok(seen))),
            Err(error) => error,
        };
        let Some(passing) = error.chain().find_map(|cause| cause.downcast_ref::<StillPassing>()) else {
            return Err(error);
        };
        board.post(&resource.key(), Post::Reached(Milestone::Ready));
        Ok((resource.key(), Err(passing.state.clone())))
    };
    let (mut snapshot, mut passing) = (Snapshot::new(), BTreeMap::new());
    for (key, seen) in try_join_all(resources.iter().map(glimpse)).await? {
        match seen {
            Ok(seen) => drop(snapshot.insert(key, seen)),
            Err(state) => drop(passing.insert(key, state)),
        }
    }
    Ok((snapshot, passing))
}

async fn look(resource: &dyn Resource, board: &Board, context: &Context) -> Result<(Key, Seen)> {
    let key = resource.key();
    let first = resource.looked_up_by().into_iter().map(Need::made).collect::<Vec<_>>();
    board.reached(&first).await;
    let looking = || format!("looking at the {key}");
    if let Some(identity) = resource.locate(context).await.with_context(looking)? {
        context.learn(key.clone(), identity);
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

/// Carries the plan out. After a failure nothing new is begun; what is under way is finished.
pub async fn apply(plan: &Plan, context: &Context) -> Report {
    let board = Board::new(plan.steps.iter().map(Step::key));
    let run = async |step: &Step| {
        let outcome = turn(step, plan, &board, context).await;
        let post = match &outcome {
            Outcome::Kept | Outcome::Done => Post::Reached(Milestone::Ready),
            Outcome::Failed(_) | Outcome::Spared(_) | Outcome::Left => Post::Never,
        };
        board.post(&step.key(), post);
        (step.clone(), outcome)
    };
    let mut outcomes = join_all(plan.steps.iter().map(run)).await;
    if !board.stopped() {
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
    if !board.reached(&waits_for(step, plan)).await {
        let spared = step.change == Change::Delete && !board.stopped();
        return if spared { Outcome::Spared("what stands on it was left".to_owned()) } else { Outcome::Left };
    }
    match &step.change {
        Change::Keep => return Outcome::Kept,
        // Only a destruction begins with such a step in it: it deletes around what is not ours.
        Change::Refuse(reason) => return Outcome::Spared(reason.clone()),
        Change::Create | Change::Recreate(_) | Change::Update(_) | Change::Delete => {}
    }
    if board.stopped() {
        return Outcome::Left;
    }
    let key = step.key();
    let started = Instant::now();
    context.progress.started(&key, step.change.word());
    let (outcome, ended) = match act(step, board, context).await {
        Ok(Deleted::Gone) => (Outcome::Done, Ended::Done),
        Ok(Deleted::Kept(reason)) => (Outcome::Spared(reason), Ended::Spared),
        Err(error) => {
            board.stop();
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
        Change::Recreate(_) => {
            if let Deleted::Kept(reason) = resource.delete(context).await? {
                anyhow::bail!("what a broken attempt left can't be deleted: {reason}");
            }
            context.forget(&resource.key());
            create(resource, board, context).await?
        }
        Change::Update(differences) => resource.update(context, differences).await?,
        Change::Delete => {
            let deleted = resource.delete(context).await?;
            if deleted == Deleted::Gone {
                context.forget(&resource.key());
            }
            return Ok(deleted);
        }
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
    anyhow::bail!("what it needs was not made; the next deploy completes it")
}

/// Creates a resource. If it has come to be since it was looked for (another deploy, or a first try whose answer was
/// lost), it is looked at again and converged.
async fn create(resource: &dyn Resource, board: &Board, context: &Context) -> Result<String> {
    let error = match resource.create(context).await {
        Ok(identity) => return Ok(identity),
        Err(error) => error,
    };
    if !error.chain().filter_map(|cause| cause.downcast_ref::<Failure>()).any(Failure::is_already_there) {
        return Err(error);
    }
    let seen = resource.observe(context).await?;
    let Some(identity) = seen.identity() else { return Err(error) };
    match plan::converge(resource, &seen, &context.known().await) {
        Change::Keep => Ok(identity.to_owned()),
        Change::Update(differences) => {
            made(resource, identity.to_owned(), board, context).await?;
            resource.update(context, &differences).await
        }
        Change::Refuse(reason) => Err(error.context(reason)),
        Change::Create | Change::Recreate(_) | Change::Delete => Err(error),
    }
}

fn doing(change: &Change) -> &'static str {
    match change {
        Change::Create | Change::Recreate(_) => "creating",
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

/// Where every step posts how far it has come, and where the others wait for it.
struct Board {
    posts: BTreeMap<Key, watch::Sender<Post>>,
    stopped: AtomicBool,
}

/// How far one step has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Post {
    Waiting,
    Reached(Milestone),
    Never,
}

impl Board {
    fn new(keys: impl Iterator<Item = Key>) -> Self {
        let posts = keys.map(|key| (key, watch::Sender::new(Post::Waiting))).collect();
        Self { posts, stopped: AtomicBool::new(false) }
    }

    fn post(&self, key: &Key, post: Post) {
        if let Some(sender) = self.posts.get(key) {
            sender.send_replace(post);
        }
    }

    /// Waits until every need has come as far as it must; `false` when one never will.
    async fn reached(&self, needs: &[Need]) -> bool {
        for need in needs {
            let Some(sender) = self.posts.get(&need.key) else { continue };
            let far_enough = |post: &Post| match post {
                Post::Waiting => false,
                Post::Reached(milestone) => *milestone >= need.until,
                Post::Never => true,
            };
            let mut posts = sender.subscribe();
            if posts.wait_for(far_enough).await.is_ok_and(|post| *post == Post::Never) {
                return false;
            }
        }
        true
    }

    fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}
