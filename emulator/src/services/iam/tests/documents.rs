//! Policy documents: what IAM's grammar takes and refuses, with AWS's texts where they are recorded.

use super::{ask, create, put, with_role};

fn allow(rest: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow",{rest}}}]}}"#)
}

#[tokio::test(start_paused = true)]
async fn documents_that_aws_refuses_are_refused() {
    let aws = with_role().await;
    let on_all = r#""Action":"s3:GetObject","Resource":"*""#;
    let cases = [
        (allow(r#""Action":"s3:List:Bucket","Resource":"*""#), "Actions/Condition can contain only one colon."),
        (allow(r#""Action":"a a:ListBucket","Resource":"*""#), "Vendor a a is not valid"),
        (allow(&format!(r#"{on_all},"Condition":{{"a":"b"}}"#)), "Syntax errors in policy."),
        (allow(&format!(r#"{on_all},"Condition":{{"DateGreaterThan":"b"}}"#)), "Syntax errors in policy."),
        (allow(&format!(r#"{on_all},"Condition":{{"StringEqualz":{{"a":"b"}}}}"#)), "Syntax errors in policy."),
        (allow(&format!(r#"{on_all},"Condition":{{"StringEquals":{{"a":{{}}}}}}"#)), "Syntax errors in policy."),
        (
            allow(&format!(r#"{on_all},"Condition":{{"DateGreaterThan":{{"a":"sdfdsf"}}}}"#)),
            "The policy failed legacy parsing",
        ),
        (
            allow(&format!(r#"{on_all},"Condition":{{"DateLessThan":{{"a":"234-13"}}}}"#)),
            "The policy failed legacy parsing",
        ),
        (allow(on_all).replacen('{', r#"{"Id":["cd3a"],"#, 1), "Syntax errors in policy."),
        (
            allow(r#""Action":"s3:GetObject","Resource":"arn:error:s3:::b""#),
            r#"Partition "error" is not valid for resource "arn:error:s3:::b"."#,
        ),
        (
            allow(r#""Action":"iam:GetUser","Resource":"arn:aws:iam:::example_bucket""#),
            r#"IAM resource path must either be "*" or start with user/, federated-user/, role/"#,
        ),
    ];
    for (document, text) in cases {
        let seen = ask(&aws, "PutRolePolicy", &put(&document)).await;
        assert_eq!((seen.status, seen.code.as_str()), (400, "MalformedPolicyDocument"), "{document}");
        assert!(seen.body.replace("&quot;", "\"").contains(text), "{document}: {}", seen.body);
    }
}

#[tokio::test(start_paused = true)]
async fn documents_that_aws_takes_are_taken() {
    let aws = with_role().await;
    let on_all = r#""Action":"s3:GetObject","Resource":"*""#;
    let twice = allow(&format!(r#""Sid":"",{on_all}}},{{"Sid":"","Effect":"Allow",{on_all}"#));
    let dated =
        |date: &str| allow(&format!(r#"{on_all},"Condition":{{"DateLessThanIfExists":{{"aws:CurrentTime":{date}}}}}"#));
    let cases = [
        twice,
        dated(r#""2026-11-28T12:00:00Z""#),
        dated(r#"["2026-11-28","2026"]"#),
        dated("1795871361"),
        allow(&format!(
            r#"{on_all},"Condition":{{"ForAllValues:StringLike":{{"aws:TagKeys":["a","b"]}},"Null":{{"x":true}}}}"#
        )),
        allow(
            r#""Action":["s3:Get*","*"],"Resource":["arn:aws-cn:s3:::b","arn:*:s3:::c","arn:aws:iam::123456789012:role/x","*"]"#,
        ),
    ];
    for document in cases {
        let seen = ask(&aws, "PutRolePolicy", &put(&document)).await;
        assert_eq!(seen.status, 200, "{document}: {}", seen.body);
    }
}

#[tokio::test(start_paused = true)]
async fn a_trust_policy_names_principals_that_exist_and_operations_that_take_on_roles() {
    let aws = with_role().await;
    let trust =
        |principal: &str, action: &str| allow(&format!(r#""Principal":{{"AWS":"{principal}"}},"Action":"{action}""#));
    let only = "AssumeRole policy may only specify STS AssumeRole actions.";
    let here = "arn:aws:iam::123456789012";
    let cases = [
        (trust(&format!("{here}:root"), "sts:GetFederationToken"), only),
        (trust(&format!("{here}:root"), "sts:BadAssumeRole"), only),
        (
            trust(&format!("{here}:role/doesnotexist"), "sts:AssumeRole"),
            r#"Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:role/doesnotexist""#,
        ),
    ];
    for (document, text) in cases {
        let seen = ask(&aws, "CreateRole", &create(&document)).await;
        assert_eq!((seen.status, seen.code.as_str()), (400, "MalformedPolicyDocument"), "{document}");
        assert!(seen.body.replace("&quot;", "\"").contains(text), "{document}: {}", seen.body);
    }
    for (nth, document) in [
        trust(&format!("{here}:role/openrate"), "sts:AssumeRole"),
        trust("123456789012", "sts:*"),
        trust("arn:aws:iam::999999999999:role/elsewhere", "sts:TagSession"),
    ]
    .iter()
    .enumerate()
    {
        let seen =
            ask(&aws, "CreateRole", &create(document).replace("RoleName=other", &format!("RoleName=r{nth}"))).await;
        assert_eq!(seen.status, 200, "{document}: {}", seen.body);
    }
}
