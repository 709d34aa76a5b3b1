//! The image against the emulated ECR and Lambda: in process, and over a port with the client that meets the real ones.

use std::time::Duration;

use bedrock_ops::image::{
    BasicAuth, Connections, Host, ImageError, OciRegistry, Pushed, Registry, RegistryError, Scheme, Source,
    build_and_push, resolve_base, tag,
};
use bedrock_ops::network::Network;
use bytes::Bytes;
use emulator::{Emulator, Settings};
use http::Request;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::sample::{source, write};

const HANDLER: (&str, &str) = ("lambda_function.py", "def handler(event, context): return 1\n");
const ACCOUNT: &str = "123456789012";
const REGION: &str = "ap-northeast-1";

/// One call to an AWS service; the body of the answer, which must be a good one.
async fn call(
    emulator: &Emulator,
    service: &str,
    method: &str,
    path: &str,
    header: (&str, &str),
    body: String,
) -> String {
    let credential = format!("AKID/20261122/{REGION}/{service}/aws4_request");
    let signature = "0".repeat(64);
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(
            "authorization",
            format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature={signature}"),
        )
        .header("x-amz-date", "20261122T090000Z")
        .header(header.0, header.1)
        .body(Bytes::from(body))
        .unwrap();
    let answer = emulator.call(request).await;
    let text = String::from_utf8_lossy(answer.body()).into_owned();
    assert!(answer.status().is_success(), "{service} {path}: {text}");
    text
}

pub(crate) async fn ecr(emulator: &Emulator, operation: &str, body: Value) -> Value {
    let target = format!("AmazonEC2ContainerRegistry_V20150921.{operation}");
    let answer = call(emulator, "ecr", "POST", "/", ("x-amz-target", &target), body.to_string()).await;
    serde_json::from_str(&answer).unwrap()
}

/// An account with the repository `openrate`, whose tags cannot be moved, and the token for it.
pub(crate) async fn account() -> (Emulator, BasicAuth) {
    let emulator = Emulator::new(Settings::for_tests());
    ecr(&emulator, "CreateRepository", json!({"repositoryName": "openrate", "imageTagMutability": "IMMUTABLE"})).await;
    let token = ecr(&emulator, "GetAuthorizationToken", json!({})).await;
    let auth = BasicAuth::from_token(token["authorizationData"][0]["authorizationToken"].as_str().unwrap()).unwrap();
    (emulator, auth)
}

async fn deploy(source: &Source, from: &dyn Registry, into: &dyn Registry) -> Result<(String, Pushed), ImageError> {
    let base = resolve_base(from, &source.base_image, &source.architecture).await?;
    let tag = tag(source, &base).await?;
    let pushed = build_and_push(source, &base, from, into, "openrate", &tag, &Host::default(), &()).await?;
    Ok((tag, pushed))
}

#[tokio::test(start_paused = true)]
async fn the_emulated_ecr_takes_the_image_once() {
    let (emulator, auth) = account().await;
    let from = OciRegistry::emulated(emulator.clone(), None);
    let into = OciRegistry::emulated(emulator.clone(), Some(&auth));
    let (_kept, source) = source(&[HANDLER]);
    let (tag, first) = deploy(&source, &from, &into).await.unwrap();
    assert_eq!(first.uploaded_layers, 2);

    emulator.clear_calls();
    let (_, second) = deploy(&source, &from, &into).await.unwrap();
    assert_eq!((second.digest.as_str(), second.uploaded_bytes), (first.digest.as_str(), 0));
    assert!(emulator.calls().iter().all(|call| !call.writes), "{:?}", emulator.calls());

    let found =
        ecr(&emulator, "DescribeImages", json!({"repositoryName": "openrate", "imageIds": [{"imageTag": tag}]})).await;
    assert_eq!(found["imageDetails"][0]["imageDigest"], json!(first.digest));
}

