//! Sources, bases and repositories that no image can come of: what is said, and that nothing gets a name.
//!
//! Beside the files that see to the rest: a missing source (`address.rs`), links that leave (`content.rs`), a base without the
//! architecture (`publish.rs`), a requirement without a wheel (`requirements.rs`), a missing handler (`tests/manifest.rs`).

use std::fs;
use std::process::Command;

use bedrock_ops::dockerfile::Copied;
use bedrock_ops::image::{Host, OciRegistry, address, build_and_push, resolve_base, tag};
use bedrock_ops::manifest::{Builder, Engine};
use bytes::Bytes;
use serde_json::json;

use crate::emulated::{account, ecr};
use crate::sample::{base, deploy, source, write};
use crate::shelf::Shelf;

const HANDLER: (&str, &str) = ("lambda_function.py", "def handler(event, context): return 1\n");

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named() {
    let shelf = Shelf::with_base(false);
    for name in [".dockerignore", "requirements.txt"] {
        let (_kept, source) = source(&[HANDLER]);
        // A folder in its place cannot be read by anybody, not even by root.
        fs::create_dir(source.folder.join(name)).unwrap();
        let error = tag(&source, &base(&source, &shelf).await).await.unwrap_err().to_string();
        let expected = format!("cannot read {}: ", source.folder.join(name).display());
        assert!(
            error.starts_with(&expected) && error.ends_with("check that it exists and that you may read it"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_base_with_a_layer_of_0_bytes_is_refused_before_anything_travels() {
    let (from, into) = (Shelf::default(), Shelf::default());
    let empty = from.put_blob(Bytes::new());
    let config = json!({"architecture": "amd64", "os": "linux", "rootfs": {"diff_ids": [empty.0]}});
    let config = from.put_blob(config.to_string().into());
    let manifest = json!({
        "schemaVersion": 2,
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "size": config.1, "digest": config.0},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "size": 0, "digest": empty.0}],
    });
    from.put_manifest("lambda/python", Some("3.12"), "application/vnd.oci.image.manifest.v1+json", &manifest);
    let (_kept, source) = source(&[HANDLER]);
    let error = deploy(&source, &from, &into).await.unwrap_err().to_string();
    assert!(error.contains("cannot be used: its layer sha256:") && error.contains("has 0 bytes"), "{error}");
    assert!(!into.asked().iter().any(|asked| asked.starts_with("push")), "{:?}", into.asked());
}

#[tokio::test(start_paused = true)]
async fn a_repository_that_goes_between_plan_and_push_is_told_of() {
    let (emulator, auth) = account().await;
    let from = OciRegistry::emulated(emulator.clone(), None);
    let into = OciRegistry::emulated(emulator.clone(), Some(&auth));
    let (_kept, source) = source(&[HANDLER]);
    let base = resolve_base(&from, &source.base_image, "amd64").await.unwrap();
    let tag = tag(&source, &base).await.unwrap();
    ecr(&emulator, "DeleteRepository", json!({"repositoryName": "openrate"})).await;
    let host = Host::default();
    let push = build_and_push(&source, &base, &from, &into, "openrate", &tag, &host, &());
    let error = push.await.unwrap_err().to_string();
    assert!(error.starts_with("pushing a layer to the repository openrate: "), "{error}");
    assert!(error.ends_with("; the repository is gone: run again, and it is created"), "{error}");
}

#[tokio::test]
async fn a_dockerfile_that_copies_what_is_not_there_is_refused() {
    let shelf = Shelf::with_base(false);
    let (_kept, mut source) = source(&[HANDLER, ("notes.md", ""), (".dockerignore", "*.md")]);
    let base = base(&source, &shelf).await;
    for missing in ["report.py", "notes.md", "lib"] {
        source.files = Some(vec![Copied::in_place("lambda_function.py"), Copied::in_place(missing)]);
        let error = tag(&source, &base).await.unwrap_err().to_string();
        assert!(error.contains(&format!("Dockerfile copies {missing}, but there is no such file")), "{error}");
    }
    write(&source.folder, "lib/a.py", "");
    assert!(tag(&source, &base).await.is_ok());
}

#[tokio::test]
async fn what_the_dockerfile_does_not_copy_stays_outside_and_does_not_count() {
    let (from, into) = (Shelf::with_base(false), Shelf::default());
    let (_kept, mut source) = source(&[HANDLER, ("more.py", "")]);
    source.files = Some(vec![Copied::in_place("lambda_function.py")]);
    let (name, _) = deploy(&source, &from, &into).await.unwrap();
    assert!(!crate::sample::files(&into, &name).contains_key("var/task/more.py"));
    write(&source.folder, "more.py", "x = 1\n");
    assert_eq!(tag(&source, &base(&source, &from).await).await.unwrap(), name);
}

#[tokio::test]
async fn an_engine_is_part_of_the_address_but_not_which_one() {
    let shelf = Shelf::with_base(false);
    let (_kept, native) = source(&[HANDLER, ("Dockerfile", "FROM a\nENV A=1\n"), (".dockerignore", "notes.md\n")]);
    let base = base(&native, &shelf).await;
    let by = |engine, handler: Option<&str>| {
        let mut source = native.clone();
        source.builder = Builder::Engine { engine, handler: handler.map(str::to_owned) };
        source
    };
    let docker = tag(&by(Some(Engine::Docker), None), &base).await.unwrap();
    assert_eq!(tag(&by(None, None), &base).await.unwrap(), docker);
    assert_ne!(tag(&native, &base).await.unwrap(), docker);
    assert_ne!(tag(&by(None, Some("a.b")), &base).await.unwrap(), docker);
    write(&native.folder, "notes.md", "x");
    assert_eq!(tag(&by(None, None), &base).await.unwrap(), docker, "it is kept out");
    write(&native.folder, "Dockerfile", "FROM a\nENV A=2\n");
    assert_ne!(tag(&by(None, None), &base).await.unwrap(), docker);
}

#[tokio::test]
async fn the_labels_of_an_engines_image_name_only_what_its_dockerfile_copies() {
    let shelf = Shelf::with_base(false);
    let text = "FROM a\nENV A=1\nCOPY lambda_function.py ./\n";
    let (_kept, mut source) = source(&[HANDLER, ("Dockerfile", text), ("customers.csv", "a")]);
    source.builder = Builder::Engine { engine: None, handler: None };
    let base = base(&source, &shelf).await;
    let before = address(&source, &base).await.unwrap().trace;
    let names: Vec<&String> = before.files.as_ref().unwrap().keys().collect();
    assert_eq!(names, ["lambda_function.py"]);
    write(&source.folder, "customers.csv", "b");
    let after = address(&source, &base).await.unwrap().trace;
    assert_eq!(after.reasons(&before), ["changed: files that the Dockerfile builds from"]);
}

/// What is found depends on the environment of the process, so the inner half runs in one where nothing is found.
#[test]
fn without_any_engine_the_line_that_needs_one_is_named() {
    let mut inner = Command::new(std::env::current_exe().unwrap());
    inner.args(["--exact", "bad_input::within_a_process_that_finds_no_engine", "--ignored", "--nocapture"]);
    let ended = inner.env("PATH", "/nowhere").output().unwrap();
    let told = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success() && told.contains("1 passed"), "{told}\n{}", String::from_utf8_lossy(&ended.stderr));
}

