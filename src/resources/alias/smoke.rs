//! The smoke test: a candidate, an alias that nobody else calls, is asked before the live alias moves to its version.

use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Result;

use super::{Alias, PURPOSE_TAG};
use crate::conversation::{self, Agent, Answer, Question};
use crate::manifest;
use crate::ownership::Ownership;
use crate::refused::Refused;
use crate::resource::{Context, Resource as _};

/// The value of [`PURPOSE_TAG`] on a candidate.
const CANDIDATE: &str = "candidate";

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

    /// The question, in a conversation of its own: what an earlier version said is forgotten.
    fn question(&self, version: &str) -> Question {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
        Question {
            text: self.test.question.clone(),
            session: format!("smoke-{version}-{now}"),
            trace: false,
            at: i64::try_from(now).unwrap_or(i64::MAX),
        }
    }

    /// Asks the candidate; answers the version that has passed.
    pub(super) async fn ask(&self, context: &Context, live: &Alias, agent: &str) -> Result<String> {
        let candidate = context.needed(&self.candidate.key())?;
        let version = context.needed(&self.candidate.version())?;
        let now = context.identity(&live.version());
        let stays = match &now {
            Some(now) => format!("the alias {} still routes to version {now}", live.name),
            None => format!("the alias {} was not made", live.name),
        };
        let fails = |why: String| Refused::smoke(&version, &self.test.question, &why, &stays);
        context.progress.note(&live.key(), &format!("asking version {version}: {}", self.test.question));
        let site = context.site().await;
        let flags = if site.emulated { " --local" } else { "" }.to_owned();
        let candidate = Agent { site, id: agent.to_owned(), alias: candidate, version: version.clone(), flags };
        let answer = conversation::answer(&context.aws, &candidate, &self.question(&version)).await;
        let Answer { text, took } = answer.map_err(|error| error.context(fails("it did not answer".to_owned())))?;
        let text = text.trim();
        match &self.test.expect {
            _ if text.is_empty() => return Err(fails("its answer is empty".to_owned()).into()),
            Some(expect) if !expect.is_met_by(text) => {
                return Err(fails(format!("its answer does not match {expect}: {text}")).into());
            }
            _ => {}
        }
        let answered = format!("version {version} answered in {:.1} s: {text}", took.as_secs_f64());
        context.progress.told(&live.key(), &answered);
        Ok(version)
    }
}
