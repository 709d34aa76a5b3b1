//! Functions that nobody calls for weeks, and the permission by which Lambda pulls their image again.

use serde_json::{Value, json};

use crate::{FUNCTION, FUNCTIONS, Picture, Stage, image_uri, layer};

const WEEKS: u64 = 15 * 24 * 3600;
const DENIED: &str = "Lambda does not have permission to access the ECR image. Check the ECR permissions.";
const PENDING: (u16, &str, &str) = (
    409,
    "CodeArtifactUserPendingException",
    "Lambda is initializing your function. It will be ready to invoke shortly.",
);

async fn shown(stage: &Stage, qualifier: &str) -> Value {
    stage.lambda("GET", &format!("{FUNCTION}/configuration{qualifier}"), Value::Null).await.1
}

async fn invoke_refused(stage: &Stage, qualifier: &str) {
    stage.refuses("POST", &format!("{FUNCTION}/invocations{qualifier}"), json!({}), PENDING).await;
}

async fn remove_policy(stage: &Stage) {
    stage.account.ecr("DeleteRepositoryPolicy", json!({ "repositoryName": "openrate" })).await;
}

#[tokio::test(start_paused = true)]
async fn a_version_that_is_not_called_for_weeks_is_restored_by_the_next_call() {
    let stage = Stage::with_image().await;
    let mut wanted = stage.wanted();
    wanted["Publish"] = true.into();
    stage.lambda("POST", FUNCTIONS, wanted).await;
    stage.pass(5).await;
    stage.pass(WEEKS).await;
    for qualifier in ["", "?Qualifier=1"] {
        let inactive = shown(&stage, qualifier).await;
        assert_eq!((&inactive["State"], &inactive["StateReasonCode"]), (&json!("Inactive"), &json!("Idle")));
        assert_eq!(inactive["LastUpdateStatus"], "Successful");
    }
    invoke_refused(&stage, "?Qualifier=1").await;
    invoke_refused(&stage, "?Qualifier=1").await;
    let restoring = shown(&stage, "?Qualifier=1").await;
    assert_eq!((&restoring["State"], &restoring["StateReasonCode"]), (&json!("Pending"), &json!("Restoring")));
    assert_eq!(shown(&stage, "").await["State"], "Inactive", "each version for itself");
    stage.pass(50).await;
    assert_eq!(shown(&stage, "?Qualifier=1").await["State"], "Active");
}

#[tokio::test(start_paused = true)]
async fn a_function_whose_image_may_not_be_pulled_is_not_restored_until_it_gets_new_code() {
    let stage = Stage::with_function().await;
    stage.pass(WEEKS).await;
    remove_policy(&stage).await;
    invoke_refused(&stage, "").await;
    stage.pass(50).await;
    let failed = shown(&stage, "").await;
    assert_eq!(failed["State"], "Inactive");
    assert_eq!(failed["LastUpdateStatus"], "Failed");
    assert_eq!(failed["LastUpdateStatusReasonCode"], "ImageAccessDenied");
    assert_eq!(
        failed["LastUpdateStatusReason"],
        "The function does not have permission to access the specified image."
    );
    let code = json!({ "ImageUri": image_uri("v1") });
    stage.refuses("PUT", &format!("{FUNCTION}/code"), code.clone(), (403, "AccessDeniedException", DENIED)).await;
    let statement = json!({
        "Sid": "Own", "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" },
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    });
    let policy = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
    stage.account.ecr("SetRepositoryPolicy", json!({ "repositoryName": "openrate", "policyText": policy })).await;
    let (status, answer) = stage.lambda("PUT", &format!("{FUNCTION}/code"), code).await;
    assert_eq!(status, 200, "{answer}");
    stage.pass(5).await;
    let healed = shown(&stage, "").await;
    assert_eq!((&healed["State"], &healed["LastUpdateStatus"]), (&json!("Active"), &json!("Successful")));
}

#[tokio::test(start_paused = true)]
async fn lambda_adds_its_statement_when_a_function_is_created_and_not_when_it_is_updated() {
    let stage = Stage::with_function().await;
    let (_, policy) = stage.account.ecr("GetRepositoryPolicy", json!({ "repositoryName": "openrate" })).await;
    assert!(policy["policyText"].as_str().expect("a policy").contains("LambdaECRImageRetrievalPolicy"), "{policy}");
    remove_policy(&stage).await;
    stage.account.push("openrate", "v2", Picture { layer: layer(&["new"]), ..Picture::default() }).await;
    let code = json!({ "ImageUri": image_uri("v2") });
    stage.refuses("PUT", &format!("{FUNCTION}/code"), code, (403, "AccessDeniedException", DENIED)).await;
}

#[tokio::test(start_paused = true)]
async fn a_function_that_failed_late_takes_new_code_or_nothing() {
    let stage = Stage::with_function().await;
    let failed =
        "The operation cannot be performed at this time. The function is currently in the following state: Failed";
    let refusal = (409, "ResourceConflictException", failed);
    for heals in [false, true] {
        stage.account.emulator.edit(|world| world.break_function("ap-northeast-1", "openrate", "It broke.", heals));
        let shown = shown(&stage, "").await;
        assert_eq!((&shown["State"], &shown["StateReason"]), (&json!("Failed"), &json!("It broke.")));
        stage.refuses("PUT", &format!("{FUNCTION}/configuration"), json!({ "Timeout": 9 }), refusal).await;
        stage.refuses("POST", &format!("{FUNCTION}/invocations"), json!({}), refusal).await;
    }
    let (status, _) = stage.lambda("PUT", &format!("{FUNCTION}/code"), json!({ "ImageUri": image_uri("v1") })).await;
    assert_eq!(status, 200);
    stage.pass(5).await;
    assert_eq!(shown(&stage, "").await["State"], "Active");
}
