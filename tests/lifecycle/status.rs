//! How a stack stands: what `status` sees of it in each state that it can be in, without changing any of it.

use bedrock_ops::facts::Kind;
use bedrock_ops::lifecycle::Lifecycle;
use bedrock_ops::status::{self, Row, State, Status, text};
use emulator::{Fault, FaultAt, FaultKind};

use crate::stage::{MANIFEST, Stage};

/// Looks, and insists that looking changes nothing.
async fn look(stage: &Stage, manifest: &str) -> Status {
    stage.emulator.clear_calls();
    let status = status::look(&stage.session(manifest)).await.unwrap();
    assert_eq!(stage.writes(), Vec::<String>::new());
    status
}

/// The resources that are in any other state than this, as `function openrate: differs: timeout`.
fn but(state: State, status: &Status) -> Vec<String> {
    let others = status.resources.iter().filter(|row| row.state != state);
    others.map(|Row { key, state, details, .. }| format!("{key}: {}: {}", state.word(), details.join(", "))).collect()
}

fn shown(status: &Status) -> String {
    let text = text::status(status, |command| format!("bedrock-ops {command}"));
    anstream::adapter::strip_str(text.as_str()).to_string()
}

#[tokio::test(start_paused = true)]
async fn before_a_deploy_and_after_a_destruction_nothing_is_there() {
    let stage = Stage::new();
    let given = ["pinpoint application push-openrate: ok: ", "base image public.ecr.aws/lambda/python:3.12: ok: "];
    for round in 0..2 {
        let status = look(&stage, MANIFEST).await;
        assert!(!status.deployed, "round {round}");
        assert_eq!((status.release, status.draft, status.connector.as_deref()), (None, None, None));
        let there = but(State::Absent, &look(&stage, MANIFEST).await);
        assert_eq!(there[..2], given.map(str::to_owned));
        assert_eq!(there.len(), 3, "and the inference profile: {there:?}");
        let status = look(&stage, MANIFEST).await;
        assert_eq!(
            shown(&status),
            "openrate is not deployed in 123456789012/ap-northeast-1 (emulator); `bedrock-ops deploy` does it\n"
        );
        stage.deploy(MANIFEST).await;
        stage.destroy(MANIFEST).await;
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_deploy_all_is_as_the_manifest_wants_it() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let status = look(&stage, MANIFEST).await;
    assert_eq!(but(State::Ok, &status), Vec::<String>::new());
    let release = status.release.as_ref().unwrap();
    assert_eq!(release.agent_version.as_deref(), Some("1"));
    assert_eq!(release.functions, ["openrate:1"]);
    let image = release.image.as_ref().unwrap();
    assert_eq!((image.current, image.why.len()), (Some(true), 0));
    assert!(release.deployed_at.is_some());
    let draft = status.draft.as_ref().unwrap();
    assert!(draft.is_prepared());
    assert_eq!(draft.differs.as_deref(), Some(&[][..]));
    assert_eq!(status.model.behind.len(), 1);
    assert_eq!(status.model.behind[0].1, Ok(Lifecycle::Active { ends: None }));
    let line = status.connector.as_deref().unwrap();
    assert!(shown(&status).ends_with(&format!("\n\n{line}\n")), "the line for Slack stands alone");
}

#[tokio::test(start_paused = true)]
async fn an_edit_at_the_console_shows_in_the_draft_and_not_in_what_slack_talks_to() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let aws = stage.somebody().bedrock_agent.clone();
    let id = look(&stage, MANIFEST).await.release.unwrap().agent_id;
    let agent = aws.get_agent().agent_id(&id).send().await.unwrap().agent.unwrap();
    let call = aws
        .update_agent()
        .agent_id(&id)
        .agent_name(agent.agent_name)
        .instruction("You tell nothing at all to nobody, whoever asks you.");
    let call = call.foundation_model(agent.foundation_model.unwrap()).set_description(agent.description);
    let call = call.agent_resource_role_arn(agent.agent_resource_role_arn);
    call.idle_session_ttl_in_seconds(agent.idle_session_ttl_in_seconds).send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_mins(1)).await;

    let status = look(&stage, MANIFEST).await;
    assert_eq!(
        but(State::Ok, &status),
        ["agent openrate-agent: differs: instruction", "draft openrate-agent: differs: status"]
    );
    let draft = status.draft.as_ref().unwrap();
    assert!(!draft.is_prepared());
    assert_eq!(draft.differs.as_deref(), Some(&["agent.instruction".to_owned()][..]));
    let told = "draft     not prepared (NOT_PREPARED), differs from version 1 in agent.instruction\n";
    assert!(shown(&status).contains(told), "{}", shown(&status));
}

