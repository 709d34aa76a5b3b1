//! A destruction, and the next one.

use crate::stage::{MANIFEST, Stage};

#[tokio::test(start_paused = true)]
async fn a_destruction_leaves_nothing() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    stage.deploy(&MANIFEST.replace("timeout: 60", "timeout: 30")).await;
    stage.destroy(MANIFEST).await;
    assert_eq!(stage.emulator.world().inventory(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_second_destruction_has_nothing_to_do() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    stage.destroy(MANIFEST).await;
    stage.emulator.clear_calls();
    assert!(stage.session(MANIFEST).destruction().await.unwrap().1.is_empty());
    stage.destroy(MANIFEST).await;
    assert_eq!(stage.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn what_a_stack_is_made_of_is_deleted_before_what_it_needs() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    stage.emulator.clear_calls();
    stage.destroy(MANIFEST).await;
    let writes = stage.writes();
    let place = |operation: &str| writes.iter().position(|write| write == operation).unwrap();
    assert!(place("DeleteAgentAlias") < place("DeleteAgent"));
    assert!(place("DeleteFunction") < place("DeleteLogGroup"), "else a call under way makes the group anew");
    assert!(place("DeleteAgent") < writes.iter().rposition(|write| write == "DeleteRole").unwrap());
}

/// The refusals of a destruction, and that it then deletes nothing of what they name.
async fn refusals(stage: &Stage) -> Vec<String> {
    let session = stage.session(MANIFEST);
    let (_, plan) = session.destruction().await.unwrap();
    let report = session.apply(&plan).await;
    assert!(report.errors().is_empty(), "{:?}", report.errors());
    plan.refusals().into_iter().map(|(key, reason)| format!("{key}: {reason}")).collect()
}

#[tokio::test(start_paused = true)]
async fn an_alias_that_somebody_else_made_keeps_the_agent_and_all_that_it_stands_on() {
    let stage = Stage::new();
    let known = stage.deploy(MANIFEST).await.known;
    let id = &known.identities[&bedrock_ops::facts::Key::new(bedrock_ops::facts::Kind::Agent, "openrate-agent")];
    let before = stage.inventory();
    let aws = stage.somebody();
    aws.bedrock_agent.create_agent_alias().agent_id(id).agent_alias_name("mine").send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_mins(1)).await;
    let refusals = refusals(&stage).await;
    assert!(
        refusals.iter().any(|line| line.starts_with("agent openrate-agent: it has aliases") && line.contains("mine ("))
    );
    assert!(refusals.iter().any(|line| line.starts_with("function openrate: it stays with the agent")), "{refusals:?}");
    let mut after = stage.inventory();
    after.retain(|line| !line.contains("alias mine"));
    assert_eq!(before, after, "an agent that stays keeps working");
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_somebody_else_attached_keeps_its_role_alone() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let aws = stage.somebody();
    let arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    aws.iam.attach_role_policy().role_name("openrate-ap-northeast-1-lambda").policy_arn(arn).send().await.unwrap();
    let refusals = refusals(&stage).await;
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    assert!(refusals[0].contains(arn), "{refusals:?}");
    assert!(stage.inventory().iter().all(|line| line.contains("-lambda")), "{:?}", stage.inventory());
}

#[tokio::test(start_paused = true)]
async fn a_repository_that_the_manifest_no_longer_needs_goes_with_the_stack() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let pushed = stage.somebody().ecr.describe_images().repository_name("openrate").send().await.unwrap();
    let tag = pushed.image_details()[0].image_tags()[0].clone();
    let uri = format!("image: 123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/openrate:{tag}");
    let ready = MANIFEST.replace("source: lambda/", &uri);
    stage.deploy(&ready).await;
    assert!(stage.plan(&ready).await.is_empty());
    stage.destroy(&ready).await;
    assert_eq!(stage.emulator.world().inventory(), Vec::<String>::new());
}
