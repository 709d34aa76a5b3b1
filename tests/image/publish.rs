//! From base and source to an image in the repository.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bedrock_ops::image::{
    BlobStream, Host, ImageError, Manifest, Progress, Registry, RegistryError, build_and_push, resolve_base, tag,
};
use bytes::Bytes;
use futures_util::{TryStreamExt, stream};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::sample::{BASE, base, deploy, deploy_told, layers, source, write};
use crate::shelf::{Shelf, digest, refusal};

const HANDLER: (&str, &str) = ("lambda_function.py", "def handler(event, context): return 1\n");

#[tokio::test]
async fn an_index_is_resolved_to_the_entry_for_the_architecture() {
    let shelf = Shelf::with_base(false);
    let amd = resolve_base(&shelf, BASE, "amd64").await.unwrap();
    let arm = resolve_base(&shelf, BASE, "arm64").await.unwrap();
    assert_ne!(amd.digest, arm.digest);
    assert_eq!(shelf.asked(), ["manifest lambda/python 3.12"; 2], "one question each");
    let pinned = format!("public.ecr.aws/lambda/python:3.12@{}", amd.digest);
    assert_eq!(resolve_base(&shelf, &pinned, "amd64").await.unwrap().digest, amd.digest);

    let error = resolve_base(&shelf, BASE, "riscv64").await.unwrap_err().to_string();
    assert!(error.contains("linux/riscv64") && error.contains("only for linux/amd64, linux/arm64;"), "{error}");
    let error = resolve_base(&shelf, "public.ecr.aws/lambda/python:2.7", "amd64").await.unwrap_err();
    assert!(matches!(error, ImageError::BaseMissing { .. }), "{error}");
}

#[tokio::test]
async fn a_base_for_one_other_platform_is_refused_when_it_is_opened() {
    let shelf = Shelf::with_base(false);
    let arm = resolve_base(&shelf, BASE, "arm64").await.unwrap();
    let (_kept, mut source) = source(&[HANDLER]);
    source.base_image = format!("public.ecr.aws/lambda/python@{}", arm.digest);
    let error = deploy(&source, &shelf, &Shelf::default()).await.unwrap_err();
    assert!(matches!(&error, ImageError::WrongPlatform { there, .. } if *there == ["linux/arm64"]), "{error}");
}

#[tokio::test]
async fn the_image_is_the_base_and_the_source_in_the_bases_own_dialect() {
    for (docker, family) in [(false, "application/vnd.oci."), (true, "application/vnd.docker.")] {
        let (from, into) = (Shelf::with_base(docker), Shelf::default());
        let (_kept, source) = source(&[HANDLER]);
        let (tag, pushed) = deploy(&source, &from, &into).await.unwrap();

        let manifest = into.manifest_document("openrate", &tag);
        assert_eq!(pushed.digest, digest(manifest.to_string().as_bytes()));
        assert_eq!((pushed.uploaded_layers, pushed.skipped_layers), (2, 0));
        assert!(
            manifest.to_string().matches("application/vnd.").count() == manifest.to_string().matches(family).count()
        );
        let config_digest = manifest["config"]["digest"].as_str().unwrap();
        let config: serde_json::Value = serde_json::from_slice(&into.blob_bytes(config_digest)).unwrap();
        assert_eq!(config["config"]["Cmd"], json!(["lambda_function.handler"]));
        assert_eq!(config["config"]["Entrypoint"], json!(["/lambda-entrypoint.sh"]));
        assert_eq!(config["rootfs"]["diff_ids"].as_array().unwrap().len(), 2);
        assert_eq!(config["history"].as_array().unwrap().len(), 2);
        assert_eq!(config["config"]["Labels"]["bedrock-ops.source-hash"], json!(tag[4..]));
        assert_eq!(config["config"]["Labels"]["org.opencontainers.image.base.name"], json!(BASE));
        let base_digest = base(&source, &from).await.digest;
        assert_eq!(config["config"]["Labels"]["org.opencontainers.image.base.digest"], json!(base_digest));
        assert!(into.asked().last().unwrap().starts_with("push manifest"), "the manifest comes last");
    }
}

