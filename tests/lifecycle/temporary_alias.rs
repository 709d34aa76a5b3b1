//! The alias for asking one release: it comes, it goes, and what a killed run leaves of it goes too.

use aws_sdk_bedrockagent::types::{AgentAliasRoutingConfigurationListItem, AliasInvocationState};
use bedrock_ops::aws::Access;
use bedrock_ops::conversation::{self, Agent, Question};
use bedrock_ops::facts::{Key, Kind};
use bedrock_ops::resource::Context;
use bedrock_ops::resources::temporary_alias::{self, TemporaryAlias};

use crate::stage::{MANIFEST, Stage};

/// When the emulator's account begins, in seconds since 1970.
const EPOCH: i64 = 1_795_338_000;

/// Seconds.
const HOUR: i64 = 3600;

/// A stack of two releases, with what it takes to ask the first.
async fn two_releases() -> (Stage, Context, Agent) {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let known = stage.deploy(&MANIFEST.replace("You tell", "You show")).await.known;
    let id = known.identities[&Key::new(Kind::Agent, "openrate-agent")].clone();
    let context = stage.session(MANIFEST).context(Access::Write, known.site.clone());
    let agent = Agent { site: known.site, id, alias: String::new(), version: "1".to_owned(), flags: String::new() };
    (stage, context, agent)
}

fn temporary(stage: &Stage, agent: &Agent, version: &str, run: &str) -> TemporaryAlias {
    TemporaryAlias::new(agent.id.clone(), version.to_owned(), run, &stage.session(MANIFEST).stack.alias)
}

fn aliases(stage: &Stage) -> Vec<String> {
    let lines = stage.emulator.world().inventory();
    let name = |line: String| Some(line.split_once("bedrock alias ")?.1.split(' ').next()?.to_owned());
    lines.into_iter().filter_map(name).collect()
}

