//! What the sample account costs: a club's smartphone application, its push notifications and this agent.
//!
//! A month costs what its distance from the emulator's month says: the current one, when it is over, 1,290.15 USD; the one
//! before it 1,270.65 USD; each older one 19.50 USD less (Bedrock drops out after a year). A month's days cost the same
//! each, and the current month is told up to yesterday.

use super::period::Period;
use crate::calendar::{DAY, month, month_begins};
use crate::clock::Millis;

/// Months before the current one that Cost Explorer keeps.
pub(super) const MONTHS_BACK: u64 = 13;

/// Days into a month until the one before is settled.
const SETTLED_AFTER: Millis = 5;

/// A service, and what it costs in a month.
#[derive(Debug, Clone, Copy)]
pub(super) struct Service {
    /// As Cost Explorer calls it.
    pub(super) name: &'static str,
    /// Cents of the current month, when it is over.
    cents: u64,
    /// Cents that each month before it was cheaper.
    growth: u64,
}

/// All of them, in the order in which they are told.
pub(super) const SERVICES: [Service; 11] = [
    service("AWS Lambda", 1830, 25),
    service("Amazon Athena", 1245, 15),
    service("Amazon Bedrock", 9630, 800),
    service("Amazon CloudFront", 15_340, 120),
    service("Amazon Elastic Container Service", 28_650, 400),
    service("Amazon Relational Database Service", 41_200, 350),
    service("Amazon Simple Notification Service", 410, 5),
    service("Amazon Simple Storage Service", 6210, 55),
    service("AmazonCloudWatch", 5380, 60),
    service("EC2 - Other", 7420, 20),
    service("Tax", 11_700, 100),
];

const fn service(name: &'static str, cents: u64, growth: u64) -> Service {
    Service { name, cents, growth }
}

/// Parts of a cent that are reckoned with: amounts have ten digits behind the point.
const PARTS: u64 = 100_000_000;

/// What a service cost in a period, which lies within one month, in 100,000,000ths of a cent.
pub(super) fn cost(service: &Service, period: &Period, now: Millis) -> u64 {
    let number = month(period.start);
    let ago = month(now).saturating_sub(number);
    let whole = service.cents.saturating_sub(service.growth * ago) * PARTS;
    let begins = month_begins(number);
    let days = (month_begins(number + 1) - begins) / DAY;
    // From the month's beginning, so that the parts of a month add up to the whole of it.
    let until = |end: Millis| whole * ((end.min(now / DAY * DAY).max(begins) - begins) / DAY) / days;
    until(period.end) - until(period.start)
}

/// Whether AWS still expects changes.
pub(super) fn is_estimated(period: &Period, now: Millis) -> bool {
    now < month_begins(month(period.start) + 1) + SETTLED_AFTER * DAY
}

/// `12.345`, in dollars.
pub(super) fn dollars(cost: u64) -> String {
    let text = format!("{}.{:010}", cost / (PARTS * 100), cost % (PARTS * 100));
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
