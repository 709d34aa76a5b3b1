//! What is told of a source folder before anything is built.
#![allow(clippy::unwrap_used)]

use std::fs;

use tempfile::TempDir;

use super::{Examined, Language, NamedBy};
use crate::dockerfile::{Copied, Dockerfile};

const HANDLER: (&str, &str) = ("lambda_function.py", "def handler(event, context): return 1\n");

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// What is found in these files, a line each; `!` marks an error. A Dockerfile among them is taken as it is.
fn found(files: &[(&str, &str)], handler: &str) -> Vec<String> {
    let folder = folder(files);
    let text = fs::read_to_string(folder.path().join("Dockerfile")).unwrap_or_default();
    let dockerfile = Dockerfile::read(&text);
    let plain = dockerfile.plain().ok().filter(|_| !text.is_empty());
    let copied: Option<Vec<Copied>> = plain.clone().and_then(|plain| plain.files);
    let examined = Examined {
        folder: folder.path(),
        handler,
        named_by: if text.is_empty() { NamedBy::Default } else { NamedBy::Dockerfile },
        language: Some(if handler.starts_with("index") { Language::JavaScript } else { Language::Python }),
        copied: copied.as_deref(),
        engine: (plain.is_none() && !text.is_empty()).then_some(&dockerfile),
    };
    let told = examined.findings().into_iter().map(|finding| {
        let sign = if finding.is_error { "! " } else { "" };
        format!("{sign}{}; {}", finding.what, finding.cure).replace(&folder.path().display().to_string(), "FOLDER")
    });
    told.collect()
}

