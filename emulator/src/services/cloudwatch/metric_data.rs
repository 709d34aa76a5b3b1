//! `GetMetricData`: the values of metrics, page by page.

use serde_json::{Value, json};

use super::query::Query;
use super::samples::MINUTE;
use super::{invalid, seconds};
use crate::call::{Call, Reply};
use crate::clock::Millis;
use crate::refusal::Refusal;
use crate::services::ecr::members::{Dialect, Members};

const KNOWN: [&str; 6] = ["EndTime", "MaxDatapoints", "MetricDataQueries", "NextToken", "ScanBy", "StartTime"];

/// The most values on a page, and as many as are given unless told.
const PAGE: i64 = 100_800;

/// `GetMetricData`.
pub(super) fn get(call: &Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let members = Members::of(body, "GetMetricData", Dialect::CloudWatch, &KNOWN)?;
    let queries = Query::all(&members)?;
    // CloudWatch begins at a whole minute.
    let (start, end) = (time(&members, body, "StartTime")? / MINUTE * MINUTE, time(&members, body, "EndTime")?);
    if start == end {
        return Err(invalid("The parameter StartTime must not equal parameter EndTime."));
    }
    if start > end {
        return Err(invalid("The parameter StartTime must be less than the parameter EndTime."));
    }
    let descending =
        members.choice("ScanBy", &["TimestampDescending", "TimestampAscending"])? != Some("TimestampAscending");
    let size = members.ranged("MaxDatapoints", 1, PAGE)?.unwrap_or(PAGE);
    let size = usize::try_from(size).unwrap_or_default();
    let first = match members.text("NextToken")?.map(str::parse::<usize>) {
        None => 0,
        Some(Ok(first)) => first,
        Some(Err(_)) => {
            return Err(Refusal::new(400, "InvalidNextToken", "The value for parameter NextToken is not valid"));
        }
    };
    // The page's values are counted through all results.
    let (mut skip, mut left, mut more) = (first, size, false);
    let mut results = Vec::new();
    for query in &queries {
        let mut points = query.points(start, end, call.now);
        if descending {
            points.reverse();
        }
        let page: Vec<&(Millis, f64)> = points.iter().skip(skip).take(left).collect();
        more |= points.len().saturating_sub(skip) > page.len();
        (skip, left) = (skip.saturating_sub(points.len()), left - page.len());
        let (times, values): (Vec<u64>, Vec<f64>) = page.iter().map(|(at, value)| (seconds(*at), value)).unzip();
        results.push(json!({
            "Id": query.id,
            "Label": query.label,
            "Timestamps": times,
            "Values": values,
            "StatusCode": if more { "PartialData" } else { "Complete" },
        }));
    }
    let mut answer = json!({"MetricDataResults": results, "Messages": []});
    if more {
        answer["NextToken"] = json!((first + size).to_string());
    }
    Ok(Reply::read("GetMetricData", answer))
}

/// A moment, which the JSON protocol writes in seconds, with or without a fraction.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a moment")]
fn time(members: &Members<'_>, body: &Value, name: &str) -> Result<Millis, Refusal> {
    let given = Some(&body[name]).filter(|given| !given.is_null());
    match members.required(name, given)?.as_f64() {
        Some(seconds) if (0.0..1e11).contains(&seconds) => Ok((seconds * 1000.0) as Millis),
        _ => Err(Refusal::new(400, "SerializationException", format!("{name} must be a timestamp"))),
    }
}
