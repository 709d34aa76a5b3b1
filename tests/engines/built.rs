//! Dockerfiles that only an engine builds, by real engines, on a base in the real registry.
//!
//! An engine takes its settings from the environment of its process, so each of these tests runs its inner half, which is
//! marked as ignored, in a process of its own.

use std::path::{Path, PathBuf};

use bedrock_ops::dockerfile::Dockerfile;
use bedrock_ops::image::{Host, Registry, build_and_push, resolve_base, tag};
use bedrock_ops::manifest::{Builder, Engine};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::engine::{self, Started};
use crate::rig::{Rig, by, door_within, has, source as source_of, write};

const HANDLER: (&str, &str) = ("lambda_function.py", "def handler(event, context): return 1\n");
const TOOLS: [&str; 4] = ["docker-registry", "htpasswd", "skopeo", "umoci"];

/// What the inner half builds, on the base of the outer one.
fn dockerfile(base: &str) -> String {
    format!(
        "FROM {base}\nENV STAGE=tests\nLABEL team=marketing\nCOPY . ${{LAMBDA_TASK_ROOT}}/\nCMD [\"lambda_function.handler\"]\n"
    )
}

#[test]
fn buildah_builds_what_native_does_not() {
    builds("buildah_builds_what_native_does_not", Engine::Buildah);
}

#[test]
fn podman_builds_what_native_does_not() {
    builds("podman_builds_what_native_does_not", Engine::Podman);
}

#[test]
fn docker_builds_what_native_does_not() {
    builds("docker_builds_what_native_does_not", Engine::Docker);
}

fn builds(test: &str, engine: Engine) {
    if has(test, &TOOLS) {
        let rig = Rig::start();
        if let Some(started) = Started::start(test, &rig, engine) {
            judged(&rig, &started.settings);
        }
    }
}

/// Lets the inner half build and push, and has the result judged.
fn judged(rig: &Rig, settings: &[(&str, String)]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let base = runtime.block_on(rig.put_base());
    rig.within("built::within_an_engines_environment", &base, settings);
    let tags = std::fs::read_to_string(rig.folder.path().join("tags")).unwrap();
    let (tag, plain) = tags.split_once(' ').unwrap();
    beyond(rig, &runtime, tag, &base);
    alike(rig, &runtime, plain, &base);
}

/// The image of the Dockerfile that native does not build.
fn beyond(rig: &Rig, runtime: &Runtime, tag: &str, base: &str) {
    let layers = rig.layers(tag);
    let of_base = runtime.block_on(rig.door().manifest("lambda/python", "3.12")).unwrap().unwrap();
    let of_base: serde_json::Value = serde_json::from_slice(&of_base.bytes).unwrap();
    assert_eq!(of_base["layers"][0]["digest"], layers[0].as_str(), "the base's layer is the registry's own");
    let config = rig.config(tag);
    assert_eq!((&config["os"], &config["architecture"]), (&json!("linux"), &json!("amd64")));
    assert_eq!(config["config"]["Cmd"], json!(["lambda_function.handler"]));
    assert!(config["config"]["Env"].as_array().unwrap().contains(&json!("STAGE=tests")), "{config}");
    let labels = &config["config"]["Labels"];
    assert_eq!((&labels["team"], &labels["bedrock-ops.builder"]), (&json!("marketing"), &json!("engine")));
    assert_eq!(labels["org.opencontainers.image.base.name"], base);
    let files = rig.unpacked(tag);
    assert_eq!(std::fs::read_to_string(files.join("var/task/lambda_function.py")).unwrap(), HANDLER.1);
    assert!(!files.join("var/task/.env").exists() && !files.join("var/task/notes.md").exists());
}

