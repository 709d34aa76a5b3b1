//! Raw requests to Bedrock, and what it answers.

use serde_json::json;

use super::{Callable, callable, knows, profile};
use crate::asking::Asking;

const SONNET: &str = "anthropic.claude-sonnet-4-6";

#[tokio::test(start_paused = true)]
async fn what_does_not_exist_is_refused_as_aws_does() {
    let invalid = "The provided model identifier is invalid.";
    let cases = [
        ("/foundation-models/anthropic.claude-3-5-sonnet-20240620-v1%3A0", 400, "ValidationException", invalid),
        ("/foundation-models/jp.anthropic.claude-sonnet-4-6", 400, "ValidationException", invalid),
        ("/foundation-model-availability/jp.anthropic.claude-sonnet-4-6", 400, "ValidationException", invalid),
        ("/inference-profiles/us.amazon.nova-lite-v1%3A0", 404, "ResourceNotFoundException", "Could not find"),
        ("/inference-profiles?type=MINE", 400, "ValidationException", "Member must satisfy enum value set"),
        ("/inference-profiles?maxResults=0", 400, "ValidationException", "maxResults"),
        ("/inference-profiles?page=2", 501, "NotImplementedByEmulator", "the query parameter page"),
        ("/foundation-models?byInferenceType=BATCH", 400, "ValidationException", "byInferenceType"),
        ("/foundation-models/a/b", 501, "NotImplementedByEmulator", "GET /foundation-models/a/b of bedrock"),
    ];
    let aws = Asking::new();
    for (path, status, code, text) in cases {
        let answer = aws.get("bedrock", path).await;
        assert_eq!((answer.status, answer.code.as_str()), (status, code), "{path}");
        assert!(answer.body.contains(text), "{path}: {}", answer.body);
    }
}

#[tokio::test(start_paused = true)]
async fn a_japanese_profile_leads_to_both_japanese_regions_and_is_there_only() {
    let mut aws = Asking::new();
    let path = format!("/inference-profiles/jp.{SONNET}").replace("v1:", "v1%3A");
    let seen = aws.get("bedrock", &path).await.json();
    assert_eq!(
        seen["inferenceProfileArn"],
        format!("arn:aws:bedrock:ap-northeast-1:123456789012:inference-profile/jp.{SONNET}")
    );
    let tokyo = json!({"modelArn": format!("arn:aws:bedrock:ap-northeast-1::foundation-model/{SONNET}")});
    let osaka = json!({"modelArn": format!("arn:aws:bedrock:ap-northeast-3::foundation-model/{SONNET}")});
    assert_eq!(seen["models"], json!([tokyo, osaka]));
    assert_eq!((&seen["status"], &seen["type"]), (&json!("ACTIVE"), &json!("SYSTEM_DEFINED")));

    aws.region = "us-east-1";
    assert_eq!(aws.get("bedrock", &path).await.status, 404);
}

#[test]
fn a_global_profile_names_the_own_region_and_the_region_less_model() {
    let found = profile(&format!("global.{SONNET}"), "ap-northeast-1", "123456789012").expect("there");
    let expected = [
        format!("arn:aws:bedrock:ap-northeast-1::foundation-model/{SONNET}"),
        format!("arn:aws:bedrock:::foundation-model/{SONNET}"),
    ];
    assert_eq!(found.models, expected);
    assert_eq!(profile(&found.arn, "ap-northeast-1", "123456789012"), Some(found.clone()));
    assert_eq!(profile(&found.arn, "us-east-1", "123456789012"), None);
}

/// 2026-11-22.
const NOW: u64 = 1_795_338_000_000;

#[test]
fn an_agent_may_name_a_model_that_has_ended_but_not_call_it() {
    let (region, account) = ("us-east-1", "123456789012");
    for id in ["anthropic.claude-3-5-sonnet-20240620-v1:0", "anthropic.claude-v2", "anthropic.claude-v2:1"] {
        assert!(knows(id, region, account), "{id}");
        assert_eq!(callable(id, region, account, NOW), Callable::Ended, "{id}");
    }
    assert!(!knows("us.anthropic.claude-3-5-sonnet-20241022-v2:0", region, account), "its profiles are gone with it");
}

