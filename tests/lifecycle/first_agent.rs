//! The agent is created before anything else: an account in which AWS creates no agents learns it first.

use bedrock_ops::error;
use bedrock_ops::refused::Exit;
use emulator::Settings;

use crate::stage::{MANIFEST, Stage};

fn closed() -> Stage {
    Stage::with(Settings { closed_to_new_agents: true, ..Settings::for_tests() })
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_closed_to_new_agents_learns_it_before_anything_is_made() {
    let stage = closed();
    let report = stage.try_deploy(MANIFEST).await.unwrap();
    assert_eq!(stage.writes(), ["CreateAgent"], "nothing else was tried");
    assert!(stage.emulator.world().is_empty(), "{:?}", stage.emulator.world().inventory());
    let partial = anyhow::Error::from(error::Partial::of(&report, "bedrock-ops deploy".to_owned()));
    assert_eq!(error::exit(&partial), Exit::Refused);
    let errors = report.errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let printed = format!("{}\n{}", error::Printed(errors[0]), error::Printed(&partial));
    // The request's number says how many calls a plan makes, which is no matter here.
    let (before, after) = printed.split_once(", request id ").unwrap();
    insta::assert_snapshot!(format!(
        "{before}{}",
        after.trim_start_matches(|id: char| id.is_ascii_hexdigit() || id == '-')
    ));
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_was_created_with_its_name_only_is_completed_by_the_next_deploy() {
    let whole = Stage::new();
    whole.deploy(MANIFEST).await;
    let stage = Stage::new();
    stage.cut_after(1);
    assert!(!stage.try_deploy(MANIFEST).await.unwrap().errors().is_empty());
    stage.heal();
    assert_eq!(stage.inventory(), ["ap-northeast-1 bedrock agent openrate-agent"]);
    stage.deploy(MANIFEST).await;
    assert_eq!(stage.inventory(), whole.inventory());
    assert!(stage.plan(MANIFEST).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stack_whose_agent_has_only_its_name_is_destroyed() {
    let stage = Stage::new();
    stage.cut_after(1);
    assert!(!stage.try_deploy(MANIFEST).await.unwrap().errors().is_empty());
    stage.heal();
    stage.destroy(MANIFEST).await;
    assert!(stage.emulator.world().is_empty(), "{:?}", stage.emulator.world().inventory());
}
