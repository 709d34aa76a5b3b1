//! The alias for asking one release: it comes, it goes, and what a killed run leaves of it goes too.

use bedrock_ops::aws::Access;
use bedrock_ops::conversation::{self, Agent, Question};
use bedrock_ops::facts::{Key, Kind};
use bedrock_ops::resource::Context;
use bedrock_ops::resources::temporary_alias::{self, TemporaryAlias};

use crate::stage::{MANIFEST, Stage};

/// When the emulator's account begins, in seconds since 1970.
const EPOCH: i64 = 1_795_338_000;

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

fn temporary(stage: &Stage, agent: &Agent, version: &str) -> TemporaryAlias {
    TemporaryAlias::new(agent.id.clone(), version.to_owned(), &stage.session(MANIFEST).stack.alias)
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

    let temporary = temporary(&stage, &agent, "1");
    let alias = temporary.make(&context, EPOCH).await.unwrap();
    assert_eq!(aliases(&stage), ["v1", "v1-release-1"]);
    let question = Question { text: "hello".to_owned(), session: "tests".to_owned(), trace: false, at: EPOCH * 1000 };
    conversation::answer(&context.aws, &Agent { alias, ..agent }, &question).await.unwrap();

    temporary.remove(&context).await.unwrap();
    assert_eq!(aliases(&stage), ["v1"]);
    temporary.remove(&context).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_a_killed_run_left_is_taken_over_or_deleted_by_the_next_one() {
    let (stage, context, agent) = two_releases().await;
    let first = temporary(&stage, &agent, "1");
    let left = first.make(&context, EPOCH).await.unwrap();
    assert_eq!(first.make(&context, EPOCH).await.unwrap(), left);

    // Somebody may be asking through it just now.
    let second = temporary(&stage, &agent, "2");
    second.make(&context, EPOCH + 600).await.unwrap();
    assert_eq!(aliases(&stage), ["v1", "v1-release-1", "v1-release-2"]);
    // Two hours later nobody is.
    second.make(&context, EPOCH + 7200).await.unwrap();
    assert_eq!(aliases(&stage), ["v1", "v1-release-2"]);
}

#[tokio::test(start_paused = true)]
async fn one_that_is_left_is_no_release_of_its_own_and_destroy_deletes_it() {
    let (stage, context, agent) = two_releases().await;
    temporary(&stage, &agent, "1").make(&context, EPOCH).await.unwrap();
    assert_eq!(temporary_alias::lasting(&context, &agent.id, "1").await.unwrap(), None);
    assert!(stage.plan(&MANIFEST.replace("You tell", "You show")).await.is_empty());
    stage.destroy(MANIFEST).await;
    assert!(stage.emulator.world().is_empty(), "{:?}", stage.emulator.world().inventory());
}

#[tokio::test(start_paused = true)]
async fn one_that_is_left_is_not_taken_for_the_stacks_own_under_another_name() {
    let (stage, context, agent) = two_releases().await;
    temporary(&stage, &agent, "1").make(&context, EPOCH).await.unwrap();
    let own = temporary_alias::lasting(&context, &agent.id, "2").await.unwrap().unwrap();
    stage.somebody().bedrock_agent.delete_agent_alias().agent_id(&agent.id).agent_alias_id(own).send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_mins(1)).await;
    stage.deploy(&MANIFEST.replace("You tell", "You show")).await;
    assert_eq!(aliases(&stage), ["v1", "v1-release-1"]);
}

#[tokio::test(start_paused = true)]
async fn an_alias_of_that_name_that_somebody_else_made_is_left_alone() {
    let (stage, context, agent) = two_releases().await;
    let call = stage.somebody().bedrock_agent.create_agent_alias().agent_id(&agent.id);
    call.agent_alias_name("v1-release-1").send().await.unwrap();
    let temporary = temporary(&stage, &agent, "1");
    let error = temporary.make(&context, EPOCH).await.unwrap_err().to_string();
    assert!(error.contains("`ask` did not make"), "{error}");
    temporary.remove(&context).await.unwrap();
    assert_eq!(aliases(&stage), ["v1", "v1-release-1"]);
}
