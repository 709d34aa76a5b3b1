//! The client is killed after each single call that changes something: the next run ends where an unbroken one does.

use crate::stage::{MANIFEST, Stage, told};

/// More writing calls than any run makes: a loop that gets here never ends.
const MANY: usize = 200;

#[tokio::test(start_paused = true)]
async fn a_deploy_cut_off_after_any_call_is_finished_by_the_next() {
    let whole = Stage::new();
    whole.deploy(MANIFEST).await;
    let expected = whole.inventory();
    let writes = whole.writes().len();
    let mut cuts = 0;
    for after in 0..MANY {
        let stage = Stage::new();
        stage.cut_after(after);
        let finished = stage.try_deploy(MANIFEST).await.is_ok_and(|report| report.errors().is_empty());
        stage.heal();
        stage.deploy(MANIFEST).await;
        assert_eq!(stage.inventory(), expected, "after {after} writing calls");
        assert_eq!(told(&stage.plan(MANIFEST).await), Vec::<String>::new(), "after {after} writing calls");
        stage.destroy(MANIFEST).await;
        assert_eq!(stage.inventory(), Vec::<String>::new(), "after {after} writing calls");
        if finished {
            break;
        }
        cuts += 1;
    }
    assert!(cuts >= 15 && cuts <= writes + 20, "{cuts} cuts for {writes} writing calls");
}

#[tokio::test(start_paused = true)]
async fn an_update_cut_off_after_any_call_is_finished_by_the_next() {
    let changed =
        MANIFEST.replace("timeout: 60", "timeout: 30").replace("You tell", "You show").replace("team: m", "team: M");
    for after in 0..MANY {
        let stage = Stage::new();
        stage.deploy(MANIFEST).await;
        std::fs::write(stage.source().join("lambda_function.py"), "def handler(event, context): return 1\n").unwrap();
        let expected = stage.inventory();
        stage.cut_after(after);
        let finished = stage.try_deploy(&changed).await.is_ok_and(|report| report.errors().is_empty());
        stage.heal();
        stage.deploy(&changed).await;
        assert_eq!(stage.inventory(), expected, "after {after} writing calls");
        assert_eq!(told(&stage.plan(&changed).await), Vec::<String>::new(), "after {after} writing calls");
        if finished {
            assert!(after >= 10, "the update took {after} writing calls");
            return;
        }
    }
    panic!("the update never finished");
}

#[tokio::test(start_paused = true)]
async fn a_destruction_cut_off_after_any_call_is_finished_by_the_next() {
    for after in 0..MANY {
        let stage = Stage::new();
        stage.deploy(MANIFEST).await;
        stage.cut_after(after);
        let finished = stage.try_destroy(MANIFEST).await.is_ok_and(|report| report.errors().is_empty());
        stage.heal();
        stage.destroy(MANIFEST).await;
        assert_eq!(stage.inventory(), Vec::<String>::new(), "after {after} writing calls");
        if finished {
            assert!(after >= 7, "the destruction took {after} writing calls");
            return;
        }
    }
    panic!("the destruction never finished");
}

#[tokio::test(start_paused = true)]
async fn a_destruction_of_a_deploy_cut_off_after_any_call_leaves_nothing() {
    for after in 0..MANY {
        let stage = Stage::new();
        stage.cut_after(after);
        let finished = stage.try_deploy(MANIFEST).await.is_ok_and(|report| report.errors().is_empty());
        stage.heal();
        stage.destroy(MANIFEST).await;
        assert_eq!(stage.inventory(), Vec::<String>::new(), "after {after} writing calls");
        if finished {
            return;
        }
    }
    panic!("the deploy never finished");
}
