//! Lambda as a client meets it: raw requests, the states that functions pass through, the refusals of AWS.

#[path = "ecr/account.rs"]
mod account;
#[path = "lambda/idle.rs"]
mod idle;
#[path = "lambda/images.rs"]
mod images;
#[path = "lambda/permissions.rs"]
mod permissions;
#[path = "lambda/recorded.rs"]
mod recorded;
#[path = "lambda/refusals.rs"]
mod refusals;
#[path = "lambda/stage.rs"]
mod stage;
#[path = "lambda/versions.rs"]
mod versions;

use std::time::Duration;

use account::{Account, Picture, REGISTRY, layer};
use serde_json::{Value, json};
use stage::{FUNCTION, FUNCTIONS, Stage, image_uri};

#[tokio::test(start_paused = true)]
async fn a_new_function_is_shown_as_aws_shows_it() {
    let stage = Stage::with_image().await;
    let mut wanted = stage.wanted();
    wanted["Environment"] = json!({ "Variables": { "KPI_NAME": "push" } });
    wanted["Tags"] = json!({ "team": "marketing" });
    let (status, shown) = stage.lambda("POST", FUNCTIONS, wanted).await;
    assert_eq!(status, 201, "{shown}");
    let hex = stage.digest.trim_start_matches("sha256:");
    let mut expected = json!({
        "FunctionName": "openrate",
        "FunctionArn": "arn:aws:lambda:ap-northeast-1:123456789012:function:openrate",
        "Role": stage.role,
        "CodeSize": 0,
        "Description": "",
        "Timeout": 3,
        "MemorySize": 128,
        "LastModified": shown["LastModified"],
        "CodeSha256": hex,
        "Version": "$LATEST",
        "TracingConfig": { "Mode": "PassThrough" },
        "RevisionId": shown["RevisionId"],
        "PackageType": "Image",
        "Architectures": ["x86_64"],
        "EphemeralStorage": { "Size": 512 },
        "SnapStart": { "ApplyOn": "None", "OptimizationStatus": "Off" },
        "LoggingConfig": { "LogFormat": "Text", "LogGroup": "/aws/lambda/openrate" },
        "Environment": { "Variables": { "KPI_NAME": "push" } },
        "State": "Pending",
        "StateReason": "The function is being created.",
        "StateReasonCode": "Creating",
    });
    assert_eq!(shown, expected);
    assert!(shown["LastModified"].as_str().expect("a date").ends_with("+0000"));
    stage.pass(5).await;
    let (status, answer) = stage.lambda("GET", FUNCTION, Value::Null).await;
    assert_eq!(status, 200);
    for member in ["StateReason", "StateReasonCode"] {
        expected.as_object_mut().expect("an object").remove(member);
    }
    expected["State"] = "Active".into();
    expected["LastUpdateStatus"] = "Successful".into();
    assert_eq!(answer["Configuration"], expected);
    assert_eq!(answer["Tags"], json!({ "team": "marketing" }));
    let resolved = format!("{REGISTRY}/openrate@{}", stage.digest);
    let code = json!({ "RepositoryType": "ECR", "ImageUri": image_uri("v1"), "ResolvedImageUri": resolved });
    assert_eq!(answer["Code"], code);
}

#[tokio::test(start_paused = true)]
async fn a_pending_function_takes_no_change() {
    let stage = Stage::with_image().await;
    stage.lambda("POST", FUNCTIONS, stage.wanted()).await;
    let text =
        "The operation cannot be performed at this time. The function is currently in the following state: Pending";
    for (method, path, body) in [
        ("PUT", "/configuration", json!({ "Timeout": 60 })),
        ("PUT", "/code", json!({ "ImageUri": image_uri("v1") })),
        ("POST", "/versions", json!({})),
    ] {
        stage.refuses(method, &format!("{FUNCTION}{path}"), body, (409, "ResourceConflictException", text)).await;
    }
    stage
        .refuses(
            "POST",
            FUNCTIONS,
            stage.wanted(),
            (409, "ResourceConflictException", "Function already exist: openrate"),
        )
        .await;
    let (_, shown) = stage.lambda("GET", &format!("{FUNCTION}/configuration"), Value::Null).await;
    assert_eq!((&shown["State"], &shown["LastUpdateStatus"]), (&json!("Pending"), &json!("InProgress")));
}

