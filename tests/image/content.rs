//! What is inside the layers.

use bedrock_ops::image::{ImageError, tag};
use bedrock_ops::source::SourceError;
use tar::EntryType;

use crate::sample::{base, deploy, files, layers, source};
use crate::shelf::Shelf;

const HANDLER: (&str, &str) = ("lambda_function.py", "def handler(event, context): return 1\n");

#[tokio::test]
async fn every_parent_folder_has_an_entry_of_its_own() {
    let into = Shelf::default();
    let (_kept, source) = source(&[HANDLER, ("lib/deep/a.py", "a = 1\n"), ("lib.py", "")]);
    let (tag, _) = deploy(&source, &Shelf::with_base(false), &into).await.unwrap();
    let files = files(&into, &tag);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "var/",
            "var/task/",
            "var/task/lambda_function.py",
            "var/task/lib.py",
            "var/task/lib/",
            "var/task/lib/deep/",
            "var/task/lib/deep/a.py"
        ]
    );
    for (name, item) in &files {
        let expected = if name.ends_with('/') { (EntryType::Directory, 0o755) } else { (EntryType::Regular, 0o644) };
        assert_eq!((item.kind, item.mode), expected, "{name}");
    }
    assert_eq!(files["var/task/lib/deep/a.py"].text, "a = 1\n");
}

#[tokio::test]
async fn secrets_stay_out_even_when_dockerignore_lets_them_in() {
    let into = Shelf::default();
    let (_kept, source) = source(&[
        HANDLER,
        (".dockerignore", "*.md\nnotes\n!.env\n!notes/keep.txt\n"),
        (".env", "AWS_SECRET_ACCESS_KEY=x"),
        ("lib/.env.production", "TOKEN=x"),
        ("README.md", "readme"),
        ("notes/a.txt", "a"),
        ("notes/keep.txt", "keep"),
    ]);
    let (tag, _) = deploy(&source, &Shelf::with_base(false), &into).await.unwrap();
    let names: Vec<String> = files(&into, &tag).into_keys().collect();
    assert_eq!(
        names,
        ["var/", "var/task/", "var/task/lambda_function.py", "var/task/notes/", "var/task/notes/keep.txt"]
    );
}

#[tokio::test]
async fn long_and_foreign_names_arrive_whole() {
    let into = Shelf::default();
    let long = format!("{}/{}.py", "folder".repeat(20), "name".repeat(40));
    let (_kept, source) = source(&[HANDLER, (&long, "long"), ("データ/開封率.json", "{}")]);
    let (tag, _) = deploy(&source, &Shelf::with_base(false), &into).await.unwrap();
    let files = files(&into, &tag);
    assert_eq!(files[&format!("var/task/{long}")].text, "long");
    assert_eq!(files["var/task/データ/開封率.json"].text, "{}");
}

#[cfg(unix)]
#[tokio::test]
async fn links_inside_stay_links_and_all_others_are_refused() {
    use std::os::unix::fs::symlink;

    let shelf = Shelf::with_base(false);
    let (_kept, source) = source(&[HANDLER, ("lib/a.py", "a"), (".env", "TOKEN=x")]);
    let link = |target: &str| {
        let path = source.folder.join("lib/link.py");
        let _ = std::fs::remove_file(&path);
        symlink(target, path).unwrap();
    };
    let base = base(&source, &shelf).await;
    for (target, leaves) in
        [("../../elsewhere.py", true), ("/etc/passwd", true), ("missing.py", false), ("../.env", false)]
    {
        link(target);
        match tag(&source, &base).await.unwrap_err() {
            ImageError::Source(SourceError::LinkLeaves { target: named, .. }) if leaves => assert_eq!(named, target),
            ImageError::Source(SourceError::LinkDangles { target: named, .. }) if !leaves => assert_eq!(named, target),
            other => panic!("{target}: {other}"),
        }
    }
    link("../lib/a.py");
    let into = Shelf::default();
    let (tag, _) = deploy(&source, &shelf, &into).await.unwrap();
    let item = &files(&into, &tag)["var/task/lib/link.py"];
    assert_eq!((item.kind, item.link.as_deref()), (EntryType::Symlink, Some("../lib/a.py")));
}

#[cfg(unix)]
#[tokio::test]
async fn a_socket_in_the_source_is_refused_by_name() {
    let shelf = Shelf::with_base(false);
    let (_kept, source) = source(&[HANDLER]);
    let path = source.folder.join("agent.sock");
    let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let error = tag(&source, &base(&source, &shelf).await).await.unwrap_err();
    assert!(
        matches!(&error, ImageError::Source(SourceError::SpecialFile { path: named }) if *named == path),
        "{error}"
    );
}

#[tokio::test]
async fn a_source_without_files_is_refused() {
    let shelf = Shelf::with_base(false);
    let (_kept, source) = source(&[(".env", "x"), ("tests/test_a.py", "")]);
    let error = tag(&source, &base(&source, &shelf).await).await.unwrap_err();
    assert!(matches!(error, ImageError::Source(SourceError::Empty { .. })), "{error}");
}

/// When this fails after an update of the compressor, count up `FORMAT` in `source_hash.rs` and in the cache, and write
/// the new digest here: the same source would otherwise have one tag and two digests.
#[tokio::test]
async fn the_bytes_of_a_layer_are_pinned() {
    let into = Shelf::default();
    let text = (0..20_000).map(|number| format!("{}\n", number * number % 9_973)).collect::<Vec<_>>().concat();
    let (_kept, source) = source(&[HANDLER, ("numbers.txt", &text)]);
    let (tag, _) = deploy(&source, &Shelf::with_base(false), &into).await.unwrap();
    assert_eq!(layers(&into, &tag)[1], "sha256:4359b32666005718686f5a45bcd38a06f426e7e02718f97e51d438dd1167a53b");
}