#[tokio::test(start_paused = true)]
async fn a_changed_manifest_and_source_show_in_everything_that_follows_from_them() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    std::fs::write(stage.source().join("rates.py"), "").unwrap();
    let status = look(&stage, &MANIFEST.replace("timeout: 60", "timeout: 30")).await;
    let differing = but(State::Ok, &status);
    assert_eq!(
        differing[..2],
        ["image openrate: differs: added: rates.py", "function openrate: differs: image, timeout"]
    );
    assert_eq!(differing.len(), 7, "permission, two action groups, draft, alias: {differing:?}");
    let image = status.release.as_ref().unwrap().image.as_ref().unwrap();
    assert_eq!((image.current, image.why.clone()), (Some(false), vec!["added: rates.py".to_owned()]));
    let draft = status.draft.as_ref().unwrap();
    assert_eq!(draft.differs.as_deref(), Some(&[][..]), "nobody has touched the draft");
}

#[tokio::test(start_paused = true)]
async fn what_is_being_changed_is_told_and_not_waited_for() {
    let stage = Stage::timed(|timing| timing.agent_prepare = std::time::Duration::from_mins(4));
    stage.deploy(MANIFEST).await;
    let id = look(&stage, MANIFEST).await.release.unwrap().agent_id;
    stage.somebody().bedrock_agent.prepare_agent().agent_id(&id).send().await.unwrap();
    let status = look(&stage, MANIFEST).await;
    let agent = stage.somebody().bedrock_agent.get_agent().agent_id(&id).send().await.unwrap().agent.unwrap();
    assert_eq!(agent.agent_status.as_str(), "PREPARING", "it had not passed when the look was over");
    assert_eq!(
        but(State::Ok, &status),
        [
            "agent openrate-agent: changing: PREPARING",
            "permission openrate: changing: after the agent openrate-agent",
            "draft openrate-agent: changing: PREPARING"
        ]
    );
    assert!(status.deployed);
    assert_eq!(status.draft, None);
    assert_eq!(status.release.as_ref().map(|release| release.agent_id.as_str()), Some(id.as_str()));
    assert!(status.connector.is_some(), "the ids are known all the same");
}

#[tokio::test(start_paused = true)]
async fn what_stands_on_a_change_is_not_compared_with_what_is_not_known_yet() {
    let stage = Stage::timed(|timing| timing.function_update = std::time::Duration::from_mins(4));
    stage.deploy(MANIFEST).await;
    let call = stage.somebody().lambda.update_function_configuration().function_name("openrate").memory_size(512);
    call.send().await.unwrap();
    let status = look(&stage, MANIFEST).await;
    let rows = but(State::Ok, &status);
    assert_eq!(rows[0], "function openrate: changing: an update is in progress");
    assert_eq!(rows[1], "permission openrate: changing: after the function openrate");
    assert!(rows.iter().all(|row| row.contains(": changing: ")), "{rows:?}");
    let image = status.release.unwrap().image.unwrap();
    assert_eq!(image.current, None);
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_things_are_named_as_such() {
    let stage = Stage::new();
    stage.somebody().ecr.create_repository().repository_name("openrate").send().await.unwrap();
    let status = look(&stage, MANIFEST).await;
    assert!(!status.deployed);
    let repository = status.resources.iter().find(|row| row.key.kind == Kind::Repository).unwrap();
    assert_eq!(repository.state, State::NotOurs);
    assert!(repository.details[0].contains("no tag bedrock-ops:stack"), "{repository:?}");
    assert!(shown(&status).contains("  not ours  repository            openrate\n"), "{}", shown(&status));
}

#[tokio::test(start_paused = true)]
async fn an_action_group_that_nobody_named_is_a_stray_of_the_draft() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let fewer = MANIFEST.replace(
        "  - name: campaigns\n    functions:\n      - {name: list_campaigns, description: Lists campaigns}\n",
        "",
    );
    assert_ne!(fewer, MANIFEST);
    let status = look(&stage, &fewer).await;
    let rows = but(State::Ok, &status);
    assert_eq!(rows[0], "action group campaigns: stray: the manifest does not name it");
    assert_eq!(status.draft.unwrap().differs.as_deref(), Some(&[][..]), "the version has it, too");
}

