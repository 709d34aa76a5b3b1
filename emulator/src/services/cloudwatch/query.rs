//! The queries of `GetMetricData`: which metric, over which periods, by which statistic.

use super::invalid;
use super::samples::{METRICS, MINUTE, Metric};
use super::statistic::Statistic;
use crate::calendar::DAY;
use crate::clock::Millis;
use crate::refusal::Refusal;
use crate::services::ecr::members::Members;

/// How long values of single minutes are kept, and as far back as the samples go.
const KEPT: Millis = 15 * DAY;

/// One query.
pub(super) struct Query {
    pub(super) id: String,
    pub(super) label: String,
    /// None where there is no such metric, which is no error.
    metric: Option<Metric>,
    statistic: Statistic,
    /// Milliseconds.
    period: Millis,
}

impl Query {
    /// Those of a request, whose ids differ.
    pub(super) fn all(members: &Members<'_>) -> Result<Vec<Self>, Refusal> {
        let known = ["AccountId", "Expression", "Id", "Label", "MetricStat", "Period", "ReturnData"];
        let queries = members.inners("MetricDataQueries", &known)?;
        let queries = members.required("MetricDataQueries", queries)?;
        if queries.len() > 500 {
            return Err(invalid("The collection MetricDataQueries must not have a size greater than 500."));
        }
        let read = queries.iter().map(Self::read).collect::<Result<Vec<_>, _>>()?;
        let twice = |(at, query): (usize, &Self)| read[..at].iter().any(|other| other.id == query.id);
        if read.iter().enumerate().any(twice) {
            return Err(invalid("The values for parameter id in MetricDataQueries are not unique."));
        }
        Ok(read)
    }

    fn read(query: &Members<'_>) -> Result<Self, Refusal> {
        for member in ["AccountId", "Expression", "Period", "ReturnData"] {
            if query.has(member) {
                return Err(Refusal::not_emulated(format_args!("the member {member} of a metric data query")));
            }
        }
        let id = query.required("Id", query.sized("Id", 1, 255)?)?;
        let letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        if !id.starts_with(|first: char| first.is_ascii_lowercase()) || !id.chars().all(letter) {
            return Err(invalid(format!(
                "The value {id} for parameter Id is not matching the pattern ^[a-z][a-zA-Z0-9_]*$."
            )));
        }
        let stat = query.inner("MetricStat", &["Metric", "Period", "Stat"])?;
        let stat = query.required("MetricStat", stat)?;
        let metric = stat.inner("Metric", &["Dimensions", "MetricName", "Namespace"])?;
        let metric = stat.required("Metric", metric)?;
        let name = metric.required("MetricName", metric.sized("MetricName", 1, 255)?)?;
        let period = stat.required("Period", stat.ranged("Period", 1, 86_400)?)?;
        if period % 60 != 0 && ![1, 5, 10, 20, 30].contains(&period) {
            return Err(invalid(format!(
                "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60, not {period}."
            )));
        }
        let named = stat.required("Stat", stat.text("Stat")?)?;
        Ok(Self {
            id: id.to_owned(),
            label: query.text("Label")?.unwrap_or(name).to_owned(),
            metric: found(&metric, name)?,
            statistic: Statistic::named(named)
                .ok_or_else(|| invalid(format!("The value {named} for parameter Stat is not supported.")))?,
            period: u64::try_from(period).unwrap_or(60) * 1000,
        })
    }

    /// What the periods from `start` to before `end` have, the oldest first. Minutes that are not over have no value yet.
    pub(super) fn points(&self, start: Millis, end: Millis, now: Millis) -> Vec<(Millis, f64)> {
        let Some(metric) = self.metric else { return Vec::new() };
        let kept = now.saturating_sub(KEPT);
        let end = end.min(now);
        // Only the periods that have a value are gone through, counted from `start` all the same. Shorter ones than a minute
        // divide it, and a minute's value is in the first of them.
        let step = self.period.max(MINUTE);
        let first = start + kept.saturating_sub(start) / step * step;
        let starts = std::iter::successors(Some(first), |at| Some(at + step)).take_while(|at| *at < end);
        let point = |from: Millis| {
            let until = (from + self.period).min(end).min(now / MINUTE * MINUTE);
            let minutes = from.max(kept).div_ceil(MINUTE)..until.div_ceil(MINUTE);
            let values: Vec<f64> = minutes.map(metric.value).collect();
            Some((from, self.statistic.of(&values)?))
        };
        starts.filter_map(point).collect()
    }
}

/// The sample metric of exactly these dimensions.
fn found(metric: &Members<'_>, name: &str) -> Result<Option<Metric>, Refusal> {
    let namespace = metric.required("Namespace", metric.sized("Namespace", 1, 255)?)?;
    let dimensions = metric.inners("Dimensions", &["Name", "Value"])?.unwrap_or_default();
    if dimensions.len() > 30 {
        return Err(invalid("The collection Dimensions must not have a size greater than 30."));
    }
    let mut asked = Vec::new();
    for dimension in &dimensions {
        let name = dimension.required("Name", dimension.sized("Name", 1, 255)?)?;
        asked.push((name, dimension.required("Value", dimension.sized("Value", 1, 1024)?)?));
    }
    let known = |metric: &&Metric| metric.namespace == namespace && metric.name == name && asked == [metric.dimension];
    Ok(METRICS.iter().find(known).copied())
}
