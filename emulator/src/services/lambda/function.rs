//! A function: what `$LATEST` is, the versions cut from it, and which changes its state allows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::aliases::Alias;
use super::answers::{conflict, wrong_state};
use super::configuration::Configuration;
use super::idle::{Activity, Use};
use super::image::Source;
use super::passage::{Failure, Passage, Standing};
use super::permissions::Statement;
use crate::clock::{Millis, Timing};
use crate::refusal::Refusal;

/// The qualifier of what is not published.
pub(super) const LATEST: &str = "$LATEST";

/// One function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Function {
    pub(super) latest: Settings,
    pub(super) revision: String,
    pub(super) modified_at: Millis,
    pub(super) creation: Passage,
    /// The last change of code or configuration, if there was one.
    pub(super) update: Option<Passage>,
    /// What goes on running until that change is done, and after it should it fail.
    #[serde(default)]
    pub(super) before: Option<Settings>,
    /// Set when the function is being deleted.
    pub(super) deleting_until: Option<Millis>,
    pub(super) versions: BTreeMap<u64, Version>,
    /// The highest version number ever given: none is given twice.
    pub(super) last_version: u64,
    /// The statements of each policy, by the qualifier it belongs to; empty for the bare function's.
    pub(super) policies: BTreeMap<String, Vec<Statement>>,
    pub(super) tags: BTreeMap<String, String>,
    /// By name.
    #[serde(default)]
    pub(super) aliases: BTreeMap<String, Alias>,
    /// Executions at once that are kept for it, where that is set.
    #[serde(default)]
    pub(super) reserved_concurrency: Option<i64>,
    /// Calls of `$LATEST`.
    #[serde(default)]
    pub(super) usage: Use,
    /// Set when `$LATEST` failed long after it was created.
    #[serde(default)]
    pub(super) broken: Option<Broken>,
}

/// Why a function that worked is `Failed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Broken {
    pub(super) failure: Failure,
    /// Whether new code is accepted, and brings it back.
    pub(super) heals: bool,
}

/// What a version freezes: code and configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(super) image: Source,
    /// `x86_64` or `arm64`.
    pub(super) architecture: String,
    pub(super) configuration: Configuration,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Version {
    /// `$LATEST` as it was when the version was cut.
    pub(super) settings: Settings,
    /// The version's own description, where one was given.
    pub(super) description: Option<String>,
    pub(super) revision: String,
    pub(super) modified_at: Millis,
    pub(super) creation: Passage,
    #[serde(default)]
    pub(super) usage: Use,
}

impl Function {
    /// A function that is being created: no version of it was ever cut.
    pub(super) fn new(
        latest: Settings,
        revision: String,
        now: Millis,
        creation: Passage,
        tags: BTreeMap<String, String>,
    ) -> Self {
        Self {
            latest,
            revision,
            modified_at: now,
            creation,
            update: None,
            before: None,
            deleting_until: None,
            versions: BTreeMap::new(),
            last_version: 0,
            policies: BTreeMap::new(),
            tags,
            aliases: BTreeMap::new(),
            reserved_concurrency: None,
            usage: Use::default(),
            broken: None,
        }
    }

    /// Whether the qualifier names `$LATEST`, or a version or an alias that is there.
    pub(super) fn has(&self, qualifier: &str) -> bool {
        qualifier == LATEST || self.aliases.contains_key(qualifier) || self.version(qualifier).is_some()
    }

    /// The version of this number, or the one that the alias of this name points to.
    pub(super) fn version(&self, qualifier: &str) -> Option<&Version> {
        self.versions.get(&self.number(qualifier)?)
    }

    /// The number of the version that a qualifier names.
    pub(super) fn number(&self, qualifier: &str) -> Option<u64> {
        let qualifier = self.aliases.get(qualifier).map_or(qualifier, |alias| &alias.version);
        qualifier.parse().ok()
    }

    /// What `$LATEST` runs now: during an update, and after one that failed, what it ran before.
    pub(super) fn running(&self, now: Millis) -> &Settings {
        match (self.update.as_ref().map(|update| update.standing(now)), &self.before) {
            (Some(Standing::Underway | Standing::Failed(_)), Some(before)) => before,
            _ => &self.latest,
        }
    }

    /// The digests of the images that it may run.
    pub(super) fn images(&self) -> impl Iterator<Item = &str> {
        let versions = self.versions.values().map(|version| &version.settings);
        let all = std::iter::once(&self.latest).chain(&self.before).chain(versions);
        all.map(|settings| settings.image.digest.as_str())
    }

    /// Refuses a change of the configuration, or a new version, while the function's state forbids it.
    pub(super) fn check_changeable(&self, arn: &str, now: Millis, timing: &Timing) -> Result<(), Refusal> {
        if self.broken.is_some() {
            return Err(wrong_state("Failed"));
        }
        self.check_code_changeable(arn, now, timing)
    }

    /// Refuses new code while the function's state forbids it: in some cases it brings a failed function back.
    pub(super) fn check_code_changeable(&self, arn: &str, now: Millis, timing: &Timing) -> Result<(), Refusal> {
        match self.creation.standing(now) {
            Standing::Underway => Err(wrong_state("Pending")),
            Standing::Failed(_) => Err(wrong_state("Failed")),
            Standing::Done if self.broken.as_ref().is_some_and(|broken| !broken.heals) => Err(wrong_state("Failed")),
            Standing::Done if self.activity(LATEST, now, timing) == Activity::Restoring => Err(wrong_state("Pending")),
            Standing::Done => self.check_not_updating(arn, now),
        }
    }

    /// Refuses what an update in progress forbids.
    pub(super) fn check_not_updating(&self, arn: &str, now: Millis) -> Result<(), Refusal> {
        match self.update.as_ref().map(|update| update.standing(now)) {
            Some(Standing::Underway) => Err(conflict(format!(
                "The operation cannot be performed at this time. An update is in progress for resource: {arn}"
            ))),
            _ => Ok(()),
        }
    }

    /// The last version, if `$LATEST` is still what it was cut from.
    pub(super) fn unchanged_version(&self) -> Option<u64> {
        let last = self.versions.get(&self.last_version)?;
        (last.settings == self.latest).then_some(self.last_version)
    }

    /// Cuts a version, unless the last one is the same still, and tells its number.
    pub(super) fn publish(
        &mut self,
        description: Option<&str>,
        revision: String,
        now: Millis,
        creation: Passage,
    ) -> u64 {
        if let Some(number) = self.unchanged_version() {
            return number;
        }
        self.last_version += 1;
        let version = Version {
            settings: self.latest.clone(),
            description: description.map(str::to_owned),
            revision,
            modified_at: now,
            creation,
            usage: Use::default(),
        };
        self.versions.insert(self.last_version, version);
        self.last_version
    }
}