#[tokio::test(start_paused = true)]
async fn lambda_runs_the_image() {
    let (emulator, auth) = account().await;
    let from = OciRegistry::emulated(emulator.clone(), None);
    let into = OciRegistry::emulated(emulator.clone(), Some(&auth));
    let (_kept, source) = source(&[HANDLER, ("lib/deep/a.py", "")]);
    let (_, pushed) = deploy(&source, &from, &into).await.unwrap();

    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let trust = utf8_percent_encode(trust, NON_ALPHANUMERIC);
    let form = format!("Action=CreateRole&Version=2010-05-08&RoleName=lambda&AssumeRolePolicyDocument={trust}");
    call(&emulator, "iam", "POST", "/", ("content-type", "application/x-www-form-urlencoded"), form).await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    let function = json!({
        "FunctionName": "openrate", "PackageType": "Image", "Role": format!("arn:aws:iam::{ACCOUNT}:role/lambda"),
        "Code": {"ImageUri": format!("{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/openrate@{}", pushed.digest)},
    });
    let json = ("content-type", "application/json");
    call(&emulator, "lambda", "POST", "/2015-03-31/functions", json, function.to_string()).await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    let found = call(&emulator, "lambda", "GET", "/2015-03-31/functions/openrate", json, String::new()).await;
    let found: Value = serde_json::from_str(&found).unwrap();
    assert_eq!(found["Configuration"]["State"], json!("Active"), "{found}");
}

/// The emulator behind a port of this machine; it goes when the runtime does.
async fn served(emulator: &Emulator) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let emulator = emulator.clone();
    tokio::spawn(async move { emulator.serve(listener, emulator::Access::AnyCredentials).await });
    host
}

fn over_network(host: &str, auth: Option<&BasicAuth>) -> OciRegistry {
    OciRegistry::new(&Connections::over(&Network::default()), host, Scheme::Http, auth)
}

#[tokio::test]
async fn the_network_client_brings_the_same_image() {
    let (emulator, auth) = account().await;
    let host = served(&emulator).await;
    let (_kept, mut source) = source(&[HANDLER]);
    // Some megabytes that don't compress, so that it takes more than one piece.
    let mut noise = 1_u32;
    let digits = std::iter::repeat_with(|| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        format!("{noise:08x}")
    });
    write(&source.folder, "noise.txt", &digits.take(500_000).collect::<String>());
    source.base_image = format!("{host}/lambda/python:3.12");
    let from = over_network(&host, None);
    let into = over_network(&host, Some(&auth));
    let (tag, first) = deploy(&source, &from, &into).await.unwrap();
    assert!(first.uploaded_bytes > 1_000_000, "{first:?}");
    let there = into.manifest("openrate", &tag).await.unwrap().unwrap();
    assert_eq!(there.digest, first.digest);
    assert_eq!(deploy(&source, &from, &into).await.unwrap().1.uploaded_bytes, 0);

    write(&source.folder, "lambda_function.py", "x = 2\n");
    assert_eq!(deploy(&source, &from, &into).await.unwrap().1.skipped_layers, 1);
}

#[tokio::test]
async fn the_network_clients_errors_are_sentences() {
    let (emulator, auth) = account().await;
    let host = served(&emulator).await;
    let anonymous = over_network(&host, None);
    let known = over_network(&host, Some(&auth));
    assert_eq!(anonymous.manifest("lambda/python", "2.7").await, Ok(None));
    let error = anonymous.has_blob("openrate", &format!("sha256:{}", "0".repeat(64))).await.unwrap_err();
    assert!(matches!(error, RegistryError::NotAllowed { .. }), "{error}");

    // The manifest names blobs that are not there; a missing repository takes none.
    let manifest = Bytes::from_static(b"{\"schemaVersion\":2}");
    let media_type = "application/vnd.oci.image.manifest.v1+json";
    let error = known.push_manifest("openrate", "a", media_type, manifest.clone()).await.unwrap_err();
    assert!(matches!(&error, RegistryError::Refused { status: 400, .. }), "{error}");
    let error = known.push_manifest("nowhere", "a", media_type, manifest).await.unwrap_err();
    assert!(matches!(&error, RegistryError::Refused { code, .. } if code == "NAME_UNKNOWN"), "{error}");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = listener.local_addr().unwrap().to_string();
    drop(listener);
    let error = over_network(&nobody, None).manifest("a", "b").await.unwrap_err();
    let expected = format!("cannot connect to {nobody}: Connection refused");
    assert!(error.to_string().starts_with(&expected) && error.is_transient(), "{error}");
}
