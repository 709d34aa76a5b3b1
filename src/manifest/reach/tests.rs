//! Every way out of a repository that was thought of, and the ways that stay inside.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::{Barred, Files, Reach};

/// A repository with a manifest's folder in it, and a secret beside it.
fn stage() -> tempfile::TempDir {
    let stage = tempfile::tempdir().unwrap();
    let at = |path: &str| stage.path().join(path);
    fs::create_dir_all(at("repo/.git")).unwrap();
    fs::create_dir_all(at("repo/agents/one/deep")).unwrap();
    for (path, text) in [
        ("secret.md", "hunter2"),
        ("repo/shared.md", "shared"),
        ("repo/agents/one/own.md", "own"),
        ("repo/.git/config", "hunter2"),
    ] {
        fs::write(at(path), text).unwrap();
    }
    symlink("../../../secret.md", at("repo/agents/one/out.md")).unwrap();
    symlink("../../shared.md", at("repo/agents/one/in.md")).unwrap();
    symlink("../../..", at("repo/agents/one/up")).unwrap();
    symlink("/proc/self/environ", at("repo/agents/one/environ.md")).unwrap();
    stage
}

fn files(stage: &tempfile::TempDir, reach: Reach) -> Files {
    Files::of(&stage.path().join("repo/agents/one"), reach)
}

#[test]
fn a_manifest_reads_below_its_repository() {
    let stage = stage();
    let files = files(&stage, Reach::Inside);
    let absolute = stage.path().join("repo/shared.md");
    for (named, text) in [
        ("own.md", "own"),
        ("./deep/../own.md", "own"),
        ("../../shared.md", "shared"),
        ("in.md", "shared"),
        (absolute.to_str().unwrap(), "shared"),
    ] {
        assert_eq!(files.text(named).unwrap(), text, "{named}");
    }
}

#[test]
fn nothing_outside_is_read_by_any_way_there_is() {
    let stage = stage();
    let files = files(&stage, Reach::Inside);
    let absolute = stage.path().join("secret.md");
    for (named, sentence) in [
        ("../../../secret.md", "is outside the manifest's folder"),
        ("../../../nothing.md", "is outside the manifest's folder"),
        (absolute.to_str().unwrap(), "is outside the manifest's folder"),
        ("/proc/self/environ", "is outside the manifest's folder"),
        ("/dev/zero", "is outside the manifest's folder"),
        ("/etc/passwd", "is outside the manifest's folder"),
        ("out.md", "is a link to"),
        ("up/secret.md", "is a link to"),
        ("environ.md", "is a link to"),
        ("../../.git/config", "is in `.git`, where secrets may be"),
        ("deep", "is not a regular file"),
        ("none.md", "cannot be read: No such file"),
        ("own.md/none.md", "cannot be read: Not a directory"),
    ] {
        let barred = files.text(named).expect_err(named).to_string();
        assert!(barred.contains(sentence), "{named}: {barred}");
    }
}

#[test]
fn without_a_repository_the_folder_is_the_limit() {
    let stage = stage();
    fs::remove_dir_all(stage.path().join("repo/.git")).unwrap();
    let barred = files(&stage, Reach::Inside).text("../../shared.md");
    assert!(matches!(barred, Err(Barred::Outside(_))), "{barred:?}");
}

#[test]
fn a_trusted_manifest_reads_regular_files_anywhere() {
    let stage = stage();
    let files = files(&stage, Reach::Anywhere);
    for named in ["../../../secret.md", "out.md", "../../.git/config"] {
        assert_eq!(files.text(named).unwrap(), "hunter2", "{named}");
    }
    assert!(matches!(files.text("/dev/zero"), Err(Barred::NotRegular(_))));
}

#[test]
fn a_pipe_is_not_waited_for_and_a_huge_file_not_read() {
    let stage = stage();
    let at = |path: &str| stage.path().join("repo/agents/one").join(path);
    let pipe = std::process::Command::new("mkfifo").arg(at("pipe.md")).status().unwrap();
    assert!(pipe.success());
    fs::File::create(at("huge.md")).unwrap().set_len(1 << 40).unwrap();
    let files = files(&stage, Reach::Inside);
    assert!(matches!(files.text("pipe.md"), Err(Barred::NotRegular(_))));
    assert!(matches!(files.text("huge.md"), Err(Barred::TooLarge(_))));
}

#[test]
fn the_folder_that_is_here_has_a_repository_too() {
    let files = Files::of(Path::new("."), Reach::Inside);
    assert!(files.text("Cargo.toml").is_ok());
    assert!(matches!(files.text("/etc/passwd"), Err(Barred::Outside(_))));
}
