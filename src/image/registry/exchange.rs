//! One exchange with a registry: its login goes to the registry itself and nowhere else, redirects are followed without
//! it, and a refusal is read for what it means.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, LOCATION, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use url::Url;

use super::token::{self, Challenge};
use super::transport::{Body, Transport};
use super::{BasicAuth, BlobStream, RegistryError, limits};

/// Registries redirect once, to where they keep their blobs.
const MOST_REDIRECTS: usize = 5;
/// Letters of a registry's words that are worth showing.
const MOST_WORDS: usize = 300;
/// The codes of a 404 that says what it is about; `error` where it says nothing.
const ABSENT: [&str; 5] = ["MANIFEST_UNKNOWN", "NAME_UNKNOWN", "BLOB_UNKNOWN", "NOT_FOUND", "error"];
const AGENT: HeaderValue = HeaderValue::from_static(concat!("bedrock-ops/", env!("CARGO_PKG_VERSION")));

/// A registry, and how it is asked.
pub(super) struct Door {
    /// What messages call it.
    pub(super) name: String,
    /// `https://HOST/`.
    base: Url,
    login: Login,
    transport: Arc<dyn Transport>,
}

/// As whom it is asked.
enum Login {
    /// With credentials that are for this registry.
    Basic(HeaderValue),
    /// As anybody. The tokens by which registries tell one anybody from another, by repository.
    Anonymous(Mutex<BTreeMap<String, HeaderValue>>),
}

/// A request that may be sent again.
pub(super) struct Ask {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Ask {
    /// A request without a body.
    pub(super) fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: Bytes::new() }
    }
}

impl Door {
    pub(super) fn new(
        name: String,
        base: Url,
        auth: Option<&BasicAuth>,
        transport: Arc<dyn Transport>,
    ) -> Result<Self, RegistryError> {
        let login = match auth {
            None => Login::Anonymous(Mutex::default()),
            Some(auth) => {
                let unfit = |_| RegistryError::NotAllowed {
                    registry: name.clone(),
                    reason: "its password can't be sent over HTTP".to_owned(),
                    anonymous: false,
                };
                Login::Basic(secret(&auth.header()).map_err(unfit)?)
            }
        };
        Ok(Self { name, base, login, transport })
    }

    /// The address of a path of the registry.
    pub(super) fn url(&self, path: &str) -> Result<Url, RegistryError> {
        self.base.join(path).map_err(|error| self.odd(format!("{path} is no path of it ({error})")))
    }

    /// Asks, if need be with a token that the registry asks for. A token is fetched once: what the registry refuses to the
    /// new one it refuses.
    pub(super) async fn ask(&self, repository: &str, ask: &Ask) -> Result<Response<BlobStream>, RegistryError> {
        let answer = self.follow(ask, self.authorization(repository)).await?;
        let Login::Anonymous(tokens) = &self.login else { return Ok(answer) };
        let unauthorized = answer.status() == StatusCode::UNAUTHORIZED;
        let Some(challenge) = Challenge::of(answer.headers()).filter(|_| unauthorized) else { return Ok(answer) };
        let token = self.token(&challenge, repository).await?;
        tokens.lock().unwrap_or_else(PoisonError::into_inner).insert(repository.to_owned(), token.clone());
        self.follow(ask, Some(token)).await
    }

