//! The emulator's door in this process: the SDK's requests go to it without a socket.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use emulator::Emulator;
use http_body_util::BodyExt;

/// Settings that reach nothing but the emulator.
pub(super) fn config(emulator: &Emulator, region: &str, retries: RetryConfig) -> SdkConfig {
    let credentials = aws_sdk_sts::config::Credentials::new("EMULATOR", "emulator", None, None, "bedrock-ops --local");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .credentials_provider(aws_sdk_sts::config::SharedCredentialsProvider::new(credentials))
        .sleep_impl(aws_sdk_sts::config::SharedAsyncSleep::new(aws_smithy_async::rt::sleep::TokioSleep::new()))
        .endpoint_url("http://emulator")
        .retry_config(retries)
        .http_client(SharedHttpClient::new(InProcess(emulator.clone())))
        .build()
}

#[derive(Debug, Clone)]
struct InProcess(Emulator);

impl HttpClient for InProcess {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let emulator = self.0.clone();
        HttpConnectorFuture::new(async move {
            let unsendable = |error: Box<dyn std::error::Error + Send + Sync>| ConnectorError::user(error);
            let (parts, body) = request.try_into_http1x().map_err(|error| unsendable(error.into()))?.into_parts();
            let body = body.collect().await.map_err(unsendable)?.to_bytes();
            let answer = emulator.exchange(http::Request::from_parts(parts, body)).await;
            let answer = answer.map_err(|dropped| ConnectorError::io(dropped.into()))?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}
