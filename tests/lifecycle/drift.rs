//! What others do to the stack's own resources: it heals where the manifest says how it must be, and is displayed where
//! the manifest says nothing.

use std::time::Duration;

use aws_sdk_lambda::types::{TracingConfig, TracingMode};
use bedrock_ops::facts::Kind;
use bedrock_ops::plan::Plan;
use bedrock_ops::report::text;
use bedrock_ops::status;
use emulator::{Fault, FaultAt, FaultKind};
use serde_json::{Value, json};

use crate::stage::{MANIFEST, Stage, told};

const ROLE: &str = "openrate-ap-northeast-1-lambda";

/// What the plan says that is no change.
fn remarks(plan: &Plan) -> Vec<String> {
    let steps = plan.steps.iter();
    let line = |step: &bedrock_ops::plan::Step| {
        let unmanaged = step
            .unmanaged
            .iter()
            .map(|it| format!("{} {}", text::unmanaged_line(it), it.removal.as_deref().unwrap_or("")));
        let lines: Vec<String> = unmanaged.chain(step.notes.iter().cloned()).collect();
        lines.into_iter().map(|line| format!("{}: {line}", step.key())).collect::<Vec<_>>()
    };
    steps.flat_map(line).collect()
}

async fn weeks_pass() {
    tokio::time::sleep(Duration::from_hours(15 * 24)).await;
}

