//! The layer of the requirements, with the real installer. Needs `uv` or pip, and a package index that they can reach.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use bedrock_ops::dockerfile::Copied;
use bedrock_ops::image::{Host, ImageError, Progress, build_and_push, tag};

use crate::sample::{base, deploy, deploy_told, layers, source, unpack, write};
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
    let ImageError::NoWheel { requirement, python, platform, .. } = &error else { panic!("{error}") };
    assert_eq!((requirement.as_str(), python.as_str()), ("six==0.0.1", "3.12"));
    assert_eq!(platform, "manylinux_2_34_x86_64");
    assert!(error.to_string().contains("choose a version that has one"), "{error}");
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

/// Writes wheels of these names and requirements (`Requires-Dist`) to a folder: nothing needs an index then.
fn wheels(folder: &Path, wheels: &[(&str, &[&str])]) {
    const MAKE: &str = "import sys, zipfile\nname, folder, *needs = sys.argv[1:]\n\
        info = name + '-1.dist-info/'\nwith zipfile.ZipFile(folder + '/' + name + '-1-py3-none-any.whl', 'w') as wheel:\n    \
        wheel.writestr(name + '.py', 'x = 1\\n')\n    \
        wheel.writestr(info + 'METADATA', '\\n'.join(['Metadata-Version: 2.1', 'Name: ' + name, 'Version: 1'] + \
        ['Requires-Dist: ' + need for need in needs]) + '\\n')\n    \
        wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')\n    \
        wheel.writestr(info + 'RECORD', '')\n";
    for (name, needs) in wheels {
        let made = Command::new("python3").args(["-c", MAKE, name]).arg(folder).args(*needs).status().unwrap();
        assert!(made.success(), "{name}");
    }
}

/// The modules of the image's packages, installed by what this machine has.
async fn modules(text: &str, architecture: &str, path: Option<&std::ffi::OsStr>) -> Result<Vec<String>, ImageError> {
    let (_kept, mut source) = source(&[HANDLER, ("requirements.txt", text), ("wheels/.keep", "")]);
    architecture.clone_into(&mut source.architecture);
    let needs = ["lib; python_full_version == '3.12.0'", "other; python_full_version != '3.12.0'"];
    let more: [(&str, &[&str]); 6] =
        [("app", &needs), ("lib", &[]), ("other", &[]), ("new", &[]), ("old", &[]), ("arm", &["lib; extra == 'x'"])];
    wheels(&source.folder.join("wheels"), &more);
    source.files = Some(vec![Copied::in_place("lambda_function.py")]);
    let (from, into) = (Shelf::with_base(false), Shelf::default());
    let environment = std::env::vars_os().map(|(name, value)| match path {
        Some(path) if name == "PATH" => (name, path.to_owned()),
        _ => (name, value),
    });
    let secret = [("AWS_SECRET_ACCESS_KEY".into(), "s".into())];
    let host = Host::new(None, environment.chain(secret));
    let base = base(&source, &from).await;
    let tag = tag(&source, &base).await?;
    build_and_push(&source, &base, &from, &into, "openrate", &tag, &host, &()).await?;
    let names = unpack(&into.blob_bytes(&layers(&into, &tag)[1])).into_keys();
    Ok(names.filter_map(|name| name.strip_prefix("var/task/")?.strip_suffix(".py").map(str::to_owned)).collect())
}

/// A `PATH` without uv.
fn without_uv() -> std::ffi::OsString {
    let all = std::env::var_os("PATH").unwrap_or_default();
    let rest = std::env::split_paths(&all).filter(|folder| !folder.join("uv").exists());
    std::env::join_paths(rest).unwrap()
}

#[tokio::test]
async fn conditions_are_decided_for_the_image_whichever_installer_is_there() {
    let text = "--no-index\n--find-links wheels\napp\nnew; python_full_version == '3.12.0'\nold; python_full_version != '3.12.0'\n\
                arm; platform_machine == 'aarch64'\n";
    let has_uv = Command::new("uv").arg("--version").output().is_ok();
    for path in [Some(without_uv()), None].iter().take(if has_uv { 2 } else { 1 }) {
        let path = path.as_deref();
        assert_eq!(modules(text, "amd64", path).await.unwrap(), ["app", "lib", "new"]);
        assert_eq!(modules(text, "arm64", path).await.unwrap(), ["app", "arm", "lib", "new"]);
        let none = "--no-index\n--find-links wheels\nold; python_full_version != '3.12.0'\n";
        assert_eq!(modules(none, "amd64", path).await.unwrap(), Vec::<String>::new(), "nothing is needed");
    }
}

#[tokio::test]
async fn no_module_of_the_source_is_run_by_the_installer() {
    let ran = tempfile::tempdir().unwrap();
    let code = format!("open({:?}, 'w')\n", ran.path().join("ran").display().to_string());
    let text = "--no-index\n--find-links wheels\nlib\n";
    let (_kept, source) =
        source(&[HANDLER, ("requirements.txt", text), ("pip.py", &code), ("json.py", &code), ("wheels/.keep", "")]);
    wheels(&source.folder.join("wheels"), &[("lib", &[])]);
    let path = without_uv();
    let environment =
        std::env::vars_os().map(|(name, value)| if name == "PATH" { (name, path.clone()) } else { (name, value) });
    let base = base(&source, &Shelf::with_base(false)).await;
    let tag = tag(&source, &base).await.unwrap();
    let (from, into, host) = (Shelf::with_base(false), Shelf::default(), Host::new(None, environment));
    build_and_push(&source, &base, &from, &into, "openrate", &tag, &host, &()).await.unwrap();
    assert!(!ran.path().join("ran").exists(), "the source's own pip.py was run");
}