fn one(files: &[(&str, &str)]) -> String {
    let mut found = found(files, "lambda_function.handler");
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn a_source_that_is_whole_gives_nothing_to_say() {
    let helper = "from . import pkg\nimport json, os.path, boto3\nfrom pkg.more import thing\n";
    let files = [
        ("lambda_function.py", "import helper\ndef handler(event, context): open('data/rates.json')\n"),
        ("helper.py", helper),
        ("pkg/__init__.py", ""),
        ("pkg/more.py", "thing = 1\n"),
        ("data/rates.json", "{}"),
        ("requirements.txt", "boto3==1.43.11\n"),
        ("pyproject.toml", "[project]\ndependencies = ['boto3']\n"),
    ];
    assert_eq!(found(&files, "lambda_function.handler"), Vec::<String>::new());
}

#[test]
fn a_function_that_is_not_there_is_an_error_with_the_one_that_is_meant() {
    assert_eq!(
        one(&[("lambda_function.py", "def lambda_handler(event, context): ...\ndef other(): ...\n")]),
        "! lambda_function.py defines no `handler`, which the handler `lambda_function.handler` names; \
         write `handler: lambda_function.lambda_handler`, or rename the function `lambda_handler`"
    );
    let docker = "FROM a\nCOPY . ./\nCMD [\"lambda_function.handler\"]\n";
    let near = one(&[("lambda_function.py", "def handle(event, context): ...\n"), ("Dockerfile", docker)]);
    assert!(
        near.ends_with("write CMD [\"lambda_function.handle\"] in the Dockerfile, or rename the function `handle`"),
        "{near}"
    );
    let none = one(&[("lambda_function.py", "def rates(event): ...\ndef other(): ...\n")]);
    assert!(none.ends_with("name one of the functions that the file has: `other`, `rates`"), "{none}");
    assert!(one(&[("lambda_function.py", "x = 1\n")]).ends_with("define it: `def handler(event, context):`"));
    let waits = one(&[("lambda_function.py", "async def handler(event, context): ...\n")]);
    assert!(waits.starts_with("! `handler` in lambda_function.py is `async def`: Lambda does not await it"), "{waits}");
    for unclear in
        ["from app import *\n", "globals()['handler'] = 1\n", "from app import main as handler\n", "handler = make()\n"]
    {
        assert_eq!(
            found(&[("lambda_function.py", unclear)], "lambda_function.handler"),
            Vec::<String>::new(),
            "{unclear}"
        );
    }
}

#[test]
fn a_handler_that_the_dockerfile_does_not_copy_is_an_error() {
    let docker = "FROM a\nCOPY requirements.txt ${LAMBDA_TASK_ROOT}\nCMD [ \"lambda_function.handler\" ]\n";
    let told = "! the handler `lambda_function.handler` is looked for in `lambda_function.py`, which no COPY of the Dockerfile \
                brings; add `COPY lambda_function.py ${LAMBDA_TASK_ROOT}/` to the Dockerfile";
    assert_eq!(one(&[HANDLER, ("requirements.txt", ""), ("Dockerfile", docker)]), told);
    let for_engine = format!("{docker}ENV A=1\n");
    assert_eq!(one(&[HANDLER, ("requirements.txt", ""), ("Dockerfile", &for_engine)]), told);
    let unclear = format!("{docker}RUN cp /elsewhere/lambda_function.py .\n");
    assert!(
        found(&[HANDLER, ("requirements.txt", ""), ("Dockerfile", &unclear)], "lambda_function.handler").is_empty()
    );
    let ignored = one(&[HANDLER, ("other.py", ""), (".dockerignore", "lambda_*\n")]);
    assert!(
        ignored.contains("which is kept out of the image by .dockerignore; take it out of .dockerignore"),
        "{ignored}"
    );
}

#[test]
fn a_handler_that_the_dockerfile_moves_is_found_where_it_goes() {
    let docker = "FROM a\nCOPY src/ ${LAMBDA_TASK_ROOT}/\nCMD [\"app.main\"]\n";
    let app = ("src/app.py", "import near, far\ndef main(event, context): ...\n");
    let files = [app, ("src/near.py", ""), ("far.py", ""), ("Dockerfile", docker)];
    let far = found(&files, "app.main");
    assert_eq!(
        far,
        ["src/app.py imports `far.py`, which is not copied into the image by the Dockerfile; add far.py to a COPY, \
                      or write `COPY *.py ${LAMBDA_TASK_ROOT}/`"]
    );
}

#[test]
fn a_file_that_the_code_needs_and_the_image_lacks_is_told() {
    let docker = "FROM a\nCOPY lambda_function.py shown.py ./\nCMD [\"lambda_function.handler\"]\n";
    let handler = ("lambda_function.py", "import shown\ndef handler(event, context): import json\n");
    let shown = ("shown.py", "from helper import text\nTEXT = open('prompt.txt')\n");
    let files = [handler, shown, ("helper.py", ""), ("prompt.txt", ""), ("unused.py", ""), ("Dockerfile", docker)];
    let told = found(&files, "lambda_function.handler");
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].starts_with("shown.py imports `helper.py`, which is not copied into the image by the Dockerfile; add")
    );
    assert!(
        told[1].starts_with("shown.py names the file `prompt.txt`, which is not copied into the image"),
        "{told:?}"
    );
    let engine = format!("{docker}ENV A=1\n");
    let files = [handler, shown, ("helper.py", ""), ("prompt.txt", ""), ("Dockerfile", engine.as_str())];
    assert_eq!(found(&files, "lambda_function.handler").len(), 2);

    let path = "DATA = Path(__file__).parent / 'data' / 'rates.json'\ndef handler(event, context): ...\n";
    let ignored = one(&[("lambda_function.py", path), ("data/rates.json", ""), (".dockerignore", "**/*.json\n")]);
    let expected = "lambda_function.py names the file `data/rates.json`, which is kept out of the image by .dockerignore; \
                    remove the pattern from .dockerignore, or add a line `!data/rates.json` at its end";
    assert_eq!(ignored, expected);
}

#[test]
fn variables_from_a_file_that_never_ships_are_told_together_with_it() {
    let text = "from dotenv import load_dotenv\nload_dotenv()\ndef handler(event, context): ...\n";
    let told = found(&[("lambda_function.py", text), (".env", "A=1")], "lambda_function.handler");
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].contains("names the file `.env`, which is kept out of the image, as files of its kind hold secrets"),
        "{told:?}"
    );
    assert!(
        told[0].contains("`lambda.environment`") && told[1].contains("the image is built without `.env`"),
        "{told:?}"
    );
}

