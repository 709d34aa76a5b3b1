//! Which images Lambda takes, and what becomes of those that it should not have taken.

use serde_json::{Value, json};

use crate::account::{OCI_INDEX, OCI_MANIFEST};
use crate::{FUNCTION, FUNCTIONS, Picture, REGISTRY, Stage, image_uri, layer};

#[tokio::test(start_paused = true)]
async fn the_image_must_be_in_this_accounts_registry_of_this_region() {
    let stage = Stage::with_image().await;
    let none = "0".repeat(64);
    for (uri, status, code, text) in [
        (image_uri("v2"), 400, "InvalidParameterValueException", "does not exist. Provide a valid source image."),
        (format!("{REGISTRY}/other:v1"), 400, "InvalidParameterValueException", "does not exist."),
        (format!("{REGISTRY}/openrate@sha256:{none}"), 400, "InvalidParameterValueException", "does not exist."),
        (
            format!("{REGISTRY}/openrate"),
            400,
            "InvalidParameterValueException",
            "amazonaws.com/openrate is not valid. Provide a valid source image.",
        ),
        (
            image_uri("v1").replace("ap-northeast-1", "us-east-1"),
            400,
            "InvalidParameterValueException",
            "is not valid.",
        ),
        ("public.ecr.aws/lambda/python:3.13".to_owned(), 400, "InvalidParameterValueException", "is not valid."),
        (
            image_uri("v1").replace("123456789012", "210987654321"),
            403,
            "AccessDeniedException",
            "Lambda does not have permission to access the ECR image. Check the ECR permissions.",
        ),
    ] {
        let mut wanted = stage.wanted();
        wanted["Code"]["ImageUri"] = uri.into();
        stage.refuses("POST", FUNCTIONS, wanted, (status, code, text)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_index_and_foreign_media_types_are_refused_at_once() {
    let stage = Stage::with_image().await;
    let index = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [
        { "mediaType": OCI_MANIFEST, "digest": stage.digest, "size": 1 }
    ] });
    stage.account.push_manifest("openrate", "index", OCI_INDEX, &index).await;
    let zstd = Picture { layer_type: "application/vnd.oci.image.layer.v1.tar+zstd", ..Picture::default() };
    stage.account.push("openrate", "zstd", zstd).await;
    for tag in ["index", "zstd"] {
        let uri = image_uri(tag);
        let text =
            format!("The image manifest, config or layer media type for the source image {uri} is not supported.");
        let mut wanted = stage.wanted();
        wanted["Code"]["ImageUri"] = uri.into();
        stage.refuses("POST", FUNCTIONS, wanted, (400, "InvalidParameterValueException", &text)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_bad_layer_or_platform_fails_the_function_later() {
    let stage = Stage::with_image().await;
    let parents = "InvalidImage: MissingParentDirectory: Parent directory does not exist for file: var/task/a.py";
    let unsupported = "ImageLayerFailure: UnsupportedImageLayerDetected - Layer Digest sha256:";
    let plain = "application/vnd.docker.image.rootfs.diff.tar";
    let cases = [
        ("orphan", Picture { layer: layer(&["var/", "var/task/a.py"]), ..Picture::default() }, parents),
        ("plain", Picture { layer_type: plain, ..Picture::default() }, unsupported),
        ("not-gzip", Picture { layer: b"no gzip at all".to_vec(), ..Picture::default() }, unsupported),
        ("arm", Picture { architecture: "arm64", ..Picture::default() }, "linux/arm64, the function for linux/amd64"),
    ];
    for (name, picture, reason) in cases {
        stage.account.push("openrate", name, picture).await;
        let mut wanted = stage.wanted();
        wanted["FunctionName"] = name.into();
        wanted["Code"]["ImageUri"] = image_uri(name).into();
        let (status, shown) = stage.lambda("POST", FUNCTIONS, wanted).await;
        assert_eq!((status, &shown["State"]), (201, &json!("Pending")), "{name}");
        stage.pass(5).await;
        let path = format!("{FUNCTIONS}/{name}");
        let (_, shown) = stage.lambda("GET", &format!("{path}/configuration"), Value::Null).await;
        assert_eq!((&shown["State"], &shown["StateReasonCode"]), (&json!("Failed"), &json!("InvalidImage")), "{name}");
        assert!(shown["StateReason"].as_str().expect("a reason").contains(reason), "{shown}");
        let refusal = (409, "ResourceConflictException", "following state: Failed");
        stage.refuses("PUT", &format!("{path}/code"), json!({ "ImageUri": image_uri("v1") }), refusal).await;
        assert_eq!(stage.lambda("DELETE", &path, Value::Null).await.0, 204, "a failed function can go");
    }
}

#[tokio::test(start_paused = true)]
async fn a_bad_image_fails_an_update_and_a_good_one_mends_it() {
    let stage = Stage::with_function().await;
    stage.account.push("openrate", "bad", Picture { layer: layer(&["a/b"]), ..Picture::default() }).await;
    let path = format!("{FUNCTION}/code");
    for (tag, status) in [("bad", "Failed"), ("v1", "Successful")] {
        let (code, shown) = stage.lambda("PUT", &path, json!({ "ImageUri": image_uri(tag) })).await;
        assert_eq!((code, &shown["LastUpdateStatus"]), (200, &json!("InProgress")));
        stage.pass(4).await;
        let (_, shown) = stage.lambda("GET", &format!("{FUNCTION}/configuration"), Value::Null).await;
        assert_eq!((&shown["State"], &shown["LastUpdateStatus"]), (&json!("Active"), &json!(status)), "{tag}");
        let code = if status == "Failed" { json!("InvalidImage") } else { Value::Null };
        assert_eq!(shown["LastUpdateStatusReasonCode"], code);
    }
}

#[tokio::test(start_paused = true)]
async fn an_arm_function_runs_an_arm_image() {
    let stage = Stage::with_image().await;
    stage.account.push("openrate", "arm", Picture { architecture: "arm64", ..Picture::default() }).await;
    let mut wanted = stage.wanted();
    wanted["Code"]["ImageUri"] = image_uri("arm").into();
    wanted["Architectures"] = json!(["arm64"]);
    stage.lambda("POST", FUNCTIONS, wanted).await;
    stage.pass(5).await;
    let (_, shown) = stage.lambda("GET", &format!("{FUNCTION}/configuration"), Value::Null).await;
    assert_eq!((&shown["State"], &shown["Architectures"]), (&json!("Active"), &json!(["arm64"])));
}

#[tokio::test(start_paused = true)]
async fn a_tag_that_moves_moves_no_function() {
    let stage = Stage::with_function().await;
    stage.account.push("openrate", "v1", Picture { layer: layer(&["new"]), ..Picture::default() }).await;
    let (_, answer) = stage.lambda("GET", FUNCTION, Value::Null).await;
    assert_eq!(answer["Code"]["ResolvedImageUri"], format!("{REGISTRY}/openrate@{}", stage.digest));
    let (_, shown) = stage.lambda("PUT", &format!("{FUNCTION}/code"), json!({ "ImageUri": image_uri("v1") })).await;
    assert_ne!(shown["CodeSha256"], stage.digest.trim_start_matches("sha256:"));
}

#[tokio::test(start_paused = true)]
async fn lambda_lets_itself_into_the_repository() {
    let stage = Stage::with_function().await;
    for _ in 0..2 {
        let body = json!({ "repositoryName": "openrate" });
        let (_, answer) = stage.account.ecr("GetRepositoryPolicy", body).await;
        let policy: Value = serde_json::from_str(answer["policyText"].as_str().expect("a policy")).expect("JSON");
        let statements = policy["Statement"].as_array().expect("a list");
        assert_eq!(statements.len(), 1, "once is enough");
        assert_eq!(statements[0]["Sid"], "LambdaECRImageRetrievalPolicy");
        assert_eq!(statements[0]["Principal"], json!({ "Service": "lambda.amazonaws.com" }));
        stage.lambda("PUT", &format!("{FUNCTION}/code"), json!({ "ImageUri": image_uri("v1") })).await;
        stage.pass(4).await;
    }
}
