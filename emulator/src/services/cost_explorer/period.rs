//! The span of days that a request asks for, and the months or days that it is told by.

use super::{invalid, samples};
use crate::calendar::{DAY, date, midnight, month, month_begins};
use crate::clock::Millis;
use crate::refusal::Refusal;
use crate::services::ecr::members::Members;

/// Whole days within one month, as midnights in UTC; the end is not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) start: Millis,
    pub(super) end: Millis,
}

impl Period {
    pub(super) fn start_text(&self) -> String {
        date(self.start)
    }

    pub(super) fn end_text(&self) -> String {
        date(self.end)
    }
}

/// The periods of a request, if Cost Explorer takes its span.
pub(super) fn asked(members: &Members<'_>, now: Millis) -> Result<Vec<Period>, Refusal> {
    let granularity = members.choice("Granularity", &["DAILY", "MONTHLY", "HOURLY"])?;
    let granularity = members.required("Granularity", granularity)?;
    let span = members.required("TimePeriod", members.inner("TimePeriod", &["End", "Start"])?)?;
    let day = |name: &str| {
        let text = span.required(name, span.sized(name, 0, 40)?)?;
        midnight(text).ok_or_else(|| span.refuse(name, Some(text), PATTERN))
    };
    let (start, end) = (day("Start")?, day("End")?);
    if start >= end {
        return Err(invalid("Start date (and hour) should be before end date (and hour)"));
    }
    if end > month_begins(month(now) + 1) {
        return Err(invalid("end date past the beginning of next month"));
    }
    if start < month_begins(month(now) - samples::MONTHS_BACK) {
        return Err(invalid("You haven't enabled historical data beyond 14 months"));
    }
    let next = match granularity {
        "HOURLY" => return Err(Refusal::not_emulated("costs by the hour")),
        "DAILY" => |at: Millis| at + DAY,
        _ => |at: Millis| month_begins(month(at) + 1),
    };
    let starts = std::iter::successors(Some(start), |at| Some(next(*at))).take_while(|at| *at < end);
    Ok(starts.map(|start| Period { start, end: next(start).min(end) }).collect())
}

const PATTERN: &str = r"Member must satisfy regular expression pattern: (\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}:\d{2}Z)?";
