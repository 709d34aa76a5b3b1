//! Asking a deployed agent: answers, every way in which none comes, and what is found out then.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_bedrockagent::types::AgentAliasRoutingConfigurationListItem;
use bedrock_ops::aws::Access;
use bedrock_ops::conversation::{self, Agent, Event, Question, Reason, SILENCE, Step, TEST_ALIAS, Unanswered};
use bedrock_ops::facts::{Key, Kind};
use bedrock_ops::report::Report;
use emulator::{Fault, FaultAt, FaultKind, StreamEnd, StreamException, StreamFault, StreamPlace};
use tokio::time::Instant;

use crate::stage::{MANIFEST, Stage};

/// When the emulator's account begins, in milliseconds since 1970: no question is older.
const EPOCH: i64 = 1_795_338_000_000;

/// Calls `open_rates.get_open_rate`.
const ABOUT_RATES: &str = "get open rate";

/// A handler that Bedrock understands.
const RIGHT: &str = r#"
def handler(event, context):
    return {"messageVersion": "1.0", "response": {"actionGroup": event["actionGroup"], "function": event["function"],
            "functionResponse": {"responseBody": {"TEXT": {"body": "it is 2.04 %"}}}}}
"#;

fn id(report: &Report, kind: Kind, name: &str) -> String {
    report.known.identities[&Key::new(kind, name)].clone()
}

fn agent(report: &Report) -> Agent {
    Agent {
        site: report.known.site.clone(),
        id: id(report, Kind::Agent, "openrate-agent"),
        alias: id(report, Kind::Alias, "v1"),
        version: id(report, Kind::AgentVersion, "v1"),
        flags: String::new(),
    }
}

fn question(text: &str) -> Question {
    Question { text: text.to_owned(), session: "tests".to_owned(), trace: false, at: EPOCH }
}

/// A deployed stack with this handler, and its agent.
async fn deployed(handler: &str) -> (Stage, Agent) {
    let stage = Stage::new();
    std::fs::write(stage.source().join("lambda_function.py"), handler).unwrap();
    let report = stage.deploy(MANIFEST).await;
    (stage, agent(&report))
}

async fn answer(stage: &Stage, agent: &Agent, text: &str) -> anyhow::Result<String> {
    Ok(conversation::answer(&stage.somebody(), agent, &question(text)).await?.text)
}

/// Why there was no answer: the reason, and all that is printed of it.
async fn unanswered(stage: &Stage, agent: &Agent, text: &str) -> (Reason, String) {
    let error = answer(stage, agent, text).await.unwrap_err();
    let printed = bedrock_ops::error::Printed(&error).to_string();
    (error.downcast_ref::<Unanswered>().unwrap_or_else(|| panic!("{error:#}")).reason(), printed)
}

fn plant(stage: &Stage, kind: FaultKind) {
    stage.emulator.clear_calls();
    stage.emulator.set_faults(vec![Fault { at: FaultAt::Operation("InvokeAgent".to_owned(), 1), kind }]);
}

fn asked(stage: &Stage) -> usize {
    stage.calls().iter().filter(|call| call.operation == "InvokeAgent").count()
}

#[tokio::test(start_paused = true)]
async fn the_function_behind_the_agent_is_called_and_its_steps_are_told() {
    let (stage, agent) = deployed(RIGHT).await;
    let aws = stage.somebody();
    let question = Question { trace: true, ..question(ABOUT_RATES) };
    let mut answering = conversation::ask(&aws, &agent, &question).await.unwrap();
    let (mut text, mut steps, mut done) = (String::new(), Vec::new(), None);
    while let Some(event) = answering.next().await.unwrap() {
        match event {
            Event::Text(piece) => text.push_str(&piece),
            Event::Step(step) => steps.push(step),
            Event::Done { characters, .. } => done = Some(characters),
            Event::ReturnControl(calls) => panic!("{calls:?}"),
        }
    }
    assert!(text.contains("it is 2.04 %"), "{text}");
    assert_eq!(done, Some(text.chars().count()));
    let called = |step: &Step| matches!(step, Step::Call(call) if call.function == "get_open_rate");
    let returned = |step: &Step| matches!(step, Step::Returned { text, .. } if text.contains("2.04"));
    let (called, returned) = (steps.iter().position(called), steps.iter().position(returned));
    assert!(called.is_some() && called < returned, "{steps:?}");
    assert!(steps.iter().any(|step| matches!(step, Step::Thought(_))), "{steps:?}");
    assert!(steps.iter().any(|step| matches!(step, Step::Model { tokens: Some(_), .. })), "{steps:?}");
}

