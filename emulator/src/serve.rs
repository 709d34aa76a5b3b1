//! The second door: the account on a loopback port, for any client that speaks HTTP, and one more for its functions.

mod connection;
mod origin;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::access::{Access, Key};
use crate::body::Body;
use crate::emulator::{Emulator, Remembered};
use crate::fault::Dropped;
use crate::refusal::Refusal;
use crate::route;
use crate::signature;
use crate::{render, service};
use connection::{Answer, HEAD_WITHIN};
pub(crate) use origin::check as check_origin;

/// The largest blob taken. A layer comes in one piece, and a handler with its libraries may well be 250 MB.
const LARGEST_BLOB: usize = 512 * 1024 * 1024;

/// The largest request to a service: an event of 6 MB is the most that one takes.
const LARGEST_CALL: usize = 16 * 1024 * 1024;

/// The largest request of a caller that is not known, which is going to be refused.
const LARGEST_UNKNOWN: usize = 64 * 1024;

impl Emulator {
    /// Answers every connection, until the returned future is dropped; its connections end with it. Only requests that
    /// `access` allows are answered, and none of a web page.
    pub async fn serve(&self, listener: TcpListener, access: Access) -> io::Result<()> {
        let address = listener.local_addr()?;
        only_loopback(address)?;
        self.served_on(address);
        let emulator = self.clone();
        let answer = move |request| {
            let (emulator, access) = (emulator.clone(), access.clone());
            async move {
                match admitted(&emulator, &access, request).await {
                    Ok(request) => emulator.exchange(request).await.map(Answer::GoOn),
                    Err(refused) => Ok(Answer::Close(refused)),
                }
            }
        };
        connection::accept(listener, answer).await.map(|never| match never {})
    }
}

/// The door for the functions that run here, closed when it is dropped. It does not keep the account alive.
#[derive(Debug)]
pub(crate) struct InnerDoor {
    address: SocketAddr,
    /// Only the functions have it.
    key: Key,
    serving: JoinHandle<()>,
}

impl InnerDoor {
    pub(crate) async fn open(account: Remembered) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let (address, key) = (listener.local_addr()?, Key::random()?);
        let access = Access::Key(key.clone());
        // They have no way to go, so there is no latency: under a paused clock, which stands still while a process runs,
        // it would never end.
        let answer = move |request| {
            let (account, access) = (account.clone(), access.clone());
            async move {
                let emulator = account.emulator().ok_or(Dropped)?;
                match admitted(&emulator, &access, request).await {
                    Ok(request) => emulator.exchange_at_once(request).await.map(Answer::GoOn),
                    Err(refused) => Ok(Answer::Close(refused)),
                }
            }
        };
        let serving = tokio::spawn(async move {
            let _ = connection::accept(listener, answer).await;
        });
        Ok(Self { address, key, serving })
    }

    /// The variables that lead an AWS client here.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let endpoint = ("AWS_ENDPOINT_URL".to_owned(), format!("http://{}", self.address));
        self.key.variables().into_iter().chain([endpoint]).collect()
    }

    /// Whether it is still served: not when the runtime that it was opened in has ended.
    pub(crate) fn is_open(&self) -> bool {
        !self.serving.is_finished()
    }
}

impl Drop for InnerDoor {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The request with its body, if its sender may send it; else the answer to it. Who that is stands in its head, and is
/// looked at before much of the body is read.
async fn admitted(
    emulator: &Emulator,
    access: &Access,
    request: Request<Incoming>,
) -> Result<Request<Bytes>, Response<Body>> {
    let (head, body) = request.into_parts();
    let own = |status, text: String| render::own(status, &json!({"message": text}), &emulator.new_request_id());
    if let Err(text) = check_origin(&head.uri, &head.headers) {
        return Err(own(403, text));
    }
    let refused = |head: &Parts, refusal: &Refusal| refused(head, refusal, &emulator.new_request_id());
    let limit = limit(emulator, access, &head).map_err(|refusal| refused(&head, &refusal))?;
    let whole = Limited::new(body, limit).collect();
    let whole = if limit == LARGEST_UNKNOWN {
        tokio::time::timeout(HEAD_WITHIN, whole).await.ok().and_then(Result::ok)
    } else {
        whole.await.ok()
    };
    let Some(whole) = whole else {
        return Err(own(413, format!("the body is larger than {limit} bytes, or broke off")));
    };
    let request = Request::from_parts(head, whole.to_bytes());
    if let (Access::Key(key), Some(Ok(signed))) = (access, signature::of(request.headers()))
        && !is_for_registry(request.uri().path())
        && !signed.is_by(key.secret(), &request)
    {
        return Err(refused(&request.into_parts().0, &signature::mismatch()));
    }
    Ok(request)
}

/// How much of the body is read. What carries no signature, or half of one, the account itself refuses.
fn limit(emulator: &Emulator, access: &Access, head: &Parts) -> Result<usize, Refusal> {
    if is_for_registry(head.uri.path()) {
        return Ok(if emulator.opens_registry(&head.headers) { LARGEST_BLOB } else { LARGEST_UNKNOWN });
    }
    match (access, signature::of(&head.headers)) {
        (Access::Key(key), Some(Ok(signed))) if signed.key != key.id() => Err(signature::unknown_key()),
        (_, Some(Ok(_))) => Ok(LARGEST_CALL),
        (_, None | Some(Err(_))) => Ok(LARGEST_UNKNOWN),
    }
}

/// A refusal in the form of the service that was called.
fn refused(head: &Parts, refusal: &Refusal, request_id: &str) -> Response<Body> {
    let mut request = Request::new(());
    *request.uri_mut() = head.uri.clone();
    *request.headers_mut() = head.headers.clone();
    match route::route(&request) {
        Ok(route) if route.service.protocol() == service::Protocol::Json => {
            render::refusal(route.service, &Refusal { status: 400, ..refusal.clone() }, request_id)
        }
        Ok(route) => render::refusal(route.service, refusal, request_id),
        Err(astray) => render::astray(astray.protocol, refusal, request_id),
    }
}

/// The container registry is opened by the password that `GetAuthorizationToken` gives.
fn is_for_registry(path: &str) -> bool {
    route::segments(path).first().is_some_and(|first| first == "v2")
}

/// Anyone who reaches the port can try it, so a listener that other machines can reach is refused.
fn only_loopback(address: SocketAddr) -> io::Result<()> {
    if address.ip().is_loopback() {
        return Ok(());
    }
    let text = format!("{address} can be reached from other machines; the emulator serves on 127.0.0.1 only");
    Err(io::Error::new(io::ErrorKind::InvalidInput, text))
}

#[cfg(test)]
mod tests {
    use super::only_loopback;

    #[test]
    fn a_port_that_other_machines_can_reach_is_refused() {
        assert!(only_loopback("127.0.0.1:4566".parse().expect("an address")).is_ok());
        for address in ["0.0.0.0:4566", "192.168.1.5:80", "[::]:1"] {
            let error = only_loopback(address.parse().expect("an address")).expect_err(address);
            assert!(error.to_string().contains("127.0.0.1 only"), "{error}");
        }
    }
}