#[test]
fn secrets_that_are_left_out_are_told_once_and_not_if_dockerignore_names_them() {
    let secrets = [
        (".envrc", ""),
        (".aws/credentials", ""),
        ("deep/.ssh/id_rsa", ""),
        ("a.key", ""),
        ("b.key", ""),
        ("c.key", ""),
    ];
    let files: Vec<(&str, &str)> = std::iter::once(HANDLER).chain(secrets).collect();
    let told = one(&files);
    let start = "the image is built without `.aws/`, `.envrc`, `a.key`, `b.key`, `c.key` and 1 more, which may hold secrets; name";
    assert!(told.starts_with(start), "{told}");
    assert!(found(&[HANDLER, (".envrc", ""), (".dockerignore", ".envrc\n")], "lambda_function.handler").is_empty());
}

#[test]
fn dependencies_that_are_declared_elsewhere_are_told_with_a_command() {
    let project = "[project]\nname = 'x'\ndependencies = [\n  'requests>=2.31',\n]\n";
    for (files, told) in [
        (vec![("pyproject.toml", project), ("uv.lock", "")], "declared in uv.lock, but only requirements.txt is read"),
        (vec![("pyproject.toml", project)], "run `uv pip compile pyproject.toml -o requirements.txt` in FOLDER"),
        (
            vec![("pyproject.toml", "[tool.poetry.dependencies]\npython = '3'\nsix = '1'\n")],
            "declared in pyproject.toml",
        ),
        (vec![("Pipfile", "")], "pipenv requirements"),
        (
            vec![("lambda_requirements.txt", "six\n")],
            "write a requirements.txt with the line `-r lambda_requirements.txt`",
        ),
        (
            vec![("requirements.txt", "# none\n"), ("requirements-prod.txt", "six\n")],
            "declared in requirements-prod.txt",
        ),
    ] {
        let all: Vec<(&str, &str)> = std::iter::once(HANDLER).chain(files).collect();
        let found = one(&all);
        assert!(found.contains(told), "{found}");
    }
    for files in [
        vec![("requirements.txt", "six\n"), ("uv.lock", "")],
        vec![("requirements.txt", "s\0i\0x\0")],
        vec![("pyproject.toml", "[project]\nname = 'x'\ndependencies = []\n[tool.ruff]\nline-length = 100\n")],
        vec![("requirements-dev.txt", "pytest\n")],
    ] {
        let all: Vec<(&str, &str)> = std::iter::once(HANDLER).chain(files).collect();
        assert_eq!(found(&all, "lambda_function.handler"), Vec::<String>::new());
    }
}

#[test]
fn packages_of_node_that_are_not_installed_are_told() {
    let index = ("index.mjs", "export const handler = 1;");
    let package = ("package.json", r#"{"dependencies": {"@aws-sdk/client-s3": "3", "left-pad": "1"}}"#);
    let told = found(&[index, package, ("package-lock.json", "{}")], "index.handler");
    assert_eq!(
        told,
        ["package.json asks for `left-pad`, but there is no node_modules: the image would lack them; \
                       run `npm ci --omit=dev` in FOLDER before the deploy, or bundle the handler"]
    );
    assert!(found(&[index, package, ("node_modules/left-pad/index.js", "")], "index.handler").is_empty());
    assert!(
        found(&[index, ("package.json", r#"{"dependencies": {"@aws-sdk/client-s3": "3"}}"#)], "index.handler")
            .is_empty()
    );
}

#[test]
fn a_source_that_cannot_be_packed_is_an_error() {
    let docker = "FROM a\nCOPY lambda_function.py missing.py ./\n";
    let told = one(&[HANDLER, ("Dockerfile", docker)]);
    assert_eq!(
        told,
        "! FOLDER/Dockerfile copies missing.py, but there is no such file, or .dockerignore keeps it out; correct the \
                      COPY, or add the file"
    );
}
