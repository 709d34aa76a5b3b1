//! What is said of two images, and how much of it fits into labels.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::{FILES_LIMIT, Trace};

fn trace(files: &[(&str, &str)]) -> Trace {
    Trace {
        builder: "native".to_owned(),
        base: "python:3.12".to_owned(),
        base_digest: "sha256:a".to_owned(),
        architecture: "amd64".to_owned(),
        handler: Some("a.b".to_owned()),
        recipe: None,
        files: Some(files.iter().map(|(path, hash)| ((*path).to_owned(), (*hash).to_owned())).collect()),
        others: None,
    }
}

/// The trace as it comes back from an image's configuration.
fn kept(trace: &Trace) -> Trace {
    let mut config = json!({"architecture": trace.architecture, "config": {"Labels": {"bedrock-ops.recipe": "old"}}});
    let Value::Object(labels) = &mut config["config"]["Labels"] else { panic!("an object") };
    trace.label("0", labels);
    Trace::of_config(&config).unwrap()
}

#[test]
fn the_labels_hold_the_whole_trace() {
    let mut made = trace(&[("a.py", "1"), ("lib/a b.py", "2")]);
    assert_eq!(kept(&made), made);
    made.recipe = Some("r".to_owned());
    made.handler = None;
    made.others = Some("o".to_owned());
    assert_eq!(kept(&made), made);
    assert_eq!(Trace::of_config(&json!({"config": {"Labels": null}})), None);
}

#[test]
fn each_difference_is_told() {
    let old = trace(&[("a.py", "1"), ("b.py", "1"), ("c.py", "1")]);
    let mut new = trace(&[("a.py", "2"), ("b.py", "1"), ("d.py", "1")]);
    assert_eq!(new.reasons(&old), ["changed: a.py", "added: d.py", "removed: c.py"]);
    new.files.clone_from(&old.files);
    new.base_digest = "sha256:b".to_owned();
    new.handler = Some("a.c".to_owned());
    new.recipe = Some("r".to_owned());
    let told = ["base image moved: sha256:a -> sha256:b", "handler: a.b -> a.c", "requirements added"];
    assert_eq!(new.reasons(&old), told);
    let (mut before, mut after) = (old.clone(), old.clone());
    (before.others, after.others) = (Some("1".to_owned()), Some("2".to_owned()));
    assert_eq!(after.reasons(&before), ["changed: files that the Dockerfile builds from"]);
    assert_eq!(old.reasons(&old), ["another version of bedrock-ops built the deployed image"]);
}

#[test]
fn many_changed_files_are_counted() {
    let files = |hash: &'static str| (0..13).map(|number| (format!("{number:02}.py"), hash.to_owned())).collect();
    let mut old = trace(&[]);
    old.files = Some(files("1"));
    let mut new = old.clone();
    new.files = Some(files("2"));
    let told = new.reasons(&old);
    assert_eq!((told.len(), told[10].as_str()), (11, "changed: 3 more files"));
}

#[test]
fn a_list_too_long_for_a_label_is_folded_and_then_left_out() {
    let long = |folder: &str| -> Trace {
        let mut trace = trace(&[]);
        let paths = (0..2_000).map(|number| (format!("{folder}{number}.py"), format!("{number:010}")));
        trace.files = Some(paths.chain([("a.py".to_owned(), "1".to_owned())]).collect());
        trace
    };
    let old = kept(&long("lib/"));
    assert_eq!(old.files.as_ref().unwrap().len(), 2);
    let mut new = long("lib/");
    new.files.as_mut().unwrap().insert("lib/new.py".to_owned(), "1".to_owned());
    assert_eq!(new.reasons(&old), ["changed: lib/"]);
    assert!(kept(&long("file")).files.is_none(), "more than {FILES_LIMIT} bytes");
    assert_eq!(new.reasons(&kept(&long("file"))), ["files of the source, too many to tell which"]);
}
