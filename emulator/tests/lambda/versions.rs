//! Versions: when one is cut, when none is, and what it keeps.

use serde_json::{Value, json};

use crate::{FUNCTION, FUNCTIONS, Picture, Stage, image_uri, layer};

const ARN: &str = "arn:aws:lambda:ap-northeast-1:123456789012:function:openrate";

#[tokio::test(start_paused = true)]
async fn a_version_is_pending_then_active_and_keeps_what_it_was_cut_from() {
    let stage = Stage::with_function().await;
    let versions = format!("{FUNCTION}/versions");
    let (status, shown) = stage.lambda("POST", &versions, json!({ "Description": "first" })).await;
    assert_eq!(status, 201);
    assert_eq!((&shown["Version"], &shown["FunctionArn"]), (&json!("1"), &json!(format!("{ARN}:1"))));
    assert_eq!((&shown["State"], &shown["Description"]), (&json!("Pending"), &json!("first")));
    stage.pass(4).await;
    stage.lambda("PUT", &format!("{FUNCTION}/configuration"), json!({ "Timeout": 60 })).await;
    stage.pass(4).await;
    let (_, shown) = stage.lambda("GET", &format!("{FUNCTION}/configuration?Qualifier=1"), Value::Null).await;
    assert_eq!((&shown["State"], &shown["Timeout"]), (&json!("Active"), &json!(3)));
    let (_, latest) = stage.lambda("GET", &format!("{FUNCTION}/configuration?Qualifier=%24LATEST"), Value::Null).await;
    assert_eq!(latest["FunctionArn"], format!("{ARN}:$LATEST"));
    let (_, answer) = stage.lambda("GET", &format!("/2015-03-31/functions/{ARN}:1"), Value::Null).await;
    assert_eq!(answer["Configuration"]["Version"], "1", "an ARN may hold the qualifier");
}

#[tokio::test(start_paused = true)]
async fn no_version_is_cut_when_nothing_has_changed() {
    let stage = Stage::with_function().await;
    let publish = async |description: &str| {
        let body = json!({ "Description": description });
        stage.lambda("POST", &format!("{FUNCTION}/versions"), body).await.1["Version"].clone()
    };
    assert_eq!(publish("first").await, "1");
    assert_eq!(publish("again").await, "1");
    stage.lambda("PUT", &format!("{FUNCTION}/configuration"), json!({ "Timeout": 60 })).await;
    stage.pass(4).await;
    assert_eq!(publish("second").await, "2");
    stage.lambda("DELETE", &format!("{FUNCTION}?Qualifier=2"), Value::Null).await;
    assert_eq!(publish("third").await, "3", "a number is never given twice");
}

#[tokio::test(start_paused = true)]
async fn create_and_update_of_code_publish_when_asked() {
    let stage = Stage::with_image().await;
    let mut wanted = stage.wanted();
    wanted["Publish"] = true.into();
    let (_, shown) = stage.lambda("POST", FUNCTIONS, wanted).await;
    assert_eq!((&shown["Version"], &shown["FunctionArn"]), (&json!("1"), &json!(ARN)));
    let (_, version) = stage.lambda("GET", &format!("{FUNCTION}/configuration?Qualifier=1"), Value::Null).await;
    assert_eq!(version["State"], "Pending", "a version waits with its function");
    stage.pass(5).await;
    let (_, version) = stage.lambda("GET", &format!("{FUNCTION}/configuration?Qualifier=1"), Value::Null).await;
    assert_eq!(version["State"], "Active");

    stage.account.push("openrate", "v2", Picture { layer: layer(&["new"]), ..Picture::default() }).await;
    let body = json!({ "ImageUri": image_uri("v2"), "Publish": true });
    let (_, shown) = stage.lambda("PUT", &format!("{FUNCTION}/code"), body).await;
    assert_eq!((&shown["Version"], &shown["FunctionArn"]), (&json!("2"), &json!(format!("{ARN}:2"))));
}

#[tokio::test(start_paused = true)]
async fn versions_are_listed_after_latest_in_pages() {
    let stage = Stage::with_function().await;
    stage.lambda("POST", &format!("{FUNCTION}/versions"), json!({})).await;
    let (_, answer) = stage.lambda("GET", &format!("{FUNCTION}/versions"), Value::Null).await;
    let arns: Vec<&Value> =
        answer["Versions"].as_array().expect("a list").iter().map(|one| &one["FunctionArn"]).collect();
    assert_eq!(arns, [&json!(format!("{ARN}:$LATEST")), &json!(format!("{ARN}:1"))]);
    let (_, first) = stage.lambda("GET", &format!("{FUNCTION}/versions?MaxItems=1"), Value::Null).await;
    assert!(first["NextMarker"].is_string());
    let (_, all) = stage.lambda("GET", &format!("{FUNCTIONS}?FunctionVersion=ALL"), Value::Null).await;
    assert_eq!(all["Functions"].as_array().expect("a list").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_version_goes_alone_and_latest_does_not() {
    let stage = Stage::with_function().await;
    stage.lambda("POST", &format!("{FUNCTION}/versions"), json!({})).await;
    assert_eq!(stage.lambda("DELETE", &format!("{FUNCTION}?Qualifier=1"), Value::Null).await.0, 204);
    let gone = format!("Function not found: {ARN}:1");
    let refusal = (404, "ResourceNotFoundException", gone.as_str());
    stage.refuses("GET", &format!("{FUNCTION}?Qualifier=1"), Value::Null, refusal).await;
    stage.refuses("DELETE", &format!("{FUNCTION}?Qualifier=1"), Value::Null, refusal).await;
    let latest =
        (400, "InvalidParameterValueException", "$LATEST version cannot be deleted without deleting the function.");
    stage.refuses("DELETE", &format!("{FUNCTION}?Qualifier=%24LATEST"), Value::Null, latest).await;
    let wrong_code = (400, "InvalidParameterValueException", "is different from current CodeSHA256 in $LATEST");
    stage.refuses("POST", &format!("{FUNCTION}/versions"), json!({ "CodeSha256": "x" }), wrong_code).await;
}
