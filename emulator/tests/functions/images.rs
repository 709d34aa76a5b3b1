//! What is run of an image: its layers over one another, and nothing outside of them.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tar::EntryType::{Link, Symlink};

use crate::stage::{Archive, FUNCTIONS, Made, Stage, layer, python_config, settings};

const LIST: &str = "import os\ndef handler(e, c):\n    \
                    return sorted(os.path.join(p, f)[2:] for p, _, fs in os.walk('.') for f in fs)\n";

async fn files(layers: Vec<Vec<u8>>) -> Value {
    let stage = Stage::new().await;
    stage.make(Made { layers, ..Made::python("app", "") }).await;
    let told = stage.invoke(json!({})).await;
    assert_eq!(told.error, "", "{} {}", told.body, told.log);
    told.body
}

#[tokio::test]
async fn a_layer_hides_what_its_whiteouts_name_in_those_below() {
    let below = layer(&[
        ("var/task/app.py", LIST),
        ("var/task/old.py", ""),
        ("var/task/lib/a.py", ""),
        ("var/task/lib/deep/b.py", ""),
        ("var/task/gone/c.py", ""),
    ]);
    // The layer's own files stay, whichever comes first.
    let above = layer(&[
        ("var/task/.wh.old.py", ""),
        ("var/task/lib/new.py", ""),
        ("var/task/lib/.wh..wh..opq", ""),
        ("var/task/.wh.gone", ""),
        ("var/task/gone", "now a file"),
    ]);
    assert_eq!(files(vec![below, above]).await, json!(["app.py", "gone", "lib/new.py"]));
}

#[tokio::test]
async fn links_lead_where_they_lead_in_the_image() {
    let mut archive = Archive::default();
    archive.file("var/task/app.py", LINKED).file("opt/data/text", "from the image");
    archive.link("var/task/absolute", Symlink, "/opt/data/text");
    archive.link("var/task/relative", Symlink, "../../opt/data/text");
    archive.link("var/task/hard", Link, "opt/data/text");
    let stage = Stage::new().await;
    stage.make(Made { layers: vec![archive.finish()], ..Made::python("app", "") }).await;
    let told = stage.invoke(json!({})).await;
    let text = json!("from the image");
    assert_eq!(told.body, json!([text, text, text]), "{}", told.log);
}

const LINKED: &str = "def handler(e, c): return [open(name).read() for name in ['absolute', 'relative', 'hard']]\n";

#[tokio::test]
async fn nothing_leads_out_of_the_image() {
    let outside = tempfile::tempdir().expect("a folder");
    let victim = outside.path().join("victim");
    fs::write(&victim, "untouched").expect("written");
    let up = format!("{}{}", "../".repeat(9), &victim.to_string_lossy()[1..]);
    let mut climbing = Archive::default();
    climbing.file("var/task/app.py", "").file("var/task/../../../../victim", "x");
    let mut relative = Archive::default();
    relative.file("var/task/app.py", "").link("var/task/link", Symlink, &up);
    let mut hard = Archive::default();
    hard.file("var/task/app.py", "").link("var/task/link", Link, &up);
    for (archive, text) in [
        (climbing, "leads out of the image"),
        (relative, "is a link that leads out of the image"),
        (hard, "is a link that leads out of the image"),
    ] {
        let stage = Stage::new().await;
        stage.make(Made { layers: vec![archive.finish()], ..Made::python("app", "") }).await;
        let told = stage.invoke(json!({})).await;
        assert_eq!((told.error.as_str(), &told.body["errorType"]), ("Unhandled", &json!("Runtime.InvalidEntrypoint")));
        assert!(told.body["errorMessage"].as_str().expect("a text").contains(text), "{}", told.body);
    }
    assert_eq!(fs::read_to_string(&victim).expect("there"), "untouched");
}

