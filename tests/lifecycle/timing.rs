//! How long things take, on the emulator's clock: as long as AWS takes, and hardly longer.

use std::time::Duration;

use tokio::time::Instant;

use crate::stage::{MANIFEST, Stage};

#[tokio::test(start_paused = true)]
async fn a_first_deploy_takes_hardly_longer_than_what_must_follow_one_another() {
    let stage = Stage::new();
    let started = Instant::now();
    stage.deploy(MANIFEST).await;
    // The role is seen (8 s), the agent that was made meanwhile takes it (1 s), the draft is prepared (3 s), the version
    // cut (3 s), and between them the calls that one must follow the other: 40 ms each.
    let chain = Duration::from_secs(8 + 1 + 3 + 3) + 16 * Duration::from_millis(40);
    let took = started.elapsed();
    assert!(took >= chain && took < chain.mul_f64(1.15), "{took:?} for a chain of {chain:?}");
}

#[tokio::test(start_paused = true)]
async fn finding_that_nothing_changed_takes_few_rounds_of_calls() {
    let stage = Stage::timed(|timing| timing.call = Duration::from_millis(100));
    stage.deploy(MANIFEST).await;
    stage.emulator.clear_calls();
    let started = Instant::now();
    assert!(stage.plan(MANIFEST).await.is_empty());
    let rounds = started.elapsed().as_millis() / 100;
    let calls = stage.calls().len();
    assert!(rounds <= 5, "{rounds} calls after one another");
    assert!(calls <= 40, "{calls} calls");
}

#[tokio::test(start_paused = true)]
async fn a_role_that_iam_takes_two_minutes_to_show_is_waited_for() {
    let stage = Stage::timed(|timing| timing.role_visible = Duration::from_mins(2));
    stage.deploy(MANIFEST).await;
    let tries = stage.calls().iter().filter(|call| call.operation == "CreateFunction").count();
    assert!((5..100).contains(&tries), "{tries} tries in two minutes");
}

#[tokio::test(start_paused = true)]
async fn what_never_comes_is_given_up_with_a_word_on_what_was_awaited() {
    let stage = Stage::timed(|timing| timing.agent_prepare = Duration::from_hours(2));
    let report = stage.try_deploy(MANIFEST).await.unwrap();
    let error = report.errors().first().map(|error| format!("{error:#}")).unwrap_or_default();
    assert!(
        error.contains("gave up waiting for the agent to come to rest after 300 s (last seen: PREPARING)"),
        "{error}"
    );
    assert!(report.left() > 0);
}
