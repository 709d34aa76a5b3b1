//! What a publication must not change or mix: a paused alias stays paused, and of two deploys at once none publishes the
//! other's half and calls it done.

use std::time::Duration;

use bedrock_ops::report::Report;

use aws_sdk_bedrockagent::types::AliasInvocationState;

use crate::stage::{MANIFEST, Stage};

/// The manifest with another instruction and another handler's environment: both halves say whose they are.
fn of(name: &str) -> String {
    MANIFEST
        .replace("You tell people", &format!("You are {name}. You tell people"))
        .replace("KPI_NAME: push-open-rate", &format!("KPI_NAME: {name}"))
}

async fn ids(stage: &Stage) -> (String, String) {
    let agents = stage.somebody().bedrock_agent.list_agents().send().await.unwrap();
    let agent = agents.agent_summaries()[0].agent_id.clone();
    let aliases = stage.somebody().bedrock_agent.list_agent_aliases().agent_id(&agent).send().await.unwrap();
    let alias = aliases.agent_alias_summaries().iter().find(|alias| alias.agent_alias_name == "v1").unwrap();
    (agent, alias.agent_alias_id.clone())
}

#[tokio::test(start_paused = true)]
async fn a_paused_alias_stays_paused_and_the_plan_says_so() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let (agent, alias) = ids(&stage).await;
    let client = stage.somebody();
    let live = client.bedrock_agent.get_agent_alias().agent_id(&agent).agent_alias_id(&alias).send().await.unwrap();
    let pause =
        client.bedrock_agent.update_agent_alias().agent_id(&agent).agent_alias_id(&alias).agent_alias_name("v1");
    let pause = pause.description("For Slack").alias_invocation_state(AliasInvocationState::RejectInvocations);
    pause.set_routing_configuration(Some(live.agent_alias.unwrap().routing_configuration)).send().await.unwrap();
    tokio::time::sleep(Duration::from_mins(1)).await;

    let plan = stage.plan(MANIFEST).await;
    let step = plan.steps.iter().find(|step| step.key().to_string() == "alias v1").unwrap();
    assert!(step.unmanaged.iter().any(|it| it.field.contains("paused")), "{:?}", step.unmanaged);
    for changed in [of("a"), of("a").replace("For Slack", "For the channel")] {
        stage.deploy(&changed).await;
        let seen = client.bedrock_agent.get_agent_alias().agent_id(&agent).agent_alias_id(&alias).send().await.unwrap();
        let paused = seen.agent_alias.unwrap().alias_invocation_state;
        assert_eq!(paused, Some(AliasInvocationState::RejectInvocations));
    }
}

/// The name in the live version's instruction, and the one in the environment of the function version that it calls.
async fn live(stage: &Stage) -> (String, String) {
    let (agent, alias) = ids(stage).await;
    let client = stage.somebody();
    let seen = client.bedrock_agent.get_agent_alias().agent_id(&agent).agent_alias_id(&alias).send().await.unwrap();
    let version = seen.agent_alias.unwrap().routing_configuration[0].agent_version.clone().unwrap();
    let call = client.bedrock_agent.get_agent_version().agent_id(&agent).agent_version(&version);
    let instruction = call.send().await.unwrap().agent_version.unwrap().instruction.unwrap();
    let groups = client.bedrock_agent.list_agent_action_groups().agent_id(&agent).agent_version(&version);
    let group = groups.send().await.unwrap().action_group_summaries[0].action_group_id.clone();
    let call = client.bedrock_agent.get_agent_action_group().agent_id(&agent).agent_version(&version);
    let group = call.action_group_id(group).send().await.unwrap().agent_action_group.unwrap();
    let lambda = group.action_group_executor.unwrap().as_lambda().unwrap().clone();
    let function = client.lambda.get_function_configuration().function_name(lambda).send().await.unwrap();
    let variables = function.environment.unwrap().variables.unwrap();
    let named = instruction.split_once("You are ").and_then(|(_, rest)| rest.split_once('.')).map(|(name, _)| name);
    (named.unwrap_or_default().to_owned(), variables["KPI_NAME"].clone())
}

fn went_well(report: &Report) -> bool {
    report.errors().is_empty()
}

#[tokio::test(start_paused = true)]
async fn of_two_deploys_at_once_what_is_live_is_one_manifests_or_the_run_that_mixed_it_says_so() {
    for delay in 0..12 {
        let stage = Stage::new();
        stage.deploy(MANIFEST).await;
        let (one, other) = (of("one"), of("other"));
        let late = async {
            tokio::time::sleep(Duration::from_millis(700 * delay)).await;
            stage.try_deploy(&other).await
        };
        let (first, second) = tokio::join!(stage.try_deploy(&one), late);
        let well = [&first, &second].map(|ended| ended.as_ref().is_ok_and(went_well));
        let (instruction, handler) = live(&stage).await;
        if well != [false, false] {
            assert_eq!(instruction, handler, "delay {delay}, {well:?}: {first:?} {second:?}");
        }
        // Whatever was left, the next deploy converges.
        stage.deploy(&one).await;
        assert_eq!(live(&stage).await, ("one".to_owned(), "one".to_owned()), "delay {delay}");
    }
}
