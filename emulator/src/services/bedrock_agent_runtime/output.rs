//! Where a turn's events go out, and where planted faults strike them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::exception::Exception;
use crate::body::Pieces;
use crate::event_stream;
use crate::fault::{StreamEnd, StreamFault, StreamPlace};

/// Bytes of a chunk when the answer is streamed. No multiple of three, so that Japanese is cut within its characters:
/// AWS, too, promises nothing about where it cuts.
const STREAMED: usize = 20;
/// A streamed answer has about so many chunks at most.
const MOST_CHUNKS: usize = 60;
/// Bytes that a chunk takes at most (botocore's `PartBody`).
const LARGEST: usize = 1_000_000;

/// The stream of one turn.
pub(super) struct Output {
    pieces: Pieces,
    fault: Option<StreamFault>,
    /// Between two chunks of a streamed answer.
    gap: Duration,
}

/// Nothing more will come on this stream.
#[derive(Debug)]
pub(super) struct Over;

impl Output {
    pub(super) fn new(pieces: Pieces, fault: Option<StreamFault>, gap: Duration) -> Self {
        Self { pieces, fault, gap }
    }

    /// Sends an event that is no text.
    pub(super) fn event(&self, kind: &str, members: &Value) {
        self.pieces.send(event_stream::event(kind, members));
    }

    /// Sends the answer's text, in one chunk or in many.
    pub(super) async fn text(&mut self, text: &str, streamed: bool) -> Result<(), Over> {
        let chunks = text.as_bytes().chunks(if streamed { streamed_size(text.len()) } else { LARGEST });
        for (index, chunk) in chunks.enumerate() {
            if index > 0 && streamed && !self.gap.is_zero() {
                sleep(self.gap).await;
            }
            self.strike(StreamPlace::BeforeText).await?;
            self.event("chunk", &json!({"bytes": STANDARD.encode(chunk)}));
            self.strike(StreamPlace::AfterText).await?;
        }
        Ok(())
    }

    /// Sends an exception; nothing comes after it.
    pub(super) fn fail(&self, exception: &Exception) {
        self.pieces.send(event_stream::exception(exception.kind.name(), &exception.members()));
    }

    /// Ends the stream; a fault that has found no text to strike strikes now.
    pub(super) async fn close(&mut self) {
        if let Some(fault) = self.fault {
            let _ = self.strike(fault.at).await;
        }
    }

    async fn strike(&mut self, place: StreamPlace) -> Result<(), Over> {
        let Some(fault) = self.fault.take_if(|fault| fault.at == place) else { return Ok(()) };
        match fault.what {
            StreamEnd::Exception(kind) => self.fail(&Exception::planted(kind)),
            StreamEnd::Broken => {
                let message = event_stream::event("chunk", &json!({"bytes": ""}));
                self.pieces.send(message.slice(..message.len() / 2));
                self.pieces.break_off();
            }
            StreamEnd::Silent => std::future::pending().await,
        }
        Err(Over)
    }
}

/// How large the chunks of so many bytes are.
fn streamed_size(length: usize) -> usize {
    let size = STREAMED.max(length / MOST_CHUNKS);
    if size.is_multiple_of(3) { size + 1 } else { size }
}

#[cfg(test)]
mod tests {
    use super::{MOST_CHUNKS, STREAMED, streamed_size};

    #[test]
    fn chunks_cut_japanese_within_its_characters_and_are_not_too_many() {
        for length in [0, 1, 100, 1_260, 25_000, 1_000_000] {
            let size = streamed_size(length);
            assert!(size >= STREAMED && !size.is_multiple_of(3), "{size}");
            assert!(length.div_ceil(size) <= MOST_CHUNKS + 1, "{length}");
        }
    }
}
