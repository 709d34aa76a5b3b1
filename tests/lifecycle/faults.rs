//! Calls that AWS throttles, fails, or answers into a broken connection; and things changed behind our back.

use emulator::{Fault, FaultAt, FaultKind};

use crate::stage::{MANIFEST, Stage, told};

async fn a_fault_at_every_call(kind: FaultKind) {
    let whole = Stage::new();
    whole.deploy(MANIFEST).await;
    let expected = whole.inventory();
    let calls = whole.calls().len();
    assert!(calls > 40, "{calls}");
    // Every call in the long sweep that CI makes; a sample of them, each time the same, in everyday runs.
    let stride = if std::env::var_os("BEDROCK_OPS_SWEEP").is_some() { 1 } else { 6 };
    for nth in (1..=calls).step_by(stride) {
        let stage = Stage::new();
        stage.emulator.set_faults(vec![Fault { at: FaultAt::Call(nth), kind }]);
        let struck = stage.try_deploy(MANIFEST).await;
        let went_well = struck.is_ok_and(|report| report.errors().is_empty());
        if !went_well {
            stage.deploy(MANIFEST).await;
        }
        assert_eq!(stage.inventory(), expected, "{kind:?} at call {nth}");
        assert_eq!(told(&stage.plan(MANIFEST).await), Vec::<String>::new(), "{kind:?} at call {nth}");
        assert!(went_well, "{kind:?} at call {nth} stopped the deploy");
    }
}

#[tokio::test(start_paused = true)]
async fn a_throttled_call_is_made_again() {
    a_fault_at_every_call(FaultKind::Throttle).await;
}

#[tokio::test(start_paused = true)]
async fn a_failing_call_is_made_again() {
    a_fault_at_every_call(FaultKind::ServerError).await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_lost_after_the_work_was_done_doubles_nothing() {
    a_fault_at_every_call(FaultKind::Drop).await;
}

#[tokio::test(start_paused = true)]
async fn a_draft_edited_in_the_console_is_brought_back() {
    let stage = Stage::new();
    let known = stage.deploy(MANIFEST).await.known;
    let id = &known.identities[&bedrock_ops::facts::Key::new(bedrock_ops::facts::Kind::Agent, "openrate-agent")];
    let aws = stage.somebody();
    let agent = aws.bedrock_agent.get_agent().agent_id(id).send().await.unwrap().agent.unwrap();
    let call =
        aws.bedrock_agent.update_agent().agent_id(id).agent_name("openrate-agent").idle_session_ttl_in_seconds(900);
    let call =
        call.agent_resource_role_arn(agent.agent_resource_role_arn).foundation_model(agent.foundation_model.unwrap());
    call.instruction("Something else that somebody typed into the console, at length.").send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_mins(1)).await;
    // The routed version was not touched: the draft is mended and prepared, and no version is cut.
    let steps = told(&stage.plan(MANIFEST).await);
    assert_eq!(steps, ["update agent openrate-agent: description, instruction", "update draft openrate-agent: status"]);
    stage.deploy(MANIFEST).await;
    assert!(stage.plan(MANIFEST).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_alias_pinned_to_an_old_version_is_moved_on() {
    use aws_sdk_bedrockagent::types::AgentAliasRoutingConfigurationListItem as Routing;
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let changed = MANIFEST.replace("You tell", "You show");
    let known = stage.deploy(&changed).await.known;
    let identity = |kind, name: &str| known.identities[&bedrock_ops::facts::Key::new(kind, name)].clone();
    let agent = identity(bedrock_ops::facts::Kind::Agent, "openrate-agent");
    let alias = identity(bedrock_ops::facts::Kind::Alias, "v1");
    let pin = Routing::builder().agent_version("1").build();
    let call = stage.somebody().bedrock_agent.update_agent_alias().agent_id(agent).agent_alias_id(alias);
    call.agent_alias_name("v1").description("For Slack").routing_configuration(pin).send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_mins(1)).await;
    let steps = told(&stage.plan(&changed).await);
    assert_eq!(steps, ["update draft openrate-agent: ", "update alias v1: agent.instruction"]);
    stage.deploy(&changed).await;
    assert!(stage.plan(&changed).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn of_two_first_deploys_at_once_one_stack_comes() {
    let stage = Stage::new();
    let (one, other) = tokio::join!(stage.try_deploy(MANIFEST), stage.try_deploy(MANIFEST));
    let went_well =
        [&one, &other].iter().filter(|report| report.as_ref().is_ok_and(|it| it.errors().is_empty())).count();
    assert!(went_well >= 1, "{one:?} {other:?}");
    // Whoever lost goes on where the other stopped, and finds next to nothing to do.
    stage.deploy(MANIFEST).await;
    let whole = Stage::new();
    whole.deploy(MANIFEST).await;
    assert_eq!(stage.inventory(), whole.inventory());
    assert!(stage.plan(MANIFEST).await.is_empty());
}
