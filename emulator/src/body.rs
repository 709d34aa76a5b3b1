//! The body of an answer: whole, or a stream that is made while it is read.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::mpsc;

use crate::fault::Dropped;

/// What is done piece by piece: it ends when all has been sent.
pub(crate) type Making = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where the pieces of a stream are put. That nobody reads them any more is no error: the making is dropped then.
#[derive(Debug, Clone)]
pub(crate) struct Pieces(mpsc::UnboundedSender<Result<Bytes, Dropped>>);

impl Pieces {
    /// Hands the reader one more piece.
    pub(crate) fn send(&self, piece: Bytes) {
        let _ = self.0.send(Ok(piece));
    }

    /// Breaks the connection behind what was sent so far.
    pub(crate) fn break_off(&self) {
        let _ = self.0.send(Err(Dropped));
    }
}

/// The body of an answer.
#[derive(Debug)]
pub struct Body(Kind);

#[derive(Debug)]
enum Kind {
    Whole(Full<Bytes>),
    Stream(Stream),
}

/// A stream and what makes it. Reading drives the making, so a reader who goes away ends it.
struct Stream {
    /// Never locked: what can't be reached by two at once may be shared, as the SDK wants of a body.
    making: Mutex<Option<Making>>,
    pieces: mpsc::UnboundedReceiver<Result<Bytes, Dropped>>,
}

impl Body {
    /// All of it at once.
    pub(crate) fn whole(bytes: Bytes) -> Self {
        Self(Kind::Whole(Full::new(bytes)))
    }

    /// What `make` puts into the channel, as it comes.
    pub(crate) fn stream(make: impl FnOnce(Pieces) -> Making) -> Self {
        let (sender, pieces) = mpsc::unbounded_channel();
        Self(Kind::Stream(Stream { making: Mutex::new(Some(make(Pieces(sender)))), pieces }))
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = Dropped;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Dropped>>> {
        match &mut self.get_mut().0 {
            Kind::Whole(whole) => Pin::new(whole).poll_frame(context).map_err(|never: Infallible| match never {}),
            Kind::Stream(stream) => stream.poll(context).map(|piece| piece.map(|piece| piece.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Whole(whole) => whole.is_end_stream(),
            Kind::Stream(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Whole(whole) => whole.size_hint(),
            Kind::Stream(_) => SizeHint::default(),
        }
    }
}

impl Stream {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Dropped>>> {
        let making = self.making.get_mut().unwrap_or_else(PoisonError::into_inner);
        if making.as_mut().is_some_and(|making| making.as_mut().poll(context).is_ready()) {
            *making = None;
        }
        self.pieces.poll_recv(context)
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Stream").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http_body_util::BodyExt as _;
    use tokio::time::{Instant, sleep};

    use super::Body;

    #[tokio::test(start_paused = true)]
    async fn a_piece_is_read_before_the_next_one_is_made() {
        let mut body = Body::stream(|pieces| {
            Box::pin(async move {
                for piece in ["one", "two"] {
                    pieces.send(piece.into());
                    sleep(Duration::from_secs(5)).await;
                }
            })
        });
        let began = Instant::now();
        let mut read = Vec::new();
        while let Some(Ok(frame)) = body.frame().await {
            read.push((frame.into_data().expect("data"), began.elapsed().as_secs()));
        }
        assert_eq!(read, [("one".into(), 0), ("two".into(), 5)]);
    }
}