    /// Sends a blob to where an upload goes on. A stream can be sent but once, so nothing is followed.
    pub(super) async fn upload(
        &self,
        url: Url,
        content: BlobStream,
        size: u64,
    ) -> Result<Response<BlobStream>, RegistryError> {
        let ask = Ask::new(Method::PUT, url);
        // A registry may have its uploads sent elsewhere; the credentials stay here.
        let ours = ask.url.origin() == self.base.origin();
        let authorization = self.authorization("").filter(|_| ours);
        let mut request = self.request(&ask, &ask.url, authorization, Body::Stream(content, size))?;
        request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(size));
        self.transport.send(request).await
    }

    /// Where a `Location` leads, seen from the page that named it.
    pub(super) fn location(&self, from: &Url, answer: &Response<BlobStream>) -> Result<Url, RegistryError> {
        let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let location = location.ok_or_else(|| self.odd("it names no place to go on (Location)".to_owned()))?;
        self.join(from, location)
    }

    /// The answer, if it has the status that it must have; else what its status means.
    pub(super) async fn expect(
        &self,
        answer: Response<BlobStream>,
        expected: StatusCode,
    ) -> Result<Response<BlobStream>, RegistryError> {
        let status = answer.status();
        if status == expected {
            return Ok(answer);
        }
        if status.as_u16() < 400 {
            return Err(self.odd(format!("it answered {} where {} was due", status.as_u16(), expected.as_u16())));
        }
        Err(self.refusal(&self.name, answer).await)
    }

    /// The answer, or nothing where the registry says that it has no such thing.
    pub(super) async fn find(
        &self,
        answer: Response<BlobStream>,
    ) -> Result<Option<Response<BlobStream>>, RegistryError> {
        match self.expect(answer, StatusCode::OK).await {
            Err(RegistryError::Refused { status: 404, code, .. }) if ABSENT.contains(&code.as_str()) => Ok(None),
            answer => answer.map(Some),
        }
    }

    pub(super) fn odd(&self, what: String) -> RegistryError {
        RegistryError::Odd { registry: self.name.clone(), what }
    }

    fn authorization(&self, repository: &str) -> Option<HeaderValue> {
        match &self.login {
            Login::Basic(value) => Some(value.clone()),
            Login::Anonymous(tokens) => tokens.lock().unwrap_or_else(PoisonError::into_inner).get(repository).cloned(),
        }
    }

    /// Sends the request, and follows where the answer leads: without the login once that is another origin, and never
    /// from https to http.
    async fn follow(
        &self,
        ask: &Ask,
        mut authorization: Option<HeaderValue>,
    ) -> Result<Response<BlobStream>, RegistryError> {
        let mut url = ask.url.clone();
        for _ in 0..=MOST_REDIRECTS {
            let request = self.request(ask, &url, authorization.clone(), Body::Whole(ask.body.clone()))?;
            let answer = self.transport.send(request).await?;
            let leads_on = matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308);
            if !(leads_on && matches!(ask.method, Method::GET | Method::HEAD)) {
                return Ok(answer);
            }
            let next = self.location(&url, &answer)?;
            if next.origin() != url.origin() {
                authorization = None;
            }
            url = next;
        }
        Err(self.odd(format!("it redirects more than {MOST_REDIRECTS} times")))
    }

    fn request(
        &self,
        ask: &Ask,
        url: &Url,
        authorization: Option<HeaderValue>,
        body: Body,
    ) -> Result<Request<Body>, RegistryError> {
        let mut request = Request::builder().method(&ask.method).uri(url.as_str()).body(body);
        if let Ok(request) = &mut request {
            let headers = request.headers_mut();
            headers.clone_from(&ask.headers);
            headers.insert(USER_AGENT, AGENT);
            if matches!(ask.method, Method::POST | Method::PUT) {
                headers.insert(CONTENT_LENGTH, HeaderValue::from(ask.body.len()));
            }
            headers.extend(authorization.map(|value| (AUTHORIZATION, value)));
        }
        request.map_err(|error| self.odd(format!("it leads to an address that can't be asked ({error})")))
    }

    /// An address that the registry names: no way from https to http, and no credentials of somebody's in it.
    fn join(&self, from: &Url, address: &str) -> Result<Url, RegistryError> {
        let url = from.join(address).map_err(|error| self.odd(format!("it leads to no address ({error})")))?;
        let in_the_clear = url.scheme() == "http" && from.scheme() == "http" && self.base.scheme() == "http";
        if url.scheme() != "https" && !in_the_clear {
            return Err(self.odd(format!("it leads from https to {}, which bedrock-ops does not follow", url.scheme())));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(self.odd("it leads to an address with a password in it".to_owned()));
        }
        Ok(url)
    }

    /// Fetches a token for reading. The login is for the registry, and no part of this.
    async fn token(&self, challenge: &Challenge, repository: &str) -> Result<HeaderValue, RegistryError> {
        let realm = self.join(&self.base, &challenge.realm)?;
        let ask = Ask::new(Method::GET, challenge.ask(realm, repository));
        let host = ask.url.host_str().unwrap_or(&self.name).to_owned();
        let answer = self.follow(&ask, None).await?;
        if answer.status() != StatusCode::OK {
            return Err(self.refusal(&host, answer).await);
        }
        let body = limits::whole(&host, "a token", limits::TOKEN, answer.into_body()).await?;
        let odd = |what: &str| RegistryError::Odd { registry: host.clone(), what: what.to_owned() };
        let token = token::read(&body).ok_or_else(|| odd("it answered without a token"))?;
        secret(&format!("Bearer {token}")).map_err(|_| odd("its token can't be sent over HTTP"))
    }

    /// What an answer with a bad status means; its body is an error document, or whatever a gateway wrote instead.
    async fn refusal(&self, registry: &str, answer: Response<BlobStream>) -> RegistryError {
        let status = answer.status().as_u16();
        let retry_after = seconds(answer.headers());
        let body = limits::beginning(answer.into_body()).await;
        let (code, message) = error_document(&body).unwrap_or_else(|| ("error".to_owned(), first_line(&body)));
        let registry = registry.to_owned();
        if matches!(status, 401 | 403) {
            let anonymous = matches!(self.login, Login::Anonymous(_));
            return RegistryError::NotAllowed { registry, reason: format!("{status} {message}"), anonymous };
        }
        RegistryError::Refused { registry, status, code, message, retry_after }
    }
}

/// A header that no log shows.
fn secret(text: &str) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(text)?;
    value.set_sensitive(true);
    Ok(value)
}

/// `Retry-After`, where it is a number of seconds.
fn seconds(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// The code and the words of an error document's first error.
fn error_document(body: &[u8]) -> Option<(String, String)> {
    let document: serde_json::Value = serde_json::from_slice(body).ok()?;
    let first = document.get("errors")?.get(0)?;
    let text = |name: &str| first.get(name).and_then(serde_json::Value::as_str).map(shown);
    Some((text("code")?, text("message").unwrap_or_default()))
}

/// The first line of what may be a whole page.
fn first_line(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    shown(text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no further words"))
}

/// A registry's words, no more than a message has room for.
fn shown(words: &str) -> String {
    words.chars().take(MOST_WORDS).collect()
}
