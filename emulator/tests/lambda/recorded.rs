//! Answers recorded from AWS: status, code and text. And what Terraform changes on a function after its first apply.

use serde_json::{Value, json};

use crate::{FUNCTION, FUNCTIONS, Stage, image_uri};

const ARN: &str = "arn:aws:lambda:ap-northeast-1:123456789012:function:openrate";
const NOPE: &str = "/2015-03-31/functions/nope";

#[tokio::test(start_paused = true)]
async fn refusals_are_those_that_were_recorded_from_aws() {
    let stage = Stage::with_function().await;
    let (not_found, invalid) = ("ResourceNotFoundException", "InvalidParameterValueException");
    let nope = "arn:aws:lambda:ap-northeast-1:123456789012:function:nope";
    let wanted = |member: &str, value: Value| {
        let mut wanted = stage.wanted();
        wanted["FunctionName"] = "other".into();
        wanted[member] = value;
        wanted
    };
    let permission = json!({ "StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com" });
    let revision = "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to \
                    retrieve the latest Revision Id";
    let cases: Vec<(&str, String, Value, u16, &str, String)> = vec![
        ("GET", format!("{NOPE}/policy"), Value::Null, 404, not_found, "The resource you requested does not exist.".into()),
        ("GET", format!("{FUNCTION}/policy?Qualifier=9"), Value::Null, 404, not_found, "The resource you requested does not exist.".into()),
        ("DELETE", format!("{FUNCTION}/policy/s"), Value::Null, 404, not_found, "No policy is associated with the given resource.".into()),
        ("DELETE", format!("{NOPE}/policy/s"), Value::Null, 404, not_found, format!("No policy found for: {nope}")),
        ("POST", format!("{FUNCTION}/policy?Qualifier=live"), permission.clone(), 404, not_found, format!("Cannot find alias arn: {ARN}:live")),
        ("DELETE", format!("{FUNCTION}/policy/s?Qualifier=live"), Value::Null, 404, not_found, format!("Cannot find alias arn: {ARN}:live")),
        ("POST", format!("{FUNCTION}/policy?Qualifier=valid-with-$-but-doesnotexist"), permission, 404, not_found, "Function not found: ".into()),
        ("DELETE", format!("{NOPE}?Qualifier=1233"), Value::Null, 404, not_found, format!("Function not found: {nope}")),
        ("DELETE", format!("{NOPE}?Qualifier=$LATEST"), Value::Null, 400, invalid, "$LATEST version cannot be deleted without deleting the function.".into()),
        ("PUT", format!("{FUNCTION}/configuration"), json!({ "RevisionId": "x", "Timeout": 9 }), 412, "PreconditionFailedException", revision.into()),
        ("PUT", format!("{FUNCTION}/code"), json!({ "ZipFile": "UEsDBA==" }), 400, invalid, "Please provide ImageUri when updating a function with packageType Image.".into()),
        ("POST", FUNCTIONS.to_owned(), wanted("Architectures", json!(["X86_64"])), 400, "ValidationException", "Value '[X86_64]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]".into()),
        ("POST", FUNCTIONS.to_owned(), wanted("Architectures", json!(["x86_64", "arm64"])), 400, "ValidationException", "Value '[x86_64, arm64]' at 'architectures'".into()),
        ("POST", FUNCTIONS.to_owned(), wanted("FunctionName", json!("f".repeat(65))), 400, invalid, "length less than or equal to 64".into()),
        ("POST", FUNCTIONS.to_owned(), wanted("Role", json!("arn:aws:iam::999999999999:role/r")), 403, "AccessDeniedException", "Cross-account pass role is not allowed.".into()),
        ("POST", format!("/2017-03-31/tags/{ARN}"), json!({ "Tags": {} }), 400, invalid, "An error occurred and the request cannot be processed.".into()),
        ("GET", format!("{FUNCTION}?Qualifier={}", "q".repeat(129)), Value::Null, 400, "ValidationException", "length less than or equal to 128".into()),
    ];
    for (method, path, body, status, code, text) in cases {
        stage.refuses(method, &path, body, (status, code, &text)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_update_answers_why_it_is_in_progress() {
    let stage = Stage::with_function().await;
    let (_, shown) = stage.lambda("PUT", &format!("{FUNCTION}/code"), json!({ "ImageUri": image_uri("v1") })).await;
    assert_eq!(shown["LastUpdateStatusReason"], "The function is being created.");
    assert_eq!(shown["LastUpdateStatusReasonCode"], "Creating");
}

#[tokio::test(start_paused = true)]
async fn aliases_concurrency_and_every_member_of_a_permission_work() {
    let stage = Stage::with_function().await;
    stage.lambda("POST", &format!("{FUNCTION}/versions"), json!({})).await;
    let aliases = format!("{FUNCTION}/aliases");
    let live = json!({ "Name": "live", "FunctionVersion": "1" });
    let (status, made) = stage.lambda("POST", &aliases, live.clone()).await;
    assert_eq!((status, &made["AliasArn"]), (201, &json!(format!("{ARN}:live"))));
    stage.refuses("POST", &aliases, live, (409, "ResourceConflictException", "Alias already exists: ")).await;
    let missing = (404, "ResourceNotFoundException", "Function not found: ");
    stage.refuses("POST", &aliases, json!({ "Name": "x", "FunctionVersion": "7" }), missing).await;
    let (_, changed) = stage.lambda("PUT", &format!("{aliases}/live"), json!({ "FunctionVersion": "$LATEST" })).await;
    assert_eq!(changed["FunctionVersion"], "$LATEST");
    stage.lambda("PUT", &format!("{aliases}/live"), json!({ "FunctionVersion": "1" })).await;
    let in_use = (409, "ResourceConflictException", "used by an alias");
    stage.refuses("DELETE", &format!("{FUNCTION}?Qualifier=1"), Value::Null, in_use).await;

    let permission = json!({
        "StatementId": "all",
        "Action": "lambda:InvokeFunctionUrl",
        "Principal": "*",
        "FunctionUrlAuthType": "AWS_IAM",
        "PrincipalOrgID": "o-1234567890",
        "EventSourceToken": "token-1",
    });
    let (status, added) = stage.lambda("POST", &format!("{FUNCTION}/policy?Qualifier=live"), permission).await;
    assert_eq!(status, 201, "{added}");
    let statement: Value = serde_json::from_str(added["Statement"].as_str().unwrap()).unwrap();
    let expected = json!({ "lambda:EventSourceToken": "token-1", "lambda:FunctionUrlAuthType": "AWS_IAM",
                           "aws:PrincipalOrgID": "o-1234567890" });
    assert_eq!(
        (&statement["Condition"]["StringEquals"], &statement["Resource"]),
        (&expected, &json!(format!("{ARN}:live")))
    );
    assert_eq!(stage.lambda("GET", &format!("{FUNCTION}?Qualifier=live"), Value::Null).await.0, 200);
    assert_eq!(stage.lambda("DELETE", &format!("{aliases}/live"), Value::Null).await.0, 204);
    stage
        .refuses(
            "GET",
            &format!("{aliases}/live"),
            Value::Null,
            (404, "ResourceNotFoundException", "Cannot find alias arn"),
        )
        .await;

    let concurrency = "/2017-10-31/functions/openrate/concurrency";
    let (status, _) = stage.lambda("PUT", concurrency, json!({ "ReservedConcurrentExecutions": 5 })).await;
    assert_eq!(status, 200);
    let (_, shown) = stage.lambda("GET", FUNCTION, Value::Null).await;
    assert_eq!(shown["Concurrency"], json!({ "ReservedConcurrentExecutions": 5 }));
    let most = (400, "InvalidParameterValueException", "below its minimum value of [100]");
    stage.refuses("PUT", concurrency, json!({ "ReservedConcurrentExecutions": 901 }), most).await;
    assert_eq!(stage.lambda("DELETE", concurrency, Value::Null).await.0, 204);
    let (_, shown) = stage.lambda("GET", "/2019-09-30/functions/openrate/concurrency", Value::Null).await;
    assert_eq!(shown, json!({}));
}