#[tokio::test]
#[ignore = "the inner half of the test above, which runs it"]
async fn within_a_process_that_finds_no_engine() {
    let (from, into) = (Shelf::with_base(false), Shelf::default());
    let text = "FROM public.ecr.aws/lambda/python:3.12\nRUN dnf install -y git\n";
    let (_kept, mut source) = source(&[HANDLER, ("Dockerfile", text)]);
    source.builder = Builder::Engine { engine: None, handler: None };
    let error = deploy(&source, &from, &into).await.unwrap_err().to_string();
    let line = "/Dockerfile: line 2 (`RUN dnf install -y git`) asks for more than bedrock-ops builds by itself: it runs a command; ";
    assert!(error.contains(line), "{error}");
    assert!(error.contains("none answers (docker is not installed; podman is not installed; finch is not "), "{error}");
    assert!(error.contains("Install docker and start it, or buildah, which needs no daemon"), "{error}");
    source.builder = Builder::Engine { engine: Some(Engine::Podman), handler: None };
    let error = deploy(&source, &from, &into).await.unwrap_err().to_string();
    let expected =
        "`lambda.builder` is podman, but podman is not installed; install and start it, or write `builder: auto`";
    assert_eq!(error, expected);
    assert!(!into.asked().iter().any(|asked| asked.starts_with("push manifest")));
}
