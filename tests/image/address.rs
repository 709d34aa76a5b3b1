//! The content address: what changes it, and what does not.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use bedrock_ops::image::{ImageError, resolve_base, tag};
use bedrock_ops::source::SourceError;

use crate::sample::{base, deploy, files, layers, source, write};
use crate::shelf::Shelf;

const HANDLER: (&str, &str) = ("lambda_function.py", "def handler(event, context): return 1\n");

#[tokio::test]
async fn the_same_source_elsewhere_and_later_gives_the_same_tag_bytes_and_digest() {
    let (from, first_shelf, second_shelf) = (Shelf::with_base(false), Shelf::default(), Shelf::default());
    let content = [HANDLER, ("lib/open_rate.py", "x = 1\n"), ("lib/data/a.json", "{}")];
    let (_one, first) = source(&content);
    let (_two, second) = source(&[content[2], content[0], content[1]]);
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    File::options().write(true).open(second.folder.join("lib/open_rate.py")).unwrap().set_modified(long_ago).unwrap();
    fs::create_dir(second.folder.join("empty")).unwrap();

    let first = deploy(&first, &from, &first_shelf).await.unwrap();
    let second = deploy(&second, &from, &second_shelf).await.unwrap();

    assert_eq!(first, second);
    assert_eq!(layers(&first_shelf, &first.0), layers(&second_shelf, &second.0));
    assert!(first.0.starts_with("src-") && first.0.len() == 44);
}

#[tokio::test]
async fn each_thing_that_can_change_the_image_changes_the_tag() {
    let shelf = Shelf::with_base(false);
    let (_kept, plain) = source(&[HANDLER]);
    let base_image = base(&plain, &shelf).await;
    let mut tags = vec![tag(&plain, &base_image).await.unwrap()];

    let (_a, edited) = source(&[("lambda_function.py", "def handler(event, context): return 2\n")]);
    let (_b, renamed) = source(&[("lambda_functions.py", HANDLER.1)]);
    let (_c, more) = source(&[HANDLER, ("empty.py", "")]);
    let (_d, required) = source(&[HANDLER, ("requirements.txt", "six\n")]);
    // Kept out of the image's files, but its content decides what is installed.
    let (_e, hidden) = source(&[HANDLER, ("requirements.txt", "six\n"), (".dockerignore", "requirements.txt")]);
    for other in [edited, renamed, more, required, hidden] {
        tags.push(tag(&other, &base_image).await.unwrap());
    }
    let mut handler = plain.clone();
    handler.handler = "lambda_function.main".to_owned();
    tags.push(tag(&handler, &base_image).await.unwrap());
    let mut arm = plain.clone();
    arm.architecture = "arm64".to_owned();
    tags.push(tag(&arm, &base(&arm, &shelf).await).await.unwrap());
    let newer = resolve_base(&Shelf::with_base(true), &plain.base_image, "amd64").await.unwrap();
    tags.push(tag(&plain, &newer).await.unwrap());

    let count = tags.len();
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), count, "no two are alike");
}

#[cfg(unix)]
#[tokio::test]
async fn the_executable_bit_counts_and_the_other_permissions_do_not() {
    use std::os::unix::fs::PermissionsExt;

    let shelf = Shelf::with_base(false);
    let (_kept, source) = source(&[HANDLER, ("run.sh", "#!/bin/sh\n")]);
    let base = base(&source, &shelf).await;
    let with_mode = async |mode| {
        fs::set_permissions(source.folder.join("run.sh"), fs::Permissions::from_mode(mode)).unwrap();
        tag(&source, &base).await.unwrap()
    };
    let plain = with_mode(0o600).await;
    assert_eq!(with_mode(0o664).await, plain);
    let executable = with_mode(0o755).await;
    assert_ne!(executable, plain);
    assert_eq!(with_mode(0o700).await, executable);

    let into = Shelf::default();
    let (tag, _) = deploy(&source, &shelf, &into).await.unwrap();
    assert_eq!(files(&into, &tag)["var/task/run.sh"].mode, 0o755);
    assert_eq!(files(&into, &tag)["var/task/lambda_function.py"].mode, 0o644);
}

#[tokio::test]
async fn what_stays_outside_the_image_does_not_change_its_tag() {
    let shelf = Shelf::with_base(false);
    let (_kept, source) = source(&[HANDLER]);
    let base = base(&source, &shelf).await;
    let before = tag(&source, &base).await.unwrap();
    for name in
        [".env", ".git/HEAD", "__pycache__/lambda_function.cpython-312.pyc", "tests/test_handler.py", "Dockerfile"]
    {
        write(&source.folder, name, "secret");
    }
    assert_eq!(tag(&source, &base).await.unwrap(), before);
}

#[tokio::test]
async fn a_source_that_is_not_there_is_named() {
    let (folder, source) = source(&[]);
    let path = source.folder.clone();
    drop(folder);
    let shelf = Shelf::with_base(false);
    let error = tag(&source, &base(&source, &shelf).await).await.unwrap_err();
    assert!(
        matches!(&error, ImageError::Source(SourceError::Unreadable { path: named, .. }) if *named == path),
        "{error}"
    );
}

/// Runs Git in the source's folder.
fn git(folder: &std::path::Path, words: &[&str]) -> String {
    let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
    let output = std::process::Command::new("git").arg("-C").arg(folder).args(identity).args(words).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn a_commit_is_a_second_tag_and_leaves_the_image_as_it_is() {
    let (from, before, after) = (Shelf::with_base(false), Shelf::default(), Shelf::default());
    let (_kept, source) = source(&[HANDLER]);
    let without = deploy(&source, &from, &before).await.unwrap();
    git(&source.folder, &["init", "--quiet"]);
    git(&source.folder, &["add", "."]);
    git(&source.folder, &["commit", "--quiet", "--message", "first"]);
    let with = deploy(&source, &from, &after).await.unwrap();
    assert_eq!(with, without, "tag and digest");
    let commit = format!("push manifest openrate git-{}", git(&source.folder, &["rev-parse", "HEAD"]));
    assert_eq!(after.asked().last(), Some(&commit), "after the image has its own name");

    write(&source.folder, "lambda_function.py", "x = 1\n");
    let dirty = Shelf::default();
    deploy(&source, &from, &dirty).await.unwrap();
    assert!(!dirty.asked().iter().any(|asked| asked.contains("git-")), "no commit holds this source");
}
