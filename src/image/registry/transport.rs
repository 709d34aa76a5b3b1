//! The ways to a registry: the network, or the emulator in this process. A way sends one request and follows nothing.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_smithy_runtime_api::client::http::{HttpConnector as _, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use bytes::{Bytes, BytesMut};
use emulator::{Dropped, Emulator};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::{Request, Response, Uri};
use http_body_util::{BodyExt as _, StreamBody};
use hyper_util::client::legacy::Error as ClientError;
use sync_wrapper::SyncStream;

use super::{BlobStream, RegistryError};
use crate::network::Network;

/// No connection within this time: the network is not there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The emulator's registry in messages.
pub(super) const EMULATED: &str = "the emulator's registry";

/// What a request carries.
pub(crate) enum Body {
    /// A few bytes, or none.
    Whole(Bytes),
    /// A blob, and its size.
    Stream(BlobStream, u64),
}

/// Sends requests.
#[async_trait]
pub(crate) trait Transport: Send + Sync {
    /// Sends one request and gives the answer as soon as its head is there, whatever its status.
    async fn send(&self, request: Request<Body>) -> Result<Response<BlobStream>, RegistryError>;
}

/// Connections to registries; clones share them.
#[derive(Clone)]
pub struct Connections(pub(super) Arc<dyn Transport>);

impl Connections {
    /// Connections over the network.
    pub fn over(network: &Network) -> Self {
        Self(Arc::new(OverNetwork(network.connector(CONNECT_TIMEOUT))))
    }

    /// Calls of the emulator in this process, whatever host they are for.
    pub(super) fn within(emulator: Emulator) -> Self {
        Self(Arc::new(WithinProcess(emulator)))
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Connections").finish_non_exhaustive()
    }
}

struct OverNetwork(SharedHttpConnector);

#[async_trait]
impl Transport for OverNetwork {
    async fn send(&self, request: Request<Body>) -> Result<Response<BlobStream>, RegistryError> {
        let registry = authority(request.uri());
        let request = request.map(|body| match body {
            Body::Whole(bytes) => SdkBody::from(bytes),
            Body::Stream(content, _) => {
                let frames = content.map_ok(http_body::Frame::data).map_err(Box::new);
                SdkBody::from_body_1_x(StreamBody::new(SyncStream::new(frames)))
            }
        });
        let odd = |what: String| RegistryError::Odd { registry: registry.clone(), what };
        let request = HttpRequest::try_from(request).map_err(|error| odd(error.to_string()))?;
        let answer = self.0.call(request).await.map_err(|error| unanswered(&registry, &error))?;
        let answer = answer.try_into_http1x().map_err(|error| odd(error.to_string()))?;
        Ok(answer.map(|body| -> BlobStream {
            Box::pin(body.into_data_stream().map_err(move |error| RegistryError::Connection {
                registry: registry.clone(),
                reason: innermost(error.as_ref()),
            }))
        }))
    }
}

/// Why no answer came.
fn unanswered(registry: &str, error: &ConnectorError) -> RegistryError {
    let (registry, reason) = (registry.to_owned(), innermost(error));
    let mut causes = chain(error);
    if causes.clone().find_map(|cause| cause.downcast_ref::<rustls::Error>()).is_some() {
        return RegistryError::Untrusted { registry, reason };
    }
    if causes.any(|cause| cause.downcast_ref::<ClientError>().is_some_and(ClientError::is_connect)) {
        return RegistryError::Unreachable { registry, reason };
    }
    RegistryError::Connection { registry, reason }
}

/// The error and all its causes.
fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> + Clone {
    std::iter::successors(Some(error), |error| beneath(*error))
}

/// The error's cause. What an I/O error was made from is no source of it, so it is looked for.
fn beneath<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<std::io::Error>() {
        Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    }
}

/// The last cause in the chain: `Connection refused`, where the outer ones only say that a request failed.
fn innermost(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

/// Host and port of an address.
fn authority(uri: &Uri) -> String {
    uri.authority().map(ToString::to_string).unwrap_or_default()
}

struct WithinProcess(Emulator);

#[async_trait]
impl Transport for WithinProcess {
    async fn send(&self, request: Request<Body>) -> Result<Response<BlobStream>, RegistryError> {
        let (mut head, body) = request.into_parts();
        // The emulator takes whole requests.
        let body = match body {
            Body::Whole(bytes) => bytes,
            Body::Stream(mut content, size) => {
                let mut gathered = BytesMut::with_capacity(usize::try_from(size).unwrap_or_default());
                while let Some(piece) = content.try_next().await? {
                    gathered.extend_from_slice(&piece);
                }
                gathered.freeze()
            }
        };
        head.uri = head.uri.path_and_query().map_or_else(Uri::default, |path| Uri::from(path.clone()));
        let broken =
            |dropped: Dropped| RegistryError::Connection { registry: EMULATED.to_owned(), reason: dropped.to_string() };
        let answer = self.0.exchange(Request::from_parts(head, body)).await.map_err(broken)?;
        let (head, body) = answer.into_parts();
        let bytes = body.collect().await.map_err(broken)?.to_bytes();
        let body = stream::once(async { Ok(bytes) }).boxed();
        Ok(Response::from_parts(head, body))
    }
}
