//! A registry that speaks OCI distribution v2: public ones for the base image, ECR for ours, and the emulator's.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use emulator::Emulator;
use futures_util::TryStreamExt as _;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method, Response, StatusCode};
use url::Url;

use super::exchange::{Ask, Door};
use super::transport::{Connections, EMULATED};
use super::{BasicAuth, BlobStream, Manifest, Registry, RegistryError, Scheme, limits};
use crate::image::digest::sha256;
use crate::image::document::{self, READABLE};
use crate::image::reference::{is_digest, is_tag};

/// The header in which a registry says what it takes a manifest for.
const DIGEST: &str = "docker-content-digest";

/// One registry, asked with its own credentials or anonymously.
pub struct OciRegistry {
    host: String,
    is_emulated: bool,
    door: Result<Door, RegistryError>,
}

impl OciRegistry {
    /// A registry by its host (and port). The credentials must be those of this very registry.
    pub fn new(connections: &Connections, host: &str, scheme: Scheme, auth: Option<&BasicAuth>) -> Self {
        let scheme = match scheme {
            Scheme::Https => "https",
            Scheme::Http => "http",
        };
        let odd = |error: url::ParseError| RegistryError::Odd {
            registry: host.to_owned(),
            what: format!("its name is no host ({error})"),
        };
        let door = Url::parse(&format!("{scheme}://{host}/"))
            .map_err(odd)
            .and_then(|base| Door::new(host.to_owned(), base, auth, Arc::clone(&connections.0)));
        Self { host: host.to_owned(), is_emulated: false, door }
    }

    /// The emulator's registry, without a port: with the account's password for its own repositories, anonymously for
    /// the public base images.
    pub fn emulated(emulator: Emulator, auth: Option<&BasicAuth>) -> Self {
        let mut registry = Self::new(&Connections::within(emulator), "emulator", Scheme::Http, auth);
        if let Ok(door) = &mut registry.door {
            EMULATED.clone_into(&mut door.name);
        }
        Self { is_emulated: true, ..registry }
    }

    fn door(&self) -> Result<&Door, RegistryError> {
        self.door.as_ref().map_err(Clone::clone)
    }

    /// A request about a blob. Its digest stands in somebody else's manifest.
    fn about_blob(&self, method: Method, repository: &str, digest: &str) -> Result<Ask, RegistryError> {
        let door = self.door()?;
        if !is_digest(digest) {
            return Err(door.odd("a blob is not named by a sha256 digest".to_owned()));
        }
        Ok(Ask::new(method, door.url(&format!("/v2/{repository}/blobs/{digest}"))?))
    }

    /// Begins an upload; the query asks for more than that.
    async fn begin_upload(&self, repository: &str, query: &[(&str, &str)]) -> Result<(Url, Answer), RegistryError> {
        let door = self.door()?;
        let mut url = door.url(&format!("/v2/{repository}/blobs/uploads/"))?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let ask = Ask::new(Method::POST, url);
        let answer = door.ask(repository, &ask).await?;
        Ok((ask.url, answer))
    }

    async fn send_blob(
        &self,
        repository: &str,
        digest: &str,
        size: u64,
        content: BlobStream,
    ) -> Result<(), RegistryError> {
        let door = self.door()?;
        let begun = async {
            let (asked, answer) = self.begin_upload(repository, &[]).await?;
            let answer = door.expect(answer, StatusCode::ACCEPTED).await?;
            door.location(&asked, &answer)
        };
        let mut location = limits::within(&door.name, "where an upload goes on", begun).await?;
        // ECR takes a blob in one request; it does not keep to the specification for one sent in pieces.
        location.query_pairs_mut().append_pair("digest", digest);
        let answer = door.upload(location, content, size).await?;
        let answer = door.expect(answer, StatusCode::CREATED).await?;
        finish(answer).await;
        Ok(())
    }
}

type Answer = Response<BlobStream>;

/// Reads the few bytes that a good answer may have, so that its connection serves again. They tell nothing.
async fn finish(answer: Answer) {
    limits::beginning(answer.into_body()).await;
}

#[async_trait]
impl Registry for OciRegistry {
    fn host(&self) -> Option<&str> {
        (!self.is_emulated).then_some(&*self.host)
    }

    fn is_emulated(&self) -> bool {
        self.is_emulated
    }

