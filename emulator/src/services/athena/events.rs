//! The sample table `push.push_events`: an event for each device that a push notification was sent to, and one for each
//! that opened it.
//!
//! The pushes are those of Pinpoint's sample campaigns ([`samples`]), so that both templates tell of the same: treatments
//! that are sent on one day go to devices of their own, and the runs of a campaign on different days to the same devices.

use std::collections::BTreeMap;

use crate::calendar::date;
use crate::clock::Millis;
use crate::services::pinpoint::samples::{self, CAMPAIGNS};

/// A campaign as the events of some days show it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Campaign {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    /// When it was sent last.
    pub(super) sent_at: Millis,
    /// Devices, each counted once.
    pub(super) sent: u32,
    pub(super) opened: u32,
}

/// The campaigns that were sent from the day `first` to the day `last` (UTC, as `2026-11-22`), the one sent last first.
pub(super) fn between(now: Millis, first: &str, last: &str) -> Vec<Campaign> {
    let mut found: Vec<Campaign> =
        CAMPAIGNS.iter().filter_map(|campaign| seen(now, campaign, &(first..=last))).collect();
    found.sort_by_key(|campaign| std::cmp::Reverse(campaign.sent_at));
    found
}

fn seen(now: Millis, campaign: &samples::Campaign, days: &std::ops::RangeInclusive<&str>) -> Option<Campaign> {
    // What went to devices on each day, and how many of them opened it.
    let mut by_day: BTreeMap<Millis, (u32, u32)> = BTreeMap::new();
    for run in campaign.activities {
        let at = samples::day(now, -run.ago);
        if run.delivered > 0 && days.contains(&date(at).as_str()) {
            let day = by_day.entry(at).or_default();
            *day = (day.0 + run.delivered, day.1 + run.opened);
        }
    }
    let (sent_at, _) = by_day.last_key_value()?;
    Some(Campaign {
        id: campaign.id,
        name: campaign.name,
        sent_at: *sent_at,
        sent: by_day.values().map(|(sent, _)| *sent).max()?,
        opened: by_day.values().map(|(_, opened)| *opened).max()?,
    })
}