#[tokio::test]
async fn an_image_lies_beside_the_world_as_long_as_a_function_names_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let images = folder.path().join("images");
    let count = || fs::read_dir(&images).map_or(0, Iterator::count);
    {
        let stage = Stage::of(emulator::Emulator::open(folder.path(), settings()).expect("an account")).await;
        stage.make(Made::python("app", "def handler(e, c): return 1")).await;
        assert_eq!(stage.invoke(json!({})).await.body, json!(1));
        assert_eq!(count(), 1);
    }
    {
        let stage = Stage::open(folder.path());
        // Its repository is gone; the function is not.
        let body = json!({ "repositoryName": "code", "force": true });
        assert_eq!(stage.account.ecr("DeleteRepository", body).await.0, 200);
        assert_eq!(stage.invoke(json!({})).await.body, json!(1));
        stage.account.lambda("DELETE", &format!("{FUNCTIONS}/app"), Value::Null).await;
        tokio::time::sleep(Duration::from_millis(5)).await;
        let emulator = &stage.account.emulator;
        assert_eq!((count(), emulator.unused_images()), (1, 1));
        emulator.remove_unused_images();
        assert_eq!((count(), emulator.unused_images()), (0, 0));
    }
}

#[tokio::test]
async fn an_account_in_a_folder_that_is_told_from_here_runs_functions_too() {
    let folder = tempfile::tempdir_in(".").expect("a folder");
    let relative = Path::new(".").join(folder.path().file_name().expect("a name"));
    let stage = Stage::of(emulator::Emulator::open(&relative, settings()).expect("an account")).await;
    stage.make(Made::python("app", "def handler(e, c): return 1")).await;
    let told = stage.invoke(json!({})).await;
    assert_eq!(told.body, json!(1), "{}", told.log);
}

#[tokio::test]
async fn what_the_configuration_says_is_run() {
    let stage = Stage::new().await;
    let source = "def one(e, c): return 'one'\ndef two(e, c): return 'two'\n";
    let made = |name: &'static str, config: Value, more: Value| {
        let layers = vec![layer(&[("var/task/app.py", source), ("work/app.py", "def one(e, c): return 'work'\n")])];
        Made { name, layers, config, more }
    };
    let mut config = python_config();
    config["Cmd"] = json!(["app.one"]);
    stage.make(made("cmd", config.clone(), json!({}))).await;
    stage.make(made("override", config, json!({ "ImageConfig": { "Command": ["app.two"] } }))).await;
    let client = json!({
        "Entrypoint": ["/usr/bin/python3.12", "-m", "awslambdaric"], "Cmd": ["app.one"], "WorkingDir": "/work",
    });
    stage.make(made("client", client, json!({}))).await;
    for (name, answer) in [("cmd", "one"), ("override", "two"), ("client", "work")] {
        assert_eq!(stage.invoke_as(name, &[], json!({})).await.body, json!(answer), "{name}");
    }
    stage.make(made("node", json!({ "Entrypoint": ["node", "index.js"] }), json!({}))).await;
    let told = stage.invoke_as("node", &[], json!({})).await;
    assert_eq!(told.body["errorType"], "Runtime.InvalidEntrypoint");
    let text = told.body["errorMessage"].as_str().expect("a text");
    assert!(text.contains("it is started by `node index.js`; the emulator runs Python images"), "{text}");
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[tokio::test]
async fn a_program_of_an_image_without_a_runtime_is_run_itself() {
    let bootstrap = r#"#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
exec python3 -c "
import os, urllib.request
api = '$api'
with urllib.request.urlopen(api + '/next') as event: id = event.headers['Lambda-Runtime-Aws-Request-Id']
urllib.request.urlopen(api + '/' + id + '/response', ('\"' + os.environ['_HANDLER'] + '\"').encode())
"
"#;
    let stage = Stage::new().await;
    let layers = vec![layer(&[("var/runtime/bootstrap", bootstrap), ("var/task/data", "")])];
    stage.make(Made { layers, ..Made::python("app", "") }).await;
    let told = stage.invoke(json!({})).await;
    assert_eq!(told.body, json!("app.handler"), "{}", told.log);
}

#[tokio::test]
async fn two_runs_at_once_unpack_their_image_once() {
    let stage = Stage::with_python("import os\ndef handler(e, c): return os.getcwd()").await;
    let (one, other) = tokio::join!(stage.invoke(json!({})), stage.invoke(json!({})));
    assert_eq!((one.error.as_str(), one.body.clone()), ("", other.body));
    assert!(Path::new(one.body.as_str().expect("a path")).is_dir());
}
