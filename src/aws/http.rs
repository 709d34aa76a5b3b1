//! The HTTP client: one pool for all services. TLS, with the system's certificates, is set up by the first https call,
//! so that a plain-http endpoint never pays for it.

use std::sync::OnceLock;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// The client for every service.
pub(super) fn client() -> SharedHttpClient {
    SharedHttpClient::new(Lazy { plain: plain(), tls: OnceLock::new() })
}

#[derive(Debug)]
struct Lazy {
    plain: SharedHttpClient,
    tls: OnceLock<SharedHttpClient>,
}

impl HttpClient for Lazy {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let connector = ByScheme {
            plain: self.plain.http_connector(settings, components),
            tls: OnceLock::new(),
            client: self.tls.get_or_init(tls).clone(),
            settings: settings.clone(),
            components: components.clone(),
        };
        SharedHttpConnector::new(connector)
    }
}

fn plain() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| connector(settings, components).build_http())
}

fn tls() -> SharedHttpClient {
    // The system's certificates are loaded when the first connector is made, not here.
    Builder::new().build_with_connector_fn(|settings, components| {
        connector(settings, components).tls_provider(Provider::Rustls(CryptoMode::Ring)).build()
    })
}

/// A connector that goes through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name.
fn connector(settings: Option<&HttpConnectorSettings>, components: Option<&RuntimeComponents>) -> ConnectorBuilder {
    let mut builder = Connector::builder().proxy_config(ProxyConfig::from_env());
    builder.set_connector_settings(settings.cloned());
    builder.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
    builder
}

#[derive(Debug)]
struct ByScheme {
    plain: SharedHttpConnector,
    tls: OnceLock<SharedHttpConnector>,
    client: SharedHttpClient,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

impl HttpConnector for ByScheme {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if request.uri().starts_with("http://") {
            return self.plain.call(request);
        }
        self.tls.get_or_init(|| self.client.http_connector(&self.settings, &self.components)).call(request)
    }
}
