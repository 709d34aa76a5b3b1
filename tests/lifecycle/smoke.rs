//! A new version is asked before the alias moves to it.

use bedrock_ops::error;
use bedrock_ops::facts::{Key, Kind};
use bedrock_ops::refused::Exit;
use bedrock_ops::report::Report;
use bedrock_ops::report::text;

use emulator::{Fault, FaultAt, FaultKind, StreamEnd, StreamException, StreamFault, StreamPlace};

use crate::stage::{MANIFEST, Stage, told};

/// A question that no function answers, so that no process is started: the agent then names its functions.
const QUESTION: &str = "xyzzy?";

fn asking(expect: &str) -> String {
    format!("{MANIFEST}smoke: {{question: {QUESTION}, expect: '{expect}'}}\n")
}

/// The calls that a smoke test is about, in order.
fn moves(stage: &Stage) -> Vec<String> {
    let of_interest = ["CreateAgentAlias", "UpdateAgentAlias", "InvokeAgent", "DeleteAgentAlias"];
    let calls = stage.calls().into_iter().map(|call| call.operation);
    calls.filter(|operation| of_interest.contains(&operation.as_str())).collect()
}

/// The version that an alias routes to, as the report knows it.
fn version(report: &Report, alias: &str) -> String {
    report.known.identities[&Key::new(Kind::AgentVersion, alias)].clone()
}

/// The names of the agent's aliases, each with the version that it routes to.
async fn aliases(stage: &Stage) -> Vec<String> {
    let aws = stage.somebody();
    let agents = aws.bedrock_agent.list_agents().send().await.unwrap();
    let id = agents.agent_summaries()[0].agent_id();
    let listed = aws.bedrock_agent.list_agent_aliases().agent_id(id).send().await.unwrap();
    let mut names = Vec::new();
    let own = listed.agent_alias_summaries().iter().filter(|alias| alias.agent_alias_id() != "TSTALIASID");
    for alias in own {
        let version = alias.routing_configuration().first().and_then(|item| item.agent_version());
        names.push(format!("{} -> {}", alias.agent_alias_name(), version.unwrap_or("nothing")));
    }
    names.sort();
    names
}

