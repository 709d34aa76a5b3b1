//! A ready program on a base without a runtime.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use bedrock_ops::image::{ImageError, Source, tag};
use tempfile::TempDir;

use crate::sample::{base, deploy, files, source};
use crate::shelf::Shelf;

/// A program of these first bytes, for `provided` under the name of the shelf's base.
fn program(head: &[u8], mode: u32) -> (TempDir, Source, Shelf) {
    let shelf = Shelf::with_base(false);
    let index = shelf.manifest_document("lambda/python", "3.12");
    shelf.put_manifest("lambda/provided", Some("al2023"), "application/vnd.oci.image.index.v1+json", &index);
    for entry in index["manifests"].as_array().unwrap().iter().skip(1) {
        let digest = entry["digest"].as_str().unwrap();
        let manifest = shelf.manifest_document("lambda/python", digest);
        shelf.put_manifest("lambda/provided", None, "application/vnd.oci.image.manifest.v1+json", &manifest);
    }
    let (folder, mut source) = source(&[("data.json", "{}")]);
    fs::write(source.folder.join("bootstrap"), head).unwrap();
    fs::set_permissions(source.folder.join("bootstrap"), Permissions::from_mode(mode)).unwrap();
    "public.ecr.aws/lambda/provided:al2023".clone_into(&mut source.base_image);
    "bootstrap".clone_into(&mut source.handler);
    (folder, source, shelf)
}

/// The head of a compiled program for a processor.
fn compiled(machine: u8) -> Vec<u8> {
    let mut head = b"\x7fELF\x02\x01\x01".to_vec();
    head.resize(18, 0);
    head.extend([machine, 0]);
    head
}

#[tokio::test]
async fn the_program_goes_where_the_base_starts_it_and_the_rest_beside_the_handler() {
    let (_kept, source, from) = program(b"#!/bin/sh\n", 0o755);
    let into = Shelf::default();
    let (tag, _) = deploy(&source, &from, &into).await.unwrap();
    let files = files(&into, &tag);
    assert_eq!(files["var/runtime/bootstrap"].mode, 0o755);
    assert!(files.contains_key("var/task/data.json") && !files.contains_key("var/task/bootstrap"));
}

#[tokio::test]
async fn a_program_that_lambda_could_not_start_is_refused_with_the_cure() {
    let refusal = async |head: &[u8], mode| {
        let (_kept, source, shelf) = program(head, mode);
        match tag(&source, &base(&source, &shelf).await).await {
            Ok(_) => "taken".to_owned(),
            Err(ImageError::UnfitBootstrap { path, reason }) => {
                assert_eq!(path, source.folder.join("bootstrap"));
                reason
            }
            Err(other) => panic!("{other}"),
        }
    };
    assert_eq!(refusal(&compiled(62), 0o755).await, "taken");
    let other = "it is built for arm64, the function for amd64; build it for amd64, or change `lambda.architecture`";
    assert_eq!(refusal(&compiled(183), 0o755).await, other);
    assert_eq!(refusal(b"#!/bin/sh\n", 0o644).await, "it may not be run; chmod +x makes it a program");
}
