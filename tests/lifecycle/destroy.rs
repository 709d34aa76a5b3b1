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

#[tokio::test(start_paused = true)]
async fn an_alias_that_somebody_else_made_is_left_and_the_agent_with_it() {
    let stage = Stage::new();
    let known = stage.deploy(MANIFEST).await.known;
    let id = &known.identities[&bedrock_ops::facts::Key::new(bedrock_ops::facts::Kind::Agent, "openrate-agent")];
    let aws = stage.somebody();
    aws.bedrock_agent.create_agent_alias().agent_id(id).agent_alias_name("mine").send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_mins(1)).await;
    let report = stage.destroy(MANIFEST).await;
    let spared = report.spared();
    assert_eq!(spared.len(), 1, "{spared:?}");
    assert!(spared[0].1.contains("mine ("), "{}", spared[0].1);
    let left = stage.inventory().join("\n");
    assert!(left.contains("agent openrate-agent") && left.contains("-bedrock"), "{left}");
    assert!(!left.contains("lambda function"), "{left}");
}

#[tokio::test(start_paused = true)]
async fn a_policy_or_an_image_that_somebody_else_put_there_is_left() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let aws = stage.somebody();
    let arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    aws.iam.attach_role_policy().role_name("openrate-ap-northeast-1-lambda").policy_arn(arn).send().await.unwrap();
    let report = stage.destroy(MANIFEST).await;
    assert!(report.spared()[0].1.contains(arn));
    assert!(stage.inventory().iter().all(|line| line.contains("-lambda")), "{:?}", stage.inventory());
}
