//! Archives as the engines write them, and as they should not.
#![allow(clippy::unwrap_used)]

use std::io::{Read as _, Write as _};
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::{Read, beside, read};
use crate::image::base::Parts;
use crate::image::document::{Descriptor, Dialect, ImageManifest};
use crate::image::error::ImageError;

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

/// An archive with these files, in a folder to work in.
fn archive(files: &[(&str, Vec<u8>)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut tar = tar::Builder::new(std::fs::File::create(folder.path().join("image.tar")).unwrap());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    tar.finish().unwrap();
    folder
}

/// An image of these layers, saved.
fn saved(layers: &[Vec<u8>], diff_ids: &[String], architecture: &str) -> TempDir {
    let config = json!({"os": "linux", "architecture": architecture, "config": {}, "rootfs": {"diff_ids": diff_ids}});
    let names: Vec<String> = (0..layers.len()).map(|number| format!("{number}/layer.tar")).collect();
    let manifest = json!([{"Config": "c.json", "RepoTags": null, "Layers": names}]);
    let mut files =
        vec![("c.json", config.to_string().into_bytes()), ("manifest.json", manifest.to_string().into_bytes())];
    files.extend(names.iter().map(String::as_str).zip(layers.iter().cloned()));
    archive(&files)
}

fn base(diff_ids: &[String]) -> Parts {
    let config = Descriptor { media_type: String::new(), size: 0, digest: String::new() };
    Parts {
        dialect: Dialect::Oci,
        manifest: ImageManifest { schema_version: 2, media_type: String::new(), config, layers: Vec::new() },
        config: json!({"rootfs": {"diff_ids": diff_ids}}),
    }
}

fn opened(folder: &Path, base: &Parts) -> Result<Read, ImageError> {
    read(&folder.join("image.tar"), "podman", "amd64", base, folder)
}

fn refusal(folder: &TempDir) -> String {
    opened(folder.path(), &base(&[])).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn the_bases_layers_are_left_where_they_are_and_the_rest_is_zipped() {
    let layers = [b"the base".to_vec(), b"ours".to_vec()];
    let diff_ids = layers.each_ref().map(|layer| digest(layer));
    let folder = saved(&layers, &diff_ids, "amd64");
    let found = opened(folder.path(), &base(&diff_ids[..1])).unwrap();
    assert_eq!((found.of_base, found.layers.len()), (1, 1));
    assert_eq!(found.layers[0].facts.diff_id, diff_ids[1]);
    let zipped = std::fs::read(&found.layers[0].file).unwrap();
    assert_eq!(
        (digest(&zipped), zipped.len() as u64),
        (found.layers[0].facts.digest.clone(), found.layers[0].facts.size)
    );
    let mut text = String::new();
    GzDecoder::new(zipped.as_slice()).read_to_string(&mut text).unwrap();
    assert_eq!(text, "ours");

    let found = opened(folder.path(), &base(&[digest(b"another base")])).unwrap();
    assert_eq!((found.of_base, found.layers.len()), (0, 2), "a base that is not in it brings no layers");
}

#[test]
fn a_layer_that_is_zipped_already_is_taken_as_it_is() {
    let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    zip.write_all(b"ours").unwrap();
    let zipped = zip.finish().unwrap();
    let folder = saved(std::slice::from_ref(&zipped), &[digest(b"ours")], "amd64");
    let found = opened(folder.path(), &base(&[])).unwrap();
    assert_eq!(std::fs::read(&found.layers[0].file).unwrap(), zipped);
}

#[test]
fn what_is_not_one_image_for_the_function_is_refused() {
    let (layer, id) = (b"ours".to_vec(), digest(b"ours"));
    let error = refusal(&saved(std::slice::from_ref(&layer), std::slice::from_ref(&id), "arm64"));
    assert!(error.starts_with("podman built an image for linux/arm64, the function is for linux/amd64; "), "{error}");
    let error = refusal(&saved(std::slice::from_ref(&layer), &[digest(b"theirs")], "amd64"));
    assert!(error.contains("0/layer.tar is not the one its configuration names"), "{error}");
    let error = refusal(&saved(&[layer], &[], "amd64"));
    assert!(error.contains("it has 1 layers, and its configuration tells of 0"), "{error}");
    let error = refusal(&saved(&[vec![0x28, 0xb5, 0x2f, 0xfd, 0]], &[id], "amd64"));
    assert!(error.contains("zstd") && error.contains("gzip only"), "{error}");
    let two: Value = json!([{"Config": "c", "Layers": []}, {"Config": "d", "Layers": []}]);
    let error = refusal(&archive(&[("manifest.json", two.to_string().into_bytes())]));
    assert!(error.contains("it holds 2 images"), "{error}");
    assert!(refusal(&archive(&[("index.json", b"{}".to_vec())])).contains("it has no manifest.json"));
}

#[test]
fn links_between_equal_layers_are_followed() {
    assert_eq!(beside("b/layer.tar", "../a/layer.tar", false), "a/layer.tar");
    assert_eq!(beside("b/layer.tar", "a/layer.tar", true), "a/layer.tar");
}
