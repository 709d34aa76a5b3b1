//! The folder of an account: what the emulator leaves alone in it, and what a reader may do.

use std::fs;
use std::path::Path;

use bytes::Bytes;
use emulator::{Emulator, OpenError, Settings, Timing};
use http::Request;

fn settings() -> Settings {
    Settings { timing: Timing::quick(), ..Settings::for_tests() }
}

fn logs(operation: &str, body: &str) -> Request<Bytes> {
    let credential = "AKID/20261122/ap-northeast-1/logs/aws4_request";
    let signature = "a".repeat(64);
    let signed = format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature={signature}");
    Request::post("/")
        .header("authorization", signed)
        .header("x-amz-date", "20261122T090000Z")
        .header("x-amz-target", format!("Logs_20140328.{operation}"))
        .body(Bytes::from(body.to_owned()))
        .expect("a request")
}

/// All paths below a folder, sorted.
fn tree(folder: &Path) -> Vec<String> {
    let mut paths = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            paths.push(entry.path().display().to_string());
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                left.push(entry.path());
            }
        }
    }
    paths.sort();
    paths
}

#[tokio::test]
async fn a_folder_that_the_emulator_did_not_make_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(Emulator::open(folder.path(), settings()).expect("a new account"));
    let hex = "0a".repeat(32);
    for name in ["holiday", &hex, &format!("{hex}.part"), &format!("sha256-{hex}")] {
        fs::create_dir_all(folder.path().join("images").join(name)).expect("made");
        fs::write(folder.path().join("images").join(name).join("1.jpg"), "x").expect("written");
    }
    let before = tree(folder.path());
    let emulator = Emulator::open(folder.path(), settings()).expect("an account");
    assert_eq!(emulator.call(logs("CreateLogGroup", "{\"logGroupName\":\"a\"}")).await.status(), 200);
    emulator.remove_unused_images();
    drop(emulator);
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn a_folder_with_other_things_in_it_is_not_taken_for_an_account() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder.path().join("images/wedding")).expect("made");
    fs::write(folder.path().join("images/wedding/1.jpg"), "x").expect("written");
    let before = tree(folder.path());
    for opened in [Emulator::open(folder.path(), settings()), Emulator::open_read_only(folder.path(), settings())] {
        assert!(matches!(opened.expect_err("not an account"), OpenError::NotAnAccount { .. }));
    }
    assert_eq!(tree(folder.path()), before);
}

#[cfg(unix)]
#[test]
fn a_folder_of_another_user_is_refused() {
    // Only root can give a folder away.
    let folder = tempfile::tempdir().expect("a folder");
    let owned = folder.path().join("account");
    fs::create_dir(&owned).expect("made");
    if std::os::unix::fs::chown(&owned, Some(65_534), None).is_err() {
        return;
    }
    let error = Emulator::open(&owned, settings()).expect_err("another user's").to_string();
    assert!(error.contains("belongs to another user (user id 65534)"), "{error}");
    assert_eq!(fs::read_dir(&owned).expect("there").count(), 0);
}

#[tokio::test]
async fn a_reader_needs_no_folder_and_no_lock_and_changes_nothing() {
    let parent = tempfile::tempdir().expect("a folder");
    let folder = parent.path().join("account");
    let reader = Emulator::open_read_only(&folder, settings()).expect("an account");
    assert_eq!(reader.call(logs("DescribeLogGroups", "{}")).await.status(), 200);
    assert!(!folder.exists());

    let writer = Emulator::open(&folder, settings()).expect("a new account");
    assert_eq!(writer.call(logs("CreateLogGroup", "{\"logGroupName\":\"a\"}")).await.status(), 200);
    let (before, world) = (tree(&folder), fs::read(folder.join("world.json")).expect("there"));
    let reader = Emulator::open_read_only(&folder, settings()).expect("while another has it open");
    assert_eq!(reader.world().inventory(), ["ap-northeast-1 logs log-group a"]);
    let refused = reader.call(logs("CreateLogGroup", "{\"logGroupName\":\"b\"}")).await;
    assert_eq!(refused.status(), 507);
    assert!(String::from_utf8_lossy(refused.body()).contains("opened for reading only"));
    drop(reader);
    assert_eq!((tree(&folder), fs::read(folder.join("world.json")).expect("there")), (before, world));
}
