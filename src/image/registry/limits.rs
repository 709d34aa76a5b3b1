//! What a registry may cost: how many bytes and how much time its answers may take. A registry is somebody else's machine.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use sha2::{Digest as _, Sha256};
use tokio::time::timeout;

use super::{BlobStream, RegistryError};
use crate::image::digest::finished;

/// The bytes of a manifest or of a configuration: ECR itself takes no larger ones.
pub(crate) const DOCUMENT: usize = 4 * 1024 * 1024;
/// The bytes of a token's answer; real ones have a few thousand.
pub(super) const TOKEN: usize = 64 * 1024;
/// The bytes that are read of an error's answer, which may be a proxy's whole page.
pub(super) const ERROR: usize = 64 * 1024;

/// How long a small exchange may take in all, its redirects and its token included.
const EXCHANGE: Duration = Duration::from_mins(1);
/// A connection that has brought no byte of a blob for this long is dead.
const SILENCE: Duration = Duration::from_mins(1);

/// Gives a small exchange its time, however the bytes trickle.
pub(crate) async fn within<T>(
    registry: &str,
    what: &'static str,
    exchange: impl Future<Output = Result<T, RegistryError>>,
) -> Result<T, RegistryError> {
    let too_slow = || RegistryError::TooSlow { registry: registry.to_owned(), what, seconds: EXCHANGE.as_secs() };
    timeout(EXCHANGE, exchange).await.unwrap_or_else(|_| Err(too_slow()))
}

/// The whole of a small body, or an error once it is larger than the limit.
pub(crate) async fn whole(
    registry: &str,
    what: &'static str,
    limit: usize,
    mut body: BlobStream,
) -> Result<Bytes, RegistryError> {
    let mut whole = BytesMut::new();
    while let Some(piece) = body.try_next().await? {
        if whole.len() + piece.len() > limit {
            return Err(RegistryError::TooLarge { registry: registry.to_owned(), what, limit });
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

/// The beginning of an error's body, as much as is worth reading; nothing if it can't be read.
pub(super) async fn beginning(mut body: BlobStream) -> Bytes {
    let mut read = BytesMut::new();
    while let Ok(Some(piece)) = body.try_next().await {
        let room = ERROR - read.len();
        read.extend_from_slice(&piece[..piece.len().min(room)]);
        if read.len() == ERROR {
            break;
        }
    }
    read.freeze()
}

/// The stream, which fails when it falls silent, and at its end if it had another digest than it must have.
pub(super) fn checked(registry: String, digest: String, body: BlobStream) -> BlobStream {
    let state = (body, Sha256::new(), registry, digest);
    Box::pin(stream::try_unfold(state, async |(mut body, mut hash, registry, digest)| {
        let stalled = || RegistryError::Stalled { registry: registry.clone(), seconds: SILENCE.as_secs() };
        match timeout(SILENCE, body.try_next()).await.map_err(|_| stalled())?? {
            Some(piece) => {
                hash.update(&piece);
                Ok(Some((piece, (body, hash, registry, digest))))
            }
            None if finished(hash) == digest => Ok(None),
            None => Err(RegistryError::Mismatch { registry, digest }),
        }
    }))
}

/// The stream, which fails as soon as it is longer than it was announced to be.
pub(crate) fn no_longer_than(size: u64, registry: String, digest: String, body: BlobStream) -> BlobStream {
    let mut left = size;
    Box::pin(body.map(move |piece| {
        let piece = piece?;
        let longer = || RegistryError::Mismatch { registry: registry.clone(), digest: digest.clone() };
        left = left.checked_sub(piece.len() as u64).ok_or_else(longer)?;
        Ok(piece)
    }))
}
