//! What a failed creation leaves behind: deleted and created again by the next deploy, for every kind for which AWS offers
//! no other way.

use aws_sdk_lambda::types::{Architecture, FunctionCode, PackageType};
use bedrock_ops::aws::Aws;
use bedrock_ops::ownership::STACK_TAG;

use crate::stage::{MANIFEST, Stage, told};

const AGENT: &str = "openrate-agent";

async fn minutes_pass() {
    tokio::time::sleep(std::time::Duration::from_mins(2)).await;
}

async fn create_agent(aws: &Aws) -> String {
    let call = aws.bedrock_agent.create_agent().agent_name(AGENT).tags(STACK_TAG, "openrate");
    call.send().await.unwrap().agent.unwrap().agent_id
}

async fn agents(aws: &Aws) -> Vec<String> {
    let listed = aws.bedrock_agent.list_agents().send().await.unwrap();
    listed.agent_summaries().iter().map(|agent| format!("{} {}", agent.agent_name, agent.agent_status)).collect()
}

/// A FAILED agent with this stack's tag and name: AWS found only after the call that the name was taken.
async fn leave_a_failed_agent(stage: &Stage) {
    let aws = stage.somebody();
    let first = create_agent(&aws).await;
    minutes_pass().await;
    create_agent(&aws).await;
    aws.bedrock_agent.delete_agent().agent_id(first).send().await.unwrap();
    minutes_pass().await;
    assert_eq!(agents(&aws).await, [format!("{AGENT} FAILED")]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_agent_is_deleted_and_created_again() {
    let whole = Stage::new();
    whole.deploy(MANIFEST).await;
    let stage = Stage::new();
    leave_a_failed_agent(&stage).await;
    let steps = told(&stage.plan(MANIFEST).await);
    assert!(steps.contains(&format!("recreate agent {AGENT}")), "{steps:?}");
    stage.deploy(MANIFEST).await;
    assert_eq!(stage.inventory(), whole.inventory());
    assert!(stage.plan(MANIFEST).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_failed_function_is_deleted_and_created_again() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let whole = stage.inventory();
    let aws = stage.somebody();
    let found = aws.lambda.get_function().function_name("openrate").send().await.unwrap();
    let (code, configuration) = (found.code.unwrap(), found.configuration.unwrap());
    aws.lambda.delete_function().function_name("openrate").send().await.unwrap();
    minutes_pass().await;
    let call = aws.lambda.create_function().function_name("openrate").package_type(PackageType::Image);
    let call = call.code(FunctionCode::builder().image_uri(code.image_uri.unwrap()).build());
    // The image is for another processor: Lambda finds that only after the call.
    let call = call.architectures(Architecture::Arm64).role(configuration.role.unwrap());
    call.publish(true).tags(STACK_TAG, "openrate").send().await.unwrap();
    minutes_pass().await;
    let steps = told(&stage.plan(MANIFEST).await);
    assert!(steps.contains(&"recreate function openrate".to_owned()), "{steps:?}");
    stage.deploy(MANIFEST).await;
    assert_eq!(stage.inventory(), whole);
    assert!(stage.plan(MANIFEST).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_failed_agent_beside_the_one_that_works_is_mentioned_and_deleted() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let aws = stage.somebody();
    let ghost = create_agent(&aws).await;
    minutes_pass().await;
    let session = stage.session(MANIFEST);
    let (site, plan) = session.plan().await.unwrap();
    assert_eq!(told(&plan), [format!("delete agent {AGENT} ({ghost})")]);
    let text = bedrock_ops::report::text::plan("openrate", &site, &plan);
    assert!(text.as_str().contains("left behind by a creation that failed"), "{text}");
    stage.deploy(MANIFEST).await;
    assert_eq!(agents(&aws).await, [format!("{AGENT} PREPARED")]);
    assert!(stage.plan(MANIFEST).await.is_empty());
    create_agent(&aws).await;
    minutes_pass().await;
    stage.destroy(MANIFEST).await;
    assert_eq!(agents(&aws).await, Vec::<String>::new());
}
