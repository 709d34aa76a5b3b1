//! The door to the embedded emulator's registry, without a port: for `--local` and for tests.

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use emulator::{Dropped, Emulator};
use futures_util::{TryStreamExt, stream};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_RANGE, CONTENT_TYPE, LOCATION};
use http::{Method, Request, Response};
use http_body_util::BodyExt as _;

use super::{BasicAuth, BlobStream, Manifest, Registry, RegistryError, refusal};
use crate::image::digest::sha256;
use crate::image::document::{self, READABLE};

/// What is gathered before it is handed over: the emulator takes whole requests, and a layer may be large.
const PIECE: usize = 8 * 1024 * 1024;

/// The registry's name in messages.
const NAME: &str = "the emulator's registry";

/// The emulator's registry, called in process.
#[derive(Clone)]
pub struct EmulatorRegistry {
    emulator: Emulator,
    auth: Option<BasicAuth>,
}

impl EmulatorRegistry {
    /// As `auth` for the account's own repositories, anonymously for the public base images.
    pub fn new(emulator: Emulator, auth: Option<BasicAuth>) -> Self {
        Self { emulator, auth }
    }

    /// One request; every answer below 400 is good.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(http::HeaderName, &str)],
        body: Bytes,
    ) -> Result<Response<Bytes>, RegistryError> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        if let Some(auth) = &self.auth {
            request = request.header(AUTHORIZATION, auth.header());
        }
        let request = request.body(body).map_err(|error| odd(format!("no request can be made to {path}: {error}")))?;
        let answer = self.emulator.exchange(request).await.map_err(broken)?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await.map_err(broken)?;
        let answer = Response::from_parts(head, body.to_bytes());
        let status = answer.status().as_u16();
        if status < 400 { Ok(answer) } else { Err(refusal(NAME, status, answer.body())) }
    }

    /// The same, with `None` for what is not there.
    async fn find(
        &self,
        method: Method,
        path: &str,
        headers: &[(http::HeaderName, &str)],
    ) -> Result<Option<Response<Bytes>>, RegistryError> {
        match self.ask(method, path, headers, Bytes::new()).await {
            Ok(answer) => Ok(Some(answer)),
            Err(RegistryError::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Hands over one piece of a blob and gives where the next one goes.
    async fn send_piece(&self, location: &str, start: usize, piece: Bytes) -> Result<String, RegistryError> {
        let range = format!("{start}-{}", start + piece.len() - 1);
        location_of(&self.ask(Method::PATCH, location, &[(CONTENT_RANGE, &range)], piece).await?)
    }
}

#[async_trait]
impl Registry for EmulatorRegistry {
    async fn manifest(&self, repository: &str, reference: &str) -> Result<Option<Manifest>, RegistryError> {
        let path = format!("/v2/{repository}/manifests/{reference}");
        let Some(answer) = self.find(Method::GET, &path, &[(ACCEPT, &READABLE.join(", "))]).await? else {
            return Ok(None);
        };
        let bytes = answer.into_body();
        let media_type =
            document::media_type(&bytes).ok_or_else(|| odd("a manifest is no JSON document".to_owned()))?;
        Ok(Some(Manifest { digest: sha256(&bytes), media_type, bytes }))
    }

    async fn has_blob(&self, repository: &str, digest: &str) -> Result<bool, RegistryError> {
        Ok(self.find(Method::HEAD, &format!("/v2/{repository}/blobs/{digest}"), &[]).await?.is_some())
    }

    async fn blob(&self, repository: &str, digest: &str) -> Result<BlobStream, RegistryError> {
        let answer = self.ask(Method::GET, &format!("/v2/{repository}/blobs/{digest}"), &[], Bytes::new()).await?;
        let bytes = answer.into_body();
        Ok(Box::pin(stream::once(async { Ok(bytes) })))
    }

    async fn push_blob(
        &self,
        repository: &str,
        digest: &str,
        _size: u64,
        mut content: BlobStream,
    ) -> Result<(), RegistryError> {
        let begun = self.ask(Method::POST, &format!("/v2/{repository}/blobs/uploads/"), &[], Bytes::new()).await?;
        let mut location = location_of(&begun)?;
        let (mut gathered, mut sent) = (BytesMut::new(), 0);
        while let Some(bytes) = content.try_next().await? {
            if !gathered.is_empty() && gathered.len() + bytes.len() > PIECE {
                let piece = gathered.split().freeze();
                let next = sent + piece.len();
                location = self.send_piece(&location, sent, piece).await?;
                sent = next;
            }
            gathered.extend_from_slice(&bytes);
        }
        let separator = if location.contains('?') { '&' } else { '?' };
        let path = format!("{location}{separator}digest={digest}");
        self.ask(Method::PUT, &path, &[], gathered.freeze()).await?;
        Ok(())
    }

    async fn push_manifest(
        &self,
        repository: &str,
        tag: &str,
        media_type: &str,
        bytes: Bytes,
    ) -> Result<String, RegistryError> {
        let path = format!("/v2/{repository}/manifests/{tag}");
        let answer = self.ask(Method::PUT, &path, &[(CONTENT_TYPE, media_type)], bytes).await?;
        let digest = answer.headers().get("docker-content-digest").and_then(|value| value.to_str().ok());
        digest.map(str::to_owned).ok_or_else(|| odd("it took a manifest without telling its digest".to_owned()))
    }
}

/// Where an upload goes on.
fn location_of(answer: &Response<Bytes>) -> Result<String, RegistryError> {
    let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let location = location.ok_or_else(|| odd("it began an upload without telling where".to_owned()))?;
    // Relative in answers of today's emulator, but a registry may also name itself in full.
    let path = location.split_once("://").and_then(|(_, rest)| rest.find('/').map(|start| &rest[start..]));
    Ok(path.unwrap_or(location).to_owned())
}

fn broken(dropped: Dropped) -> RegistryError {
    RegistryError::Connection { registry: NAME.to_owned(), reason: dropped.to_string() }
}

fn odd(what: String) -> RegistryError {
    RegistryError::Odd { registry: NAME.to_owned(), what }
}
