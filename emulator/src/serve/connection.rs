//! The connections of a port: HTTP/1.1 and HTTP/2 side by side, as many as a machine can bear, and none for a client
//! that does not ask.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore, SetOnce};
use tokio::task::JoinSet;

use crate::body::Body;
use crate::fault::Dropped;

/// Connections at a time; the next one waits for one of them to end. No client of one user opens so many.
const MOST: usize = 256;

/// How long a client may take over the head of a request, and how long a connection may lie idle between two.
pub(super) const HEAD_WITHIN: Duration = Duration::from_mins(1);

/// How often an HTTP/2 client is asked whether it is still there.
const STILL_THERE: Duration = Duration::from_secs(30);

/// What is answered, and whether the connection is to be closed after that.
pub(super) enum Answer {
    GoOn(Response<Body>),
    Close(Response<Body>),
}

/// Answers every connection until it is dropped, and they with it.
pub(super) async fn accept<A, F>(listener: TcpListener, answer: A) -> io::Result<Infallible>
where
    A: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Result<Answer, Dropped>> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(MOST));
    let mut connections = JoinSet::new();
    loop {
        let place = Arc::clone(&places).acquire_owned().await.map_err(io::Error::other)?;
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // A client that left before it was its turn.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(error) => return Err(error),
        };
        let answer = answer.clone();
        connections.spawn(async move {
            converse(stream, answer).await;
            drop(place);
        });
        while connections.try_join_next().is_some() {}
    }
}

/// Answers the calls of one connection. How it ends is the client's affair, or a planted fault's.
async fn converse<A, F>(stream: TcpStream, answer: A)
where
    A: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Result<Answer, Dropped>> + Send + 'static,
{
    let (asked, refused) = (Arc::new(SetOnce::new()), Arc::new(Notify::new()));
    let (heard, refusing) = (Arc::clone(&asked), Arc::clone(&refused));
    let service = service_fn(move |request| {
        // Only the first one is waited for.
        let _ = heard.set(());
        let (answer, refused) = (answer(request), Arc::clone(&refusing));
        async move {
            match answer.await? {
                Answer::GoOn(answer) => Ok::<_, Dropped>(answer),
                Answer::Close(answer) => {
                    refused.notify_one();
                    Ok(answer)
                }
            }
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(STILL_THERE).max_concurrent_streams(100);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    // Before the first request it is not even known which protocol is spoken, so neither has begun to count the time.
    let silent = async {
        if tokio::time::timeout(HEAD_WITHIN, asked.wait()).await.is_ok() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        _ = connection.as_mut() => return,
        () = silent => return,
        () = refused.notified() => connection.as_mut().graceful_shutdown(),
    }
    // The refusal is still to be sent, which a client that does not read can't put off for ever.
    let _ = tokio::time::timeout(HEAD_WITHIN, connection).await;
}