#[tokio::test(start_paused = true)]
async fn the_draft_is_asked_through_the_test_alias() {
    let (stage, agent) = deployed(RIGHT).await;
    let draft = Agent { alias: TEST_ALIAS.to_owned(), version: "DRAFT".to_owned(), ..agent };
    assert!(answer(&stage, &draft, ABOUT_RATES).await.unwrap().contains("it is 2.04 %"));
}

#[tokio::test(start_paused = true)]
async fn every_exception_of_the_stream_gives_its_own_message_before_and_after_the_first_text() {
    let (stage, agent) = deployed(RIGHT).await;
    let mut reasons = Vec::new();
    let mut messages = BTreeSet::new();
    for exception in StreamException::ALL {
        for at in [StreamPlace::BeforeText, StreamPlace::AfterText] {
            plant(&stage, FaultKind::InStream(StreamFault { what: StreamEnd::Exception(exception), at }));
            let (reason, printed) = unanswered(&stage, &agent, "hello").await;
            assert!(printed.contains("Exception, in the stream, request id "), "{printed}");
            assert!(printed.contains("\n  hint: "), "{printed}");
            let given = printed.contains("characters of the answer had come");
            assert_eq!(given, at == StreamPlace::AfterText, "{printed}");
            // What is in the stream was taken by AWS: it is said, and not asked again.
            assert_eq!(asked(&stage), 1, "{exception:?}");
            if !given {
                reasons.push(reason);
                messages.insert(printed.lines().next().unwrap_or_default().to_owned());
            }
        }
    }
    reasons.dedup();
    assert_eq!((reasons.len(), messages.len()), (10, 10), "{messages:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_breaks_off_is_told_with_what_had_come() {
    let (stage, agent) = deployed(RIGHT).await;
    plant(&stage, FaultKind::InStream(StreamFault { what: StreamEnd::Broken, at: StreamPlace::AfterText }));
    let (reason, printed) = unanswered(&stage, &agent, "hello").await;
    assert_eq!(reason, Reason::BrokenOff);
    assert!(printed.contains("characters of the answer had come"), "{printed}");
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_falls_silent_is_given_up_after_the_time_that_is_promised() {
    let (stage, agent) = deployed(RIGHT).await;
    plant(&stage, FaultKind::InStream(StreamFault { what: StreamEnd::Silent, at: StreamPlace::AfterText }));
    let began = Instant::now();
    let (reason, printed) = unanswered(&stage, &agent, "hello").await;
    assert_eq!(reason, Reason::Silent);
    assert!(printed.contains("fell silent and was given up after 5 minutes"), "{printed}");
    let waited = began.elapsed();
    assert!((SILENCE..SILENCE + Duration::from_secs(5)).contains(&waited), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn throttling_before_the_stream_is_waited_out() {
    let (stage, agent) = deployed(RIGHT).await;
    plant(&stage, FaultKind::Throttle);
    answer(&stage, &agent, "hello").await.unwrap();
    assert_eq!(asked(&stage), 2);
}

#[tokio::test(start_paused = true)]
async fn a_question_that_bedrock_failed_over_is_not_asked_twice() {
    let (stage, agent) = deployed(RIGHT).await;
    plant(&stage, FaultKind::ServerError);
    let (reason, _) = unanswered(&stage, &agent, "hello").await;
    assert_eq!((reason, asked(&stage)), (Reason::InternalServer, 1));
}

#[tokio::test(start_paused = true)]
async fn a_question_that_may_have_arrived_is_not_asked_twice() {
    let (stage, agent) = deployed(RIGHT).await;
    plant(&stage, FaultKind::Drop);
    let error = answer(&stage, &agent, "hello").await.unwrap_err();
    assert_eq!(asked(&stage), 1);
    let printed = bedrock_ops::error::Printed(&error).to_string();
    assert!(printed.contains("bedrock:InvokeAgent") && printed.contains("hint: check the network"), "{printed}");
}

#[tokio::test(start_paused = true)]
async fn a_function_that_raises_is_told_with_the_last_errors_of_its_log() {
    let (stage, agent) = deployed("def handler(event, context):\n    raise KeyError('no such campaign')\n").await;
    let (reason, printed) = unanswered(&stage, &agent, ABOUT_RATES).await;
    assert_eq!(reason, Reason::DependencyFailed);
    assert!(printed.contains("found: Bedrock may call openrate:1 for this agent"), "{printed}");
    assert!(printed.contains("found: openrate:1 is active"), "{printed}");
    assert!(printed.contains("the log /aws/lambda/openrate says:"), "{printed}");
    assert!(printed.contains("no such campaign"), "{printed}");
    assert!(printed.contains("hint: correct that; `bedrock-ops invoke open_rates.get_open_rate` sends"), "{printed}");
}

#[tokio::test(start_paused = true)]
async fn a_function_that_returns_nothing_is_told_with_the_command_that_judges_it() {
    let (stage, agent) = deployed("def handler(event, context):\n    pass\n").await;
    let (reason, printed) = unanswered(&stage, &agent, ABOUT_RATES).await;
    assert_eq!(reason, Reason::DependencyFailed);
    assert!(printed.contains("has no error since the question"), "{printed}");
    assert!(
        printed.contains("hint: `bedrock-ops invoke open_rates.get_open_rate` sends the function the same call"),
        "{printed}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_missing_permission_is_found_with_the_command_that_gives_it() {
    let (stage, agent) = deployed(RIGHT).await;
    let call = stage.somebody().lambda.remove_permission().function_name("openrate").qualifier("1");
    call.statement_id("bedrock-ops").send().await.unwrap();
    let (_, printed) = unanswered(&stage, &agent, ABOUT_RATES).await;
    assert!(printed.contains("found: Bedrock may not call openrate:1 for this agent"), "{printed}");
    assert!(printed.contains("hint: `bedrock-ops deploy` gives the permission again"), "{printed}");
    stage.deploy(MANIFEST).await;
    assert!(answer(&stage, &agent, ABOUT_RATES).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_role_that_may_not_call_the_model_is_found() {
    let (stage, agent) = deployed(RIGHT).await;
    let call = stage.somebody().iam.delete_role_policy().role_name("openrate-ap-northeast-1-bedrock");
    call.policy_name("bedrock-ops").send().await.unwrap();
    // Until IAM has told everybody.
    tokio::time::sleep(Duration::from_mins(10)).await;
    let (reason, printed) = unanswered(&stage, &agent, "hello").await;
    assert_eq!(reason, Reason::AccessDenied);
    assert!(printed.contains("found: the model anthropic.claude-sonnet-4-6 is active"), "{printed}");
    assert!(printed.contains("found: the account may call it"), "{printed}");
    assert!(printed.contains("found: the role openrate-ap-northeast-1-bedrock may not call"), "{printed}");
    assert!(printed.contains("hint: `bedrock-ops deploy` puts the role right"), "{printed}");
}

#[tokio::test(start_paused = true)]
async fn a_legacy_model_that_the_account_has_lost_is_told_with_its_last_day() {
    let stage = Stage::new();
    let old = MANIFEST
        .replace("jp.anthropic.claude-sonnet-4-6", "us.anthropic.claude-opus-4-1-20250805-v1:0")
        .replace("ap-northeast-1", "us-east-1");
    let agent = agent(&stage.deploy(&old).await);
    let aws = stage.session(&old).clients(Access::Write);
    let error = conversation::answer(&aws, &agent, &question("hello")).await.unwrap_err();
    let printed = bedrock_ops::error::Printed(&error).to_string();
    assert!(printed.contains("is legacy, and its last day is 2027-01-08"), "{printed}");
    assert!(printed.contains("you have not been actively using the model in the last 30 days"), "{printed}");
    assert!(printed.contains("hint: write a model that is active into `agent.model`"), "{printed}");
}

#[tokio::test(start_paused = true)]
async fn an_older_version_with_another_model_is_told_from_a_role_that_is_wrong() {
    let (stage, agent) = deployed(RIGHT).await;
    stage.deploy(&MANIFEST.replace("claude-sonnet-4-6", "claude-haiku-4-5-20251001-v1:0")).await;
    let route = AgentAliasRoutingConfigurationListItem::builder().agent_version("1").build();
    let call = stage.somebody().bedrock_agent.create_agent_alias().agent_id(&agent.id).agent_alias_name("old");
    let alias = call.routing_configuration(route).send().await.unwrap().agent_alias.unwrap().agent_alias_id;
    tokio::time::sleep(Duration::from_mins(10)).await;
    let old = Agent { alias, version: "1".to_owned(), ..agent };
    let (reason, printed) = unanswered(&stage, &old, "hello").await;
    assert_eq!(reason, Reason::AccessDenied);
    assert!(printed.contains("hint: version 1 uses the model jp.anthropic.claude-sonnet-4-6"), "{printed}");
}

#[tokio::test(start_paused = true)]
async fn an_alias_that_is_gone_is_told_before_the_stream() {
    let (stage, agent) = deployed(RIGHT).await;
    let gone = Agent { alias: "GONE000000".to_owned(), ..agent };
    let (reason, printed) = unanswered(&stage, &gone, "hello").await;
    assert_eq!(reason, Reason::ResourceNotFound);
    assert!(printed.contains("HTTP 404") && printed.contains("`bedrock-ops deploy` brings it back"), "{printed}");
}
