//! `DescribeAlarms`: alarms of metrics and of rules, filtered, page by page.

use serde_json::{Value, json};

use super::samples::{ALARMS, Alarm, METRICS, Watched};
use super::seconds;
use crate::calendar::date;
use crate::call::{Call, Reply};
use crate::refusal::Refusal;
use crate::services::ecr::members::{Dialect, Members};

const KNOWN: [&str; 6] = ["AlarmNamePrefix", "AlarmNames", "AlarmTypes", "MaxRecords", "NextToken", "StateValue"];

/// The most alarms on a page.
const MOST: i64 = 100;

/// Alarms on a page unless told.
const PAGE: i64 = 50;

/// `DescribeAlarms`. Without `AlarmTypes` rules' alarms are left out, as AWS does.
pub(super) fn describe(call: &Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let members = Members::of(body, "DescribeAlarms", Dialect::CloudWatch, &KNOWN)?;
    let names = members.texts("AlarmNames")?;
    let prefix = members.sized("AlarmNamePrefix", 1, 255)?;
    if names.is_some() && prefix.is_some() {
        let text = "AlarmNames and AlarmNamePrefix can not be specified together";
        return Err(Refusal::new(400, "InvalidParameterCombinationException", text));
    }
    let types = types(&members)?;
    let state = members.choice("StateValue", &["OK", "ALARM", "INSUFFICIENT_DATA"])?;
    let size = members.ranged("MaxRecords", 1, MOST)?.unwrap_or(PAGE);
    let after = members.text("NextToken")?;
    if after.is_some_and(|after| ALARMS.iter().all(|alarm| alarm.name != after)) {
        return Err(Refusal::new(400, "InvalidNextToken", "The value for parameter NextToken is not valid"));
    }
    let asked = |alarm: &&Alarm| {
        types.contains(&kind(alarm))
            && state.is_none_or(|state| alarm.state == state)
            && names.as_ref().is_none_or(|names| names.contains(&alarm.name))
            && prefix.is_none_or(|prefix| alarm.name.starts_with(prefix))
            && after.is_none_or(|after| alarm.name > after)
    };
    let mut found = ALARMS.iter().filter(asked);
    let page: Vec<&Alarm> = found.by_ref().take(usize::try_from(size).unwrap_or_default()).collect();
    let of = |wanted: &str| -> Vec<Value> {
        page.iter().filter(|alarm| kind(alarm) == wanted).map(|alarm| shown(call, alarm)).collect()
    };
    let mut answer = json!({"CompositeAlarms": of("CompositeAlarm"), "MetricAlarms": of("MetricAlarm")});
    if let (Some(_), Some(last)) = (found.next(), page.last()) {
        answer["NextToken"] = json!(last.name);
    }
    Ok(Reply::read("DescribeAlarms", answer))
}

fn types<'a>(members: &Members<'a>) -> Result<Vec<&'a str>, Refusal> {
    let types = members.texts("AlarmTypes")?.unwrap_or_else(|| vec!["MetricAlarm"]);
    match types.iter().find(|kind| !["CompositeAlarm", "MetricAlarm"].contains(kind)) {
        Some(other) => {
            let rule = "Member must satisfy enum value set: [CompositeAlarm, MetricAlarm]";
            Err(members.refuse("AlarmTypes", Some(other), rule))
        }
        None => Ok(types),
    }
}

fn kind(alarm: &Alarm) -> &'static str {
    match alarm.watches {
        Watched::Metric { .. } => "MetricAlarm",
        Watched::Rule(_) => "CompositeAlarm",
    }
}

fn shown(call: &Call<'_>, alarm: &Alarm) -> Value {
    let Alarm { name, about, state, hours: _, watches } = alarm;
    let since = alarm.since(call.now);
    let mut shown = json!({
        "ActionsEnabled": true,
        "AlarmActions": [],
        "AlarmArn": format!("arn:aws:cloudwatch:{}:{}:alarm:{name}", call.region, call.account),
        "AlarmConfigurationUpdatedTimestamp": seconds(since.saturating_sub(crate::calendar::DAY)),
        "AlarmDescription": about,
        "AlarmName": name,
        "InsufficientDataActions": [],
        "OKActions": [],
        "StateReason": reason(alarm, call),
        "StateTransitionedTimestamp": seconds(since),
        "StateUpdatedTimestamp": seconds(since),
        "StateValue": state,
    });
    match watches {
        Watched::Rule(rule) => shown["AlarmRule"] = json!(rule),
        Watched::Metric { number, statistic, period, threshold } => {
            let metric = &METRICS[*number];
            let (dimension, value) = metric.dimension;
            shown["ComparisonOperator"] = json!("GreaterThanOrEqualToThreshold");
            shown["DatapointsToAlarm"] = json!(1);
            shown["Dimensions"] = json!([{"Name": dimension, "Value": value}]);
            shown["EvaluationPeriods"] = json!(1);
            shown["MetricName"] = json!(metric.name);
            shown["Namespace"] = json!(metric.namespace);
            shown["Period"] = json!(period);
            shown["Statistic"] = json!(statistic);
            shown["Threshold"] = json!(threshold);
            shown["TreatMissingData"] = json!("notBreaching");
        }
    }
    shown
}

/// Why it is in its state, in CloudWatch's words.
fn reason(alarm: &Alarm, call: &Call<'_>) -> String {
    match (alarm.state, alarm.watches) {
        ("ALARM", Watched::Metric { threshold, .. }) => {
            let day = date(alarm.since(call.now));
            let (year, month, day) = (&day[2..4], &day[5..7], &day[8..10]);
            format!(
                "Threshold Crossed: 1 out of the last 1 datapoints [{threshold:.1} ({day}/{month}/{year})] was greater \
                 than or equal to the threshold ({threshold:.1}) (minimum 1 datapoint for OK -> ALARM transition)."
            )
        }
        ("ALARM", Watched::Rule(_)) => {
            format!("arn:aws:cloudwatch:{}:{}:alarm:api-5xx transitioned to ALARM", call.region, call.account)
        }
        ("OK", _) => "Threshold Crossed: no datapoint was greater than or equal to the threshold.".to_owned(),
        _ => "Insufficient Data: no datapoints were received.".to_owned(),
    }
}
