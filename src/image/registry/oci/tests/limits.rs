//! Registries that never end, or take for ever.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::time::{Instant, sleep};

use super::{hub, registry};
use crate::image::digest::sha256;
use crate::image::registry::{BlobStream, Registry as _};

/// Spaces without end.
fn spaces() -> BlobStream {
    stream::repeat_with(|| Ok(Bytes::from(vec![b' '; 64 * 1024]))).boxed()
}

/// A byte a second without end.
fn trickle() -> BlobStream {
    let second = async |()| {
        sleep(Duration::from_secs(1)).await;
        Some((Ok(Bytes::from_static(b" ")), ()))
    };
    stream::unfold((), second).boxed()
}

#[tokio::test]
async fn an_answer_without_end_is_read_up_to_its_limit() {
    let (registry, _) = registry("hub.example", false, |_, _| (200, vec![], spaces()));
    let error = registry.manifest("a", "b").await.unwrap_err();
    let expected = "hub.example sent more than 4194304 bytes for a manifest; bedrock-ops reads no more of it";
    assert_eq!((error.to_string().as_str(), error.is_transient()), (expected, false));

    let (registry, _) = hub(|| (200, vec![], spaces()));
    let error = registry.manifest("a", "b").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "auth.example sent more than 65536 bytes for a token; bedrock-ops reads no more of it"
    );

    let (registry, _) = super::registry("hub.example", false, |_, _| (500, vec![], spaces()));
    let error = registry.manifest("a", "b").await.unwrap_err();
    assert_eq!(error.to_string(), "hub.example refused with 500 error: no further words");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_trickles_is_given_up_after_a_minute() {
    let started = Instant::now();
    let (registry, _) = registry("hub.example", false, |_, _| (200, vec![], trickle()));
    let error = registry.manifest("a", "b").await.unwrap_err();
    assert_eq!(error.to_string(), "hub.example did not finish sending a manifest within 60 seconds");
    assert_eq!(started.elapsed().as_secs(), 60);
    for status in [200, 404, 503] {
        let (registry, _) = super::registry("hub.example", false, move |_, _| (status, vec![], trickle()));
        let started = Instant::now();
        let _ = registry.push_manifest("a", "b", "text/plain", Bytes::new()).await;
        let _ = registry.has_blob("a", &sha256(b"")).await;
        assert!(started.elapsed() <= Duration::from_mins(2), "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_blob_that_falls_silent_is_told_from_a_slow_one() {
    let digest = sha256(b"layer");
    let silent = || stream::once(async { Ok(Bytes::from_static(b"la")) }).chain(stream::pending()).boxed();
    let (registry, _) = registry("hub.example", false, move |_, _| (200, vec![], silent()));
    let blob = registry.blob("a", &digest).await.unwrap();
    let error = blob.try_collect::<Vec<_>>().await.unwrap_err();
    assert_eq!(error.to_string(), "no data moved to or from hub.example for 60 seconds");
    let (registry, _) = super::registry("hub.example", false, |_, _| (200, vec![], trickle()));
    let blob = registry.blob("a", &digest).await.unwrap();
    assert_eq!(blob.take(600).try_collect::<Vec<_>>().await.unwrap().len(), 600, "ten minutes of it are taken");
}
