//! Where a stack was deployed from: recorded as a tag, compared where both sides know it, changed by a deploy only.

use bedrock_ops::ownership::ORIGIN_TAG;

use crate::stage::{MANIFEST, Stage, told};

const HERE: &str = "github.com/acme/ops:agents/agent.yaml";
const ELSEWHERE: &str = "github.com/other/ops:agent.yaml";

async fn deploy(stage: &Stage, origin: Option<&str>) {
    let session = stage.session_from(MANIFEST, origin);
    let (_, plan) = session.plan().await.unwrap();
    let report = session.apply(&plan).await;
    assert!(report.errors().is_empty(), "{:?}", report.errors());
}

#[tokio::test(start_paused = true)]
async fn a_stack_that_another_repository_deployed_is_noticed_by_plan_and_destroy() {
    let stage = Stage::new();
    deploy(&stage, Some(HERE)).await;
    let again = stage.session_from(MANIFEST, Some(HERE)).plan().await.unwrap().1;
    assert!(again.origins.is_empty() && again.is_empty(), "{:?}", told(&again));

    let other = stage.session_from(MANIFEST, Some(ELSEWHERE));
    let plan = other.plan().await.unwrap().1;
    assert_eq!(plan.origins.iter().map(String::as_str).collect::<Vec<_>>(), [HERE]);
    let tag = format!("tags.{ORIGIN_TAG}");
    assert!(told(&plan).iter().all(|step| step.ends_with(&format!(": {tag}"))), "only the tag: {:?}", told(&plan));
    let destruction = other.destruction().await.unwrap().1;
    assert_eq!(destruction.origins.iter().map(String::as_str).collect::<Vec<_>>(), [HERE]);

    deploy(&stage, Some(ELSEWHERE)).await;
    assert!(other.plan().await.unwrap().1.is_empty(), "the deploy recorded the new origin");
}

#[tokio::test(start_paused = true)]
async fn a_side_without_an_origin_is_not_compared() {
    let stage = Stage::new();
    deploy(&stage, Some(HERE)).await;
    let outside = stage.plan(MANIFEST).await;
    assert!(outside.origins.is_empty() && outside.is_empty(), "the tag stays: {:?}", told(&outside));

    let older = Stage::new();
    deploy(&older, None).await;
    let plan = older.session_from(MANIFEST, Some(HERE)).plan().await.unwrap().1;
    assert!(plan.origins.is_empty() && !plan.is_empty(), "the tag is added: {:?}", told(&plan));
    deploy(&older, Some(HERE)).await;
    assert!(older.session_from(MANIFEST, Some(HERE)).plan().await.unwrap().1.is_empty());
}
