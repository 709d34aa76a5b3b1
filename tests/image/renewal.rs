//! A token that runs out while an image is pushed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use bedrock_ops::image::{Host, Registry, RegistryError, Renewing, Tokens, build_and_push, tag};

use crate::sample::{base, source};
use crate::shelf::{Doorkeeper, Shelf};

const HANDLER: (&str, &str) = ("lambda_function.py", "def handler(event, context): return 1\n");

/// Gives out doors to one shelf, each open for some calls that write.
struct Doors {
    shelf: Arc<Shelf>,
    open_for: usize,
    given: Arc<AtomicUsize>,
}

#[async_trait]
impl Tokens for Doors {
    async fn open(&self) -> Result<Arc<dyn Registry>, RegistryError> {
        self.given.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::new(Doorkeeper::new(self.shelf.clone(), self.open_for)))
    }
}

/// Pushes through a door that closes after some writes; later doors stay open for `then`. The tokens asked for.
async fn push(first: usize, then: usize) -> (Result<String, String>, usize, Arc<Shelf>) {
    let (from, shelf, given) = (Shelf::with_base(false), Arc::new(Shelf::default()), Arc::default());
    let doors = Doors { shelf: shelf.clone(), open_for: then, given: Arc::clone(&given) };
    let into = Renewing::new(Arc::new(Doorkeeper::new(shelf.clone(), first)), Box::new(doors));
    let (_kept, source) = source(&[HANDLER]);
    let base = base(&source, &from).await;
    let tag = tag(&source, &base).await.unwrap();
    let pushed = build_and_push(&source, &base, &from, &into, "openrate", &tag, &Host::default(), &()).await;
    (pushed.map(|pushed| pushed.digest).map_err(|error| error.to_string()), given.load(Ordering::Relaxed), shelf)
}

#[tokio::test(start_paused = true)]
async fn a_token_that_runs_out_is_renewed_once_wherever_it_happens() {
    // Three blobs and the manifest are written; the token runs out before each of them.
    for writes in 0..4 {
        let (pushed, given, _) = push(writes, 100).await;
        assert!(pushed.is_ok(), "after {writes}: {pushed:?}");
        assert_eq!(given, 1, "after {writes}");
    }
    assert_eq!(push(100, 100).await.1, 0, "one that holds is not renewed");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_a_new_token_does_not_cure_ends_the_push() {
    let (pushed, given, shelf) = push(1, 0).await;
    let error = pushed.unwrap_err();
    let expected = "the door denied access (403 expired); allow the registry's actions listed in docs/permissions.md";
    assert!(error.contains(expected), "{error}");
    assert_eq!(given, 1);
    assert!(!shelf.asked().iter().any(|asked| asked.starts_with("push manifest")));
}
