//! `lambda.builder`, and what a Dockerfile in the source folder decides.

use std::fs;
use std::path::Path;

use bedrock_ops::dockerfile::Copied;
use bedrock_ops::manifest::{Builder, Code, Engine, Source, parse};
use tempfile::TempDir;

const PLAIN: &str = "FROM public.ecr.aws/lambda/python:3.13\nCOPY app.py ${LAMBDA_TASK_ROOT}\nCMD [\"app.main\"]\n";
const BEYOND: &str = "FROM public.ecr.aws/lambda/python:3.13\nRUN dnf install -y git\nCMD [\"app.main\"]\n";

/// A folder of these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

/// The source that a manifest with these lines below `lambda` has in the folder, or the problems, a line each.
fn read(folder: &Path, lines: &str) -> Result<Source, String> {
    let text = format!(
        "name: openrate\nagent: {{model: jp.anthropic.claude-sonnet-4-6, instruction: Tell people how many of them opened the last one.}}\n\
         action_groups: [{{name: b, functions: [{{name: c, description: d}}]}}]\nlambda:\n  source: .\n{lines}"
    );
    match parse(&text, &folder.join("agent.yaml")) {
        Ok(loaded) => match loaded.manifest.lambda.code {
            Code::Source(source) => Ok(source),
            Code::Image(_) => panic!("it names a source"),
        },
        Err(refused) => {
            let told = refused.problems.iter().map(|problem| format!("{}; {}", problem.what, problem.cure));
            Err(told.collect::<Vec<_>>().join("\n").replace(&format!("{}/./", folder.display()), ""))
        }
    }
}

#[test]
fn without_a_dockerfile_no_engine_is_needed() {
    let folder = folder(&[("lambda_function.py", "")]);
    for lines in ["", "  builder: auto\n", "  builder: native\n"] {
        let source = read(folder.path(), lines).expect("it is good");
        assert_eq!((source.builder, source.files), (Builder::Native, None), "{lines}");
    }
    let error = read(folder.path(), "  builder: podman\n").expect_err("there is nothing to build");
    let expected = "podman builds a Dockerfile, and `Dockerfile` does not exist; \
                    write one, or remove `builder`: without a Dockerfile no engine is needed";
    assert_eq!(error, expected);
    let error = read(folder.path(), "  builder: kaniko\n").expect_err("it is unknown");
    assert!(
        error.starts_with("`lambda.builder` cannot be `kaniko`; write one of `auto`, `native`, `docker`"),
        "{error}"
    );
}

#[test]
fn a_plain_dockerfile_tells_base_handler_and_files_and_needs_no_engine() {
    let folder = folder(&[("app.py", ""), ("other.py", ""), ("Dockerfile", PLAIN)]);
    let source = read(folder.path(), "").expect("it is good");
    assert_eq!((source.handler.as_str(), source.builder), ("app.main", Builder::Native));
    assert_eq!(source.base_image, "public.ecr.aws/lambda/python:3.13");
    assert_eq!(source.files, Some(vec![Copied { from: "app.py".to_owned(), to: String::new(), into_folder: true }]));

    let lines = "  handler: other.run\n  base_image: public.ecr.aws/lambda/python:3.12\n";
    let source = read(folder.path(), lines).expect("it is good");
    assert_eq!(
        (source.handler.as_str(), source.base_image.as_str()),
        ("other.run", "public.ecr.aws/lambda/python:3.12")
    );
}

#[test]
fn any_other_dockerfile_is_an_engines() {
    let folder = folder(&[("Dockerfile", BEYOND)]);
    let source = read(folder.path(), "").expect("it is good");
    assert_eq!(source.builder, Builder::Engine { engine: None, handler: None });
    assert_eq!(
        (source.handler.as_str(), source.base_image.as_str()),
        ("app.main", "public.ecr.aws/lambda/python:3.13")
    );
    let source = read(folder.path(), "  builder: finch\n  handler: app.run\n").expect("it is good");
    assert_eq!(source.builder, Builder::Engine { engine: Some(Engine::Finch), handler: Some("app.run".to_owned()) });

    let error = read(folder.path(), "  base_image: a\n").expect_err("FROM names it");
    assert_eq!(
        error,
        "`lambda.base_image` has no meaning here: an engine builds the Dockerfile, whose FROM names it; remove it, and change FROM"
    );
    fs::write(folder.path().join("requirements.txt"), "six\n").expect("a file");
    fs::write(folder.path().join("Dockerfile"), PLAIN).expect("a file");
    let source = read(folder.path(), "").expect("it is good");
    assert_eq!(
        source.builder,
        Builder::Engine { engine: None, handler: None },
        "it does not install what native would"
    );
}

#[test]
fn a_dockerfile_whose_base_or_platform_does_not_fit_is_told_of() {
    let folder = folder(&[("app.py", ""), ("Dockerfile", "FROM $BASE\n")]);
    let error = read(folder.path(), "").expect_err("the base is unknown");
    assert!(error.contains("line 1: FROM names an image through a variable that has no default: $BASE"), "{error}");
    let platform = PLAIN.replace("FROM", "FROM --platform=linux/arm64");
    fs::write(folder.path().join("Dockerfile"), platform).expect("a file");
    let error = read(folder.path(), "").expect_err("the platforms differ");
    assert!(
        error.starts_with("FROM in `Dockerfile` is for linux/arm64, the function for linux/amd64; change"),
        "{error}"
    );
    assert!(read(folder.path(), "  architecture: arm64\n").is_ok());
}

#[test]
fn a_base_without_a_runtime_wants_a_program_called_bootstrap() {
    let folder = folder(&[("main.go", "")]);
    let lines = "  base_image: public.ecr.aws/lambda/provided:al2023\n";
    let error = read(folder.path(), lines).expect_err("there is none");
    let expected = "the handler `bootstrap` is looked for in `bootstrap`, which does not exist; \
                    put the program for Lambda there, under that very name";
    assert_eq!(error, expected);
    fs::write(folder.path().join("bootstrap"), "").expect("a file");
    assert_eq!(read(folder.path(), lines).expect("it is good").handler, "bootstrap");
    assert_eq!(read(folder.path(), &format!("{lines}  handler: rates\n")).expect("it is good").handler, "rates");
}
