//! Looks up what is to be run, and refuses what Lambda refuses before anything is started.

use crate::clock::{Millis, Timing};
use crate::refusal::Refusal;
use crate::services::lambda::answers::{not_found, wrong_state};
use crate::services::lambda::function::{LATEST, Settings};
use crate::services::lambda::idle::{self, Activity, pending};
use crate::services::lambda::name::{FunctionName, Home};
use crate::services::lambda::passage::{Passage, Standing};
use crate::world::{Region, World};

/// What is to be run.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) name: String,
    pub(super) region: String,
    /// As the function is called: with the qualifier that was given.
    pub(super) arn: String,
    /// `$LATEST`, or a number.
    pub(super) version: String,
    pub(super) settings: Settings,
    pub(super) log_group: String,
}

impl Order {
    pub(super) fn of(
        world: &World,
        settings: (&str, &Timing),
        region: &str,
        function: &str,
        now: Millis,
    ) -> Result<Self, Refusal> {
        let (account, timing) = settings;
        let home = Home { account, region };
        let name = FunctionName::at_home(function, None, &home)?;
        let missing = || not_found(&name.arn_at(&home));
        let found = world.regions.get(region).and_then(|region| region.lambda.functions.get(name.name));
        let found = found.ok_or_else(missing)?;
        match found.deleting_until {
            Some(until) if until <= now => return Err(missing()),
            Some(_) => return Err(wrong_state("Deleting")),
            None => check(&found.creation, now)?,
        }
        if found.broken.is_some() && matches!(name.qualifier, None | Some(LATEST)) {
            return Err(wrong_state("Failed"));
        }
        if found.activity(name.qualifier.unwrap_or(LATEST), now, timing) != Activity::Active {
            return Err(pending());
        }
        let (version, settings) = match name.qualifier {
            None | Some("$LATEST") => ("$LATEST", found.running(now)),
            Some(number) => {
                let version = found.version(number).ok_or_else(missing)?;
                check(&version.creation, now)?;
                (number, &version.settings)
            }
        };
        Ok(Self {
            name: name.name.to_owned(),
            region: region.to_owned(),
            arn: name.arn_at(&home),
            version: version.to_owned(),
            settings: settings.clone(),
            log_group: settings.configuration.logging["LogGroup"].as_str().unwrap_or_default().to_owned(),
        })
    }
}

/// Begins to restore the function, if it is only inactive that it refused the call.
pub(super) fn wake(region: &mut Region, home: &Home<'_>, function: &str, now: Millis, timing: &Timing) {
    if let Ok(name) = FunctionName::at_home(function, None, home) {
        idle::restore(region, home, &name, now, timing);
    }
}

fn check(creation: &Passage, now: Millis) -> Result<(), Refusal> {
    match creation.standing(now) {
        Standing::Done => Ok(()),
        Standing::Underway => Err(wrong_state("Pending")),
        Standing::Failed(_) => Err(wrong_state("Failed")),
    }
}
