//! An account under test: raw requests in, status and JSON out.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use emulator::{Emulator, Settings};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{Request, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(crate) const REGISTRY: &str = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com";
pub(crate) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const GZIP_LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// An account of its own, on the paused clock, as slow as AWS.
pub(crate) struct Account {
    pub(crate) emulator: Emulator,
}

/// An image to push; what a test does not care about is in order.
pub(crate) struct Picture {
    pub(crate) architecture: &'static str,
    pub(crate) layer_type: &'static str,
    pub(crate) layer: Vec<u8>,
}

impl Default for Picture {
    fn default() -> Self {
        Self { architecture: "amd64", layer_type: GZIP_LAYER, layer: layer(&["var/", "var/task/", "var/task/a.py"]) }
    }
}

impl Account {
    pub(crate) fn new() -> Self {
        Self { emulator: Emulator::new(Settings::for_tests()) }
    }

    /// An operation of ECR: status, and the answer.
    pub(crate) async fn ecr(&self, operation: &str, body: Value) -> (u16, Value) {
        self.ecr_in("ap-northeast-1", operation, body).await
    }

    pub(crate) async fn ecr_in(&self, region: &str, operation: &str, body: Value) -> (u16, Value) {
        let request = signed("POST", "/", region, "ecr")
            .header("x-amz-target", format!("AmazonEC2ContainerRegistry_V20150921.{operation}"))
            .header("content-type", "application/x-amz-json-1.1");
        let answer = self.send(request, body.to_string().into_bytes()).await;
        (answer.status().as_u16(), parsed(&answer))
    }

    /// A call of Lambda: status, and the answer with the error's code as `code`.
    pub(crate) async fn lambda(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let answer = self.send(signed(method, path, "ap-northeast-1", "lambda"), body).await;
        let mut value = parsed(&answer);
        if let Some(code) = answer.headers().get("x-amzn-errortype") {
            value["code"] = code.to_str().expect("ascii").into();
        }
        (answer.status().as_u16(), value)
    }

    /// A role that Lambda may take on, `wait` after it was made.
    pub(crate) async fn role(&self, name: &str, service: &str, wait: Duration) -> String {
        let trust = json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" }
        ] });
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("Action", "CreateRole")
            .append_pair("Version", "2010-05-08")
            .append_pair("RoleName", name)
            .append_pair("AssumeRolePolicyDocument", &trust.to_string())
            .finish();
        let request =
            signed("POST", "/", "us-east-1", "iam").header("content-type", "application/x-www-form-urlencoded");
        let answer = self.send(request, form.into_bytes()).await;
        assert_eq!(answer.status(), 200, "{answer:?}");
        tokio::time::sleep(wait).await;
        format!("arn:aws:iam::123456789012:role/{name}")
    }

    /// The `Authorization` header for the registry.
    pub(crate) async fn registry_password(&self) -> String {
        let (_, answer) = self.ecr("GetAuthorizationToken", json!({})).await;
        format!("Basic {}", answer["authorizationData"][0]["authorizationToken"].as_str().expect("a token"))
    }

    /// A call of the registry with the right password.
    pub(crate) async fn registry(
        &self,
        method: &str,
        path: &str,
        content_type: &str,
        body: impl Into<Vec<u8>>,
    ) -> Response<Bytes> {
        let password = self.registry_password().await;
        let request = Request::builder().method(method).uri(path).header("authorization", password);
        self.send(request.header("content-type", content_type), body.into()).await
    }

    /// Pushes a blob whole and tells its descriptor.
    pub(crate) async fn push_blob(&self, repository: &str, media_type: &str, content: &[u8]) -> Value {
        let digest = digest_of(content);
        let path = format!("/v2/{repository}/blobs/uploads/?digest={digest}");
        let answer = self.registry("POST", &path, "application/octet-stream", content).await;
        assert_eq!(answer.status(), 201, "{answer:?}");
        json!({ "mediaType": media_type, "digest": digest, "size": content.len() })
    }

    /// Pushes an image under a tag and tells its digest.
    pub(crate) async fn push(&self, repository: &str, tag: &str, picture: Picture) -> String {
        let config = json!({ "os": "linux", "architecture": picture.architecture }).to_string();
        let config = self.push_blob(repository, "application/vnd.oci.image.config.v1+json", config.as_bytes()).await;
        let layer = self.push_blob(repository, picture.layer_type, &picture.layer).await;
        let manifest = json!({ "schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": [layer] });
        self.push_manifest(repository, tag, OCI_MANIFEST, &manifest).await
    }

    /// Pushes a manifest and tells its digest.
    pub(crate) async fn push_manifest(
        &self,
        repository: &str,
        tag: &str,
        media_type: &str,
        manifest: &Value,
    ) -> String {
        let path = format!("/v2/{repository}/manifests/{tag}");
        let answer = self.registry("PUT", &path, media_type, manifest.to_string()).await;
        assert_eq!(answer.status(), 201, "{answer:?}");
        header(&answer, "docker-content-digest")
    }

    pub(crate) async fn send(&self, request: http::request::Builder, body: Vec<u8>) -> Response<Bytes> {
        self.emulator.call(request.body(Bytes::from(body)).expect("a request")).await
    }
}

pub(crate) fn signed(method: &str, path: &str, region: &str, service: &str) -> http::request::Builder {
    let signature = "0".repeat(64);
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=AKID/20261122/{region}/{service}/aws4_request, SignedHeaders=host;x-amz-date, \
         Signature={signature}"
    );
    let request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:4566");
    request.header("authorization", authorization).header("x-amz-date", "20261122T090000Z")
}

/// A gzipped tar of empty files; names that end with `/` are directories.
pub(crate) fn layer(entries: &[&str]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for path in entries {
        let mut header = tar::Header::new_ustar();
        let kind = if path.ends_with('/') { tar::EntryType::Directory } else { tar::EntryType::Regular };
        header.set_entry_type(kind);
        header.set_size(0);
        header.set_cksum();
        archive.append_data(&mut header, path, &b""[..]).expect("an entry");
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&archive.into_inner().expect("a tar")).expect("memory");
    gzip.finish().expect("memory")
}

pub(crate) fn digest_of(content: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(content))
}

pub(crate) fn header(answer: &Response<Bytes>, name: &str) -> String {
    answer.headers().get(name).map_or_else(String::new, |value| value.to_str().expect("ascii").to_owned())
}

pub(crate) fn parsed(answer: &Response<Bytes>) -> Value {
    if answer.body().is_empty() { json!({}) } else { serde_json::from_slice(answer.body()).expect("JSON") }
}