#[tokio::test]
async fn a_second_push_uploads_nothing_and_an_edit_uploads_only_its_layer() {
    let (from, into) = (Shelf::with_base(false), Shelf::default());
    let (_kept, source) = source(&[HANDLER]);
    let (tag, first) = deploy(&source, &from, &into).await.unwrap();
    assert!(first.uploaded_bytes > 0);
    let asked = from.asked().len();

    let (_, second) = deploy(&source, &from, &into).await.unwrap();
    assert_eq!((second.digest, second.uploaded_bytes, second.uploaded_layers), (first.digest, 0, 0));
    assert_eq!(from.asked().len(), asked + 1, "the base is only resolved");

    write(&source.folder, "lambda_function.py", "def handler(event, context): return 2\n");
    let (edited, third) = deploy(&source, &from, &into).await.unwrap();
    assert_eq!((third.uploaded_layers, third.skipped_layers), (1, 1));
    assert_eq!(layers(&into, &edited)[0], layers(&into, &tag)[0], "the base's layer is shared");
}

#[tokio::test(start_paused = true)]
async fn dropped_connections_and_throttling_are_outlasted() {
    let (from, into) = (Shelf::with_base(false), Shelf::default());
    let (_kept, source) = source(&[HANDLER]);
    let dropped = RegistryError::Connection { registry: "shelf".into(), reason: "reset".into() };
    into.fail([dropped, refusal(503, "error"), refusal(429, "TOOMANYREQUESTS")]);
    deploy(&source, &from, &into).await.unwrap();

    into.fail([refusal(403, "DENIED")]);
    write(&source.folder, "lambda_function.py", "x = 3\n");
    let error = deploy(&source, &from, &into).await.unwrap_err().to_string();
    assert_eq!(
        error,
        "pushing a layer to the repository openrate: shelf refused with 403 DENIED: said so; allow the push permissions of \
                    docs/permissions.md on the repository"
    );
}

#[tokio::test]
async fn an_immutable_tag_that_holds_the_same_image_is_success() {
    let (from, into) = (Shelf::with_base(false), Shelf::default());
    let (_kept, source) = source(&[HANDLER]);
    let (name, quicker) = deploy(&source, &from, &into).await.unwrap();
    let same = Bytes::from(into.manifest_document("openrate", &name).to_string());

    let slower = Shelf::default();
    slower.take_tag_meanwhile("openrate", &name, same);
    assert_eq!(deploy(&source, &from, &slower).await.unwrap().1.digest, quicker.digest);

    let other = Shelf::default();
    other.take_tag_meanwhile("openrate", &name, Bytes::from_static(b"{}"));
    let error = deploy(&source, &from, &other).await.unwrap_err();
    assert!(matches!(&error, ImageError::TagTaken { theirs, .. } if *theirs == digest(b"{}")), "{error}");
}

#[tokio::test]
async fn a_source_edited_after_its_tag_was_made_is_not_published() {
    let (from, into) = (Shelf::with_base(false), Shelf::default());
    let (_kept, source) = source(&[HANDLER]);
    let base = base(&source, &from).await;
    let name = tag(&source, &base).await.unwrap();
    write(&source.folder, "lambda_function.py", "x = 2\n");
    let error =
        build_and_push(&source, &base, &from, &into, "openrate", &name, &Host::default(), &()).await.unwrap_err();
    assert!(matches!(error, ImageError::Changed { .. }), "{error}");
    assert!(!into.asked().iter().any(|asked| asked.starts_with("push manifest")));
}

#[derive(Default)]
struct Told(Mutex<Vec<(u64, u64)>>);

impl Progress for Told {
    fn note(&self, _what: &str) {}

    fn bytes(&self, done: u64, total: u64) {
        self.0.lock().unwrap().push((done, total));
    }
}

