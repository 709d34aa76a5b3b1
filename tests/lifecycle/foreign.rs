//! Things of the wanted names that somebody else made, or that belong to another stack: refused, untouched.

use bedrock_ops::ownership::STACK_TAG;

use crate::stage::{MANIFEST, Stage, told};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

async fn refused_and_untouched(stage: &Stage, what: &str) {
    // The first look at a region makes it, empty.
    stage.plan(MANIFEST).await;
    let before = stage.emulator.world();
    stage.emulator.clear_calls();
    let plan = stage.plan(MANIFEST).await;
    let refusals = plan.refusals();
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    assert_eq!(refusals[0].0.to_string(), what);
    let destruction = stage.session(MANIFEST).destruction().await.unwrap().1;
    let deletions: Vec<String> = told(&destruction).into_iter().filter(|step| step.starts_with("delete")).collect();
    assert_eq!(deletions, Vec::<String>::new());
    assert_eq!(stage.writes(), Vec::<String>::new());
    assert_eq!(before, stage.emulator.world());
}

#[tokio::test(start_paused = true)]
async fn a_role_that_somebody_else_made() {
    let stage = Stage::new();
    let name = "openrate-ap-northeast-1-bedrock";
    let call = stage.somebody().iam.create_role().role_name(name).assume_role_policy_document(TRUST);
    call.send().await.unwrap();
    refused_and_untouched(&stage, &format!("role {name}")).await;
}

#[tokio::test(start_paused = true)]
async fn a_repository_that_somebody_else_made() {
    let stage = Stage::new();
    stage.somebody().ecr.create_repository().repository_name("openrate").send().await.unwrap();
    refused_and_untouched(&stage, "repository openrate").await;
}

#[tokio::test(start_paused = true)]
async fn a_log_group_that_somebody_else_made() {
    let stage = Stage::new();
    stage.somebody().logs.create_log_group().log_group_name("/aws/lambda/openrate").send().await.unwrap();
    refused_and_untouched(&stage, "log group /aws/lambda/openrate").await;
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_somebody_else_made() {
    let stage = Stage::new();
    stage.somebody().bedrock_agent.create_agent().agent_name("openrate-agent").send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_mins(1)).await;
    refused_and_untouched(&stage, "agent openrate-agent").await;
}

#[tokio::test(start_paused = true)]
async fn a_function_that_lost_its_tag() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let arn = "arn:aws:lambda:ap-northeast-1:123456789012:function:openrate";
    stage.somebody().lambda.untag_resource().resource(arn).tag_keys(STACK_TAG).send().await.unwrap();
    let plan = stage.plan(MANIFEST).await;
    assert_eq!(plan.refusals()[0].0.to_string(), "function openrate");
    let steps = told(&stage.session(MANIFEST).destruction().await.unwrap().1);
    assert!(steps.contains(&"refuse function openrate".to_owned()), "{steps:?}");
}

#[tokio::test(start_paused = true)]
async fn another_stacks_things() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let other = MANIFEST.replace("name: openrate\n", "name: other\n");
    let plan = stage.plan(&other).await;
    let refusals = plan.refusals();
    assert_eq!(refusals.len(), 2, "the agent and its alias: {refusals:?}");
    assert!(refusals.iter().all(|(_, reason)| reason.contains("belongs to the stack `openrate`")), "{refusals:?}");
}

#[tokio::test(start_paused = true)]
async fn another_account_than_the_manifests() {
    let stage = Stage::new();
    let error = stage.session(&format!("account: '210987654321'{MANIFEST}")).plan().await.unwrap_err();
    assert_eq!(bedrock_ops::error::exit(&error), bedrock_ops::refused::Exit::Refused);
    assert!(error.to_string().contains("210987654321"), "{error}");
    assert_eq!(stage.writes(), Vec::<String>::new());
}
