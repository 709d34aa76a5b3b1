//! Raw requests for the tests of the services: signed for a service, sent to an account in memory, answers as text.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;

use crate::emulator::Emulator;
use crate::settings::Settings;

/// An account, and the region that its calls are signed for.
pub(crate) struct Asking {
    pub(crate) emulator: Emulator,
    pub(crate) region: &'static str,
}

/// An answer, its body as text.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The error's code, from wherever the protocol puts it; empty if there is none.
    pub(crate) code: String,
    pub(crate) body: String,
}

impl Asking {
    pub(crate) fn new() -> Self {
        Self { emulator: Emulator::new(Settings::for_tests()), region: "ap-northeast-1" }
    }

    /// A query service's operation: `RoleName=a&Path=/` (spaces and signs already encoded).
    pub(crate) async fn query(&self, service: &str, version: &str, action: &str, form: &str) -> Answer {
        let body = format!("Action={action}&Version={version}&{form}");
        self.send(service, "POST", "/", ("content-type", "application/x-www-form-urlencoded"), body).await
    }

    /// An awsJson1.1 service's operation.
    pub(crate) async fn target(&self, service: &str, target: &str, body: &Value) -> Answer {
        self.send(service, "POST", "/", ("x-amz-target", target), body.to_string()).await
    }

    /// A REST service's operation without a body.
    pub(crate) async fn get(&self, service: &str, path: &str) -> Answer {
        self.send(service, "GET", path, ("accept", "application/json"), String::new()).await
    }

    async fn send(&self, service: &str, method: &str, path: &str, header: (&str, &str), body: String) -> Answer {
        let credential = format!("AKID/20261122/{}/{service}/aws4_request", self.region);
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
            .expect("a request");
        Answer::read(&self.emulator.call(request).await)
    }
}

impl Answer {
    fn read(response: &Response<Bytes>) -> Self {
        let body = String::from_utf8_lossy(response.body()).into_owned();
        let header =
            response.headers().get("x-amzn-errortype").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let in_json = || Some(serde_json::from_str::<Value>(&body).ok()?["__type"].as_str()?.to_owned());
        let in_xml = || Some(body.split_once("<Code>")?.1.split_once("</Code>")?.0.to_owned());
        let code = header.or_else(in_json).or_else(in_xml).unwrap_or_default();
        Self { status: response.status().as_u16(), code, body }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}
