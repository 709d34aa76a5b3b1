//! Managed policies of the account, and what Terraform changes on a role after its first apply.

use super::{ALLOW, ask, url_encoded, with_role};

const POLICY: &str = "arn:aws:iam::123456789012:policy/mine";

#[tokio::test(start_paused = true)]
async fn a_policy_of_the_account_is_made_attached_changed_and_deleted() {
    let aws = with_role().await;
    let made = ask(&aws, "CreatePolicy", &format!("PolicyName=mine&PolicyDocument={}", url_encoded(ALLOW))).await;
    assert!(made.status == 200 && made.body.contains(&format!("<Arn>{POLICY}</Arn>")), "{}", made.body);
    let again = ask(&aws, "CreatePolicy", &format!("PolicyName=Mine&PolicyDocument={}", url_encoded(ALLOW))).await;
    assert_eq!((again.status, again.code.as_str()), (409, "EntityAlreadyExists"));
    let on_role = format!("RoleName=openrate&PolicyArn={POLICY}");
    assert_eq!(ask(&aws, "AttachRolePolicy", &on_role).await.status, 200);
    let seen = ask(&aws, "GetPolicy", &format!("PolicyArn={POLICY}")).await;
    assert!(seen.body.contains("<AttachmentCount>1<") && seen.body.contains("<DefaultVersionId>v1<"), "{}", seen.body);

    let changed = ALLOW.replace("logs:PutLogEvents", "logs:*");
    let form = format!("PolicyArn={POLICY}&PolicyDocument={}&SetAsDefault=true", url_encoded(&changed));
    assert_eq!(ask(&aws, "CreatePolicyVersion", &form).await.status, 200);
    let read = ask(&aws, "GetPolicyVersion", &format!("PolicyArn={POLICY}&VersionId=v2")).await;
    assert!(
        read.body.contains(&url_encoded(&changed)) && read.body.contains("<IsDefaultVersion>true<"),
        "{}",
        read.body
    );
    let default = ask(&aws, "DeletePolicyVersion", &format!("PolicyArn={POLICY}&VersionId=v2")).await;
    assert_eq!((default.status, default.code.as_str()), (409, "DeleteConflict"));
    assert_eq!(ask(&aws, "DeletePolicyVersion", &format!("PolicyArn={POLICY}&VersionId=v1")).await.status, 200);

    let attached = ask(&aws, "DeletePolicy", &format!("PolicyArn={POLICY}")).await;
    assert_eq!((attached.status, attached.code.as_str()), (409, "DeleteConflict"));
    assert_eq!(ask(&aws, "DetachRolePolicy", &on_role).await.status, 200);
    assert_eq!(ask(&aws, "DeletePolicy", &format!("PolicyArn={POLICY}")).await.status, 200);
    assert_eq!(ask(&aws, "GetPolicy", &format!("PolicyArn={POLICY}")).await.code, "NoSuchEntity");
}

#[tokio::test(start_paused = true)]
async fn what_terraform_changes_on_a_role_works() {
    let aws = with_role().await;
    let described = ask(&aws, "UpdateRoleDescription", "RoleName=openrate&Description=new").await;
    assert!(described.body.contains("<Description>new</Description>"), "{}", described.body);
    let missing =
        ask(&aws, "PutRolePermissionsBoundary", &format!("RoleName=openrate&PermissionsBoundary={POLICY}")).await;
    assert_eq!((missing.status, missing.code.as_str()), (404, "NoSuchEntity"));
    assert!(
        missing.body.contains(&format!("Scope ARN: {POLICY} does not exist or is not attachable.")),
        "{}",
        missing.body
    );
    let boundary = "RoleName=openrate&PermissionsBoundary=arn:aws:iam::aws:policy/ReadOnlyAccess";
    assert_eq!(ask(&aws, "PutRolePermissionsBoundary", boundary).await.status, 200);
    assert!(ask(&aws, "GetRole", "RoleName=openrate").await.body.contains("policy/ReadOnlyAccess"));
    assert_eq!(ask(&aws, "DeleteRolePermissionsBoundary", "RoleName=openrate").await.status, 200);
    assert!(!ask(&aws, "GetRole", "RoleName=openrate").await.body.contains("PermissionsBoundary"));
    for name in ["AmazonS3FullAccess", "AWSLambda_FullAccess", "ReadOnlyAccess"] {
        let form = format!("RoleName=openrate&PolicyArn=arn:aws:iam::aws:policy/{name}");
        assert_eq!(ask(&aws, "AttachRolePolicy", &form).await.status, 200, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_a_creation_has_no_session_length_and_a_call_takes_fifty_tags() {
    let aws = with_role().await;
    let made = ask(&aws, "CreateRole", &super::create(super::TRUST)).await;
    assert!(made.status == 200 && !made.body.contains("MaxSessionDuration"), "{}", made.body);
    assert!(ask(&aws, "GetRole", "RoleName=other").await.body.contains("<MaxSessionDuration>3600<"));
    let tag = |nth: usize| format!("&Tags.member.{nth}.Key=k{nth}&Tags.member.{nth}.Value=v");
    let tags: String = (1..=51).map(tag).collect();
    let seen = ask(&aws, "TagRole", &format!("RoleName=openrate{tags}")).await;
    assert_eq!((seen.status, seen.code.as_str()), (400, "ValidationError"), "{}", seen.body);
    let keys = (1..=51).map(|nth| format!("&TagKeys.member.{nth}=k{nth}")).collect::<Vec<_>>().concat();
    let seen = ask(&aws, "UntagRole", &format!("RoleName=openrate{keys}")).await;
    assert_eq!((seen.status, seen.code.as_str()), (400, "ValidationError"), "{}", seen.body);
}
