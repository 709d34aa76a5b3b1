//! A Dockerfile that only an engine builds, on a machine with and without one.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use serde_json::Value;

use crate::program::Folder;

/// `ENV` is more than bedrock-ops builds by itself.
const DOCKERFILE: &str = "FROM public.ecr.aws/lambda/python:3.12\nENV STAGE=tests\nCOPY . ${LAMBDA_TASK_ROOT}/\n\
                          CMD [\"lambda_function.handler\"]\n";

/// The stack with that Dockerfile, and an empty folder for programs.
fn folder() -> Folder {
    let folder = Folder::new();
    fs::write(folder.path().join("lambda/Dockerfile"), DOCKERFILE).unwrap();
    fs::create_dir(folder.path().join("programs")).unwrap();
    folder
}

/// The binary, which finds no programs but those of the folder.
fn run(folder: &Folder, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = folder.run(arguments).env("PATH", folder.path().join("programs")).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A program that writes down what it is asked, and ends with this code.
fn install(folder: &Folder, program: &str, code: u8) {
    let path = folder.path().join("programs").join(program);
    let text =
        format!("#!/bin/sh\necho \"$*\" >>'{}'\necho 'no daemon here' >&2\nexit {code}\n", asked(folder).display());
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
}

fn asked(folder: &Folder) -> PathBuf {
    folder.path().join("asked")
}

#[test]
fn a_missing_engine_is_refused_before_anything_is_made() {
    let folder = folder();
    let (code, shown, told) = run(&folder, &["plan", "--local"]);
    assert_eq!(code, Some(5), "{shown}{told}");
    assert!(shown.contains("line 2 (`ENV STAGE=tests`) asks for more than bedrock-ops builds by itself"), "{shown}");
    assert!(shown.contains("docker is not installed; podman is not installed"), "{shown}");
    let (code, _, told) = run(&folder, &["deploy", "--local", "--yes"]);
    assert_eq!(code, Some(5), "{told}");

    install(&folder, "docker", 1);
    let (code, shown, told) = run(&folder, &["deploy", "--local", "--yes"]);
    assert_eq!(code, Some(5), "a client without its daemon is no engine: {shown}{told}");
    assert!(told.contains("docker does not answer (no daemon here)"), "{told}");
    fs::remove_file(asked(&folder)).unwrap();

    fs::remove_file(folder.path().join("programs/docker")).unwrap();
    install(&folder, "buildah", 0);
    let (code, shown, told) = run(&folder, &["plan", "--local", "--json"]);
    assert_eq!(code, Some(0), "{shown}{told}");
    let plan: Value = serde_json::from_str(&shown).unwrap();
    let steps = plan["steps"].as_array().unwrap();
    let repository = steps.iter().find(|step| step["kind"] == "repository").unwrap();
    assert_eq!(repository["change"], "create", "the deploy before made nothing: {plan:#}");
    assert_eq!(fs::read_to_string(asked(&folder)).unwrap(), "--version\n", "a plan builds nothing");
}

#[test]
fn a_missing_installer_is_refused_before_anything_is_made() {
    let folder = folder();
    fs::remove_file(folder.path().join("lambda/Dockerfile")).unwrap();
    fs::write(folder.path().join("lambda/requirements.txt"), "six==1.16.0\n").unwrap();
    let (code, shown, told) = run(&folder, &["deploy", "--local", "--yes"]);
    assert_eq!(code, Some(5), "{shown}{told}");
    assert!(told.contains("nothing here can install it: neither uv nor python3 with pip was found"), "{told}");

    // The pip of Python 3.6 as it comes.
    let python = folder.path().join("programs/python3");
    let says = r#"{"program": "/usr/bin/python3", "python": "3.6.15", "pip": "18.1"}"#;
    fs::write(&python, format!("#!/bin/sh\necho '{says}'\n")).unwrap();
    fs::set_permissions(&python, Permissions::from_mode(0o755)).unwrap();
    let (code, shown, told) = run(&folder, &["plan", "--local"]);
    assert_eq!(code, Some(5), "{shown}{told}");
    assert!(shown.contains("the pip of Python 3.6.15 (/usr/bin/python3) is 18.1, older than 20.3"), "{shown}");
}

#[test]
fn an_engine_that_the_manifest_names_must_be_that_one() {
    let folder = folder();
    install(&folder, "docker", 0);
    let text = fs::read_to_string(folder.manifest()).unwrap();
    fs::write(folder.manifest(), text.replace("  source: lambda/\n", "  source: lambda/\n  builder: podman\n"))
        .unwrap();
    let (code, shown, told) = run(&folder, &["plan", "--local"]);
    assert_eq!(code, Some(5), "{shown}{told}");
    assert!(shown.contains("`lambda.builder` is podman, but podman is not installed"), "{shown}");
}
