//! What becomes of a version that nobody calls for weeks: Lambda reclaims what runs it. The next call is refused, and makes
//! Lambda restore the version, which needs its image again.

use serde::{Deserialize, Serialize};

use super::answers::later;
use super::function::{Function, LATEST};
use super::image::Source;
use super::name::{FunctionName, Home};
use super::passage::{Failure, Passage, Standing};
use crate::clock::{Millis, Timing};
use crate::refusal::Refusal;
use crate::world::Region;

/// The code by which Lambda refuses a call while it restores the version.
pub(super) const PENDING: &str = "CodeArtifactUserPendingException";

/// The use that is made of a version.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Use {
    /// When it was called last.
    called: Millis,
    /// How it is being restored, or was last.
    restoring: Option<Passage>,
}

/// Whether a version that works can be called now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Activity<'u> {
    Active,
    /// Reclaimed; with the reason why it could not be restored, if that was tried.
    Inactive(Option<&'u Failure>),
    Restoring,
}

impl Use {
    /// Whether the version, which has been able to work since `ready`, can be called.
    pub(super) fn activity(&self, ready: Millis, now: Millis, timing: &Timing) -> Activity<'_> {
        let restored = match self.restoring.as_ref().map(|restoring| (restoring, restoring.standing(now))) {
            Some((_, Standing::Underway)) => return Activity::Restoring,
            Some((_, Standing::Failed(failure))) => return Activity::Inactive(Some(failure)),
            Some((restoring, Standing::Done)) => restoring.until,
            None => 0,
        };
        let since = ready.max(self.called).max(restored);
        if now >= later(since, timing.function_idle) { Activity::Inactive(None) } else { Activity::Active }
    }
}

/// The refusal of a call that meets a version which is not active.
pub(super) fn pending() -> Refusal {
    Refusal::new(409, PENDING, "Lambda is initializing your function. It will be ready to invoke shortly.")
}

/// Notes that a version was called.
pub(crate) fn called(region: &mut Region, function: &str, version: &str, now: Millis) {
    let Some(found) = region.lambda.functions.get_mut(function) else { return };
    found.usage_mut(version).called = now;
}

/// Begins to restore what a call met inactive.
pub(super) fn restore(region: &mut Region, home: &Home<'_>, name: &FunctionName<'_>, now: Millis, timing: &Timing) {
    let version = name.qualifier.unwrap_or(LATEST);
    let Some(found) = region.lambda.functions.get(name.name) else { return };
    if !matches!(found.activity(version, now, timing), Activity::Inactive(_)) {
        return;
    }
    let bare = FunctionName { qualifier: None, ..*name };
    let failure = obstacle(region, &bare.arn_at(home), found.source(version));
    let passage = Passage { until: later(now, timing.function_restore), failure };
    if let Some(found) = region.lambda.functions.get_mut(name.name) {
        found.usage_mut(version).restoring = Some(passage);
    }
}

/// Why the image can't be fetched again.
fn obstacle(region: &Region, function: &str, source: &Source) -> Option<Failure> {
    let failure = |code: &str, reason: &str| Some(Failure { code: code.to_owned(), reason: reason.to_owned() });
    if region.ecr.image(source.repository(), &source.digest).is_none() {
        return failure("ImageDeleted", "The function is trying to use a deleted image.");
    }
    if !region.ecr.lets_lambda_pull(source.repository(), function) {
        return failure("ImageAccessDenied", "The function does not have permission to access the specified image.");
    }
    None
}

impl Function {
    /// Whether what the qualifier names, once it has been created, can be called.
    pub(super) fn activity(&self, qualifier: &str, now: Millis, timing: &Timing) -> Activity<'_> {
        if let Some(version) = self.version(qualifier) {
            return version.usage.activity(version.creation.until, now, timing);
        }
        let updated = self.update.as_ref().map_or(0, |update| update.until);
        self.usage.activity(self.creation.until.max(updated), now, timing)
    }

    fn source(&self, qualifier: &str) -> &Source {
        &self.version(qualifier).map_or(&self.latest, |version| &version.settings).image
    }

    fn usage_mut(&mut self, qualifier: &str) -> &mut Use {
        let number = self.number(qualifier).unwrap_or_default();
        match self.versions.get_mut(&number) {
            Some(version) => &mut version.usage,
            None => &mut self.usage,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Activity, Use};
    use crate::clock::Timing;
    use crate::services::lambda::passage::{Failure, Passage};

    #[test]
    fn a_version_is_reclaimed_after_weeks_without_a_call_and_restored_by_the_next() {
        let timing = Timing { function_idle: Duration::from_millis(100), ..Timing::quick() };
        let mut usage = Use::default();
        assert_eq!(usage.activity(10, 109, &timing), Activity::Active);
        assert_eq!(usage.activity(10, 110, &timing), Activity::Inactive(None));
        usage.called = 60;
        assert_eq!(usage.activity(10, 110, &timing), Activity::Active);
        usage.restoring = Some(Passage { until: 200, failure: None });
        assert_eq!(usage.activity(10, 199, &timing), Activity::Restoring);
        assert_eq!(usage.activity(10, 299, &timing), Activity::Active);
        assert_eq!(usage.activity(10, 300, &timing), Activity::Inactive(None));
        let failure = Failure::invalid_image("gone");
        usage.restoring = Some(Passage { until: 200, failure: Some(failure.clone()) });
        assert_eq!(usage.activity(10, 200, &timing), Activity::Inactive(Some(&failure)));
    }
}
