//! Brings blobs into a repository: only those that are missing, four side by side, streamed, and again when dropped.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::image::Progress;
use crate::image::error::ImageError;
use crate::image::registry::error::Purpose;
use crate::image::registry::{BlobStream, Registry, RegistryError, limits};
use crate::image::retry::retry;

/// As many as Docker pushes at once less one; more gain nothing on the lines people have, and each costs buffers.
const SIDE_BY_SIDE: usize = 4;
/// No byte taken, or no answer after the last one, for this long: the connection is dead. ECR needs some seconds to
/// check a large layer before it answers.
const STALLED_AFTER: Duration = Duration::from_mins(2);
/// How much of a file is in memory at a time.
const PIECE: usize = 256 * 1024;

/// A blob that an image needs.
#[derive(Clone)]
pub(crate) struct Blob<'a> {
    pub(crate) digest: String,
    /// In bytes.
    pub(crate) size: u64,
    pub(crate) content: Content<'a>,
}

/// Where a blob's bytes are.
#[derive(Clone)]
pub(crate) enum Content<'a> {
    Memory(Bytes),
    File(PathBuf),
    /// In another registry's repository.
    Registry(&'a dyn Registry, &'a str),
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) uploaded: usize,
    pub(crate) skipped: usize,
    pub(crate) bytes: u64,
}

/// The repository that is pushed to, and who watches.
pub(crate) struct Transfer<'a> {
    registry: &'a dyn Registry,
    repository: &'a str,
    progress: &'a dyn Progress,
    done: AtomicU64,
    total: AtomicU64,
}

impl<'a> Transfer<'a> {
    pub(crate) fn new(registry: &'a dyn Registry, repository: &'a str, progress: &'a dyn Progress) -> Self {
        Self { registry, repository, progress, done: AtomicU64::new(0), total: AtomicU64::new(0) }
    }

    /// Pushes the blobs that the repository lacks.
    pub(crate) async fn push_missing(&self, blobs: Vec<Blob<'_>>) -> Result<Tally, ImageError> {
        let asked: Vec<Work<'_, bool>> = blobs.iter().map(|blob| self.ask(&blob.digest)).collect();
        let there: Result<Vec<bool>, _> = stream::iter(asked).buffered(SIDE_BY_SIDE).try_collect().await;
        let there = there.map_err(self.failed("asking for layers in"))?;
        let missing: Vec<&Blob<'_>> =
            blobs.iter().zip(&there).filter(|(_, there)| !**there).map(|(blob, _)| blob).collect();
        let bytes = missing.iter().map(|blob| blob.size).sum();
        let tally = Tally { uploaded: missing.len(), skipped: blobs.len() - missing.len(), bytes };
        self.total.fetch_add(bytes, Ordering::Relaxed);
        let work: Vec<Work<'_, ()>> = missing.into_iter().map(|blob| self.push(blob)).collect();
        let pushed: Result<(), _> = stream::iter(work).buffer_unordered(SIDE_BY_SIDE).try_collect().await;
        pushed.map_err(self.failed("pushing a layer to"))?;
        Ok(tally)
    }

    fn ask<'b>(&'b self, digest: &'b str) -> Work<'b, bool> {
        Box::pin(retry(move || self.registry.has_blob(self.repository, digest)))
    }

    fn push<'b>(&'b self, blob: &'b Blob<'_>) -> Work<'b, ()> {
        Box::pin(retry(move || self.push_once(blob)))
    }

    /// One try, under watch.
    async fn push_once(&self, blob: &Blob<'_>) -> Result<(), RegistryError> {
        if self.is_mounted(blob).await? {
            self.tell(blob.size, 0);
            return Ok(());
        }
        let (teller, mut moves) = mpsc::unbounded_channel();
        let content = counted(blob.open().await?, teller);
        let mut pushing = self.registry.push_blob(self.repository, &blob.digest, blob.size, content);
        let mut counted = 0;
        let ended = loop {
            let step = async {
                tokio::select! {
                    ended = &mut pushing => Step::Ended(ended),
                    Some(bytes) = moves.recv() => Step::Moved(bytes),
                }
            };
            match timeout(STALLED_AFTER, step).await {
                Ok(Step::Moved(bytes)) => {
                    counted += bytes;
                    self.tell(bytes, 0);
                }
                Ok(Step::Ended(ended)) => break ended,
                Err(_) => {
                    let (registry, seconds) = (self.repository.to_owned(), STALLED_AFTER.as_secs());
                    break Err(RegistryError::Stalled { registry, seconds });
                }
            }
        };
        // What is still in the channel is settled here: all of the blob has moved, or nothing that counts.
        self.tell(if ended.is_ok() { blob.size } else { 0 }, counted);
        ended
    }

    /// Whether the registry took the blob over from the base's repository, where that is one of its own.
    async fn is_mounted(&self, blob: &Blob<'_>) -> Result<bool, RegistryError> {
        match blob.content {
            Content::Registry(from, repository)
                if from.host().is_some() && from.host() == self.registry.host() && repository != self.repository =>
            {
                self.registry.mount_blob(self.repository, &blob.digest, repository).await
            }
            _ => Ok(false),
        }
    }

    /// Adds to the bytes that have moved, and takes back what counts no more.
    fn tell(&self, more: u64, less: u64) {
        let done = self.done.fetch_add(more, Ordering::Relaxed) + more - less;
        self.done.fetch_sub(less, Ordering::Relaxed);
        self.progress.bytes(done, self.total.load(Ordering::Relaxed));
    }

    fn failed(&self, doing: &str) -> impl FnOnce(RegistryError) -> ImageError {
        ImageError::registry(Purpose::Own, format!("{doing} the repository {}", self.repository))
    }
}

/// A call in the making. Boxed: the compiler loses sight of the lifetimes of unboxed ones inside a stream.
type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T, RegistryError>> + Send + 'a>>;

enum Step {
    Moved(u64),
    Ended(Result<(), RegistryError>),
}

impl Blob<'_> {
    /// The bytes from the start.
    async fn open(&self) -> Result<BlobStream, RegistryError> {
        match &self.content {
            Content::Memory(bytes) => {
                let bytes = bytes.clone();
                Ok(Box::pin(stream::once(async { Ok(bytes) })))
            }
            Content::File(path) => {
                let file = File::open(path).await.map_err(|error| local(&error))?;
                Ok(Box::pin(stream::try_unfold(file, next_piece)))
            }
            Content::Registry(registry, repository) => {
                let at_source = |error| RegistryError::AtSource(Box::new(error));
                let blob = registry.blob(repository, &self.digest).await.map_err(at_source)?;
                let from = registry.host().unwrap_or(repository).to_owned();
                let blob = limits::no_longer_than(self.size, from, self.digest.clone(), blob);
                Ok(Box::pin(blob.map_err(at_source)))
            }
        }
    }
}

async fn next_piece(mut file: File) -> Result<Option<(Bytes, File)>, RegistryError> {
    let mut piece = Vec::with_capacity(PIECE);
    let read = file.read_buf(&mut piece).await.map_err(|error| local(&error))?;
    Ok((read > 0).then(|| (Bytes::from(piece), file)))
}

fn local(error: &std::io::Error) -> RegistryError {
    RegistryError::Local { reason: error.to_string() }
}

/// Reports the length of each piece as it is taken.
fn counted(content: BlobStream, teller: mpsc::UnboundedSender<u64>) -> BlobStream {
    Box::pin(content.inspect_ok(move |piece| {
        // Nobody listens any more once the push has ended.
        let _ = teller.send(piece.len() as u64);
    }))
}
