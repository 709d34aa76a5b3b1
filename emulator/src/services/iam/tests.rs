//! Raw requests to IAM, and what it answers.

mod documents;
mod managed;

use std::time::Duration;

use super::Assumable;
use super::role::url_encoded;
use crate::asking::{Answer, Asking};
use crate::clock::Timing;

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const ALLOW: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:PutLogEvents","Resource":"*"}]}"#;
const ARN: &str = "arn:aws:iam::123456789012:role/openrate";

async fn ask(aws: &Asking, action: &str, form: &str) -> Answer {
    aws.query("iam", "2010-05-08", action, form).await
}

async fn with_role() -> Asking {
    let aws = Asking::new();
    let form = format!(
        "RoleName=openrate&AssumeRolePolicyDocument={}&Tags.member.1.Key=Team&Tags.member.1.Value=a%2Bb",
        url_encoded(TRUST)
    );
    assert_eq!(ask(&aws, "CreateRole", &form).await.status, 200);
    aws
}

fn put(document: &str) -> String {
    format!("RoleName=openrate&PolicyName=p&PolicyDocument={}", url_encoded(document))
}

fn create(document: &str) -> String {
    format!("RoleName=other&AssumeRolePolicyDocument={}", url_encoded(document))
}

#[tokio::test(start_paused = true)]
async fn what_aws_refuses_is_refused() {
    let aws = with_role().await;
    let trust = url_encoded(TRUST);
    let long = "x".repeat(65);
    let cases = [
        ("GetRole", "RoleName=none".to_owned(), 404, "NoSuchEntity", "The role with name none cannot be found."),
        ("GetRole", String::new(), 400, "ValidationError", "Value null at 'roleName'"),
        ("GetRole", format!("RoleName={long}"), 400, "ValidationError", "length less than or equal to 64"),
        ("GetRole", "RoleName=a%20b".to_owned(), 400, "ValidationError", "regular expression pattern"),
        ("GetRole", "RoleName=openrate&Rolename=x".to_owned(), 501, "NotImplementedByEmulator", "the member Rolename"),
        ("CreateUser", "UserName=x".to_owned(), 501, "NotImplementedByEmulator", "the operation CreateUser of IAM"),
        (
            "CreateRole",
            format!("RoleName=OPENRATE&AssumeRolePolicyDocument={trust}"),
            409,
            "EntityAlreadyExists",
            "Role with name OPENRATE already exists.",
        ),
        (
            "CreateRole",
            format!("RoleName=o&AssumeRolePolicyDocument={trust}&MaxSessionDuration=60"),
            400,
            "ValidationError",
            "greater than or equal to 3600",
        ),
        (
            "GetRolePolicy",
            "RoleName=openrate&PolicyName=p".to_owned(),
            404,
            "NoSuchEntity",
            "The role policy with name p cannot be found.",
        ),
        (
            "DetachRolePolicy",
            "RoleName=openrate&PolicyArn=arn:aws:iam::aws:policy/AdministratorAccess".to_owned(),
            404,
            "NoSuchEntity",
            "Policy arn:aws:iam::aws:policy/AdministratorAccess was not found.",
        ),
        (
            "AttachRolePolicy",
            "RoleName=openrate&PolicyArn=arn:aws:iam::123456789012:policy/mine".to_owned(),
            404,
            "NoSuchEntity",
            "does not exist or is not attachable.",
        ),
        (
            "TagRole",
            "RoleName=openrate&Tags.member.1.Key=a&Tags.member.1.Value=1&Tags.member.2.Key=A&Tags.member.2.Value=2"
                .to_owned(),
            400,
            "InvalidInput",
            "Duplicate tag keys found.",
        ),
    ];
    for (action, form, status, code, text) in cases {
        let answer = ask(&aws, action, &form).await;
        assert_eq!((answer.status, answer.code.as_str()), (status, code), "{action} {form}");
        assert!(answer.body.contains(text), "{action} {form}: {}", answer.body);
    }
}

