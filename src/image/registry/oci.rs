//! The door to real registries: public ones for the base image, ECR for ours.

use std::error::Error;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use http::HeaderValue;
use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::errors::{OciDistributionError, OciEnvelope};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference, RegistryOperation};

use super::{BasicAuth, BlobStream, Manifest, Registry, RegistryError, Scheme, refusal};
use crate::image::digest::sha256;
use crate::image::document::{self, READABLE};
use crate::image::reference::is_digest;

/// No connection within this time: the network is not there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// No byte of an answer within this time: the connection is dead.
const READ_TIMEOUT: Duration = Duration::from_mins(1);

/// A registry reached over HTTP.
pub struct OciRegistry {
    host: String,
    scheme: Scheme,
    auth: RegistryAuth,
    /// Made on first use: a registry that is never asked costs no reading of the machine's certificates.
    clients: OnceLock<Result<Clients, RegistryError>>,
}

struct Clients {
    /// For reading, with a limit on silence.
    reader: Client,
    /// For pushing blobs. A request is silent while its body travels, so here the transfer watches over time instead.
    writer: Client,
}

impl OciRegistry {
    /// A registry by its host (and port), as `auth` or anonymously.
    pub fn new(host: &str, scheme: Scheme, auth: Option<BasicAuth>) -> Self {
        let auth = auth.map_or(RegistryAuth::Anonymous, |auth| RegistryAuth::Basic(auth.user, auth.password));
        Self { host: host.to_owned(), scheme, auth, clients: OnceLock::new() }
    }

    fn clients(&self) -> Result<&Clients, RegistryError> {
        let clients = self.clients.get_or_init(|| {
            // The process may have chosen its TLS provider before us; both choices are ring.
            let _ = rustls::crypto::ring::default_provider().install_default();
            Ok(Clients { reader: self.client(Some(READ_TIMEOUT))?, writer: self.client(None)? })
        });
        clients.as_ref().map_err(Clone::clone)
    }

    fn client(&self, read_timeout: Option<Duration>) -> Result<Client, RegistryError> {
        let config = ClientConfig {
            protocol: match self.scheme {
                Scheme::Https => ClientProtocol::Https,
                Scheme::Http => ClientProtocol::Http,
            },
            // ECR takes a blob in one request; it does not keep to the specification for one sent in pieces.
            use_monolithic_push: true,
            connect_timeout: Some(CONNECT_TIMEOUT),
            read_timeout,
            user_agent: concat!("bedrock-ops/", env!("CARGO_PKG_VERSION")),
            ..ClientConfig::default()
        };
        Client::try_from(config).map_err(|error| translate(&self.host, error))
    }

    fn name(&self, repository: &str, reference: &str) -> Reference {
        let (host, repository) = (self.host.clone(), repository.to_owned());
        if is_digest(reference) {
            Reference::with_digest(host, repository, reference.to_owned())
        } else {
            Reference::with_tag(host, repository, reference.to_owned())
        }
    }

    /// A name for calls on blobs, and the client told of its credentials.
    async fn blobs(&self, client: &Client, repository: &str) -> Reference {
        client.store_auth_if_needed(&self.host, &self.auth).await;
        self.name(repository, "blobs")
    }

    /// The client hides why it got no token and then asks without one; a refusal for want of one is looked into.
    async fn explain(&self, client: &Client, repository: &str, error: OciDistributionError) -> RegistryError {
        if status(&error) == Some(401) {
            let name = self.name(repository, "blobs");
            if let Err(cause) = client.auth(&name, &self.auth, RegistryOperation::Pull).await {
                return translate(&self.host, cause);
            }
        }
        translate(&self.host, error)
    }
}

#[async_trait]
impl Registry for OciRegistry {
    fn host(&self) -> Option<&str> {
        Some(&self.host)
    }

    async fn mount_blob(&self, repository: &str, digest: &str, from: &str) -> Result<bool, RegistryError> {
        let writer = &self.clients()?.writer;
        let name = self.blobs(writer, repository).await;
        // Whatever the reason (not opted in, another encryption, no right to read there), the blob can be sent.
        Ok(writer.mount_blob(&name, &self.name(from, "blobs"), digest).await.is_ok())
    }

    async fn manifest(&self, repository: &str, reference: &str) -> Result<Option<Manifest>, RegistryError> {
        let reader = &self.clients()?.reader;
        let name = self.name(repository, reference);
        match reader.pull_manifest_raw(&name, &self.auth, &READABLE).await {
            Ok((bytes, _)) => {
                let media_type = document::media_type(&bytes).ok_or_else(|| RegistryError::Odd {
                    registry: self.host.clone(),
                    what: format!("the manifest of {repository} is no JSON document"),
                })?;
                Ok(Some(Manifest { digest: sha256(&bytes), media_type, bytes }))
            }
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(self.explain(reader, repository, error).await),
        }
    }

    async fn has_blob(&self, repository: &str, digest: &str) -> Result<bool, RegistryError> {
        let reader = &self.clients()?.reader;
        let name = self.blobs(reader, repository).await;
        match reader.blob_exists(&name, digest).await {
            Ok(there) => Ok(there),
            Err(error) => Err(self.explain(reader, repository, error).await),
        }
    }

