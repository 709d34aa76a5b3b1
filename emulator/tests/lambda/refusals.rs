//! Requests that break a rule of Lambda's model or of Lambda itself.

use serde_json::{Value, json};

use crate::{FUNCTION, FUNCTIONS, Stage, image_uri};

#[tokio::test(start_paused = true)]
async fn a_create_that_breaks_a_rule_is_refused() {
    let stage = Stage::with_image().await;
    let invalid = "InvalidParameterValueException";
    let broken = "ValidationException";
    for (member, value, status, code, text) in [
        ("FunctionName", Value::Null, 400, broken, "Value null at 'functionName' failed to satisfy constraint"),
        ("FunctionName", json!("a b"), 400, broken, "Value 'a b' at 'functionName'"),
        ("FunctionName", json!("a".repeat(65)), 400, invalid, "length less than or equal to 64"),
        ("Role", json!("admin"), 400, broken, "at 'role' failed to satisfy constraint"),
        ("Code", Value::Null, 400, broken, "Value null at 'code'"),
        ("Code", json!({}), 400, invalid, "Please provide ImageUri"),
        ("Code", json!({ "Image": "x" }), 501, "NotImplementedByEmulator", "the member Image of CreateFunction"),
        ("PackageType", Value::Null, 400, invalid, "Runtime and Handler are mandatory parameters"),
        ("PackageType", json!("Jar"), 400, broken, "enum value set: [Zip, Image]"),
        ("Handler", json!("a.b"), 400, invalid, "Please don't provide Handler or Runtime or Layer"),
        (
            "Timeout",
            json!(901),
            400,
            broken,
            "Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900",
        ),
        ("Timeout", json!(0), 400, broken, "greater than or equal to 1"),
        ("Timeout", json!("60"), 400, "SerializationException", "Timeout must be an integer"),
        ("MemorySize", json!(127), 400, broken, "greater than or equal to 128"),
        ("MemorySize", json!(10241), 400, invalid, "'MemorySize' value failed to satisfy constraint"),
        ("Description", json!("d".repeat(257)), 400, broken, "'description'"),
        ("EphemeralStorage", json!({ "Size": 1 }), 400, broken, "'size'"),
        ("Architectures", json!(["x86"]), 400, broken, "enum value set: [x86_64, arm64]"),
        ("Architectures", json!([]), 400, broken, "'architectures'"),
        ("TracingConfig", json!({ "Mode": "On" }), 400, broken, "'mode'"),
        ("LoggingConfig", json!({ "SystemLogLevel": "INFO" }), 400, invalid, "you must set LogFormat to JSON"),
        ("Tags", json!({ "aws:a": "b" }), 400, invalid, "reserved for AWS"),
        (
            "VpcConfig",
            json!({ "SubnetIds": [] }),
            501,
            "NotImplementedByEmulator",
            "the member VpcConfig of CreateFunction",
        ),
        ("MemorySzie", json!(128), 501, "NotImplementedByEmulator", "the member MemorySzie of CreateFunction"),
    ] {
        let mut wanted = stage.wanted();
        wanted[member] = value;
        stage.refuses("POST", FUNCTIONS, wanted, (status, code, text)).await;
    }
    let (_, answer) = stage.lambda("GET", FUNCTIONS, Value::Null).await;
    assert_eq!(answer["Functions"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn an_environment_that_lambda_cannot_set_is_refused() {
    let stage = Stage::with_function().await;
    let reserved = "Lambda was unable to configure your environment variables because the environment variables you \
                    have provided contains reserved keys that are currently not supported for modification. Reserved \
                    keys used in this request: AWS_REGION";
    let large = "provided exceeded the 4KB limit. String measured: {\"AA\":\"";
    for (variables, code, text) in [
        (json!({ "AWS_REGION": "x" }), "InvalidParameterValueException", reserved),
        (json!({ "AA": "x".repeat(4096) }), "InvalidParameterValueException", large),
        (json!({ "A-B": "x" }), "ValidationException", "[a-zA-Z]([a-zA-Z0-9_])+"),
        (json!({ "A": "x" }), "ValidationException", "[a-zA-Z]([a-zA-Z0-9_])+"),
        (json!({ "AB": 1 }), "SerializationException", "Variables must be a map of strings"),
    ] {
        let body = json!({ "Environment": { "Variables": variables } });
        stage.refuses("PUT", &format!("{FUNCTION}/configuration"), body, (400, code, text)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn calls_to_what_is_not_there_or_not_known_are_refused() {
    let stage = Stage::with_function().await;
    let none = "Function not found: arn:aws:lambda:ap-northeast-1:123456789012:function:none";
    let image = json!({ "ImageUri": image_uri("v1") });
    for (method, path, body) in [
        ("GET", "none", Value::Null),
        ("GET", "none/configuration", Value::Null),
        ("PUT", "none/configuration", json!({})),
        ("PUT", "none/code", image.clone()),
        ("POST", "none/versions", json!({})),
        ("GET", "none/versions", Value::Null),
        ("DELETE", "none", Value::Null),
    ] {
        stage.refuses(method, &format!("{FUNCTIONS}/{path}"), body, (404, "ResourceNotFoundException", none)).await;
    }
    let elsewhere = "Functions from 'us-east-1' are not reachable in this region ('ap-northeast-1')";
    let path = format!("{FUNCTIONS}/arn:aws:lambda:us-east-1:123456789012:function:openrate");
    stage.refuses("GET", &path, Value::Null, (404, "ResourceNotFoundException", elsewhere)).await;
    let dry = json!({ "ImageUri": image_uri("v1"), "DryRun": true });
    let unknown = (501, "NotImplementedByEmulator", "the member DryRun of UpdateFunctionCode");
    stage.refuses("PUT", &format!("{FUNCTION}/code"), dry, unknown).await;
    let concurrency = "/2019-09-30/functions/openrate/provisioned-concurrency";
    let unknown = (501, "NotImplementedByEmulator", "concurrency");
    stage.refuses("PUT", concurrency, json!({ "ReservedConcurrentExecutions": 1 }), unknown).await;
    let no_image = (400, "InvalidParameterValueException", "Please provide ImageUri when updating a function");
    stage.refuses("PUT", &format!("{FUNCTION}/code"), json!({}), no_image).await;
    let bad_page = (400, "ValidationException", "'maxItems'");
    stage.refuses("GET", &format!("{FUNCTIONS}?MaxItems=0"), Value::Null, bad_page).await;
}
