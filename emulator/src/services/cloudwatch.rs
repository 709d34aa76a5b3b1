//! CloudWatch: alarms and metrics that are simply there, in every region: [`samples`].
//!
//! It speaks JSON 1.0, which boto3 and the AWS CLI choose of CloudWatch's three protocols.

mod alarms;
mod metric_data;
mod query;
mod samples;
mod statistic;
#[cfg(test)]
mod tests;

use crate::call::{Call, Reply};
use crate::clock::Millis;
use crate::refusal::Refusal;

/// Answers one call.
pub(crate) fn handle(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let Some(target) = call.headers.get("x-amz-target").and_then(|value| value.to_str().ok()) else {
        let text = "CloudWatch's older query protocol, nor its CBOR; it speaks JSON 1.0, as boto3 and the AWS CLI do";
        return Err(Refusal::not_emulated(text));
    };
    let operation = target.strip_prefix("GraniteServiceVersion20100801.").unwrap_or(target).to_owned();
    let body = call.json()?;
    match operation.as_str() {
        "DescribeAlarms" => alarms::describe(call, &body),
        "GetMetricData" => metric_data::get(call, &body),
        _ => Err(Refusal::not_emulated(format_args!("the operation {operation} of CloudWatch"))),
    }
}

/// A moment as the JSON protocol writes it.
fn seconds(at: Millis) -> u64 {
    at / 1000
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "ValidationError", message)
}
