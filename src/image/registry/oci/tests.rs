//! Registries that lead astray or mean something else: what is sent to them, and what is said of them.

mod limits;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::{Request, Response};

use super::super::transport::{Body, Connections, Transport};
use super::super::{BasicAuth, BlobStream, Registry, RegistryError, Scheme};
use super::OciRegistry;
use crate::image::digest::sha256;

const MANIFEST: &str = r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json"}"#;
const ECR: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
const BEARER: &str = r#"Bearer realm="https://auth.example/token",service="hub""#;

/// Answers a request by its method and path.
type Rule = Box<dyn Fn(&str, &str) -> Answer + Send + Sync>;

/// A registry that answers by a rule, and keeps what was sent to it: method, address, and the login.
struct Fake {
    rule: Rule,
    seen: Mutex<Vec<String>>,
}

/// Status, headers, body.
type Answer = (u16, Vec<(&'static str, String)>, BlobStream);

fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
    let body = Bytes::from(body.to_owned());
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    (status, headers, stream::once(async { Ok(body) }).boxed())
}

#[async_trait]
impl Transport for Fake {
    async fn send(&self, request: Request<Body>) -> Result<Response<BlobStream>, RegistryError> {
        let login = request.headers().get("authorization").map_or("-", |value| value.to_str().unwrap());
        let word = login.split(' ').next().unwrap();
        let login = if word == "Basic" { word.to_owned() } else { login.to_owned() };
        let (method, url) = (request.method().to_string(), request.uri().to_string());
        self.seen.lock().unwrap().push(format!("{method} {url} {login}"));
        let (status, headers, body) = (self.rule)(&url, &login);
        let mut builder = Response::builder().status(status);
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        if let Body::Stream(content, _) = request.into_body() {
            content.try_collect::<Vec<_>>().await?;
        }
        Ok(builder.body(body).unwrap())
    }
}

/// The registry of this host behind a rule, with a password or anonymously.
fn registry(
    host: &str,
    login: bool,
    rule: impl Fn(&str, &str) -> Answer + Send + Sync + 'static,
) -> (OciRegistry, Arc<Fake>) {
    let fake = Arc::new(Fake { rule: Box::new(rule), seen: Mutex::default() });
    let auth = BasicAuth { user: "AWS".to_owned(), password: "secret".to_owned() };
    let connections = Connections(fake.clone());
    (OciRegistry::new(&connections, host, Scheme::Https, login.then_some(&auth)), fake)
}

fn seen(fake: &Fake) -> Vec<String> {
    fake.seen.lock().unwrap().clone()
}

#[tokio::test]
async fn the_login_stays_with_its_registry_wherever_an_answer_leads() {
    let other_port = format!("https://{ECR}:8443/a");
    for (place, login) in [
        ("https://bucket.s3.amazonaws.com/a?signed", "-"),
        (other_port.as_str(), "-"),
        ("https://evil.com/a", "-"),
        ("//evil.com/a", "-"),
        ("/v2/elsewhere", "Basic"),
    ] {
        let leads = place.to_owned();
        let (registry, fake) = registry(ECR, true, move |url, _| {
            if url.ends_with("/manifests/a") {
                answer(307, &[("location", &leads)], "")
            } else {
                answer(200, &[], MANIFEST)
            }
        });
        registry.manifest("base", "a").await.unwrap().unwrap();
        let seen = seen(&fake);
        assert_eq!(seen[0], format!("GET https://{ECR}/v2/base/manifests/a Basic"));
        assert!(seen.len() == 2 && seen[1].ends_with(&format!(" {login}")), "{seen:?}");
    }
    // Once it was left out it does not come back, not even for the registry.
    let (registry, fake) = registry(ECR, true, |url, _| match url {
        url if url.ends_with("/manifests/a") => answer(307, &[("location", "https://evil.com/a")], ""),
        "https://evil.com/a" => answer(302, &[("location", &format!("https://{ECR}/v2/other"))], ""),
        _ => answer(200, &[], MANIFEST),
    });
    registry.manifest("base", "a").await.unwrap().unwrap();
    assert_eq!(seen(&fake)[1..], ["GET https://evil.com/a -".to_owned(), format!("GET https://{ECR}/v2/other -")]);
}

#[tokio::test]
async fn no_answer_leads_from_https_to_anything_else() {
    for place in ["http://evil.com/a", &format!("http://{ECR}/a"), "file:///etc/passwd", "https://user:word@evil.com/a"]
    {
        let leads = place.to_owned();
        let (registry, fake) = registry(ECR, true, move |_, _| answer(302, &[("location", &leads)], ""));
        let error = registry.manifest("base", "a").await.unwrap_err();
        assert!(matches!(error, RegistryError::Odd { .. }), "{place}: {error}");
        assert_eq!(seen(&fake).len(), 1, "{place} is not asked");
    }
}

#[tokio::test]
async fn an_upload_that_goes_on_elsewhere_goes_without_the_login() {
    let digest = sha256(b"layer");
    for (place, login) in [
        ("https://uploads.example/u?id=1".to_owned(), "-"),
        (format!("https://{ECR}:8443/u?id=1"), "-"),
        ("/v2/openrate/blobs/uploads/1?state=2".to_owned(), "Basic"),
        (format!("https://{ECR}/u?id=1"), "Basic"),
    ] {
        let (registry, fake) = registry(ECR, true, move |url, _| {
            if url.ends_with("/uploads/") { answer(202, &[("location", &place)], "") } else { answer(201, &[], "") }
        });
        let content = stream::once(async { Ok(Bytes::from_static(b"layer")) }).boxed();
        registry.push_blob("openrate", &digest, 5, content).await.unwrap();
        let put = seen(&fake).pop().unwrap();
        assert!(put.starts_with("PUT https://") && put.ends_with(login), "{put}");
        assert!(put.contains(&format!("&digest={}", digest.replace(':', "%3A"))), "{put}");
    }
    let (registry, fake) = registry(ECR, true, |_, _| answer(202, &[("location", &format!("http://{ECR}/u"))], ""));
    let content = stream::once(async { Ok(Bytes::from_static(b"layer")) }).boxed();
    let error = registry.push_blob("openrate", &digest, 5, content).await.unwrap_err();
    assert!(error.to_string().contains("it leads from https to http"), "{error}");
    assert_eq!(seen(&fake).len(), 1);
}

#[tokio::test]
async fn a_password_is_never_exchanged_for_a_token() {
    let (registry, fake) = registry(ECR, true, |_, _| answer(401, &[("www-authenticate", BEARER)], ""));
    let error = registry.manifest("base", "a").await.unwrap_err();
    assert!(matches!(error, RegistryError::NotAllowed { anonymous: false, .. }), "{error}");
    assert_eq!(seen(&fake), [format!("GET https://{ECR}/v2/base/manifests/a Basic")]);
}

/// A public registry: a token from elsewhere, then the manifest.
fn hub(token: impl Fn() -> Answer + Send + Sync + 'static) -> (OciRegistry, Arc<Fake>) {
    registry("hub.example", false, move |url, login| match (url, login) {
        (url, _) if url.starts_with("https://auth.example/") => token(),
        (_, "Bearer good") => answer(200, &[], MANIFEST),
        _ => answer(401, &[("www-authenticate", BEARER)], ""),
    })
}

#[tokio::test]
async fn a_public_registry_is_read_with_a_token_that_is_fetched_once() {
    let (registry, fake) = hub(|| answer(200, &[], r#"{"token":"good"}"#));
    for _ in 0..2 {
        registry.manifest("library/python", "3.12").await.unwrap().unwrap();
    }
    let page = "https://hub.example/v2/library/python/manifests/3.12";
    let token = "https://auth.example/token?service=hub&scope=repository%3Alibrary%2Fpython%3Apull";
    let expected = [("-", page), ("-", token), ("Bearer good", page), ("Bearer good", page)]
        .map(|(login, url)| format!("GET {url} {login}"));
    assert_eq!(seen(&fake), expected);
}

#[tokio::test]
async fn a_token_that_is_not_given_is_told_by_what_it_was_refused_with() {
    let refused = async |status: u16, headers: &'static [(&'static str, &'static str)], body: &'static str| {
        let (registry, fake) = hub(move || answer(status, headers, body));
        (registry.manifest("a", "b").await.unwrap_err(), seen(&fake).len())
    };
    let (error, asked) = refused(429, &[("retry-after", "7")], "slow down").await;
    assert_eq!(error.to_string(), "auth.example refused with 429 error: slow down");
    assert_eq!((error.is_transient(), error.retry_after(), asked), (true, Some(Duration::from_secs(7)), 2));
    assert!(refused(503, &[], "").await.0.is_transient());
    assert!(matches!(refused(403, &[], "").await.0, RegistryError::NotAllowed { .. }));
    assert!(matches!(refused(200, &[], "<html>").await.0, RegistryError::Odd { .. }));
    assert!(matches!(refused(200, &[], "{\"token\":\"a\\r\\nb: c\"}").await.0, RegistryError::Odd { .. }));
    // A token that the registry then refuses is not fetched over and over.
    let (error, asked) = refused(200, &[], r#"{"token":"bad"}"#).await;
    assert!(matches!(error, RegistryError::NotAllowed { anonymous: true, .. }), "{error}");
    assert_eq!(asked, 3);
}

#[tokio::test]
async fn a_realm_in_the_clear_is_not_asked() {
    let bearer = r#"Bearer realm="http://auth.example/token""#;
    let (registry, fake) = registry("hub.example", false, move |_, _| answer(401, &[("www-authenticate", bearer)], ""));
    let error = registry.manifest("a", "b").await.unwrap_err();
    assert!(error.to_string().contains("it leads from https to http"), "{error}");
    assert_eq!(seen(&fake).len(), 1);
}

#[tokio::test]
async fn a_registry_that_leads_in_a_circle_is_left() {
    let (registry, fake) = registry("hub.example", false, |_, _| answer(302, &[("location", "/v2/again")], ""));
    let error = registry.manifest("a", "b").await.unwrap_err();
    assert_eq!(error.to_string(), "hub.example does not answer as a registry does: it redirects more than 5 times");
    assert_eq!((seen(&fake).len(), error.is_transient()), (6, false));
}

#[tokio::test]
async fn bytes_of_another_digest_are_not_taken() {
    let (registry, _) = registry("hub.example", false, |_, _| answer(200, &[], "other"));
    let blob = registry.blob("a", &sha256(b"layer")).await.unwrap();
    let error = blob.try_collect::<Vec<_>>().await.unwrap_err();
    assert!(matches!(error, RegistryError::Mismatch { .. }), "{error}");
    let (registry, _) = self::registry("hub.example", false, |_, _| answer(200, &[], MANIFEST));
    let error = registry.manifest("a", &sha256(b"layer")).await.unwrap_err();
    assert!(matches!(error, RegistryError::Mismatch { .. }), "{error}");
    let lying = sha256(b"layer");
    let (registry, _) =
        self::registry("hub.example", false, move |_, _| answer(200, &[("docker-content-digest", &lying)], MANIFEST));
    let error = registry.manifest("a", "b").await.unwrap_err();
    assert!(matches!(error, RegistryError::Mismatch { .. }), "{error}");
}

#[tokio::test]
async fn a_page_of_a_proxy_is_no_manifest_and_is_not_asked_for_again() {
    let (registry, _) = registry("hub.example", false, |_, _| answer(200, &[], "<html>Please log in</html>"));
    let error = registry.manifest("a", "b").await.unwrap_err();
    let expected = "hub.example does not answer as a registry does: its manifest of a:b is no JSON document";
    assert_eq!((error.to_string().as_str(), error.is_transient()), (expected, false));
}

#[tokio::test]
async fn a_digest_in_somebodys_manifest_is_no_way_to_another_path() {
    let (registry, fake) = registry(ECR, true, |_, _| answer(200, &[], ""));
    for digest in ["sha256:../../x", "../uploads/", "sha512:00", ""] {
        assert!(registry.blob("a", digest).await.is_err(), "{digest}");
        assert!(registry.has_blob("a", digest).await.is_err(), "{digest}");
        assert!(registry.manifest("a", &format!("{digest}/..")).await.is_err(), "{digest}");
    }
    assert_eq!(seen(&fake), Vec::<String>::new());
}

#[tokio::test]
async fn a_registrys_words_are_cut() {
    let body = format!(r#"{{"errors":[{{"code":"X","message":"{}"}}]}}"#, "a".repeat(1000));
    let (registry, _) = registry("hub.example", false, move |_, _| answer(400, &[], &body));
    let error = registry.manifest("a", "b").await.unwrap_err().to_string();
    assert!(error.len() < 400, "{error}");
}

#[tokio::test]
async fn a_manifest_that_was_taken_is_not_asked_for_again() {
    let (registry, fake) = registry(ECR, true, |_, _| answer(201, &[], ""));
    let bytes = Bytes::from_static(MANIFEST.as_bytes());
    let digest = registry.push_manifest("openrate", "a", "text/plain", bytes).await.unwrap();
    assert_eq!((digest, seen(&fake).len()), (sha256(MANIFEST.as_bytes()), 1));
}