#[tokio::test(start_paused = true)]
async fn progress_ends_at_the_total_even_after_a_retry() {
    let (from, into, told) = (Shelf::with_base(false), Shelf::default(), Told::default());
    let (_kept, source) = source(&[HANDLER]);
    into.fail([refusal(500, "error")]);
    let (_, pushed) = deploy_told(&source, &from, &into, None, &told).await.unwrap();
    let told = told.0.into_inner().unwrap();
    assert_eq!(told.last(), Some(&(pushed.uploaded_bytes, pushed.uploaded_bytes)));
    assert!(told.iter().all(|(done, total)| done <= total), "{told:?}");
}

/// A base whose one layer is too large to be held, made as it is read; counts what is on its way.
struct Large<'a> {
    shelf: &'a Shelf,
    layer: String,
    read: &'static AtomicU64,
}

const PIECE: usize = 64 * 1024;
const PIECES: u64 = 1024;
static READ: AtomicU64 = AtomicU64::new(0);

#[async_trait]
impl Registry for Large<'_> {
    async fn manifest(&self, repository: &str, reference: &str) -> Result<Option<Manifest>, RegistryError> {
        self.shelf.manifest(repository, reference).await
    }

    async fn has_blob(&self, repository: &str, digest: &str) -> Result<bool, RegistryError> {
        self.shelf.has_blob(repository, digest).await
    }

    async fn blob(&self, repository: &str, digest: &str) -> Result<BlobStream, RegistryError> {
        if digest != self.layer {
            return self.shelf.blob(repository, digest).await;
        }
        let read = self.read;
        Ok(Box::pin(stream::iter((0..PIECES).map(move |number| {
            read.fetch_add(1, Ordering::Relaxed);
            Ok(piece(number))
        }))))
    }

    async fn push_blob(
        &self,
        repository: &str,
        digest: &str,
        size: u64,
        mut content: BlobStream,
    ) -> Result<(), RegistryError> {
        if digest != self.layer {
            return self.shelf.push_blob(repository, digest, size, content).await;
        }
        let mut taken = 0;
        while content.try_next().await?.is_some() {
            taken += 1;
            assert!(READ.load(Ordering::Relaxed) - taken <= 1, "a piece is read when the last one was taken");
        }
        assert_eq!(taken, PIECES);
        Ok(())
    }

    async fn push_manifest(&self, _: &str, _: &str, _: &str, bytes: Bytes) -> Result<String, RegistryError> {
        Ok(digest(&bytes))
    }
}

fn piece(number: u64) -> Bytes {
    Bytes::from(vec![u8::try_from(number % 251).unwrap(); PIECE])
}

#[tokio::test]
async fn a_large_base_layer_streams_through_and_is_never_held() {
    let shelf = Shelf::default();
    let mut hash = Sha256::new();
    (0..PIECES).for_each(|number| hash.update(piece(number)));
    let layer = format!("sha256:{:x}", hash.finalize());
    let config = json!({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"diff_ids": [layer]}});
    let config = shelf.put_blob(config.to_string().into());
    let manifest = json!({
        "schemaVersion": 2,
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "size": config.1, "digest": config.0},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "size": PIECES * PIECE as u64, "digest": layer}],
    });
    shelf.put_manifest("lambda/python", Some("3.12"), "application/vnd.oci.image.manifest.v1+json", &manifest);
    let from = Large { shelf: &shelf, layer: layer.clone(), read: &READ };
    let target = Shelf::default();
    let into = Large { shelf: &target, layer, read: &READ };
    let (_kept, source) = source(&[HANDLER]);
    let base = base(&source, &from).await;
    let name = tag(&source, &base).await.unwrap();
    build_and_push(&source, &base, &from, &into, "openrate", &name, &Host::default(), &()).await.unwrap();
    assert_eq!(READ.load(Ordering::Relaxed), PIECES);
}

/// Other code runs an image's build beside other work, on any thread.
#[test]
fn the_build_may_move_between_threads() {
    fn is_send(_: impl Send) {}
    let (from, into) = (Shelf::default(), Shelf::default());
    let (_kept, source) = source(&[HANDLER]);
    is_send(async move { deploy(&source, &from, &into).await });
}