#[test]
fn what_a_call_meets_depends_on_the_models_stage_and_kind() {
    let found = |id: &str| callable(id, "us-east-1", "123456789012", NOW);
    assert_eq!(found("us.anthropic.claude-opus-4-1-20250805-v1:0"), Callable::Legacy);
    assert_eq!(found("anthropic.claude-sonnet-4-6"), Callable::NeedsProfile);
    assert_eq!(found("amazon.titan-embed-text-v2:0"), Callable::NotForText);
    assert_eq!(found("anthropic.claude-9"), Callable::NoSuchModel);
    assert!(matches!(found("meta.llama3-8b-instruct-v1:0"), Callable::Yes(_)));
    assert!(matches!(found("us.anthropic.claude-sonnet-4-6"), Callable::Yes(_)));
    let past = 1_799_366_400_000;
    assert_eq!(
        callable("us.anthropic.claude-opus-4-1-20250805-v1:0", "us-east-1", "123456789012", past),
        Callable::Ended
    );
}

#[tokio::test(start_paused = true)]
async fn an_unknown_id_is_answered_with_the_ids_that_there_are() {
    let aws = Asking::new();
    for path in ["/foundation-models/anthropic.claude-9", "/inference-profiles/jp.anthropic.claude-9"] {
        let answer = aws.get("bedrock", path).await;
        assert!(answer.body.contains("jp.anthropic.claude-sonnet-4-6"), "{path}: {}", answer.body);
    }
    let ended = aws.get("bedrock", "/foundation-models/anthropic.claude-v2").await;
    assert!(ended.body.contains("identifier is invalid.\""), "nothing is added to AWS's text: {}", ended.body);
}

#[tokio::test(start_paused = true)]
async fn models_say_how_they_are_called_and_how_long_they_live() {
    let mut aws = Asking::new();
    let tokyo = aws.get("bedrock", "/foundation-models/amazon.nova-lite-v1%3A0").await.json();
    assert_eq!(tokyo["modelDetails"]["inferenceTypesSupported"], json!(["INFERENCE_PROFILE"]));
    assert_eq!(tokyo["modelDetails"]["modelLifecycle"]["status"], "ACTIVE");

    aws.region = "us-east-1";
    let virginia = aws.get("bedrock", "/foundation-models?byInferenceType=ON_DEMAND").await.json();
    let ids: Vec<_> =
        virginia["modelSummaries"].as_array().expect("a list").iter().map(|model| &model["modelId"]).collect();
    assert!(ids.contains(&&json!("amazon.nova-lite-v1:0")) && ids.contains(&&json!("amazon.titan-embed-text-v2:0")));
    assert!(!ids.contains(&&json!("anthropic.claude-v2")), "it has ended");
    let embeddings = aws.get("bedrock", "/foundation-models?byOutputModality=EMBEDDING").await.json();
    assert_eq!(embeddings["modelSummaries"][0]["outputModalities"], json!(["EMBEDDING"]));
    let opus = aws.get("bedrock", "/foundation-models/anthropic.claude-opus-4-1-20250805-v1%3A0").await.json();
    assert_eq!(opus["modelDetails"]["modelLifecycle"]["endOfLifeTime"], "2027-01-08T00:00:00Z");
    assert_eq!(opus["modelDetails"]["modelLifecycle"]["status"], "LEGACY");
}

#[tokio::test(start_paused = true)]
async fn profiles_are_listed_page_by_page() {
    let aws = Asking::new();
    let first = aws.get("bedrock", "/inference-profiles?maxResults=4").await.json();
    assert_eq!(first["inferenceProfileSummaries"].as_array().map(Vec::len), Some(4));
    let token = first["nextToken"].as_str().expect("more follows");
    let last = aws.get("bedrock", &format!("/inference-profiles?maxResults=4&nextToken={token}")).await.json();
    let all = aws.get("bedrock", "/inference-profiles").await.json();
    let many = |answer: &serde_json::Value| answer["inferenceProfileSummaries"].as_array().map_or(0, Vec::len);
    assert_eq!((many(&last), many(&all) - many(&last)), (4, many(&all) - 4));
}

#[tokio::test(start_paused = true)]
async fn a_model_of_another_region_is_not_available_here() {
    let aws = Asking::new();
    for (id, expected) in [(SONNET, "AVAILABLE"), ("anthropic.claude-opus-4-1-20250805-v1:0", "NOT_AVAILABLE")] {
        let path = format!("/foundation-model-availability/{id}").replace("v1:", "v1%3A");
        let seen = aws.get("bedrock", &path).await.json();
        assert_eq!(seen["regionAvailability"], expected);
        assert_eq!(seen["authorizationStatus"], "AUTHORIZED");
    }
}
