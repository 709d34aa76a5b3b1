//! HTTP connections, to AWS and to registries alike: through the proxy that the environment names, trusting the system's
//! certificates or one bundle in their place. TLS is set up by the first https request, so that a plain-http endpoint
//! never pays for it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// How this program reaches the world.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// The certificates that are trusted in place of the system's, as PEM.
    bundle: Option<Arc<[u8]>>,
}

/// Why a certificate bundle is not one.
#[derive(Debug, thiserror::Error)]
#[error("AWS_CA_BUNDLE names {}, which {reason}", .path.display())]
pub struct BadBundle {
    path: PathBuf,
    reason: String,
}

impl Network {
    /// A network that trusts the certificates of this PEM file and no others, as `AWS_CA_BUNDLE` has it everywhere.
    pub fn trusting(path: &Path) -> Result<Self, BadBundle> {
        let bad = |reason: String| BadBundle { path: path.to_owned(), reason };
        let pem = std::fs::read(path).map_err(|error| bad(format!("can't be read: {error}")))?;
        // The HTTP client takes a wrong bundle for a mistake of ours, and panics.
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        let certificates = certificates.map_err(|error| bad(format!("is not a file of PEM certificates: {error}")))?;
        if certificates.is_empty() {
            return Err(bad("holds no PEM certificate".to_owned()));
        }
        let mut roots = RootCertStore::empty();
        for certificate in certificates {
            let added = roots.add(certificate);
            added.map_err(|error| bad(format!("holds a certificate that can't be used: {error}")))?;
        }
        Ok(Self { bundle: Some(pem.into()) })
    }

    /// The client for AWS's services: one pool for all that share it.
    pub fn client(&self) -> SharedHttpClient {
        let plain = Builder::new()
            .build_with_connector_fn(|settings, components| connector(settings, sleep_of(components)).build_http());
        SharedHttpClient::new(Lazy { plain, tls: OnceLock::new(), network: self.clone() })
    }

    /// A pool of connections for requests of our own. A connection that does not come about in this time fails; how
    /// long an answer may take is for the caller to decide.
    pub fn connector(&self, connect_timeout: Duration) -> SharedHttpConnector {
        let settings = HttpConnectorSettings::builder().connect_timeout(connect_timeout).build();
        let sleep = Some(SharedAsyncSleep::new(TokioSleep::new()));
        let plain = SharedHttpConnector::new(connector(Some(&settings), sleep.clone()).build_http());
        let network = self.clone();
        SharedHttpConnector::new(ByScheme::new(plain, move || {
            SharedHttpConnector::new(network.secured(connector(Some(&settings), sleep.clone())))
        }))
    }

    fn secured(&self, connector: ConnectorBuilder) -> Connector {
        let secured = connector.tls_provider(Provider::Rustls(CryptoMode::Ring));
        let Some(bundle) = &self.bundle else { return secured.build() };
        let trust = TrustStore::empty().with_pem_certificate(bundle.to_vec());
        match TlsContext::builder().with_trust_store(trust).build() {
            Ok(context) => secured.tls_context(context).build(),
            // It builds always; were that to change, the system's certificates are no wider door.
            Err(_) => secured.build(),
        }
    }
}

/// A connector that goes through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name.
fn connector(settings: Option<&HttpConnectorSettings>, sleep: Option<SharedAsyncSleep>) -> ConnectorBuilder {
    let mut builder = Connector::builder().proxy_config(ProxyConfig::from_env());
    builder.set_connector_settings(settings.cloned());
    builder.set_sleep_impl(sleep);
    builder
}

fn sleep_of(components: Option<&RuntimeComponents>) -> Option<SharedAsyncSleep> {
    components.and_then(RuntimeComponents::sleep_impl)
}

/// The client of the SDK, which chooses a connector by the request's scheme.
#[derive(Debug)]
struct Lazy {
    plain: SharedHttpClient,
    tls: OnceLock<SharedHttpClient>,
    network: Network,
}

impl HttpClient for Lazy {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let plain = self.plain.http_connector(settings, components);
        let tls = self.tls.get_or_init(|| {
            let network = self.network.clone();
            // The certificates are loaded when the first connector is made, not here.
            Builder::new().build_with_connector_fn(move |settings, components| {
                network.secured(connector(settings, sleep_of(components)))
            })
        });
        let (tls, settings, components) = (tls.clone(), settings.clone(), components.clone());
        SharedHttpConnector::new(ByScheme::new(plain, move || tls.http_connector(&settings, &components)))
    }
}

/// Sends plain-http requests one way, and all others another way that is made on first use.
struct ByScheme {
    plain: SharedHttpConnector,
    tls: OnceLock<SharedHttpConnector>,
    make_tls: Box<dyn Fn() -> SharedHttpConnector + Send + Sync>,
}

impl ByScheme {
    fn new(plain: SharedHttpConnector, make_tls: impl Fn() -> SharedHttpConnector + Send + Sync + 'static) -> Self {
        Self { plain, tls: OnceLock::new(), make_tls: Box::new(make_tls) }
    }
}

impl fmt::Debug for ByScheme {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ByScheme").field("plain", &self.plain).field("tls", &self.tls).finish_non_exhaustive()
    }
}

impl HttpConnector for ByScheme {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if request.uri().starts_with("http://") {
            return self.plain.call(request);
        }
        self.tls.get_or_init(&self.make_tls).call(request)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Network;

    #[test]
    fn a_certificate_bundle_that_is_none_is_refused_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let refused = || Network::trusting(&path).unwrap_err().to_string();
        assert!(refused().contains("ca.pem, which can't be read: "), "{}", refused());
        for (text, reason) in [
            ("no certificate", "holds no PEM certificate"),
            (
                "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
                "holds a certificate that can't be used",
            ),
            ("-----BEGIN CERTIFICATE-----\n%%\n-----END CERTIFICATE-----\n", "is not a file of PEM certificates"),
        ] {
            std::fs::write(&path, text).unwrap();
            assert!(refused().starts_with("AWS_CA_BUNDLE names ") && refused().contains(reason), "{}", refused());
        }
    }
}
