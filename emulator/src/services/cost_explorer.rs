//! Cost Explorer: what the account cost, month by month or day by day, by service: [`samples`].

mod period;
mod samples;
#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::call::{Call, Reply};
use crate::refusal::Refusal;
use crate::services::ecr::members::{Dialect, Members};
use period::Period;

/// The one region that Cost Explorer is signed for, whatever region the costs are of.
const REGION: &str = "us-east-1";

const KNOWN: [&str; 5] = ["Granularity", "GroupBy", "Metrics", "NextPageToken", "TimePeriod"];

/// Measures of cost. They differ by credits, refunds and commitments, of which the sample account has none.
const METRICS: [&str; 5] = ["AmortizedCost", "BlendedCost", "NetAmortizedCost", "NetUnblendedCost", "UnblendedCost"];

/// Services on a page. AWS cuts at a size that it keeps to itself; fewer than there are, so that clients meet the cut.
const PAGE: usize = 8;

/// Answers one call.
pub(crate) fn handle(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let target = call.headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let operation = target.strip_prefix("AWSInsightsIndexService.").unwrap_or(target);
    if call.region != REGION {
        let text = format!("Credential should be scoped to a valid region, not '{}'.", call.region);
        return Err(Refusal::new(400, "InvalidSignatureException", text));
    }
    match operation {
        "GetCostAndUsage" => get_cost_and_usage(call),
        _ => Err(Refusal::not_emulated(format_args!("the operation {operation} of Cost Explorer"))),
    }
}

fn get_cost_and_usage(call: &Call<'_>) -> Result<Reply, Refusal> {
    let body = call.json()?;
    let members = Members::of(&body, "GetCostAndUsage", Dialect::CostExplorer, &KNOWN)?;
    let periods = period::asked(&members, call.now)?;
    let metrics = metrics(&members)?;
    let by_service = by_service(&members)?;
    let (first, page) = page(&members, &body)?;
    let last = if by_service { first + PAGE } else { usize::MAX };
    let services = samples::SERVICES.get(first..last.min(samples::SERVICES.len())).unwrap_or_default();
    let results: Vec<Value> =
        periods.iter().map(|period| result(period, services, by_service, &metrics, call.now)).collect();
    let mut answer = json!({"ResultsByTime": results, "DimensionValueAttributes": []});
    if by_service {
        answer["GroupDefinitions"] = json!([{"Type": "DIMENSION", "Key": "SERVICE"}]);
    }
    if last < samples::SERVICES.len() {
        answer["NextPageToken"] = json!(format!("{last}-{page}"));
    }
    Ok(Reply::read("GetCostAndUsage", answer))
}

fn metrics(members: &Members<'_>) -> Result<Vec<&'static str>, Refusal> {
    let asked = members.required("Metrics", members.texts("Metrics")?)?;
    if asked.is_empty() {
        return Err(invalid("Metrics must not be empty"));
    }
    let known = |name: &&str| {
        // AWS takes UNBLENDED_COST for UnblendedCost.
        let plain = name.replace('_', "");
        let metric = METRICS.iter().copied().find(|metric| metric.eq_ignore_ascii_case(&plain));
        metric.ok_or_else(|| match *name {
            "UsageQuantity" | "NormalizedUsageAmount" => {
                Refusal::not_emulated(format_args!("the metric {name} of Cost Explorer"))
            }
            _ => invalid(format!("Metric {name} is not supported")),
        })
    };
    asked.iter().map(known).collect()
}

/// Whether the costs are asked for service by service, the only grouping that is known.
fn by_service(members: &Members<'_>) -> Result<bool, Refusal> {
    let groups = members.inners("GroupBy", &["Key", "Type"])?.unwrap_or_default();
    if groups.len() > 2 {
        return Err(invalid("Number of groups must be less than or equal to 2"));
    }
    for group in &groups {
        let kind = group.choice("Type", &["COST_CATEGORY", "DIMENSION", "TAG"])?.unwrap_or_default();
        let key = group.sized("Key", 0, 1024)?.unwrap_or_default();
        if (kind, key) != ("DIMENSION", "SERVICE") {
            return Err(Refusal::not_emulated(format_args!("the grouping of costs by {kind} {key}")));
        }
    }
    match groups.len() {
        2 => Err(invalid("Group Definitions should be unique")),
        count => Ok(count == 1),
    }
}

/// The number of the first service on the page asked for, and what the tokens of this request's pages end with.
fn page(members: &Members<'_>, body: &Value) -> Result<(usize, String), Refusal> {
    let mut request: Map<String, Value> = body.as_object().cloned().unwrap_or_default();
    request.remove("NextPageToken");
    let digest = Sha256::digest(Value::Object(request).to_string());
    let same = BASE64_URL_SAFE_NO_PAD.encode(&digest[..12]);
    let Some(token) = members.sized("NextPageToken", 0, 8192)? else { return Ok((0, same)) };
    let read = token.split_once('-').and_then(|(first, of)| Some((first.parse().ok()?, of)));
    match read {
        Some((first, of)) if of == same => Ok((first, same)),
        Some(_) => Err(Refusal::new(400, "RequestChangedException", "The request changed between pages.")),
        None => Err(Refusal::new(400, "InvalidNextTokenException", "The pagination token is invalid.")),
    }
}

/// What a period cost: in total, or the services that cost anything.
fn result(
    period: &Period,
    services: &[samples::Service],
    by_service: bool,
    metrics: &[&str],
    now: crate::clock::Millis,
) -> Value {
    let costs: Vec<(&str, u64)> =
        services.iter().map(|service| (service.name, samples::cost(service, period, now))).collect();
    let (total, groups) = if by_service {
        let costly = costs.iter().filter(|(_, cost)| *cost > 0);
        let groups = costly.map(|(name, cost)| json!({"Keys": [name], "Metrics": amounts(*cost, metrics)}));
        (json!({}), groups.collect())
    } else {
        (amounts(costs.iter().map(|(_, cost)| cost).sum(), metrics), Vec::new())
    };
    json!({
        "TimePeriod": {"Start": period.start_text(), "End": period.end_text()},
        "Total": total,
        "Groups": groups,
        "Estimated": samples::is_estimated(period, now),
    })
}

fn amounts(cost: u64, metrics: &[&str]) -> Value {
    let amount = json!({"Amount": samples::dollars(cost), "Unit": "USD"});
    metrics.iter().map(|metric| ((*metric).to_owned(), amount.clone())).collect::<Map<_, _>>().into()
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "ValidationException", message)
}
