//! Campaigns as `GetCampaigns` lists them.

use serde_json::{Value, json};

use super::samples::{APPLICATION, CAMPAIGNS, Campaign, day};
use super::{arn, only_queried, page};
use crate::calendar::iso_millis;
use crate::call::{Call, Reply};
use crate::refusal::Refusal;

/// The segment that all of them are sent to.
const SEGMENT: &str = "0f1e2d3c4b5a49688776655443322110";

/// `GetCampaigns`.
pub(super) fn list(call: &Call<'_>, application: &str) -> Result<Reply, Refusal> {
    only_queried(call, &["page-size", "token"])?;
    let all: Vec<Value> = of(application).iter().map(|campaign| shown(call, application, campaign)).collect();
    Ok(Reply::read("GetCampaigns", page::of(call, all)?))
}

/// An application's campaigns.
pub(super) fn of(application: &str) -> &'static [Campaign] {
    if application == APPLICATION { CAMPAIGNS } else { &[] }
}

fn shown(call: &Call<'_>, application: &str, campaign: &Campaign) -> Value {
    let Campaign { id, name, status, frequency, starts_in, edited_ago, treatment, activities: _ } = campaign;
    let state = json!({"CampaignStatus": status});
    let starts = day(call.now, *starts_in);
    let message = json!({"DefaultMessage": {"Action": "OPEN_APP", "Title": name, "Body": "Open the app"}});
    let mut schedule = json!({"Frequency": frequency, "IsLocalTime": false, "StartTime": iso_millis(starts)});
    if *frequency != "ONCE" {
        schedule["EndTime"] = json!(iso_millis(day(call.now, 100)));
        schedule["Timezone"] = json!("UTC+09");
    }
    let mut item = json!({
        "AdditionalTreatments": [],
        "ApplicationId": application,
        "Arn": arn(call, application, &format!("/campaigns/{id}")),
        "CreationDate": iso_millis(day(call.now, starts_in.min(&0) - 1)),
        "HoldoutPercent": 0,
        "Id": id,
        "IsPaused": *status == "PAUSED",
        "LastModifiedDate": iso_millis(day(call.now, -edited_ago).min(call.now)),
        "MessageConfiguration": message,
        "Name": name,
        "Schedule": schedule,
        "SegmentId": SEGMENT,
        "SegmentVersion": 1,
        "State": state,
        "tags": {},
        "Version": 1,
    });
    if let Some(treatment) = treatment {
        item["DefaultState"] = state.clone();
        item["TreatmentName"] = json!("A");
        item["AdditionalTreatments"] = json!([{
            "Id": format!("{}{}", &id[..24], "0000000b"),
            "MessageConfiguration": message,
            "Schedule": schedule,
            "SizePercent": 50,
            "State": state,
            "TreatmentName": treatment,
        }]);
    }
    item
}