    async fn blob(&self, repository: &str, digest: &str) -> Result<BlobStream, RegistryError> {
        let reader = &self.clients()?.reader;
        let name = self.blobs(reader, repository).await;
        match reader.pull_blob_stream(&name, digest).await {
            Ok(sized) => {
                let host = self.host.clone();
                Ok(Box::pin(sized.stream.map_err(move |error| broken(&host, &error))))
            }
            Err(error) => Err(self.explain(reader, repository, error).await),
        }
    }

    async fn push_blob(
        &self,
        repository: &str,
        digest: &str,
        size: u64,
        content: BlobStream,
    ) -> Result<(), RegistryError> {
        let writer = &self.clients()?.writer;
        let name = self.blobs(writer, repository).await;
        // The client knows only its own errors; what went wrong at the source is kept here meanwhile.
        let at_source = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&at_source);
        let content = content.map_err(move |error| {
            let text = error.to_string();
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            OciDistributionError::GenericError(Some(text))
        });
        let Err(error) = writer.push_blob_stream(&name, content.boxed(), digest, Some(size)).await else {
            return Ok(());
        };
        let cause = at_source.lock().unwrap_or_else(PoisonError::into_inner).take();
        match cause {
            Some(cause) => Err(cause),
            None => Err(self.explain(writer, repository, error).await),
        }
    }

    async fn push_manifest(
        &self,
        repository: &str,
        tag: &str,
        media_type: &str,
        bytes: Bytes,
    ) -> Result<String, RegistryError> {
        let reader = &self.clients()?.reader;
        reader.store_auth_if_needed(&self.host, &self.auth).await;
        let name = self.name(repository, tag);
        let odd = |what: String| RegistryError::Odd { registry: self.host.clone(), what };
        let content_type = HeaderValue::from_str(media_type).map_err(|error| odd(error.to_string()))?;
        if let Err(error) = reader.push_manifest_raw(&name, bytes, content_type).await {
            return Err(self.explain(reader, repository, error).await);
        }
        // The client does not hand out the digest in the answer, so the registry is asked what it has now.
        match reader.fetch_manifest_digest(&name, &self.auth).await {
            Ok(digest) => Ok(digest),
            Err(error) => Err(self.explain(reader, repository, error).await),
        }
    }
}

/// The HTTP status that an error carries.
fn status(error: &OciDistributionError) -> Option<u16> {
    match error {
        OciDistributionError::UnauthorizedError { .. } => Some(401),
        OciDistributionError::ServerError { code, .. } => Some(*code),
        OciDistributionError::RequestError(error) => error.status().map(|status| status.as_u16()),
        _ => None,
    }
}

fn is_absent(error: &OciDistributionError) -> bool {
    let codes = ["ManifestUnknown", "NameUnknown", "NotFound"];
    match error {
        OciDistributionError::ImageManifestNotFoundError(_) => true,
        OciDistributionError::RegistryError { envelope, .. } => {
            envelope.errors.iter().any(|error| codes.contains(&format!("{:?}", error.code).as_str()))
        }
        other => status(other) == Some(404),
    }
}

/// The client's error in our words.
fn translate(host: &str, error: OciDistributionError) -> RegistryError {
    let registry = host.to_owned();
    match error {
        OciDistributionError::RegistryError { envelope, .. } => refused(registry, &envelope),
        OciDistributionError::UnauthorizedError { .. } => refusal(host, 401, b""),
        OciDistributionError::AuthenticationFailure(reason) => refusal(host, 401, reason.as_bytes()),
        OciDistributionError::ServerError { code, message, .. } => refusal(host, code, message.as_bytes()),
        OciDistributionError::RequestError(error) => match error.status() {
            Some(status) => refusal(host, status.as_u16(), b""),
            None => RegistryError::Connection { registry, reason: innermost(&error) },
        },
        OciDistributionError::IoError(error) => broken(host, &error),
        other => RegistryError::Odd { registry, what: other.to_string() },
    }
}

/// A refusal with an error document. The client keeps no status with it; throttling is told by the code.
fn refused(registry: String, envelope: &OciEnvelope) -> RegistryError {
    let first = envelope.errors.first();
    let code = first.and_then(|error| serde_json::to_value(&error.code).ok()?.as_str().map(str::to_owned));
    let code = code.unwrap_or_else(|| "error".to_owned());
    let message = first.map_or_else(String::new, |error| error.message.clone());
    match code.as_str() {
        "UNAUTHORIZED" | "DENIED" => RegistryError::NotAllowed { registry, reason: message },
        "TOOMANYREQUESTS" => RegistryError::Refused { registry, status: 429, code, message },
        _ => RegistryError::Refused { registry, status: 400, code, message },
    }
}

fn broken(host: &str, error: &std::io::Error) -> RegistryError {
    RegistryError::Connection { registry: host.to_owned(), reason: innermost(error) }
}

/// The last cause in the chain: `Connection refused`, where the outer ones only say that a request failed.
fn innermost(error: &dyn Error) -> String {
    let mut last = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string()
}
