//! The models and inference profiles that exist, as of 2026-11: those that agents use, those that samples and tutorials
//! still name though they have ended, and a few that can't drive an agent.

mod geographies;
mod models;

use crate::calendar::midnight;
use crate::clock::Millis;

pub(super) use geographies::{GEOGRAPHIES, Geography};
pub(super) use models::MODELS;

/// A foundation model.
#[derive(Debug, Clone, Copy)]
pub(super) struct Model {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) provider: &'static str,
    pub(super) input: &'static [&'static str],
    /// `TEXT`, `IMAGE` or `EMBEDDING`.
    pub(super) output: &'static [&'static str],
    /// The regions in which it may be called by its own id; elsewhere a profile is needed.
    pub(super) on_demand: &'static [&'static str],
    /// The day on which it was released: `2025-10-15`.
    pub(super) start: &'static str,
    life: Life,
}

/// Where a model is in its life, days as `2025-10-15`.
#[derive(Debug, Clone, Copy)]
enum Life {
    Active,
    /// Announced to end. New accounts can't call it any more.
    Legacy {
        since: &'static str,
        end: &'static str,
    },
    /// It can't be called any more.
    Ended,
}

/// What can be said of a model at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Active,
    Legacy { since: Millis, end: Millis },
    Ended,
}

impl Model {
    pub(super) fn by_id(id: &str) -> Option<&'static Self> {
        MODELS.iter().find(|model| model.id == id)
    }

    pub(super) fn arn(&self, region: &str) -> String {
        format!("arn:aws:bedrock:{region}::foundation-model/{}", self.id)
    }

    /// Whether the model can be had in a region, by its own id or through a profile.
    pub(super) fn is_in(&self, region: &str) -> bool {
        let through = |geography: &Geography| geography.models.contains(&self.id) && geography.reach.is_from(region);
        self.on_demand.contains(&region) || GEOGRAPHIES.iter().any(through)
    }

    /// Where it is in its life.
    pub(super) fn stage(&self, now: Millis) -> Stage {
        let at = |day: &str| midnight(day).unwrap_or_default();
        match self.life {
            Life::Active => Stage::Active,
            Life::Legacy { end, .. } if at(end) <= now => Stage::Ended,
            Life::Legacy { since, end } => Stage::Legacy { since: at(since), end: at(end) },
            Life::Ended => Stage::Ended,
        }
    }

    pub(super) fn has_ended(&self, now: Millis) -> bool {
        self.stage(now) == Stage::Ended
    }

    /// Whether it takes part in a conversation, as an agent's model must.
    pub(super) fn converses(&self) -> bool {
        self.output.contains(&"TEXT") && !self.id.contains("rerank")
    }
}
