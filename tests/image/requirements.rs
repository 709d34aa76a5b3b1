//! The layer of the requirements, with the real installer. Needs `uv` or pip, and a package index that they can reach.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use bedrock_ops::image::{ImageError, Progress};

use crate::sample::{deploy, deploy_told, layers, source, unpack, write};
use crate::shelf::Shelf;

const HANDLER: (&str, &str) = ("lambda_function.py", "import six\ndef handler(event, context): return 1\n");

/// Whether the tests can run; says loudly when not, past the test harness's capture.
fn has_installer(test: &str) -> bool {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let answers = |program: &str, words: &[&str]| {
        let words = words.iter().copied().chain(["--target"]);
        Command::new(program).args(words).arg(folder.path()).output().is_ok_and(|answer| answer.status.success())
    };
    let there = answers("uv", &["pip", "install", "six==1.16.0"])
        || answers("python3", &["-m", "pip", "install", "--quiet", "six==1.16.0"]);
    if !there {
        let _ = writeln!(std::io::stderr(), "\nNOT TESTED: {test}: neither uv nor pip can install six==1.16.0 here\n");
    }
    there
}

#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Progress for Notes {
    fn note(&self, what: &str) {
        self.0.lock().unwrap().push(what.to_owned());
    }

    fn bytes(&self, _done: u64, _total: u64) {}
}

async fn deploy_noting(source: &bedrock_ops::image::Source, cache: &Path) -> (Vec<String>, Vec<String>, Shelf) {
    let (into, notes) = (Shelf::default(), Notes::default());
    let (tag, _) = deploy_told(source, &Shelf::with_base(false), &into, Some(cache), &notes).await.unwrap();
    (layers(&into, &tag), notes.0.into_inner().unwrap(), into)
}

#[tokio::test]
async fn requirements_become_a_clean_layer_of_their_own_and_are_installed_once() {
    if !has_installer("requirements_become_a_clean_layer_of_their_own_and_are_installed_once") {
        return;
    }
    let (cache, other_cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (_kept, source) = source(&[HANDLER, ("requirements.txt", "six==1.16.0\n")]);

    let (first, notes, shelf) = deploy_noting(&source, cache.path()).await;
    assert!(
        notes.contains(&"requirements: installing for Python 3.12 on manylinux_2_34_x86_64".to_owned()),
        "{notes:?}"
    );
    let names: Vec<String> = unpack(&shelf.blob_bytes(&first[1])).into_keys().collect();
    let info = "var/task/six-1.16.0.dist-info";
    let kept = ["LICENSE", "METADATA", "WHEEL", "top_level.txt"].map(|name| format!("{info}/{name}"));
    let mut expected = vec!["var/".to_owned(), "var/task/".to_owned(), format!("{info}/")];
    expected.extend(kept);
    expected.push("var/task/six.py".to_owned());
    assert_eq!(names, expected);

    write(&source.folder, "lambda_function.py", "import six\ndef handler(event, context): return 2\n");
    let (second, notes, _) = deploy_noting(&source, cache.path()).await;
    assert!(notes.iter().any(|note| note.contains("taken from the cache")), "{notes:?}");
    assert_eq!(second[1], first[1]);
    assert_ne!(second[2], first[2]);

    let (anew, _, _) = deploy_noting(&source, other_cache.path()).await;
    assert_eq!(anew, second, "installed again, the bytes are the same");

    for kept in std::fs::read_dir(cache.path()).unwrap() {
        std::fs::write(kept.unwrap().path(), "{}").unwrap();
    }
    let (mended, notes, _) = deploy_noting(&source, cache.path()).await;
    assert!(notes.iter().any(|note| note.contains("installing")), "a damaged cache is as good as none: {notes:?}");
    assert_eq!(mended, second);
}

#[tokio::test]
async fn a_requirement_without_a_wheel_is_named_with_the_installers_reason() {
    if !has_installer("a_requirement_without_a_wheel_is_named_with_the_installers_reason") {
        return;
    }
    let (_kept, source) = source(&[HANDLER, ("requirements.txt", "six==0.0.1\n")]);
    let error = deploy(&source, &Shelf::with_base(false), &Shelf::default()).await.unwrap_err();
    let ImageError::NoWheel { requirement, python, platform, reason } = &error else { panic!("{error}") };
    assert_eq!((requirement.as_str(), python.as_str()), ("six==0.0.1", "3.12"));
    assert_eq!(platform, "manylinux_2_34_x86_64");
    assert!(!reason.is_empty() && error.to_string().contains("choose a version that has one"), "{error}");
}

#[tokio::test]
async fn requirements_on_a_base_without_a_python_are_refused() {
    let shelf = Shelf::with_base(false);
    let (_kept, mut source) = source(&[HANDLER, ("requirements.txt", "six==1.16.0\n")]);
    let base = bedrock_ops::image::resolve_base(&shelf, &source.base_image, "amd64").await.unwrap();
    source.base_image = format!("public.ecr.aws/lambda/python@{}", base.digest);
    let error = deploy(&source, &shelf, &Shelf::default()).await.unwrap_err();
    assert!(matches!(error, ImageError::PythonUnknown { .. }), "{error}");
}
