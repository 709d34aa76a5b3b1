//! Dockerfiles that only an engine builds, by real engines, on a base in the real registry.
//!
//! An engine takes its settings from the environment of its process, so each of these tests runs its inner half, which is
//! marked as ignored, in a process of its own.

use std::env::var;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bedrock_ops::image::{BasicAuth, OciRegistry, Registry, Scheme, build_and_push, resolve_base, tag};
use bedrock_ops::manifest::Engine;
use serde_json::json;

use crate::rig::{Ended, Rig, by, has, skipped, source, write};

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
    let test = "buildah_builds_what_native_does_not";
    if has(test, &TOOLS) && has(test, &["buildah"]) {
        let rig = Rig::start();
        let store = rig.folder.path().join("storage.conf");
        let (images, running) = (rig.folder.path().join("graph"), rig.folder.path().join("run"));
        let configuration = format!("[storage]\ndriver = \"vfs\"\ngraphroot = {images:?}\nrunroot = {running:?}\n");
        std::fs::write(&store, configuration).unwrap();
        let settings = [
            ("CONTAINERS_STORAGE_CONF", store.display().to_string()),
            ("STORAGE_DRIVER", "vfs".to_owned()),
            ("BUILDAH_ISOLATION", "chroot".to_owned()),
            ("ENGINES_ENGINE", "buildah".to_owned()),
        ];
        judged(&rig, &settings);
    }
}

#[test]
fn docker_builds_what_native_does_not() {
    let test = "docker_builds_what_native_does_not";
    if !(has(test, &TOOLS) && has(test, &["docker", "dockerd", "containerd"])) {
        return;
    }
    let rig = Rig::start();
    let at = |name: &str| rig.folder.path().join(name);
    let socket = format!("unix://{}", at("docker.sock").display());
    let log = std::fs::File::create(at("dockerd.log")).unwrap();
    let mut daemon = Command::new("dockerd");
    daemon.args(["--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=vfs", "-H", &socket]);
    daemon.arg("--data-root").arg(at("data")).arg("--exec-root").arg(at("exec")).arg("-p").arg(at("docker.pid"));
    let daemon = daemon.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
    let _daemon = Ended(daemon);
    let until = Instant::now() + Duration::from_secs(30);
    let answers =
        || Command::new("docker").args(["-H", &socket, "version"]).output().is_ok_and(|it| it.status.success());
    while !answers() {
        if Instant::now() > until {
            let log = std::fs::read_to_string(at("dockerd.log")).unwrap_or_default();
            let end: Vec<&str> = log.lines().rev().take(3).collect();
            skipped(test, &format!("dockerd does not start here: {}", end.join(" | ")));
            return;
        }
    }
    judged(&rig, &[("DOCKER_HOST", socket.clone()), ("ENGINES_ENGINE", "docker".to_owned())]);
}

/// Lets the inner half build and push, and has the result judged.
fn judged(rig: &Rig, settings: &[(&str, String)]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let base = runtime.block_on(rig.put_base());
    rig.within("built::within_an_engines_environment", &base, settings);
    let tag = std::fs::read_to_string(rig.folder.path().join("tag")).unwrap();

    let layers = rig.layers(&tag);
    let of_base = runtime.block_on(rig.door().manifest("lambda/python", "3.12")).unwrap().unwrap();
    let of_base: serde_json::Value = serde_json::from_slice(&of_base.bytes).unwrap();
    assert_eq!(of_base["layers"][0]["digest"], layers[0].as_str(), "the base's layer is the registry's own");
    let config = rig.config(&tag);
    assert_eq!((&config["os"], &config["architecture"]), (&json!("linux"), &json!("amd64")));
    assert_eq!(config["config"]["Cmd"], json!(["lambda_function.handler"]));
    assert!(config["config"]["Env"].as_array().unwrap().contains(&json!("STAGE=tests")), "{config}");
    let labels = &config["config"]["Labels"];
    assert_eq!((&labels["team"], &labels["bedrock-ops.builder"]), (&json!("marketing"), &json!("engine")));
    assert_eq!(labels["org.opencontainers.image.base.name"], base.as_str());
    let files = rig.unpacked(&tag);
    assert_eq!(std::fs::read_to_string(files.join("var/task/lambda_function.py")).unwrap(), HANDLER.1);
    assert!(!files.join("var/task/.env").exists() && !files.join("var/task/notes.md").exists());
}

#[tokio::test]
#[ignore = "the inner half of the tests above, which run it"]
async fn within_an_engines_environment() {
    let engine = match var("ENGINES_ENGINE").unwrap().as_str() {
        "docker" => Engine::Docker,
        _ => Engine::Buildah,
    };
    let (host, base_image) = (var("ENGINES_HOST").unwrap(), var("ENGINES_BASE").unwrap());
    let text = dockerfile(&base_image);
    let files =
        [HANDLER, ("Dockerfile", text.as_str()), (".dockerignore", "*.md\n"), (".env", "TOKEN=x"), ("notes.md", "x")];
    let (_kept, source) = source(&files, &base_image, by(engine));
    let auth = BasicAuth { user: "deployer".to_owned(), password: "correct horse".to_owned() };
    let door = OciRegistry::new(&host, Scheme::Http, Some(auth));
    let base = resolve_base(&door, &base_image, "amd64").await.unwrap();
    let tag = tag(&source, &base).await.unwrap();
    let build = || build_and_push(&source, &base, &door, &door, "openrate", &tag, None, &());
    let first = build().await.unwrap_or_else(|error| panic!("{error}"));
    assert!(first.uploaded_layers >= 1, "{first:?}");
    assert_eq!(build().await.unwrap().uploaded_bytes, 0, "the tag is there: no engine is asked");
    assert_eq!(door.manifest("openrate", &tag).await.unwrap().unwrap().digest, first.digest);
    std::fs::write(format!("{}/tag", var("ENGINES_FOLDER").unwrap()), &tag).unwrap();

    write(&source.folder, "Dockerfile", &format!("FROM {base_image}\nCOPY missing.py /\nENV A=1\n"));
    let tag = bedrock_ops::image::tag(&source, &base).await.unwrap();
    let error =
        build_and_push(&source, &base, &door, &door, "openrate", &tag, None, &()).await.unwrap_err().to_string();
    assert!(error.contains("could not build the image: ") && error.contains("missing.py"), "{error}");
    assert_eq!(door.manifest("openrate", &tag).await, Ok(None), "nothing half-made has a name");
}
