//! The article's handler, as printed and as mended.

use std::process::Command;

use crate::stage::{MANIFEST, Stage, repository, skipped};

/// Pinpoint as far as the article's handler asks: one campaign with a rate.
const FAKE_BOTO3: &str = r#"
class Pinpoint:
    def get_campaigns(self, ApplicationId, PageSize):
        return {"CampaignsResponse": {"Item": [
            {"Id": "1", "LastModifiedDate": "2024-09-19T08:20:21.369Z", "State": {"CampaignStatus": "COMPLETED"}}]}}
    def get_campaign_date_range_kpi(self, ApplicationId, CampaignId, KpiName):
        value = {"Key": "PushOpenRate", "Type": "Double", "Value": "0.02040816326530612"}
        return {"CampaignDateRangeKpiResponse": {"KpiResult": {"Rows": [{"Values": [value]}]}}}
def client(service):
    return Pinpoint()
"#;

fn printed() -> Stage {
    let stage = Stage::new("");
    for file in ["lambda_function.py", "get_openrate.py"] {
        stage.copy(&repository("tests/invoke/article").join(file));
    }
    stage
}

#[test]
fn the_handler_as_printed_returned_nothing_and_is_told_what_to_add() {
    let stage = printed();
    stage.write("lambda/boto3.py", FAKE_BOTO3);
    let ended = stage.run(&["invoke", "--local"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{}", ended.stderr);
    assert!(ended.stderr.contains("the handler returned nothing"), "{}", ended.stderr);
    assert!(ended.stderr.contains(r#"return {"messageVersion": "1.0", "response": response}"#), "{}", ended.stderr);
    // Its own log shows that all else went well.
    assert!(ended.stderr.contains("Open rate: [{'LastModifiedDate': '2024-09-19T08:20:21.369Z'"), "{}", ended.stderr);
}

#[test]
fn the_handler_as_printed_exits_when_pinpoint_fails() {
    let stage = printed();
    stage.write(
        "lambda/boto3.py",
        &FAKE_BOTO3.replace("Item", "Itme").replace(
            "def get_campaigns(self, ApplicationId, PageSize):",
            "def get_campaigns(self, **_):\n        raise RuntimeError('Rate exceeded')",
        ),
    );
    let ended = stage.invoke(&[]);
    assert_eq!(ended.breaches(), ["the handler ended its process (exit code 1)"]);
    assert!(ended.json()["log"].as_str().unwrap().contains("Error getting campaigns: Rate exceeded"));
}

#[test]
fn the_handler_as_mended_tells_the_open_rates_of_the_sample_campaigns() {
    let has_boto3 = Command::new("python3").args(["-c", "import boto3"]).output();
    if !has_boto3.is_ok_and(|output| output.status.success()) {
        return skipped("the mended handler on the emulator", "python3 can't import boto3");
    }
    let stage = Stage::new("");
    for entry in std::fs::read_dir(repository("lambda")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "py") {
            stage.copy(&path);
        }
    }
    let ended = stage.run(&["invoke", "--local", "get_rate", "-p", "days=30"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let report = ended.json();
    assert_eq!(report["latest"]["name"], "matchday-reminder");
    assert_eq!(report["latest"]["open_rate_percent"], 2.04);
    let named: Vec<_> = report["campaigns"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(named, ["matchday-reminder", "weekly-digest", "goods-sale"]);
    assert!(ended.stderr.contains("get_my_api.get_rate keeps the contract"), "{}", ended.stderr);

    // A parameter that only the handler refuses goes back to the model.
    let refused = stage.invoke(&["-p", "days=91"]);
    assert_eq!(refused.code, Some(0), "{}", refused.stderr);
    assert!(refused.json()["notes"][0].as_str().unwrap().starts_with("REPROMPT"), "{}", refused.stdout);
    // An event of the repository's own, with names of its own.
    let event = repository("lambda/event.json");
    let given = stage.invoke(&["--event", event.to_str().unwrap()]);
    assert_eq!((given.code, &given.json()["function"]), (Some(0), &"get_my_api".into()), "{}", given.stderr);
}

#[test]
fn an_application_that_is_not_there_is_refused_before_anything_runs() {
    let stage = Stage::new("raise SystemExit(9)\ndef handler(event, context): ...\n");
    stage.write("agent.yaml", &MANIFEST.replace("application: push-openrate", "application: nobodys"));
    let ended = stage.run(&["invoke", "--local"]);
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    assert!(ended.stderr.contains("no Pinpoint application nobodys"), "{}", ended.stderr);
    assert!(ended.stderr.contains("weekly-newsletter"), "{}", ended.stderr);
}