#[tokio::test(start_paused = true)]
async fn while_an_update_is_in_progress_nothing_else_may_change() {
    let stage = Stage::with_function().await;
    let path = format!("{FUNCTION}/configuration");
    let (status, shown) = stage.lambda("PUT", &path, json!({ "Timeout": 60, "Description": "new" })).await;
    assert_eq!((status, &shown["LastUpdateStatus"], &shown["State"]), (200, &json!("InProgress"), &json!("Active")));
    assert_eq!((&shown["Timeout"], &shown["MemorySize"]), (&json!(60), &json!(128)), "what is not given stays");
    let text = "The operation cannot be performed at this time. An update is in progress for resource: \
                arn:aws:lambda:ap-northeast-1:123456789012:function:openrate";
    let tags = "/2017-03-31/tags/arn:aws:lambda:ap-northeast-1:123456789012:function:openrate";
    for (method, path, body) in [
        ("PUT", path.as_str(), json!({ "Timeout": 61 })),
        ("PUT", "/2015-03-31/functions/openrate/code", json!({ "ImageUri": image_uri("v1") })),
        ("POST", "/2015-03-31/functions/openrate/versions", json!({})),
        ("POST", tags, json!({ "Tags": { "a": "b" } })),
    ] {
        stage.refuses(method, path, body, (409, "ResourceConflictException", text)).await;
    }
    stage.pass(4).await;
    let (_, shown) = stage.lambda("GET", &path, Value::Null).await;
    assert_eq!(shown["LastUpdateStatus"], "Successful");
    assert_eq!(stage.lambda("POST", tags, json!({ "Tags": { "a": "b" } })).await.0, 204);
}

