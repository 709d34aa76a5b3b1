//! The sample campaigns of the application `push-openrate`, their dates counted back from the emulator's day.
//!
//! | campaign | sent | opened / delivered |
//! |---|---|---|
//! | `matchday-reminder` | 2 days ago | 100 / 4900, the article's 2.04 % |
//! | `goods-sale` (A/B) | 9 days ago | 90 / 3000 and, by treatment B, 120 / 3000 |
//! | `weekly-digest` (recurring) | weekly, 3 to 80 days ago | 12 runs of 5000, 110 opened in the oldest, 10 more in each |
//! | `quiet-hours-test` | 20 days ago | nothing was delivered: no rows |
//! | `fan-club-renewal` | 40 days ago | 150 / 5000 |
//! | `ticket-presale` | 75 days ago | 260 / 5200 |
//! | `season-opening` | 120 days ago | out of reach: figures are kept for 90 days |
//! | `next-match` | in 3 days | not sent yet |
//! | `stopped-by-mistake` | paused, never sent | |

use crate::calendar::DAY;
use crate::clock::Millis;

/// The application that has them.
pub(crate) const APPLICATION: &str = "5f2c9b1e7a804d36b0c1d2e3f4a59687";

/// The hour at which campaigns are sent, in UTC: 18:00 in Japan.
const HOUR: Millis = 9 * 60 * 60 * 1000;

/// A campaign.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Campaign {
    /// 32 hexadecimal digits.
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    /// Pinpoint's word: `COMPLETED`, `PENDING_NEXT_RUN`, `SCHEDULED`, `PAUSED`.
    pub(crate) status: &'static str,
    /// `ONCE` or `WEEKLY`.
    pub(crate) frequency: &'static str,
    /// Days until its first run; negative when that is past.
    pub(crate) starts_in: i64,
    /// Days since somebody last edited it, which says nothing of when it was sent.
    pub(crate) edited_ago: i64,
    /// The name of the second treatment of an A/B test.
    pub(crate) treatment: Option<&'static str>,
    /// Its runs, the oldest first.
    pub(crate) activities: &'static [Activity],
}

/// One run of one treatment, an activity in Pinpoint's words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Activity {
    /// Days since.
    pub(crate) ago: i64,
    pub(crate) delivered: u32,
    pub(crate) opened: u32,
}

/// A day of the emulator's calendar at the hour of sending. Before the clock reaches that hour, today's is to come.
pub(crate) fn day(now: Millis, days: i64) -> Millis {
    let today = now / DAY * DAY + HOUR;
    let distance = days.unsigned_abs() * DAY;
    if days < 0 { today.saturating_sub(distance) } else { today + distance }
}

const fn run(ago: i64, delivered: u32, opened: u32) -> Activity {
    Activity { ago, delivered, opened }
}

const fn once(
    id: &'static str,
    name: &'static str,
    days_ago: i64,
    edited_ago: i64,
    activities: &'static [Activity],
) -> Campaign {
    Campaign {
        id,
        name,
        status: "COMPLETED",
        frequency: "ONCE",
        starts_in: -days_ago,
        edited_ago,
        treatment: None,
        activities,
    }
}

/// All of them, in the order in which Pinpoint lists them: the newest made first.
pub(crate) const CAMPAIGNS: &[Campaign] = &[
    Campaign { status: "SCHEDULED", starts_in: 3, ..once("1a0f6f0f5f0b4c0f9d7a3d1c2b4e5f60", "next-match", 0, 1, &[]) },
    once("2b1e7a8d4c3f4e5a8b6c9d0e1f2a3b41", "matchday-reminder", 2, 0, &[run(2, 4900, 100)]),
    Campaign { status: "PAUSED", ..once("3c2d8b9e5d404f6b9c7d0e1f2a3b4c52", "stopped-by-mistake", 4, 4, &[]) },
    Campaign {
        treatment: Some("B"),
        ..once("4d3c9caf6e514a7cad8e1f2a3b4c5d63", "goods-sale", 9, 5, &[run(9, 3000, 90), run(9, 3000, 120)])
    },
    once("5e4badb07f624b8dbe9f2a3b4c5d6e74", "quiet-hours-test", 20, 20, &[run(20, 0, 0)]),
    once("6f5abec180734c9ecfa03b4c5d6e7f85", "fan-club-renewal", 40, 1, &[run(40, 5000, 150)]),
    once("7069cfd291844dafd0b14c5d6e7f8096", "ticket-presale", 75, 75, &[run(75, 5200, 260)]),
    Campaign {
        status: "PENDING_NEXT_RUN",
        frequency: "WEEKLY",
        activities: WEEKLY,
        ..once("8178d0e3a2954eb0e1c25d6e7f8091a7", "weekly-digest", 80, 30, &[])
    },
    once("9287e1f4b3a64fc1f2d36e7f8091a2b8", "season-opening", 120, 100, &[run(120, 5100, 306)]),
];

/// The runs of the weekly campaign: ever more people open it.
const WEEKLY: &[Activity] = &[
    run(80, 5000, 110),
    run(73, 5000, 120),
    run(66, 5000, 130),
    run(59, 5000, 140),
    run(52, 5000, 150),
    run(45, 5000, 160),
    run(38, 5000, 170),
    run(31, 5000, 180),
    run(24, 5000, 190),
    run(17, 5000, 200),
    run(10, 5000, 210),
    run(3, 5000, 220),
];
