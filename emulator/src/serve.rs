//! The second door: the account on a loopback port, for any client that speaks HTTP, and one more for its functions.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::body::Body;
use crate::emulator::{Emulator, Remembered};
use crate::fault::Dropped;
use crate::render;

/// The largest body taken. A layer comes in one piece, and a handler with its libraries may well be 250 MB.
const LARGEST_BODY: usize = 512 * 1024 * 1024;

impl Emulator {
    /// Answers every connection, until the returned future is dropped; its connections end with it.
    pub async fn serve(&self, listener: TcpListener) -> io::Result<()> {
        let address = listener.local_addr()?;
        only_loopback(address)?;
        self.served_on(address);
        let mut connections = JoinSet::new();
        loop {
            let (stream, _) = listener.accept().await?;
            connections.spawn(self.clone().converse(stream));
            while connections.try_join_next().is_some() {}
        }
    }

    /// Answers the calls of one connection. How it ends is the client's affair, or a planted fault's.
    async fn converse(self, stream: TcpStream) {
        let answer = service_fn(|request| self.receive(request));
        let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
    }

    async fn receive(&self, request: Request<Incoming>) -> Result<Response<Body>, Dropped> {
        match whole(request).await {
            Ok(request) => self.exchange(request).await,
            Err(refused) => Ok(refused),
        }
    }
}

/// The door for the functions that run here, closed when it is dropped. It does not keep the account alive.
#[derive(Debug)]
pub(crate) struct InnerDoor {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl InnerDoor {
    pub(crate) async fn open(account: Remembered) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(converse_within(account.clone(), stream));
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(Self { address, serving })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
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

/// Answers the calls of a function. They have no way to go, so there is no latency: under a paused clock, which stands
/// still while a process runs, it would never end.
async fn converse_within(account: Remembered, stream: TcpStream) {
    let answer = service_fn(async |request| {
        let emulator = account.emulator().ok_or(Dropped)?;
        match whole(request).await {
            Ok(request) => emulator.exchange_at_once(request).await,
            Err(refused) => Ok(refused),
        }
    });
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
}

/// The request with its body, or the answer to one that is too large or broke off.
async fn whole(request: Request<Incoming>) -> Result<Request<Bytes>, Response<Body>> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LARGEST_BODY).collect().await else {
        let text = json!({"message": "the body is larger than 512 MB, or broke off"});
        return Err(render::own(413, &text, "refused"));
    };
    Ok(Request::from_parts(head, body.to_bytes()))
}

/// Anyone who reaches the port owns the account, so a listener that other machines can reach is refused.
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