#[tokio::test(start_paused = true)]
async fn malformed_policies_are_refused_with_the_reason() {
    let aws = with_role().await;
    let cases = [
        ("CreateRole", create("{"), "This policy contains invalid Json"),
        (
            "CreateRole",
            create(&TRUST.replace("2012-10-17", "2020-01-01")),
            "The policy must contain a valid version string.",
        ),
        ("CreateRole", create(r#"{"Version":"2012-10-17"}"#), "Syntax errors in policy."),
        ("CreateRole", create(&TRUST.replace(r#""Effect":"Allow","#, "")), "Missing required field Effect"),
        ("CreateRole", create(&TRUST.replace(r#","Action":"sts:AssumeRole""#, "")), "Missing required field Action"),
        (
            "CreateRole",
            create(&TRUST.replace("lambda.amazonaws.com", "lambda")),
            "Invalid principal in policy: &quot;SERVICE&quot;:&quot;lambda&quot;",
        ),
        (
            "CreateRole",
            create(&TRUST.replace("sts:AssumeRole", "s3:GetObject")),
            "AssumeRole policy may only specify STS AssumeRole actions.",
        ),
        (
            "CreateRole",
            create(&TRUST.replace("\"Effect\"", "\"Resource\":\"*\",\"Effect\"")),
            "Has prohibited field Resource",
        ),
        ("CreateRole", create(ALLOW), "AssumeRole policy may only specify STS AssumeRole actions."),
        ("PutRolePolicy", put("[]"), "Syntax errors in policy."),
        ("PutRolePolicy", put(&ALLOW.replace(r#","Resource":"*""#, "")), "Policy statement must contain resources."),
        (
            "PutRolePolicy",
            put(&ALLOW.replace(r#""Action":"logs:PutLogEvents","#, "")),
            "Policy statement must contain actions.",
        ),
        ("PutRolePolicy", put(&ALLOW.replace("logs:PutLogEvents", "PutLogEvents")), "must be prefaced by a vendor"),
        (
            "PutRolePolicy",
            put(&ALLOW.replace("\"*\"", "\"bucket\"")),
            "Resource bucket must be in ARN format or &quot;*&quot;.",
        ),
        ("PutRolePolicy", put(&ALLOW.replace("Resource", "Resources")), "Unknown field Resources"),
        ("UpdateAssumeRolePolicy", put("x").replace("PolicyName=p&", ""), "This policy contains invalid Json"),
    ];
    for (action, form, text) in cases {
        let answer = ask(&aws, action, &form).await;
        assert_eq!((answer.status, answer.code.as_str()), (400, "MalformedPolicyDocument"), "{action} {form}");
        assert!(answer.body.contains(text), "{action}: {}", answer.body);
    }
}

#[tokio::test(start_paused = true)]
async fn policies_have_a_size() {
    let aws = with_role().await;
    let long = TRUST.replace("\"Effect\"", &format!("\"Sid\":\"{}\",\"Effect\"", "A".repeat(2000)));
    let answer = ask(&aws, "CreateRole", &create(&long)).await;
    assert_eq!((answer.status, answer.code.as_str()), (409, "LimitExceeded"));
    assert!(answer.body.contains("ACLSizePerRole: 2048"));

    let half = ALLOW.replace("PutLogEvents", &"A".repeat(6000)).replace(',', &format!(",{}", " ".repeat(3000)));
    assert_eq!(ask(&aws, "PutRolePolicy", &put(&half)).await.status, 200, "white space does not count");
    let answer = ask(&aws, "PutRolePolicy", &put(&half).replace("PolicyName=p", "PolicyName=q")).await;
    assert_eq!((answer.status, answer.code.as_str()), (409, "LimitExceeded"));
}

#[tokio::test(start_paused = true)]
async fn a_role_comes_back_as_it_was_made() {
    let aws = with_role().await;
    let seen = ask(&aws, "GetRole", "RoleName=openrate").await.body;
    for part in [
        "<GetRoleResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetRoleResult><Role><Path>/</Path><RoleName>openrate</RoleName>",
        "<RoleId>AROA",
        "<Arn>arn:aws:iam::123456789012:role/openrate</Arn><CreateDate>2026-11-22T09:00:00Z</CreateDate>",
        "<AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%2C",
        "<MaxSessionDuration>3600</MaxSessionDuration>",
        "<Tags><member><Key>Team</Key><Value>a+b</Value></member></Tags>",
        "<ResponseMetadata><RequestId>00000000-",
    ] {
        assert!(seen.contains(part), "{part} in {seen}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_role_with_policies_is_not_deleted() {
    let aws = with_role().await;
    let arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    ask(&aws, "PutRolePolicy", &put(ALLOW)).await;
    ask(&aws, "AttachRolePolicy", &format!("RoleName=openrate&PolicyArn={arn}")).await;
    let expected = [
        "iam role openrate".to_owned(),
        format!("iam role openrate attached {arn}"),
        "iam role openrate policy p".to_owned(),
    ];
    assert_eq!(aws.emulator.world().inventory(), expected);

    let steps = [
        (
            "DetachRolePolicy",
            format!("RoleName=openrate&PolicyArn={arn}"),
            "Cannot delete entity, must detach all policies first.",
        ),
        (
            "DeleteRolePolicy",
            "RoleName=openrate&PolicyName=p".to_owned(),
            "Cannot delete entity, must delete policies first.",
        ),
    ];
    for (action, form, text) in steps {
        let refused = ask(&aws, "DeleteRole", "RoleName=openrate").await;
        assert_eq!((refused.status, refused.code.as_str()), (409, "DeleteConflict"));
        assert!(refused.body.contains(text), "{}", refused.body);
        assert_eq!(ask(&aws, action, &form).await.status, 200);
    }
    assert_eq!(ask(&aws, "DeleteRole", "RoleName=openrate").await.status, 200);
    assert!(aws.emulator.world().is_empty());
}

#[tokio::test(start_paused = true)]
async fn lists_come_page_by_page() {
    let aws = with_role().await;
    for name in ["a", "b", "c"] {
        ask(&aws, "PutRolePolicy", &put(ALLOW).replace("PolicyName=p", &format!("PolicyName={name}"))).await;
    }
    let first = ask(&aws, "ListRolePolicies", "RoleName=openrate&MaxItems=2").await.body;
    assert!(
        first.contains(
            "<member>a</member><member>b</member></PolicyNames><IsTruncated>true</IsTruncated><Marker>2</Marker>"
        ),
        "{first}"
    );
    let last = ask(&aws, "ListRolePolicies", "RoleName=openrate&MaxItems=2&Marker=2").await.body;
    assert!(
        last.contains("<PolicyNames><member>c</member></PolicyNames><IsTruncated>false</IsTruncated></List"),
        "{last}"
    );
    let none = ask(&aws, "ListInstanceProfilesForRole", "RoleName=openrate").await.body;
    assert!(none.contains("<InstanceProfiles></InstanceProfiles><IsTruncated>false</IsTruncated>"), "{none}");
}

#[tokio::test(start_paused = true)]
async fn tags_are_changed_without_regard_to_case() {
    let aws = with_role().await;
    ask(
        &aws,
        "TagRole",
        "RoleName=openrate&Tags.member.1.Key=team&Tags.member.1.Value=b&Tags.member.2.Key=s&Tags.member.2.Value=",
    )
    .await;
    let seen = ask(&aws, "ListRoleTags", "RoleName=openrate").await.body;
    assert!(
        seen.contains("<member><Key>team</Key><Value>b</Value></member><member><Key>s</Key><Value></Value></member>"),
        "{seen}"
    );
    ask(&aws, "UntagRole", "RoleName=openrate&TagKeys.member.1=TEAM").await;
    let seen = ask(&aws, "ListRoleTags", "RoleName=openrate").await.body;
    assert!(seen.contains("<Tags><member><Key>s</Key><Value></Value></member></Tags>"), "{seen}");
}

#[tokio::test(start_paused = true)]
async fn services_see_roles_and_policies_a_while_later() {
    let aws = with_role().await;
    ask(&aws, "PutRolePolicy", &put(ALLOW)).await;
    let timing = Timing::realistic();
    let seen = |after: Duration| {
        let now = crate::Settings::for_tests().epoch + u64::try_from(after.as_millis()).expect("soon");
        let world = aws.emulator.world();
        let assumable = |arn, service| world.iam.assumable(arn, service, now, &timing);
        let allows = world.iam.allows(ARN, "logs:PutLogEvents", "arn:aws:logs:x", now, &timing);
        (assumable(ARN, "lambda.amazonaws.com"), assumable(ARN, "bedrock.amazonaws.com"), allows)
    };
    assert_eq!(seen(Duration::from_secs(1)), (Assumable::NotYet, Assumable::NotYet, false));
    assert_eq!(seen(Duration::from_secs(9)), (Assumable::Yes, Assumable::NotTrusted, true));
    let now = aws.emulator.calls()[0].at;
    assert_eq!(
        aws.emulator.world().iam.assumable("arn:x", "lambda.amazonaws.com", now, &timing),
        Assumable::NoSuchRole
    );

    // A change, too, is seen late; until then the policy before holds.
    tokio::time::sleep(Duration::from_mins(1)).await;
    ask(&aws, "PutRolePolicy", &put(&ALLOW.replace("Allow", "Deny"))).await;
    assert!(seen(Duration::from_secs(65)).2);
    assert!(!seen(Duration::from_secs(70)).2);
}

#[tokio::test(start_paused = true)]
async fn a_role_is_updated_in_place() {
    let aws = with_role().await;
    ask(&aws, "UpdateRole", "RoleName=openrate&Description=for%20push&MaxSessionDuration=7200").await;
    let form = put(&TRUST.replace("lambda", "bedrock")).replace("PolicyName=p&", "");
    assert_eq!(ask(&aws, "UpdateAssumeRolePolicy", &form).await.status, 200);
    let seen = ask(&aws, "GetRole", "RoleName=openrate").await.body;
    let changed = "<Description>for push</Description><MaxSessionDuration>7200</MaxSessionDuration>";
    assert!(seen.contains(changed), "{seen}");
    assert!(seen.contains("bedrock.amazonaws.com"), "{seen}");
}