#[tokio::test(start_paused = true)]
async fn an_environment_is_replaced_as_a_whole() {
    let stage = Stage::with_function().await;
    let path = format!("{FUNCTION}/configuration");
    for (variables, expected) in [
        (json!({ "AA": "1", "BB": "2" }), json!({ "Variables": { "AA": "1", "BB": "2" } })),
        (json!({ "BB": "3" }), json!({ "Variables": { "BB": "3" } })),
        (json!({}), Value::Null),
    ] {
        let (_, shown) = stage.lambda("PUT", &path, json!({ "Environment": { "Variables": variables } })).await;
        assert_eq!(shown["Environment"], expected);
        stage.pass(4).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_deleted_function_takes_its_time_to_go() {
    let stage = Stage::with_function().await;
    let not_found = (
        404,
        "ResourceNotFoundException",
        "Function not found: arn:aws:lambda:ap-northeast-1:123456789012:function:openrate",
    );
    assert_eq!(stage.lambda("DELETE", FUNCTION, Value::Null).await.0, 204);
    let (status, shown) = stage.lambda("GET", &format!("{FUNCTION}/configuration"), Value::Null).await;
    assert_eq!((status, &shown["State"]), (200, &json!("Deleting")));
    let deleting = "following state: Deleting";
    stage.refuses("DELETE", FUNCTION, Value::Null, (409, "ResourceConflictException", deleting)).await;
    stage
        .refuses("PUT", &format!("{FUNCTION}/configuration"), json!({}), (409, "ResourceConflictException", deleting))
        .await;
    stage.refuses("POST", FUNCTIONS, stage.wanted(), (409, "ResourceConflictException", "already exist")).await;
    stage.pass(3).await;
    stage.refuses("GET", FUNCTION, Value::Null, not_found).await;
    stage.refuses("DELETE", FUNCTION, Value::Null, not_found).await;
    assert_eq!(stage.lambda("POST", FUNCTIONS, stage.wanted()).await.0, 201);
}

#[tokio::test(start_paused = true)]
async fn a_role_is_taken_on_only_once_lambda_sees_it() {
    let stage = Stage::with_image().await;
    let refusal =
        (400, "InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda.");
    let young = stage.account.role("young", "lambda.amazonaws.com", Duration::ZERO).await;
    let foreign = stage.account.role("foreign", "bedrock.amazonaws.com", Duration::ZERO).await;
    let absent = "arn:aws:iam::123456789012:role/absent".to_owned();
    for role in [&young, &foreign, &absent] {
        let mut wanted = stage.wanted();
        wanted["Role"] = role.as_str().into();
        stage.refuses("POST", FUNCTIONS, wanted, refusal).await;
    }
    stage.pass(9).await;
    let mut wanted = stage.wanted();
    wanted["Role"] = foreign.into();
    stage.refuses("POST", FUNCTIONS, wanted.clone(), refusal).await;
    wanted["Role"] = young.into();
    assert_eq!(stage.lambda("POST", FUNCTIONS, wanted).await.0, 201);
}

#[tokio::test(start_paused = true)]
async fn a_stale_revision_id_is_refused() {
    let stage = Stage::with_function().await;
    let (_, old) = stage.lambda("GET", &format!("{FUNCTION}/configuration"), Value::Null).await;
    let fresh = json!({ "Timeout": 9, "RevisionId": old["RevisionId"] });
    let (status, shown) = stage.lambda("PUT", &format!("{FUNCTION}/configuration"), fresh.clone()).await;
    assert_eq!(status, 200);
    assert_ne!(shown["RevisionId"], old["RevisionId"]);
    stage.pass(4).await;
    for (path, body) in
        [("configuration", fresh), ("code", json!({ "ImageUri": image_uri("v1"), "RevisionId": old["RevisionId"] }))]
    {
        let refusal = (412, "PreconditionFailedException", "does not match the latest Revision Id");
        stage.refuses("PUT", &format!("{FUNCTION}/{path}"), body, refusal).await;
    }
}

#[tokio::test(start_paused = true)]
async fn functions_are_listed_in_pages_without_their_states() {
    let stage = Stage::with_image().await;
    for name in ["aa", "bb", "cc"] {
        let mut wanted = stage.wanted();
        wanted["FunctionName"] = name.into();
        stage.lambda("POST", FUNCTIONS, wanted).await;
    }
    let (_, first) = stage.lambda("GET", &format!("{FUNCTIONS}?MaxItems=2"), Value::Null).await;
    assert_eq!(first["Functions"].as_array().expect("a list").len(), 2);
    assert!(first["Functions"][0].get("State").is_none());
    let marker = first["NextMarker"].as_str().expect("a marker").replace('=', "%3D");
    let (_, second) = stage.lambda("GET", &format!("{FUNCTIONS}?Marker={marker}"), Value::Null).await;
    assert_eq!(second["Functions"][0]["FunctionName"], "cc");
    assert!(second.get("NextMarker").is_none());
}

#[tokio::test(start_paused = true)]
async fn tags_belong_to_the_function() {
    let stage = Stage::with_function().await;
    let tags = "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aap-northeast-1%3A123456789012%3Afunction%3Aopenrate";
    let body = json!({ "Tags": { "team": "marketing", "bedrock-ops:stack": "openrate" } });
    assert_eq!(stage.lambda("POST", tags, body).await, (204, json!({})));
    assert_eq!(stage.lambda("DELETE", &format!("{tags}?tagKeys=team&tagKeys=z"), Value::Null).await.0, 204);
    let (_, answer) = stage.lambda("GET", tags, Value::Null).await;
    assert_eq!(answer, json!({ "Tags": { "bedrock-ops:stack": "openrate" } }));
    let text = "Tags on function aliases and versions are not supported. Please specify a function ARN.";
    let version = (400, "InvalidParameterValueException", text);
    stage.refuses("GET", &format!("{tags}:1"), Value::Null, version).await;
    let none = (404, "ResourceNotFoundException", "Function not found");
    stage.refuses("GET", &tags.replace("openrate", "none"), Value::Null, none).await;
    let reserved = (400, "InvalidParameterValueException", "reserved for AWS");
    stage.refuses("POST", tags, json!({ "Tags": { "aws:x": "y" } }), reserved).await;
}