#[tokio::test(start_paused = true)]
async fn a_legacy_model_is_told_with_its_last_day() {
    let stage = Stage::new();
    let legacy = MANIFEST.replace("jp.anthropic.claude-sonnet-4-6", "us.anthropic.claude-opus-4-1-20250805-v1:0");
    let legacy = legacy.replace("ap-northeast-1", "us-east-1").replace("pinpoint: {application: push-openrate}\n", "");
    stage.deploy(&legacy).await;
    let status = look(&stage, &legacy).await;
    let (id, lifecycle) = &status.model.behind[0];
    assert_eq!(id, "anthropic.claude-opus-4-1-20250805-v1:0");
    assert!(matches!(lifecycle, Ok(Lifecycle::Legacy { ends: Some(_) })), "{lifecycle:?}");
    assert!(shown(&status).contains("\n            LEGACY, last day 2027-01-08\n"), "{}", shown(&status));
}

#[tokio::test(start_paused = true)]
async fn a_model_that_cannot_be_asked_for_hides_nothing_else() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let broken =
        |time| Fault { at: FaultAt::Operation("GetFoundationModel".to_owned(), time), kind: FaultKind::ServerError };
    stage.emulator.set_faults((1..=20).map(broken).collect());
    let status = look(&stage, MANIFEST).await;
    assert_eq!(but(State::Ok, &status), Vec::<String>::new());
    assert!(matches!(&status.model.behind[0].1, Err(reason) if reason.contains("GetFoundationModel")));
}

#[tokio::test(start_paused = true)]
async fn the_screen_is_a_hundred_columns_wide_whatever_happens() {
    let stage = Stage::new();
    let name = "a-rather-long-name-of-a-stack-that-is-at-40";
    let name = &name[..40];
    let long = MANIFEST.replace("name: openrate\n", &format!("name: {name}\n"));
    stage.deploy(&long).await;
    for file in
        ["月次レポートと開封率の集計をするためのとても長い名前のファイル.py", "もう一つの長い名前のファイルです.py"]
    {
        std::fs::write(stage.source().join(file), "").unwrap();
    }
    let variables: String = (0..30).map(|number| format!("VARIABLE_{number}: x")).collect::<Vec<_>>().join(", ");
    let changed = long.replace("{KPI_NAME: push-open-rate}", &format!("{{{variables}}}"));
    let status = look(&stage, &changed).await;
    let screen = shown(&status);
    let connector = status.connector.as_deref().unwrap();
    for line in screen.lines().filter(|line| *line != connector) {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 100, "{line}");
    }
    assert!(screen.lines().count() <= 45, "{screen}");
    assert!(screen.contains("and 28 more") || screen.contains(" more\n"), "{screen}");
}

#[tokio::test(start_paused = true)]
async fn a_smoke_tests_candidate_is_seen_when_something_is_to_be_asked() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let tested = format!("{MANIFEST}smoke: {{question: How many opened it?}}\n");
    let of_candidate = async |text: &str| {
        let rows = look(&stage, text).await.resources;
        rows.iter().find(|row| row.key.name == "v1-candidate").map(|row| row.state)
    };
    assert_eq!(of_candidate(&tested).await, None);
    assert_eq!(of_candidate(&tested.replace("You tell", "You show")).await, Some(State::Absent));
}

#[tokio::test(start_paused = true)]
async fn describing_the_alias_anew_is_no_release() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let before = look(&stage, MANIFEST).await.release.unwrap();
    tokio::time::advance(std::time::Duration::from_hours(1)).await;
    let described = MANIFEST.replace("description: For Slack", "description: For all");
    stage.deploy(&described).await;
    let after = look(&stage, &described).await.release.unwrap();
    assert_eq!((after.agent_version, after.deployed_at), (before.agent_version, before.deployed_at));
}
