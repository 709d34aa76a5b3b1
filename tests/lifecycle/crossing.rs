//! Runs that meet: a deploy and a destroy, two destroys, and a failure while other steps wait.

use std::time::Duration;

use bedrock_ops::facts::{Change, Key, Kind};
use bedrock_ops::ownership::STACK_TAG;
use bedrock_ops::plan::Plan;
use bedrock_ops::report::{Outcome, Report, text};
use emulator::{Fault, FaultAt, FaultKind};
use tokio::time::{Instant, sleep};

use crate::stage::{MANIFEST, Stage, told};

fn outcome(report: &Report, kind: Kind) -> &Outcome {
    &report.outcomes.iter().find(|(step, _)| step.key().kind == kind).unwrap().1
}

fn deletes(plan: &Plan) -> bool {
    plan.changes().any(|step| step.change == Change::Delete)
}

#[tokio::test(start_paused = true)]
async fn a_failed_step_ends_the_waits_of_the_others() {
    let stage = Stage::timed(|timing| timing.function_create = Duration::from_mins(4));
    // The agent's creation is refused once the function is Pending.
    let refused = FaultKind::Refuse(400, "ValidationException", "The agent can't be created.");
    stage.emulator.set_faults(vec![Fault { at: FaultAt::Operation("PrepareAgent".to_owned(), 1), kind: refused }]);
    let started = Instant::now();
    let report = stage.try_deploy(MANIFEST).await.unwrap();
    let took = started.elapsed();
    assert!(took < Duration::from_secs(30), "{took:?}");
    assert_eq!(report.errors().len(), 1, "{:?}", report.errors());
    assert!(matches!(outcome(&report, Kind::Function), Outcome::Abandoned), "{report:?}");
    let stopped = text::stopped(&report);
    assert!(
        stopped.as_str().contains("begun:  create function openrate (AWS may still be working on it)"),
        "{stopped}"
    );
    // What was begun is waited for, and used, by the next run.
    stage.deploy(MANIFEST).await;
    assert!(stage.plan(MANIFEST).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_deploy_that_meets_a_destroy_ends_within_a_minute() {
    let changed = MANIFEST.replace("timeout: 60", "timeout: 61").replace("You tell", "You show");
    for delay in [0, 1, 3, 6, 9] {
        let stage = Stage::new();
        stage.deploy(MANIFEST).await;
        let deploy = async {
            let started = Instant::now();
            let report = stage.try_deploy(&changed).await;
            (report, started.elapsed())
        };
        let destroy = async {
            sleep(Duration::from_secs(delay)).await;
            stage.try_destroy(MANIFEST).await
        };
        let ((_, took), _) = tokio::join!(deploy, destroy);
        assert!(took < Duration::from_secs(delay + 60), "destroyed after {delay} s, ended after {took:?}");
        stage.destroy(MANIFEST).await;
        assert_eq!(stage.emulator.world().inventory(), Vec::<String>::new(), "{delay}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_that_somebody_deletes_meanwhile_is_not_waited_for() {
    let stage = Stage::timed(|timing| timing.function_update = Duration::from_mins(2));
    stage.deploy(MANIFEST).await;
    let changed = MANIFEST.replace("timeout: 60", "timeout: 61");
    let delete = async {
        sleep(Duration::from_secs(20)).await;
        stage.somebody().lambda.delete_function().function_name("openrate").send().await.unwrap();
    };
    let started = Instant::now();
    let (report, ()) = tokio::join!(stage.try_deploy(&changed), delete);
    let took = started.elapsed();
    assert!(took < Duration::from_secs(20 + 60), "{took:?}");
    let report = report.unwrap();
    let errors = report.errors();
    let error = format!("{:#}", errors[0]);
    assert!(error.contains("the function openrate no longer exists: somebody else deleted it"), "{error}");
    stage.deploy(&changed).await;
}

#[tokio::test(start_paused = true)]
async fn of_two_destroys_at_once_both_end_well() {
    for delay in [0, 100, 700, 2500] {
        let stage = Stage::new();
        stage.deploy(MANIFEST).await;
        let second = async {
            sleep(Duration::from_millis(delay)).await;
            stage.try_destroy(MANIFEST).await
        };
        let (one, other) = tokio::join!(stage.try_destroy(MANIFEST), second);
        for report in [one.unwrap(), other.unwrap()] {
            assert!(report.errors().is_empty(), "{delay}: {:?}", report.errors());
            assert_eq!(report.spared(), [], "{delay}: what is gone was not kept");
        }
        assert!(!deletes(&stage.session(MANIFEST).destruction().await.unwrap().1));
        assert_eq!(stage.emulator.world().inventory(), Vec::<String>::new());
    }
}

#[tokio::test(start_paused = true)]
async fn what_lost_its_tag_after_the_plan_was_made_is_not_deleted() {
    let stage = Stage::new();
    let known = stage.deploy(MANIFEST).await.known;
    let aws = stage.somebody();
    let session = stage.session(MANIFEST);
    let (site, plan) = session.destruction().await.unwrap();
    assert_eq!(told(&plan).len(), 7, "{:?}", told(&plan));
    let id = |kind, name: &str| known.identities[&Key::new(kind, name)].clone();
    let agent = id(Kind::Agent, "openrate-agent");
    for arn in [site.agent_arn(&agent), site.alias_arn(&agent, &id(Kind::Alias, "v1"))] {
        aws.bedrock_agent.untag_resource().resource_arn(arn).tag_keys(STACK_TAG).send().await.unwrap();
    }
    let function = site.function_arn("openrate");
    aws.lambda.untag_resource().resource(function).tag_keys(STACK_TAG).send().await.unwrap();
    let repository = site.repository_arn("openrate");
    aws.ecr.untag_resource().resource_arn(repository).tag_keys(STACK_TAG).send().await.unwrap();
    let group = site.log_group_arn("/aws/lambda/openrate");
    aws.logs.untag_resource().resource_arn(group).tag_keys(STACK_TAG).send().await.unwrap();
    for role in ["openrate-ap-northeast-1-lambda", "openrate-ap-northeast-1-bedrock"] {
        aws.iam.untag_role().role_name(role).tag_keys(STACK_TAG).send().await.unwrap();
    }
    let before = stage.emulator.world().inventory();
    let report = session.apply(&plan).await;
    assert!(report.errors().is_empty(), "{:?}", report.errors());
    assert_eq!(report.spared().len(), 7, "{:?}", report.spared());
    assert_eq!(stage.emulator.world().inventory(), before);
}