    async fn manifest(&self, repository: &str, reference: &str) -> Result<Option<Manifest>, RegistryError> {
        let door = self.door()?;
        if !(is_digest(reference) || is_tag(reference)) {
            return Err(door.odd("an image is named by neither a tag nor a sha256 digest".to_owned()));
        }
        let exchange = async {
            let mut ask = Ask::new(Method::GET, door.url(&format!("/v2/{repository}/manifests/{reference}"))?);
            let accepted = HeaderValue::from_str(&READABLE.join(", ")).map_err(|error| door.odd(error.to_string()))?;
            ask.headers.insert(ACCEPT, accepted);
            let Some(answer) = door.find(door.ask(repository, &ask).await?).await? else { return Ok(None) };
            let said = text(&answer, DIGEST);
            let bytes = limits::whole(&door.name, "a manifest", limits::DOCUMENT, answer.into_body()).await?;
            let digest = sha256(&bytes);
            let mut named = said.into_iter().chain([reference.to_owned()]).filter(|named| is_digest(named));
            if let Some(other) = named.find(|named| *named != digest) {
                return Err(RegistryError::Mismatch { registry: door.name.clone(), digest: other });
            }
            let media_type = document::media_type(&bytes)
                .ok_or_else(|| door.odd(format!("its manifest of {repository}:{reference} is no JSON document")))?;
            Ok(Some(Manifest { digest, media_type, bytes }))
        };
        limits::within(&door.name, "a manifest", exchange).await
    }

    async fn has_blob(&self, repository: &str, digest: &str) -> Result<bool, RegistryError> {
        let (door, ask) = (self.door()?, self.about_blob(Method::HEAD, repository, digest)?);
        let exchange = async { Ok(door.find(door.ask(repository, &ask).await?).await?.is_some()) };
        limits::within(&door.name, "whether it has a layer", exchange).await
    }

    async fn blob(&self, repository: &str, digest: &str) -> Result<BlobStream, RegistryError> {
        let (door, ask) = (self.door()?, self.about_blob(Method::GET, repository, digest)?);
        let exchange = async {
            let answer = door.ask(repository, &ask).await?;
            door.expect(answer, StatusCode::OK).await
        };
        let answer = limits::within(&door.name, "the beginning of a layer", exchange).await?;
        Ok(limits::checked(door.name.clone(), digest.to_owned(), answer.into_body()))
    }

    async fn mount_blob(&self, repository: &str, digest: &str, from: &str) -> Result<bool, RegistryError> {
        let door = self.door()?;
        let asked = async {
            let (_, answer) = self.begin_upload(repository, &[("mount", digest), ("from", from)]).await?;
            Ok(answer.status() == StatusCode::CREATED)
        };
        // Whatever the reason (not opted in, another encryption, no right to read there), the blob can be sent.
        Ok(limits::within(&door.name, "whether it took a layer over", asked).await.unwrap_or(false))
    }

    async fn push_blob(
        &self,
        repository: &str,
        digest: &str,
        size: u64,
        content: BlobStream,
    ) -> Result<(), RegistryError> {
        // On its way through the HTTP client an error loses its type; what went wrong at the source is kept meanwhile.
        let at_source = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&at_source);
        let content = content.inspect_err(move |error| {
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
        });
        let sent = self.send_blob(repository, digest, size, Box::pin(content)).await;
        let cause = at_source.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (sent, cause) {
            (Err(_), Some(cause)) => Err(cause),
            (sent, _) => sent,
        }
    }

    async fn push_manifest(
        &self,
        repository: &str,
        tag: &str,
        media_type: &str,
        bytes: Bytes,
    ) -> Result<String, RegistryError> {
        let door = self.door()?;
        let exchange = async {
            let mut ask = Ask::new(Method::PUT, door.url(&format!("/v2/{repository}/manifests/{tag}"))?);
            let kind = HeaderValue::from_str(media_type).map_err(|error| door.odd(error.to_string()))?;
            ask.headers.insert(CONTENT_TYPE, kind);
            ask.body = bytes.clone();
            let answer = door.expect(door.ask(repository, &ask).await?, StatusCode::CREATED).await?;
            // A registry need not say it: what it took is what was sent.
            let digest = text(&answer, DIGEST).unwrap_or_else(|| sha256(&bytes));
            finish(answer).await;
            Ok(digest)
        };
        limits::within(&door.name, "whether it took the manifest", exchange).await
    }
}

fn text(answer: &Answer, header: &str) -> Option<String> {
    answer.headers().get(header).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
