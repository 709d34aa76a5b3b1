//! Small sources to build images from, and a look into what came out.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use bedrock_ops::image::{
    Base, Host, ImageError, Progress, Pushed, Registry, Source, build_and_push, resolve_base, tag,
};
use bedrock_ops::manifest::Builder;
use bytes::Bytes;
use flate2::read::GzDecoder;
use tempfile::TempDir;

use crate::shelf::Shelf;

pub(crate) const BASE: &str = "public.ecr.aws/lambda/python:3.12";

/// A folder with these files, and the source in it.
pub(crate) fn source(files: &[(&str, &str)]) -> (TempDir, Source) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        write(folder.path(), name, text);
    }
    let source = Source {
        folder: folder.path().to_owned(),
        handler: "lambda_function.handler".to_owned(),
        base_image: BASE.to_owned(),
        architecture: "amd64".to_owned(),
        builder: Builder::Native,
        files: None,
    };
    (folder, source)
}

pub(crate) fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("folders");
    fs::write(path, text).expect("a file");
}

/// The base, resolved.
pub(crate) async fn base(source: &Source, registry: &dyn Registry) -> Base {
    resolve_base(registry, &source.base_image, &source.architecture).await.expect("the base is there")
}

/// The whole way from source to pushed image.
pub(crate) async fn deploy(source: &Source, from: &Shelf, into: &Shelf) -> Result<(String, Pushed), ImageError> {
    deploy_told(source, from, into, None, &()).await
}

pub(crate) async fn deploy_told(
    source: &Source,
    from: &Shelf,
    into: &Shelf,
    cache: Option<&Path>,
    progress: &dyn Progress,
) -> Result<(String, Pushed), ImageError> {
    let base = base(source, from).await;
    let tag = tag(source, &base).await?;
    let host = Host::new(cache.map(Path::to_owned), std::env::vars_os());
    let pushed = build_and_push(source, &base, from, into, "openrate", &tag, &host, progress).await?;
    Ok((tag, pushed))
}

/// One entry of a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) kind: tar::EntryType,
    pub(crate) mode: u32,
    pub(crate) text: String,
    pub(crate) link: Option<String>,
}

/// A layer's entries by their paths, checked for what holds for all of them.
pub(crate) fn unpack(layer: &Bytes) -> BTreeMap<String, Item> {
    assert_eq!(&layer[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255], "no name, time or system in the gzip header");
    let mut archive = tar::Archive::new(GzDecoder::new(&layer[..]));
    let mut items = BTreeMap::new();
    for entry in archive.entries().expect("a tar") {
        let mut entry = entry.expect("an entry");
        let path = entry.path().expect("a path").to_string_lossy().into_owned();
        let header = entry.header().clone();
        assert_eq!((header.uid().ok(), header.gid().ok(), header.mtime().ok()), (Some(0), Some(0), Some(315_532_800)));
        assert_eq!((header.username(), header.groupname()), (Ok(Some("")), Ok(Some(""))));
        let link = entry.link_name().expect("a link's text").map(|link| link.to_string_lossy().into_owned());
        let mut text = String::new();
        entry.read_to_string(&mut text).expect("text");
        let item = Item { kind: header.entry_type(), mode: header.mode().expect("a mode"), text, link };
        for above in path.trim_end_matches('/').match_indices('/').map(|(end, _)| &path[..=end]) {
            assert!(items.contains_key(above), "{above} must stand before {path}: Lambda refuses it else");
        }
        assert!(items.insert(path, item).is_none(), "each path once");
    }
    items
}

/// The last layer of the pushed image: the source's files.
pub(crate) fn files(shelf: &Shelf, tag: &str) -> BTreeMap<String, Item> {
    let layers = layers(shelf, tag);
    unpack(&shelf.blob_bytes(layers.last().expect("a layer")))
}

/// The digests of an image's layers.
pub(crate) fn layers(shelf: &Shelf, tag: &str) -> Vec<String> {
    let manifest = shelf.manifest_document("openrate", tag);
    let layers = manifest["layers"].as_array().expect("layers").iter();
    layers.map(|layer| layer["digest"].as_str().expect("a digest").to_owned()).collect()
}
