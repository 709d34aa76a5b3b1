//! A deploy, and the next one.

use bedrock_ops::facts::{Key, Kind};

use crate::stage::{MANIFEST, Stage, told};

#[tokio::test(start_paused = true)]
async fn a_first_deploy_makes_everything() {
    let stage = Stage::new();
    let report = stage.deploy(MANIFEST).await;
    insta::assert_snapshot!(stage.inventory().join("\n"));
    let version = report.known.identities.get(&Key::new(Kind::AgentVersion, "v1"));
    assert_eq!(version.map(String::as_str), Some("1"));
}

#[tokio::test(start_paused = true)]
async fn a_second_deploy_changes_nothing() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let before = stage.emulator.world();
    stage.emulator.clear_calls();
    let plan = stage.plan(MANIFEST).await;
    assert_eq!(told(&plan), Vec::<String>::new());
    stage.deploy(MANIFEST).await;
    assert_eq!(stage.writes(), Vec::<String>::new());
    assert_eq!(before, stage.emulator.world());
}

#[tokio::test(start_paused = true)]
async fn a_plan_makes_no_writing_call() {
    let stage = Stage::new();
    stage.plan(MANIFEST).await;
    stage.deploy(MANIFEST).await;
    stage.emulator.clear_calls();
    let changed = MANIFEST.replace("timeout: 60", "timeout: 61");
    assert!(!stage.plan(&changed).await.is_empty());
    assert_eq!(stage.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_source_that_has_not_changed_is_not_pushed_again() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    stage.emulator.clear_calls();
    stage.deploy(&MANIFEST.replace("memory: 256", "memory: 512")).await;
    let touched = |call: &emulator::CallRecord| call.service == "registry" && call.writes;
    assert_eq!(stage.calls().iter().filter(|call| touched(call)).count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_changed_handler_becomes_a_new_image_and_a_new_release() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    std::fs::write(stage.source().join("lambda_function.py"), "def handler(event, context):\n    return {'a': 1}\n")
        .unwrap();
    let plan = stage.plan(MANIFEST).await;
    insta::assert_snapshot!(told(&plan).join("\n"));
    stage.deploy(MANIFEST).await;
    assert!(stage.plan(MANIFEST).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_ready_image_is_used_by_its_digest_and_needs_no_repository() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let aws = stage.somebody();
    let pushed = aws.ecr.describe_images().repository_name("openrate").send().await.unwrap();
    let tag = pushed.image_details()[0].image_tags()[0].clone();
    let other = MANIFEST.replace("name: openrate\n", "name: other\n").replace("openrate-agent", "other-agent").replace(
        "source: lambda/",
        &format!("image: 123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/openrate:{tag}"),
    );
    stage.deploy(&other).await;
    let function = aws.lambda.get_function().function_name("other").send().await.unwrap();
    let uri = function.code().unwrap().image_uri().unwrap().to_owned();
    assert!(uri.contains("/openrate@sha256:"), "{uri}");
    assert!(stage.plan(&other).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_function_that_publishes_nothing_is_called_by_its_bare_name() {
    let stage = Stage::new();
    let bare = MANIFEST.replace("  timeout: 60\n", "  timeout: 60\n  publish: false\n");
    stage.deploy(&bare).await;
    assert!(stage.plan(&bare).await.is_empty());
    let versions = stage.somebody().lambda.list_versions_by_function().function_name("openrate").send().await.unwrap();
    assert_eq!(versions.versions().len(), 1, "only $LATEST");
    stage.deploy(&bare.replace("timeout: 60", "timeout: 50")).await;
    stage.deploy(MANIFEST).await;
    assert!(stage.plan(MANIFEST).await.is_empty());
}