#[tokio::test(start_paused = true)]
async fn an_older_version_is_asked_through_an_alias_that_does_not_stay() {
    let (stage, context, agent) = two_releases().await;
    assert_eq!(temporary_alias::versions(&context.aws, &agent.id).await.unwrap(), ["1", "2"]);
    assert!(temporary_alias::lasting(&context, &agent.id, "2").await.unwrap().is_some());
    assert_eq!(temporary_alias::lasting(&context, &agent.id, "1").await.unwrap(), None);

    let temporary = temporary(&stage, &agent, "1", "19a-f");
    let alias = temporary.make(&context, EPOCH).await.unwrap();
    assert_eq!(aliases(&stage), ["v1", "v1-release-1-19af"]);
    let question = Question { text: "hello".to_owned(), session: "tests".to_owned(), trace: false, at: EPOCH * 1000 };
    conversation::answer(&context.aws, &Agent { alias, ..agent }, &question).await.unwrap();

    temporary.remove(&context).await.unwrap();
    assert_eq!(aliases(&stage), ["v1"]);
    temporary.remove(&context).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_alias_that_is_set_to_reject_questions_is_not_asked_through() {
    let (stage, context, agent) = two_releases().await;
    let own = temporary_alias::lasting(&context, &agent.id, "2").await.unwrap().unwrap();
    let call = stage.somebody().bedrock_agent.update_agent_alias().agent_id(&agent.id).agent_alias_id(own);
    let call = call.agent_alias_name("v1").alias_invocation_state(AliasInvocationState::RejectInvocations);
    let routing = AgentAliasRoutingConfigurationListItem::builder().agent_version("2").build();
    call.routing_configuration(routing).send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_mins(1)).await;
    assert_eq!(temporary_alias::lasting(&context, &agent.id, "2").await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn who_asks_the_same_version_at_the_same_time_keeps_an_alias_when_the_other_goes() {
    let (stage, context, agent) = two_releases().await;
    let (one, other) = (temporary(&stage, &agent, "1", "a"), temporary(&stage, &agent, "1", "b"));
    let ids = [one.make(&context, EPOCH).await.unwrap(), other.make(&context, EPOCH).await.unwrap()];
    assert_ne!(ids[0], ids[1]);
    one.remove(&context).await.unwrap();
    assert_eq!(aliases(&stage), ["v1", "v1-release-1-b"]);
    other.remove(&context).await.unwrap();
    assert_eq!(aliases(&stage), ["v1"]);
}

#[tokio::test(start_paused = true)]
async fn one_that_is_just_being_deleted_is_in_nobodys_way() {
    let (stage, context, agent) = two_releases().await;
    let left = temporary(&stage, &agent, "1", "a").make(&context, EPOCH).await.unwrap();
    let call = stage.somebody().bedrock_agent.delete_agent_alias().agent_id(&agent.id).agent_alias_id(left);
    call.send().await.unwrap();
    assert_eq!(aliases(&stage), ["v1", "v1-release-1-a"]);
    temporary(&stage, &agent, "1", "b").make(&context, EPOCH + HOUR * 25).await.unwrap();
    assert_eq!(aliases(&stage), ["v1", "v1-release-1-b"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_killed_run_left_is_deleted_by_the_next_one_of_any_version_when_nobody_can_be_asking() {
    let (stage, context, agent) = two_releases().await;
    temporary(&stage, &agent, "1", "a").make(&context, EPOCH).await.unwrap();
    // A conversation may go on for hours.
    temporary(&stage, &agent, "2", "b").make(&context, EPOCH + HOUR * 23).await.unwrap();
    assert_eq!(aliases(&stage), ["v1", "v1-release-1-a", "v1-release-2-b"]);
    temporary(&stage, &agent, "2", "c").make(&context, EPOCH + HOUR * 25).await.unwrap();
    assert_eq!(aliases(&stage), ["v1", "v1-release-2-c"]);
}

#[tokio::test(start_paused = true)]
async fn one_that_is_left_is_no_release_of_its_own_and_destroy_deletes_it() {
    let (stage, context, agent) = two_releases().await;
    temporary(&stage, &agent, "1", "a").make(&context, EPOCH).await.unwrap();
    assert_eq!(temporary_alias::lasting(&context, &agent.id, "1").await.unwrap(), None);
    assert!(stage.plan(&MANIFEST.replace("You tell", "You show")).await.is_empty());
    stage.destroy(MANIFEST).await;
    assert!(stage.emulator.world().is_empty(), "{:?}", stage.emulator.world().inventory());
}

#[tokio::test(start_paused = true)]
async fn one_that_is_left_is_not_taken_for_the_stacks_own_under_another_name() {
    let (stage, context, agent) = two_releases().await;
    temporary(&stage, &agent, "1", "a").make(&context, EPOCH).await.unwrap();
    let own = temporary_alias::lasting(&context, &agent.id, "2").await.unwrap().unwrap();
    stage.somebody().bedrock_agent.delete_agent_alias().agent_id(&agent.id).agent_alias_id(own).send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_mins(1)).await;
    stage.deploy(&MANIFEST.replace("You tell", "You show")).await;
    assert_eq!(aliases(&stage), ["v1", "v1-release-1-a"]);
}

#[tokio::test(start_paused = true)]
async fn an_alias_of_such_a_name_that_somebody_else_made_is_left_alone() {
    let (stage, context, agent) = two_releases().await;
    for name in ["v1-release-1", "v1-release-1-a"] {
        let call = stage.somebody().bedrock_agent.create_agent_alias().agent_id(&agent.id);
        call.agent_alias_name(name).send().await.unwrap();
        tokio::time::sleep(std::time::Duration::from_mins(1)).await;
    }
    temporary(&stage, &agent, "1", "b").make(&context, EPOCH + HOUR * 48).await.unwrap();
    temporary(&stage, &agent, "1", "a").remove(&context).await.unwrap();
    assert_eq!(aliases(&stage), ["v1", "v1-release-1", "v1-release-1-a", "v1-release-1-b"]);
}