#[tokio::test(start_paused = true)]
async fn a_first_deploy_asks_the_candidate_before_the_alias_is_made() {
    let stage = Stage::new();
    let report = stage.deploy(&asking("open_rates")).await;
    assert_eq!(moves(&stage), ["CreateAgentAlias", "InvokeAgent", "CreateAgentAlias"]);
    assert_eq!((version(&report, "v1-candidate"), version(&report, "v1")), ("1".to_owned(), "1".to_owned()));
    assert_eq!(told(&stage.plan(&asking("open_rates")).await), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_version_that_answers_is_the_one_that_the_alias_moves_to() {
    let stage = Stage::new();
    stage.deploy(&asking("open_rates")).await;
    let changed = asking("open_rates").replace("timeout: 60", "timeout: 50");
    let session = stage.session(&changed);
    let (site, plan) = session.plan().await.unwrap();
    insta::assert_snapshot!(anstream::adapter::strip_str(text::plan("openrate", &site, &plan).as_str()).to_string());
    stage.emulator.clear_calls();
    let report = session.apply(&plan).await;
    assert!(report.errors().is_empty(), "{:?}", report.errors());
    assert_eq!(moves(&stage), ["UpdateAgentAlias", "InvokeAgent", "UpdateAgentAlias"]);
    assert_eq!(aliases(&stage).await, ["v1 -> 2", "v1-candidate -> 2"]);
    stage.emulator.clear_calls();
    stage.deploy(&changed).await;
    assert_eq!(moves(&stage), Vec::<String>::new(), "nothing changed, so nothing is asked");
}

#[tokio::test(start_paused = true)]
async fn a_version_that_fails_leaves_the_alias_where_it_was() {
    let stage = Stage::new();
    stage.deploy(&asking("open_rates")).await;
    let changed = asking("^42$").replace("timeout: 60", "timeout: 50");
    let report = stage.try_deploy(&changed).await.unwrap();
    let partial = anyhow::Error::from(error::Partial::of(&report, "bedrock-ops deploy".to_owned()));
    assert_eq!(error::exit(&partial), Exit::Smoke);
    insta::assert_snapshot!(format!("{}\n{}", error::Printed(report.errors()[0]), error::Printed(&partial)));
    assert_eq!(aliases(&stage).await, ["v1 -> 1", "v1-candidate -> 2"]);

    // Run again, the same version is asked again: no other one is cut.
    stage.emulator.clear_calls();
    assert_eq!(stage.try_deploy(&changed).await.unwrap().errors().len(), 1);
    assert_eq!(moves(&stage), ["InvokeAgent"]);
    stage.deploy(&changed.replace("^42$", "open_rates")).await;
    assert_eq!(aliases(&stage).await, ["v1 -> 2", "v1-candidate -> 2"]);
}

#[tokio::test(start_paused = true)]
async fn a_version_that_can_not_answer_is_told_with_its_reason() {
    let stage = Stage::new();
    let what = StreamEnd::Exception(StreamException::DependencyFailed);
    let kind = FaultKind::InStream(StreamFault { what, at: StreamPlace::BeforeText });
    stage.emulator.set_faults(vec![Fault { at: FaultAt::Operation("InvokeAgent".to_owned(), 1), kind }]);
    let report = stage.try_deploy(&asking("open_rates")).await.unwrap();
    let partial = anyhow::Error::from(error::Partial::of(&report, "bedrock-ops deploy".to_owned()));
    assert_eq!(error::exit(&partial), Exit::Smoke);
    let error = format!("{}", error::Printed(report.errors()[0]));
    assert!(error.contains("version 1 did not pass the smoke test") && error.contains("function"), "{error}");
    assert_eq!(aliases(&stage).await, ["v1-candidate -> 1"]);
    stage.deploy(&asking("open_rates")).await;
    assert_eq!(aliases(&stage).await, ["v1 -> 1", "v1-candidate -> 1"]);
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_says_nothing_of_the_version_is_no_verdict() {
    let stage = Stage::new();
    let what = StreamEnd::Exception(StreamException::Throttling);
    let kind = FaultKind::InStream(StreamFault { what, at: StreamPlace::BeforeText });
    stage.emulator.set_faults(vec![Fault { at: FaultAt::Operation("InvokeAgent".to_owned(), 1), kind }]);
    let report = stage.try_deploy(&asking("open_rates")).await.unwrap();
    let partial = anyhow::Error::from(error::Partial::of(&report, "bedrock-ops deploy".to_owned()));
    assert_eq!(error::exit(&partial), Exit::Partial);
    assert!(format!("{:#}", report.errors()[0]).contains("neither good nor bad by that; the alias v1 was not made"));
}

#[tokio::test(start_paused = true)]
async fn a_role_that_bedrock_does_not_see_yet_is_waited_for() {
    let stage = Stage::new();
    let what = StreamEnd::Exception(StreamException::AccessDenied);
    let kind = FaultKind::InStream(StreamFault { what, at: StreamPlace::BeforeText });
    let fault = |nth| Fault { at: FaultAt::Operation("InvokeAgent".to_owned(), nth), kind };
    stage.emulator.set_faults(vec![fault(1), fault(2)]);
    stage.deploy(&asking("open_rates")).await;
    assert_eq!(moves(&stage).iter().filter(|call| *call == "InvokeAgent").count(), 3);
    // For ever it is not.
    stage.emulator.set_faults((1..100).map(fault).collect());
    let report = stage.try_deploy(&asking("open_rates").replace("timeout: 60", "timeout: 50")).await.unwrap();
    let error = format!("{:#}", report.errors()[0]);
    assert!(error.contains("version 2 did not pass the smoke test"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_candidate_that_another_deploy_moves_meanwhile_moves_nothing() {
    let stage = Stage::new();
    stage.deploy(&asking("open_rates")).await;
    let (one, other) = (
        asking("open_rates").replace("timeout: 60", "timeout: 50"),
        asking("open_rates").replace("You tell", "You show"),
    );
    let (one, other) = tokio::join!(stage.try_deploy(&one), stage.try_deploy(&other));
    let reports = [one, other].map(|report| report.map(|report| report.errors().len()));
    let live = aliases(&stage).await;
    // However they cross: what is live was asked, so it is either the old version or that of a deploy that went well.
    let went_well = reports.iter().any(|report| matches!(report, Ok(0)));
    assert_eq!(!went_well, live.contains(&"v1 -> 1".to_owned()), "{reports:?} {live:?}");
    stage.deploy(&asking("open_rates").replace("You tell", "You show")).await;
    assert!(stage.plan(&asking("open_rates").replace("You tell", "You show")).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn where_the_alias_does_not_move_there_is_nothing_to_ask_and_nothing_to_do() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    assert_eq!(told(&stage.plan(&asking("open_rates")).await), Vec::<String>::new());
    stage.emulator.clear_calls();
    stage.deploy(&asking("open_rates")).await;
    assert_eq!(stage.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_first_version_that_fails_gets_no_alias() {
    let stage = Stage::new();
    let report = stage.try_deploy(&asking("^42$")).await.unwrap();
    assert!(format!("{:#}", report.errors()[0]).contains("version 1 did not pass the smoke test"));
    assert_eq!(aliases(&stage).await, ["v1-candidate -> 1"]);
    stage.destroy(MANIFEST).await;
    assert_eq!(stage.inventory(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_candidate_is_left_alone_by_deploys_that_ask_nothing_and_goes_with_the_stack() {
    let stage = Stage::new();
    stage.deploy(&asking("open_rates")).await;
    assert_eq!(told(&stage.plan(MANIFEST).await), Vec::<String>::new());
    let renamed = MANIFEST.replace("name: v1", "name: live");
    assert_eq!(told(&stage.plan(&renamed).await), ["update alias live: name"], "the candidate is not taken for it");
    stage.deploy(&MANIFEST.replace("timeout: 60", "timeout: 50")).await;
    assert_eq!(aliases(&stage).await, ["v1 -> 2", "v1-candidate -> 1"]);
    stage.destroy(MANIFEST).await;
    assert_eq!(stage.inventory(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_deploy_that_asks_is_finished_after_a_cut_at_any_call() {
    let manifest = asking("open_rates");
    let whole = Stage::new();
    whole.deploy(&manifest).await;
    let expected = whole.inventory();
    // What comes before is as in any deploy.
    let begins = whole.writes().len() - 8;
    for after in begins..100 {
        let stage = Stage::new();
        stage.cut_after(after);
        let finished = stage.try_deploy(&manifest).await.is_ok_and(|report| report.errors().is_empty());
        stage.heal();
        stage.deploy(&manifest).await;
        assert_eq!(stage.inventory(), expected, "after {after} writing calls");
        assert_eq!(told(&stage.plan(&manifest).await), Vec::<String>::new(), "after {after} writing calls");
        if finished {
            return;
        }
    }
    panic!("the deploy never finished");
}
