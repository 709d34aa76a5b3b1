//! The native image in a real registry that asks for a password.

use bedrock_ops::image::{Connections, ImageError, OciRegistry, Registry as _, RegistryError, Scheme, resolve_base};
use bedrock_ops::manifest::Builder;
use bedrock_ops::network::Network;

use crate::rig::{Rig, has, source, write};

const HANDLER: (&str, &str) = ("lambda_function.py", "def handler(event, context): return 1\n");
const TOOLS: [&str; 4] = ["docker-registry", "htpasswd", "skopeo", "umoci"];

#[tokio::test]
async fn the_native_image_is_what_skopeo_and_umoci_expect_of_one() {
    if !has("the_native_image_is_what_skopeo_and_umoci_expect_of_one", &TOOLS) {
        return;
    }
    let rig = Rig::start();
    let base = rig.put_base().await;
    let (_kept, source) = source(&[HANDLER, ("lib/deep/a.py", "a = 1\n")], &base, Builder::Native);
    let (tag, pushed) = rig.deploy(&source).await.unwrap();

    assert_eq!(rig.layers(&tag).len(), 2);
    let config = rig.config(&tag);
    assert_eq!((&config["os"], &config["architecture"]), (&"linux".into(), &"amd64".into()));
    assert_eq!(config["config"]["Cmd"], serde_json::json!(["lambda_function.handler"]));
    let labels = &config["config"]["Labels"];
    assert_eq!(labels["org.opencontainers.image.base.name"], base.as_str());
    assert_eq!(labels["bedrock-ops.source-hash"], &tag[4..]);
    assert!(labels["bedrock-ops.source-files"].as_str().unwrap().contains(" lib/deep/a.py\n"), "{labels}");
    let files = rig.unpacked(&tag);
    assert_eq!(std::fs::read_to_string(files.join("var/task/lambda_function.py")).unwrap(), HANDLER.1);
    assert!(files.join("var/task/lib/deep/a.py").is_file() && files.join("lambda-entrypoint.sh").is_file());

    let again = rig.deploy(&source).await.unwrap().1;
    assert_eq!((again.digest, again.uploaded_bytes), (pushed.digest, 0), "nothing is pushed twice");
}

#[tokio::test]
async fn a_changed_handler_uploads_one_small_layer_beside_what_is_there() {
    if !has("a_changed_handler_uploads_one_small_layer_beside_what_is_there", &TOOLS) {
        return;
    }
    let rig = Rig::start();
    let base = rig.put_base().await;
    let (_kept, source) = source(&[HANDLER], &base, Builder::Native);
    let (first, of_first) = rig.deploy(&source).await.unwrap();
    assert_eq!((of_first.uploaded_layers, of_first.skipped_layers), (2, 0));

    write(&source.folder, "lambda_function.py", "def handler(event, context): return 2\n");
    let (second, of_second) = rig.deploy(&source).await.unwrap();
    assert_eq!((of_second.uploaded_layers, of_second.skipped_layers), (1, 1), "the base is there");
    assert!(of_second.uploaded_bytes < 2_000, "{of_second:?}");
    assert_eq!(rig.layers(&first)[0], rig.layers(&second)[0]);
    assert_ne!(rig.layers(&first)[1], rig.layers(&second)[1]);
}

#[tokio::test]
async fn the_bases_layers_are_mounted_where_the_registry_has_them() {
    if !has("the_bases_layers_are_mounted_where_the_registry_has_them", &TOOLS) {
        return;
    }
    let rig = Rig::start();
    let base = rig.put_base().await;
    let door = rig.door();
    let layer = door.manifest("lambda/python", "3.12").await.unwrap().unwrap();
    let layer: serde_json::Value = serde_json::from_slice(&layer.bytes).unwrap();
    let layer = layer["layers"][0]["digest"].as_str().unwrap();
    assert_eq!(door.mount_blob("elsewhere", layer, "lambda/python").await, Ok(true));
    assert_eq!(door.has_blob("elsewhere", layer).await, Ok(true));
    let missing = format!("sha256:{}", "0".repeat(64));
    assert_eq!(door.mount_blob("elsewhere", &missing, "lambda/python").await, Ok(false), "then it has to be sent");
    let (_kept, source) = source(&[HANDLER], &base, Builder::Native);
    let (tag, _) = rig.deploy(&source).await.unwrap();
    assert_eq!(rig.layers(&tag)[0], layer);
}

#[tokio::test]
async fn who_has_no_password_is_told_what_to_do() {
    if !has("who_has_no_password_is_told_what_to_do", &TOOLS) {
        return;
    }
    let rig = Rig::start();
    let stranger = OciRegistry::new(&Connections::over(&Network::default()), &rig.host, Scheme::Http, None);
    let error = stranger.manifest("lambda/python", "3.12").await.unwrap_err();
    assert!(matches!(error, RegistryError::NotAllowed { .. }), "{error}");
    let base = format!("{}/lambda/python:2.7", rig.host);
    let told = resolve_base(&stranger, &base, "amd64").await.unwrap_err().to_string();
    assert!(told.contains("denied access without a login") && told.contains("or needs a login"), "{told}");
    let (_kept, source) = source(&[HANDLER], &base, Builder::Native);
    let error = rig.deploy(&source).await.unwrap_err();
    assert!(matches!(error, ImageError::BaseMissing { .. }), "{error}");
}
