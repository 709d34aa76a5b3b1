//! The model is looked at before anything is made: what can't drive an agent is refused, what soon can't is a warning.

use bedrock_ops::plan::Plan;
use emulator::{Fault, FaultAt, FaultKind};

use crate::stage::{MANIFEST, Stage};

const MODEL: &str = "jp.anthropic.claude-sonnet-4-6";

/// AWS's text for a caller without the permission.
const DENIED: &str =
    "User: arn:aws:iam::123456789012:user/reader is not authorized to perform: bedrock:GetFoundationModel";

/// The manifest with another model.
fn with(model: &str) -> String {
    MANIFEST.replace(MODEL, model)
}

fn refusals(plan: &Plan) -> Vec<String> {
    plan.refusals().into_iter().map(|(key, reason)| format!("{key}: {reason}")).collect()
}

#[tokio::test(start_paused = true)]
async fn a_model_that_cannot_drive_an_agent_is_refused_with_what_to_write() {
    let stage = Stage::new();
    let mut told = Vec::new();
    for model in [
        // The article's, which has ended; without a geography; an embedding; a slip; another region's; one that AWS may have.
        "anthropic.claude-3-5-sonnet-20240620-v1:0",
        "us.anthropic.claude-3-5-sonnet-20241022-v2:0",
        "anthropic.claude-sonnet-4-6",
        "amazon.titan-embed-text-v2:0",
        "amazon.rerank-v1:0",
        "jp.anthropic.claude-sonet-4-6",
        "us.anthropic.claude-sonnet-4-6",
        "cohere.command-a-03-2025",
    ] {
        let refused = refusals(&stage.plan(&with(model)).await);
        assert_eq!(refused.len(), 1, "{model}: {refused:?}");
        told.extend(refused);
    }
    insta::assert_snapshot!(told.join("\n\n"));
    assert_eq!(stage.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_model_that_is_called_by_its_own_id_is_deployed() {
    let stage = Stage::new();
    let manifest = with("mistral.mistral-large-3-675b-instruct");
    let plan = stage.plan(&manifest).await;
    assert_eq!((refusals(&plan), plan.warnings), (Vec::new(), Vec::new()));
    stage.deploy(&manifest).await;
    assert!(stage.plan(&manifest).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_legacy_model_is_a_warning_in_every_plan_and_is_deployed() {
    let stage = Stage::new();
    let manifest = with("us.anthropic.claude-opus-4-1-20250805-v1:0").replace("ap-northeast-1", "us-east-1");
    stage.deploy(&manifest).await;
    let plan = stage.plan(&manifest).await;
    assert!(plan.is_empty() && plan.warnings.len() == 1, "{:?}", plan.warnings);
    let warning = &plan.warnings[0];
    assert!(warning.contains("its last day is 2027-01-08") && warning.contains("30 days"), "{warning}");
}

#[tokio::test(start_paused = true)]
async fn who_may_not_look_at_the_model_is_warned_and_deploys() {
    let stage = Stage::new();
    let deny = |nth| Fault {
        at: FaultAt::Operation("GetFoundationModel".to_owned(), nth),
        kind: FaultKind::Refuse(403, "AccessDeniedException", DENIED),
    };
    stage.emulator.set_faults((1..=2).map(deny).collect());
    let plan = stage.plan(MANIFEST).await;
    assert_eq!(refusals(&plan), Vec::<String>::new());
    let [warning] = &plan.warnings[..] else { panic!("{:?}", plan.warnings) };
    assert!(warning.contains("could not check") && warning.contains("Allow bedrock:GetFoundationModel"), "{warning}");
    stage.deploy(MANIFEST).await;
}

#[tokio::test(start_paused = true)]
async fn an_application_that_only_the_emulator_lacks_is_not_called_absent() {
    let stage = Stage::new();
    let id = "0123456789abcdef0123456789abcdef";
    let plan = stage.plan(&MANIFEST.replace("push-openrate}", &format!("{id}}}"))).await;
    let [warning] = &plan.warnings[..] else { panic!("{:?}", plan.warnings) };
    assert!(
        warning.contains("the emulator has no Pinpoint application") && warning.contains("`push-openrate`"),
        "{warning}"
    );
    let named = stage.plan(&MANIFEST.replace("push-openrate}", "my-application}")).await;
    assert!(refusals(&named)[0].contains("AWS may have it"), "{:?}", refusals(&named));
}