async fn policy(stage: &Stage) -> Value {
    let answer = stage.somebody().ecr.get_repository_policy().repository_name("openrate").send().await.unwrap();
    serde_json::from_str(answer.policy_text().unwrap()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_statement_by_which_lambda_pulls_the_image_is_restored_beside_those_of_others() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let aws = stage.somebody();
    let partner = json!({
        "Sid": "Partner", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::210987654321:root"},
        "Action": "ecr:BatchGetImage",
    });
    let others = json!({"Version": "2012-10-17", "Statement": [partner]});
    aws.ecr.set_repository_policy().repository_name("openrate").policy_text(others.to_string()).send().await.unwrap();
    let plan = stage.plan(MANIFEST).await;
    assert_eq!(told(&plan), ["update repository openrate: lambda_access"]);
    assert!(remarks(&plan)[0].starts_with("repository openrate: statement Partner: {"), "{:?}", remarks(&plan));
    stage.deploy(MANIFEST).await;
    assert!(stage.plan(MANIFEST).await.is_empty());
    let statements = policy(&stage).await["Statement"].clone();
    assert_eq!(statements[0], partner);
    assert_eq!(statements[1]["Sid"], "BedrockOpsLambdaPull");
    let function = "arn:aws:lambda:ap-northeast-1:123456789012:function:openrate";
    assert_eq!(statements[1]["Condition"]["StringLike"]["aws:sourceArn"], json!([function, format!("{function}:*")]));
}

#[tokio::test(start_paused = true)]
async fn new_code_is_deployed_although_somebody_removed_the_repositorys_policy() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    stage.somebody().ecr.delete_repository_policy().repository_name("openrate").send().await.unwrap();
    std::fs::write(stage.source().join("lambda_function.py"), "def handler(event, context): return 1\n").unwrap();
    stage.deploy(MANIFEST).await;
    assert!(stage.plan(MANIFEST).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_pull_that_is_refused_right_after_the_policy_was_set_is_tried_again_for_a_while() {
    let denied = FaultKind::Refuse(
        403,
        "AccessDeniedException",
        "Lambda does not have permission to access the ECR image. Check the ECR permissions.",
    );
    let stage = Stage::new();
    stage.emulator.set_faults(vec![Fault { at: FaultAt::Operation("CreateFunction".to_owned(), 1), kind: denied }]);
    stage.deploy(MANIFEST).await;

    let stage = Stage::new();
    stage.emulator.set_faults(vec![Fault { at: FaultAt::Every("CreateFunction".to_owned()), kind: denied }]);
    let report = stage.try_deploy(MANIFEST).await.unwrap();
    let printed = bedrock_ops::error::Printed(report.errors()[0]).to_string();
    assert!(printed.contains("ecr:BatchGetImage"), "{printed}");
    let tries = stage.calls().iter().filter(|call| call.operation == "CreateFunction").count();
    assert!((2..60).contains(&tries), "{tries}");
}

#[tokio::test(start_paused = true)]
async fn what_somebody_added_to_roles_and_the_function_is_displayed_and_kept() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let aws = stage.somebody();
    let basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    aws.iam.attach_role_policy().role_name(ROLE).policy_arn(basic).send().await.unwrap();
    let extra = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
    aws.iam.put_role_policy().role_name(ROLE).policy_name("extra").policy_document(extra).send().await.unwrap();
    let call = aws.lambda.add_permission().function_name("openrate").qualifier("1").statement_id("open");
    call.action("lambda:InvokeFunction").principal("*").send().await.unwrap();
    let plan = stage.plan(MANIFEST).await;
    assert!(plan.is_empty(), "{:?}", told(&plan));
    assert_eq!(
        remarks(&plan),
        [
            format!("role {ROLE}: inline policy: extra aws iam delete-role-policy --role-name {ROLE} --policy-name extra"),
            format!("role {ROLE}: attached policy: {basic} aws iam detach-role-policy --role-name {ROLE} --policy-arn {basic}"),
            "permission openrate: statement open: {\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"lambda:InvokeFunction\"} \
             aws lambda remove-permission --function-name openrate --qualifier 1 --statement-id open --region ap-northeast-1"
                .to_owned(),
        ]
    );
    let before = stage.emulator.world();
    stage.deploy(MANIFEST).await;
    assert_eq!(before, stage.emulator.world());
    let status = status::look(&stage.session(MANIFEST)).await.unwrap();
    let shown = status::text::status(&status, ToOwned::to_owned);
    for part in ["extra", basic, "statement open"] {
        assert!(shown.as_str().contains(part), "{shown}");
    }
    // What destroys the stack is stopped by them, and says how to be rid of them.
    let refusals = stage.session(MANIFEST).destruction().await.unwrap().1.refusals();
    let reason = &refusals.iter().find(|(key, _)| key.kind == Kind::Role).unwrap().1;
    assert!(reason.contains("`aws iam detach-role-policy --role-name"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_setting_that_somebody_changed_on_the_function_makes_a_version_due_and_is_named() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let call = stage.somebody().lambda.update_function_configuration().function_name("openrate");
    call.tracing_config(TracingConfig::builder().mode(TracingMode::Active).build()).send().await.unwrap();
    let session = stage.session(MANIFEST);
    let (site, plan) = session.plan().await.unwrap();
    assert!(told(&plan).contains(&"update function openrate: published".to_owned()), "{:?}", told(&plan));
    let shown = text::plan("openrate", &site, &plan);
    assert!(
        shown.as_str().contains("also published, though not in the manifest: tracing: (none) -> Active"),
        "{shown}"
    );
    stage.deploy(MANIFEST).await;
    let plan = stage.plan(MANIFEST).await;
    assert!(plan.is_empty());
    assert_eq!(remarks(&plan), ["function openrate: tracing: Active "]);
}

#[tokio::test(start_paused = true)]
async fn a_function_that_was_not_called_for_weeks_is_explained() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    weeks_pass().await;
    let plan = stage.plan(MANIFEST).await;
    assert!(plan.is_empty(), "{:?}", told(&plan));
    let remarks = remarks(&plan);
    assert!(
        remarks[0].starts_with("function openrate: version 1 is Inactive: it was not called for weeks."),
        "{remarks:?}"
    );
    let status = status::look(&stage.session(MANIFEST)).await.unwrap();
    let shown = status::text::status(&status, ToOwned::to_owned);
    assert!(shown.as_str().contains("version 1 is Inactive"), "{shown}");
    // An update finds it as usable as any.
    let changed = MANIFEST.replace("timeout: 60", "timeout: 61");
    stage.deploy(&changed).await;
    assert!(stage.plan(&changed).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_function_that_failed_late_is_updated_and_never_deleted_while_a_version_may_be_in_use() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let fails = |heals| {
        let reason = "The image can't be restored.";
        stage.emulator.edit(|world| world.break_function("ap-northeast-1", "openrate", reason, heals));
    };
    fails(true);
    let plan = stage.plan(MANIFEST).await;
    assert_eq!(told(&plan)[0], "update function openrate: state", "{:?}", told(&plan));
    assert!(remarks(&plan)[0].contains("version 1 may be in use"), "{:?}", remarks(&plan));
    stage.emulator.clear_calls();
    stage.deploy(&MANIFEST.replace("timeout: 60", "timeout: 61")).await;
    assert!(!stage.writes().contains(&"DeleteFunction".to_owned()), "{:?}", stage.writes());
    assert!(stage.plan(&MANIFEST.replace("timeout: 60", "timeout: 61")).await.is_empty());

    fails(false);
    stage.emulator.clear_calls();
    let report = stage.try_deploy(MANIFEST).await.unwrap();
    let error = format!("{:#}", report.errors()[0]);
    assert!(
        error.contains("It is not deleted and created again, since a published version of it may be in use"),
        "{error}"
    );
    assert!(!stage.writes().contains(&"DeleteFunction".to_owned()), "{:?}", stage.writes());
}

#[tokio::test(start_paused = true)]
async fn a_permission_waits_as_long_as_a_version_is_pending() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let pending = FaultKind::Refuse(
        409,
        "ResourceConflictException",
        "The operation cannot be performed at this time. The function is currently in the following state: Pending",
    );
    stage.emulator.set_faults(vec![Fault { at: FaultAt::Every("AddPermission".to_owned()), kind: pending }]);
    let heal = async {
        tokio::time::sleep(Duration::from_mins(3)).await;
        stage.heal();
    };
    let changed = MANIFEST.replace("timeout: 60", "timeout: 61");
    let (report, ()) = tokio::join!(stage.deploy(&changed), heal);
    assert!(report.errors().is_empty());
    assert!(!stage.writes().contains(&"RemovePermission".to_owned()), "a new version has no permission to remove");
}
