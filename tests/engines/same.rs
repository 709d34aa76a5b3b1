//! The article's own Dockerfile, built by each engine and by native: one function, whoever builds it.

use bedrock_ops::image::{Host, build_and_push, resolve_base, tag};
use bedrock_ops::manifest::{Builder, Engine};

use crate::article;
use crate::confined::obstacle;
use crate::engine::{self, Started};
use crate::rig::{Rig, by, door_within, has, skipped, write};

const TOOLS: [&str; 8] = ["docker-registry", "htpasswd", "skopeo", "umoci", "python3", "ldd", "unshare", "sh"];

#[test]
fn the_articles_dockerfile_behaves_the_same_by_buildah_as_by_native() {
    behaves_the_same("the_articles_dockerfile_behaves_the_same_by_buildah_as_by_native", Engine::Buildah);
}

#[test]
fn the_articles_dockerfile_behaves_the_same_by_podman_as_by_native() {
    behaves_the_same("the_articles_dockerfile_behaves_the_same_by_podman_as_by_native", Engine::Podman);
}

#[test]
fn the_articles_dockerfile_behaves_the_same_by_docker_as_by_native() {
    behaves_the_same("the_articles_dockerfile_behaves_the_same_by_docker_as_by_native", Engine::Docker);
}

fn behaves_the_same(test: &str, engine: Engine) {
    if !has(test, &TOOLS) {
        return;
    }
    if let Some(obstacle) = obstacle() {
        return skipped(test, obstacle);
    }
    let rig = Rig::start();
    let Some(started) = Started::start(test, &rig, engine) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let base = match runtime.block_on(rig.put_python_base()) {
        Ok(base) => base,
        Err(reason) => return skipped(test, &reason),
    };
    rig.within("same::within_an_engines_environment", &base, &started.settings);
    let of_engine = std::fs::read_to_string(rig.folder.path().join("tag")).unwrap();

    let (_kept, source) = article::folder(&base, article::DOCKERFILE, Builder::Native);
    let (native, _) = runtime.block_on(rig.deploy(&source)).unwrap();
    assert_ne!(native, of_engine);
    for part in ["Cmd", "Entrypoint", "WorkingDir", "Env"] {
        assert_eq!(rig.config(&native)["config"][part], rig.config(&of_engine)["config"][part], "{part}");
    }
    // The `RUN` was carried out: the packages are where the base's pip puts them, not beside the handler.
    assert!(!rig.unpacked(&of_engine).join("var/task/boto3").exists());
    let told = |tag: &str| runtime.block_on(article::told_by(&rig, tag));
    assert_eq!(told(&native), told(&of_engine));
}

#[tokio::test]
#[ignore = "the inner half of the tests above, which run it"]
async fn within_an_engines_environment() {
    let (door, base_image, folder) = door_within();
    let engine = engine::told();
    let (_kept, source) = article::folder(&base_image, article::DOCKERFILE, by(engine));
    let base = resolve_base(&door, &base_image, &source.architecture).await.unwrap();
    let address = async || tag(&source, &base).await.unwrap();
    let build =
        async |tag: &str| build_and_push(&source, &base, &door, &door, "openrate", tag, &Host::default(), &()).await;
    let mut tag = address().await;
    if let Err(error) = build(&tag).await {
        let error = error.to_string();
        assert_eq!(engine, Engine::Docker, "{error}");
        assert!(error.contains("COPY lambda_function.py get_openrate.py ${LAMBDA_TASK_ROOT}/`"), "{error}");
        assert!(error.contains("builder: auto"), "{error}");
        write(&source.folder, "Dockerfile", &article::with_slashes().replace("{base}", &base_image));
        tag = address().await;
        build(&tag).await.unwrap_or_else(|error| panic!("{error}"));
    }
    std::fs::write(folder.join("tag"), tag).unwrap();
}
