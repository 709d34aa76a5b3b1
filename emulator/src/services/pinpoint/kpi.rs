//! `GetCampaignDateRangeKpi`: how many of a campaign's notifications were opened, as a ratio, over a span of days.

use serde_json::{Value, json};

use super::samples::{Activity, Campaign, day};
use super::{bad, campaigns, not_found, only_queried};
use crate::calendar::{DAY, iso_millis, moment};
use crate::call::{Call, Reply};
use crate::clock::Millis;
use crate::refusal::Refusal;

/// The longest span, and the one that is taken when the call names none.
const LONGEST: Millis = 31 * DAY;

/// How far back figures are kept.
const KEPT: Millis = 90 * DAY;

/// `GetCampaignDateRangeKpi`. The rate is that of the runs within the span, all treatments together unless grouped.
pub(super) fn date_range(call: &Call<'_>, application: &str, campaign: &str, kpi: &str) -> Result<Reply, Refusal> {
    only_queried(call, &["start-time", "end-time", "page-size", "next-token"])?;
    let campaign = campaigns::of(application).iter().find(|known| known.id == campaign).ok_or_else(not_found)?;
    let (start, end) = span(call)?;
    let within = |activity: &&Activity| (start..=end).contains(&day(call.now, -activity.ago));
    let runs = campaign.activities.iter().filter(within);
    let rows: Vec<Value> = match kpi {
        "push-open-rate" => rate(runs).map(|rate| row(&rate)).into_iter().collect(),
        "push-open-rate-grouped-by-campaign-activity" => grouped(campaign, runs),
        _ => return Err(Refusal::not_emulated(format_args!("the KPI {kpi} of campaigns"))),
    };
    Ok(Reply::read(
        "GetCampaignDateRangeKpi",
        json!({
            "ApplicationId": application,
            "CampaignId": campaign.id,
            "EndTime": iso_millis(end),
            "KpiName": kpi,
            "KpiResult": {"Rows": rows},
            "StartTime": iso_millis(start),
        }),
    ))
}

/// The span that the call names, if Pinpoint takes it.
fn span(call: &Call<'_>) -> Result<(Millis, Millis), Refusal> {
    let time = |name: &str| match call.query(name) {
        None => Ok(None),
        Some(text) => moment(text).map(Some).ok_or_else(|| bad(format!("{name} is not a valid ISO 8601 date: {text}"))),
    };
    let end = time("end-time")?.unwrap_or(call.now);
    let start = time("start-time")?.unwrap_or(end.saturating_sub(LONGEST));
    if start >= end {
        return Err(bad("start-time must be before end-time"));
    }
    if end - start > LONGEST {
        return Err(bad("The date range cannot exceed 31 days"));
    }
    if start + KPI_GRACE < call.now.saturating_sub(KEPT) {
        return Err(bad("start-time must be within the last 90 days"));
    }
    Ok((start, end))
}

/// A client reckons with the time at which it began.
const KPI_GRACE: Millis = 60_000;

/// Opened of delivered, as Pinpoint writes it; none where nothing was delivered.
fn rate<'a>(runs: impl Iterator<Item = &'a Activity>) -> Option<String> {
    let (delivered, opened) = runs.fold((0, 0), |(delivered, opened), run| {
        let Activity { ago: _, delivered: more, opened: of_them } = run;
        (delivered + more, opened + of_them)
    });
    (delivered > 0).then(|| (f64::from(opened) / f64::from(delivered)).to_string())
}

fn row(rate: &str) -> Value {
    json!({"Values": [{"Key": "PushOpenRate", "Type": "Double", "Value": rate}]})
}

/// One row for each run of each treatment.
fn grouped<'a>(campaign: &Campaign, runs: impl Iterator<Item = &'a Activity>) -> Vec<Value> {
    let numbered = runs.enumerate().filter_map(|(number, run)| Some((number, rate([run].into_iter())?)));
    let grouped = numbered.map(|(number, rate)| {
        let activity = format!("{}{number:08x}", &campaign.id[..24]);
        let mut row = row(&rate);
        row["GroupedBys"] = json!([{"Key": "CampaignActivityId", "Type": "String", "Value": activity}]);
        row
    });
    grouped.collect()
}
