//! Models of each kind, and what is said of them.

use super::{FoundationModel, Lifecycle, Obstacle, Through, judge, unknown};
use crate::aws::Site;
use crate::lifecycle::offer::{Offer, Profile};
use crate::moment::Moment;

/// 2026-11-22T09:00:00Z.
const NOW: Moment = Moment(1_795_338_000_000);
const DAY: i64 = 86_400_000;

fn model(lifecycle: Lifecycle, output: &str, inference: &str) -> FoundationModel {
    FoundationModel { lifecycle, outputs: vec![output.to_owned()], inference: vec![inference.to_owned()] }
}

fn active(output: &str, inference: &str) -> FoundationModel {
    model(Lifecycle::Active { ends: None }, output, inference)
}

fn legacy(days: i64) -> FoundationModel {
    model(Lifecycle::Legacy { ends: Some(Moment(NOW.0 + days * DAY)) }, "TEXT", "INFERENCE_PROFILE")
}

fn judged(id: &str, model: &FoundationModel, through: Through) -> Result<Option<String>, Obstacle> {
    judge(id, Some(model), through, NOW)
}

#[test]
fn a_text_model_is_fit_in_the_way_in_which_it_can_be_called() {
    assert_eq!(judged("a.b", &active("TEXT", "ON_DEMAND"), Through::OwnId), Ok(None));
    assert_eq!(judged("a.b", &active("TEXT", "INFERENCE_PROFILE"), Through::Profile), Ok(None));
    assert_eq!(judged("a.b", &active("TEXT", "INFERENCE_PROFILE"), Through::OwnId), Err(Obstacle::NeedsProfile));
    let provisioned = judged("a.b", &active("TEXT", "PROVISIONED"), Through::OwnId).unwrap().unwrap();
    assert!(provisioned.contains("Provisioned Throughput"), "{provisioned}");
}

#[test]
fn a_model_that_writes_no_text_is_refused() {
    for (id, output, writes) in [
        ("amazon.titan-embed-text-v2:0", "EMBEDDING", "embedding"),
        ("amazon.nova-canvas-v1:0", "IMAGE", "image"),
        ("cohere.rerank-v3-5:0", "TEXT", "rankings"),
    ] {
        let judged = judged(id, &active(output, "ON_DEMAND"), Through::OwnId);
        assert_eq!(judged, Err(Obstacle::NoText(writes.to_owned())), "{id}");
    }
}

#[test]
fn a_legacy_model_is_a_warning_until_its_end_and_a_refusal_from_then_on() {
    let id = "anthropic.claude-opus-4-1-20250805-v1:0";
    let warning = judged(id, &legacy(1), Through::Profile).unwrap().unwrap();
    insta::assert_snapshot!(warning, @"the model anthropic.claude-opus-4-1-20250805-v1:0 is legacy, and its last day is 2026-11-23. Bedrock refuses it to an account that has not used it in the last 30 days: the agent can be deployed, and every question to it fails. Its successor is anthropic.claude-opus-4-7");
    assert_eq!(judged(id, &legacy(0), Through::Profile), Err(Obstacle::Ended("on 2026-11-22".to_owned())));
}

#[test]
fn a_model_that_bedrock_does_not_have_is_refused_unless_a_profile_leads_to_it() {
    let gone = |id: &str, through| judge(id, None, through, NOW);
    let ended = || Err(Obstacle::Ended("on 2026-03-01".to_owned()));
    assert_eq!(gone("anthropic.claude-3-5-sonnet-20240620-v1:0", Through::OwnId), ended());
    assert_eq!(gone("anthropic.claude-3-5-sonnet-20240620-v1:0", Through::Profile), ended());
    assert_eq!(gone("a.b", Through::OwnId), Err(Obstacle::Unknown));
    let warning = gone("a.b", Through::Profile).unwrap().unwrap();
    assert!(warning.contains("does not describe a.b"), "{warning}");
}

fn offer() -> Offer {
    let profile = |geography: &str, model: &str, regions: &[&str]| Profile {
        id: format!("{geography}.{model}"),
        model: model.to_owned(),
        regions: regions.iter().map(|region| (*region).to_owned()).collect(),
    };
    let sonnet = "anthropic.claude-sonnet-4-6";
    Offer {
        profiles: vec![
            profile("jp", sonnet, &["ap-northeast-1", "ap-northeast-3"]),
            profile("jp", "anthropic.claude-haiku-4-5-20251001-v1:0", &["ap-northeast-1", "ap-northeast-3"]),
            profile("global", sonnet, &[]),
        ],
        models: vec!["mistral.mistral-large-3-675b-instruct".to_owned()],
    }
}

#[test]
fn a_slip_another_geography_or_a_missing_date_finds_the_id_that_was_meant() {
    let offer = offer();
    for (typed, near) in [
        (
            "jp.anthropic.claude-sonet-4-6",
            &["jp.anthropic.claude-sonnet-4-6", "global.anthropic.claude-sonnet-4-6"][..],
        ),
        ("us.anthropic.claude-sonnet-4-6", &["jp.anthropic.claude-sonnet-4-6", "global.anthropic.claude-sonnet-4-6"]),
        ("jp.anthropic.claude-haiku-4-5", &["jp.anthropic.claude-haiku-4-5-20251001-v1:0"]),
        ("mistral.mistral-larg-3-675b-instruct", &["mistral.mistral-large-3-675b-instruct"]),
        ("cohere.command-x", &[]),
    ] {
        assert_eq!(offer.near(typed), near, "{typed}");
    }
}

#[test]
fn the_emulator_never_says_that_a_model_does_not_exist() {
    let text = str::to_owned;
    let site = |emulated| Site {
        partition: text("aws"),
        account: text("123456789012"),
        region: text("ap-northeast-1"),
        emulated,
        endpoint: None,
    };
    let said = |emulated, id: &str| unknown(&offer(), &site(emulated), "foundation model", id);
    insta::assert_snapshot!(said(true, "cohere.command-x"), @"the emulator has no foundation model cohere.command-x in ap-northeast-1; AWS may have it. Write one that the emulator has into `agent.model`: jp.anthropic.claude-sonnet-4-6, jp.anthropic.claude-haiku-4-5-20251001-v1:0, global.anthropic.claude-sonnet-4-6, mistral.mistral-large-3-675b-instruct");
    insta::assert_snapshot!(said(false, "cohere.command-x"), @"Bedrock has no foundation model cohere.command-x in ap-northeast-1. `aws bedrock list-inference-profiles` and `aws bedrock list-foundation-models` list what there is; write one of them into `agent.model`");
    insta::assert_snapshot!(said(false, "jp.anthropic.claude-sonet-4-6"), @"Bedrock has no foundation model jp.anthropic.claude-sonet-4-6 in ap-northeast-1. Did you mean `jp.anthropic.claude-sonnet-4-6` or `global.anthropic.claude-sonnet-4-6`?");
}