/// A plain Dockerfile gives the same function whoever builds it: the same files, the same command.
fn alike(rig: &Rig, runtime: &Runtime, of_engine: &str, base: &str) {
    let text = plain_dockerfile(base);
    let (_kept, mut source) = source_of(&plain_files(&text), base, Builder::Native);
    let plain = Dockerfile::read(&text).plain().unwrap();
    (source.files, source.base_image) = (plain.files, plain.base);
    let (native, _) = runtime.block_on(rig.deploy(&source)).unwrap();
    assert_ne!(native, of_engine);
    for part in ["Cmd", "Entrypoint", "WorkingDir", "Env"] {
        assert_eq!(rig.config(&native)["config"][part], rig.config(of_engine)["config"][part], "{part}");
    }
    let files = |tag: &str| {
        let mut found = Vec::new();
        list(&rig.unpacked(tag), &mut found);
        found.sort();
        found
            .iter()
            .map(|path| (path.clone(), std::fs::read(rig.unpacked(tag).join(path)).unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(files(&native), files(of_engine));
}

/// Docker without `BuildKit` wants the slash after the task root that the article leaves out; everybody else does without.
fn plain_dockerfile(base: &str) -> String {
    format!(
        "FROM {base}\nCOPY requirements.txt lambda_function.py ${{LAMBDA_TASK_ROOT}}/\nCOPY lib/ ${{LAMBDA_TASK_ROOT}}/lib/\n\
         CMD [ \"lambda_function.handler\" ]\n"
    )
}

/// requirements.txt asks for nothing: the tiny base has no Python to install with.
fn plain_files(dockerfile: &str) -> [(&'static str, &str); 5] {
    let (requirements, other) = (("requirements.txt", "# none\n"), ("not_copied.py", ""));
    [HANDLER, requirements, ("lib/a.py", "a = 1\n"), other, ("Dockerfile", dockerfile)]
}

/// The paths of the files below the top.
fn list(top: &Path, found: &mut Vec<PathBuf>) {
    let mut folders = vec![top.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap() {
                kind if kind.is_dir() => folders.push(entry.path()),
                _ => found.push(entry.path().strip_prefix(top).unwrap().to_owned()),
            }
        }
    }
}

#[tokio::test]
#[ignore = "the inner half of the tests above, which run it"]
async fn within_an_engines_environment() {
    let engine = engine::told();
    let (door, base_image, folder) = door_within();
    let text = dockerfile(&base_image);
    let files =
        [HANDLER, ("Dockerfile", text.as_str()), (".dockerignore", "*.md\n"), (".env", "TOKEN=x"), ("notes.md", "x")];
    let (_kept, source) = source_of(&files, &base_image, by(engine));
    let base = resolve_base(&door, &base_image, "amd64").await.unwrap();
    let tag = tag(&source, &base).await.unwrap();
    let host = Host::default();
    let build = || build_and_push(&source, &base, &door, &door, "openrate", &tag, &host, &());
    let first = build().await.unwrap_or_else(|error| panic!("{error}"));
    assert!(first.uploaded_layers >= 1, "{first:?}");
    assert_eq!(build().await.unwrap().uploaded_bytes, 0, "the tag is there: no engine is asked");
    assert_eq!(door.manifest("openrate", &tag).await.unwrap().unwrap().digest, first.digest);
    let text = plain_dockerfile(&base_image);
    let (_kept_too, plain) = source_of(&plain_files(&text), &base_image, by(engine));
    let plain_tag = bedrock_ops::image::tag(&plain, &base).await.unwrap();
    build_and_push(&plain, &base, &door, &door, "openrate", &plain_tag, &Host::default(), &()).await.unwrap();
    std::fs::write(folder.join("tags"), format!("{tag} {plain_tag}")).unwrap();

    write(&source.folder, "Dockerfile", &format!("FROM {base_image}\nCOPY missing.py /\nENV A=1\n"));
    let tag = bedrock_ops::image::tag(&source, &base).await.unwrap();
    let error = build_and_push(&source, &base, &door, &door, "openrate", &tag, &Host::default(), &())
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("could not build the image: ") && error.contains("missing.py"), "{error}");
    assert_eq!(door.manifest("openrate", &tag).await, Ok(None), "nothing half-made has a name");
}
