//! The smoke test: a candidate, an alias that nobody else calls, is asked before the live alias moves to its version.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow};
use serde_json::json;
use tokio::time::Instant;

use super::{Alias, HELD, PURPOSE_TAG, get, routed};
use crate::conversation::{self, Agent, Answer, Question, Reason, Unanswered};
use crate::manifest;
use crate::moment::Moment;
use crate::ownership::Ownership;
use crate::refused::Refused;
use crate::resource::{Context, Resource as _};
use crate::resources::version;
use crate::wait;

/// The value of [`PURPOSE_TAG`] on a candidate.
const CANDIDATE: &str = "candidate";

/// How long Bedrock may take to see what a role may do: half a minute, mostly.
const ROLE_SEEN: Duration = Duration::from_mins(1);

/// Characters of an answer that are shown while deploying.
const SHOWN: usize = 300;

/// What is asked, and of whom.
#[derive(Debug)]
pub struct Smoke {
    /// The alias that cuts the version.
    pub candidate: Arc<Alias>,
    /// What its version must answer.
    pub test: manifest::Smoke,
}

impl Smoke {
    /// The tags by which a candidate is known.
    pub fn ownership(of: &Ownership) -> Ownership {
        of.with(PURPOSE_TAG, CANDIDATE)
    }

    /// The test, for plans.
    pub(super) fn told(&self) -> Vec<String> {
        let manifest::Smoke { question, expect } = &self.test;
        let mut told = vec![format!("asked first: {question}")];
        told.extend(expect.as_ref().map(|expect| format!("the answer must match: {expect}")));
        told
    }

    /// Asks the candidate; answers the version that has passed.
    pub(super) async fn ask(&self, context: &Context, live: &Alias, agent: &str) -> Result<String> {
        let id = context.needed(&self.candidate.key())?;
        let version = context.needed(&self.candidate.version())?;
        let now = context.identity(&live.version());
        let stays = match &now {
            Some(now) => format!("the alias {} still routes to version {now}", live.name),
            None => format!("the alias {} was not made", live.name),
        };
        let fails = |why: &str| Refused::smoke(&version, &self.test.question, why, &stays, &context.flags);
        self.is_as_wanted(context, live, agent, &version).await?;
        let asked = Agent {
            site: context.site().await,
            id: agent.to_owned(),
            alias: id.clone(),
            version: version.clone(),
            flags: context.flags.clone(),
        };
        let answer = self.answer(context, live, &asked).await;
        self.leads_still(context, agent, &id, &version).await?;
        let Answer { text, took } = answer.map_err(|error| {
            if is_verdict(&error) {
                return error.context(fails("it did not answer"));
            }
            error.context(format!("asking version {version}, which is neither good nor bad by that; {stays}"))
        })?;
        let text = text.trim();
        match &self.test.expect {
            _ if text.is_empty() => return Err(fails("its answer is empty").into()),
            Some(expect) if !expect.is_met_by(text) => {
                return Err(fails(&format!("its answer does not match {expect}: {}", shortened(text))).into());
            }
            _ => {}
        }
        let answered = format!("version {version} answered in {:.1} s: {}", took.as_secs_f64(), shortened(text));
        context.progress.told(&live.key(), &answered);
        Ok(version)
    }

    /// Asks in a conversation of its own: what an earlier version said is forgotten. Bedrock may not see yet what the
    /// agent's role was just allowed, and then refuses the model before anything is done: so it is asked again.
    async fn answer(&self, context: &Context, live: &Alias, agent: &Agent) -> Result<Answer> {
        let (at, began) = (Moment::now().0, Instant::now());
        let session = format!("smoke-{}-{at}", agent.version);
        let question = Question { text: self.test.question.clone(), session, trace: false, at };
        loop {
            context.progress.note(&live.key(), &format!("asking version {}: {}", agent.version, question.text));
            match conversation::answer(&context.aws, agent, &question).await {
                Err(error) if is_denied(&error) && began.elapsed() < ROLE_SEEN => wait::until_next_look().await,
                ended => return ended,
            }
        }
    }

    /// Another deploy may cut a version through the same candidate at the same time: what it cut is not ours to publish.
    async fn is_as_wanted(&self, context: &Context, live: &Alias, agent: &str, version: &str) -> Result<()> {
        let wanted = live.wanted(&context.known().await);
        let held = version::held(&context.aws, agent, version).await?;
        let held = json!({HELD[0]: held.agent, HELD[1]: held.action_groups});
        let wanted = json!({HELD[0]: wanted[HELD[0]], HELD[1]: wanted[HELD[1]]});
        if held == wanted { Ok(()) } else { Err(crossed(&self.candidate.name)) }
    }

    /// Whether the version that is to be published is the one that was asked.
    async fn leads_still(&self, context: &Context, agent: &str, id: &str, version: &str) -> Result<()> {
        let candidate = get(&context.aws, agent, id).await?;
        let leads = candidate.and_then(|alias| routed(alias.routing_configuration()));
        if leads.as_deref() == Some(version) { Ok(()) } else { Err(crossed(&self.candidate.name)) }
    }
}

/// Two deploys at once.
fn crossed(candidate: &str) -> anyhow::Error {
    anyhow!("another deploy moved the alias {candidate} at the same time, so it is not known which version was asked")
}

fn reason(error: &anyhow::Error) -> Option<Reason> {
    error.downcast_ref::<Unanswered>().map(Unanswered::reason)
}

fn is_denied(error: &anyhow::Error) -> bool {
    reason(error) == Some(Reason::AccessDenied)
}

/// Whether it is the version's fault. Throttling, expired credentials or a broken connection say nothing of it.
fn is_verdict(error: &anyhow::Error) -> bool {
    matches!(
        reason(error),
        Some(
            Reason::AccessDenied
                | Reason::BadGateway
                | Reason::DependencyFailed
                | Reason::ResourceNotFound
                | Reason::ReturnControl
                | Reason::Silent
                | Reason::Validation
        )
    )
}

/// The beginning of an answer, on one line.
fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{} ...", &line[..end]),
        None => line,
    }
}
