//! The handler's requirements, with the real installer.

use std::process::Command;

use crate::stage::{RIGHT, Stage, ended, skipped};

/// Whether pip can install this here; says loudly when not.
fn can_install(stage: &Stage, requirement: &str, test: &str) -> bool {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--only-binary", ":all:", requirement, "--target"]);
    let there = pip.arg(stage.path().join("probe")).output().is_ok_and(|output| output.status.success());
    if !there {
        skipped(test, &format!("python3 -m pip can't install {requirement} here"));
    }
    there
}

/// AWS's own client of the runtime API takes our answers for Lambda's.
#[test]
fn awslambdaric_runs_the_handler_where_it_is_among_the_requirements() {
    let stage = Stage::new(&format!("import sys\nassert 'awslambdaric' in sys.modules\n{RIGHT}"));
    if !can_install(&stage, "awslambdaric==4.2.2", "awslambdaric on our runtime API") {
        return;
    }
    stage.write("lambda/requirements.txt", "awslambdaric==4.2.2\n");
    let right = stage.invoke(&[]);
    assert_eq!(right.code, Some(0), "{}", right.stderr);
    stage.write("lambda/lambda_function.py", "def handler(event, context): return event['nothing']\n");
    assert_eq!(stage.invoke(&[]).breaches(), ["the handler raised KeyError: 'nothing'"]);
    stage.write("lambda/lambda_function.py", "def handler(event, context): exit(4)\n");
    assert_eq!(stage.invoke(&[]).breaches(), ["the handler ended its process (exit code 4)"]);
    stage.write("lambda/lambda_function.py", "import nowhere_to_be_found\ndef handler(event, context): ...\n");
    assert!(stage.invoke(&[]).breaches()[0].ends_with("(Runtime.ImportModuleError)"));
}

#[test]
fn requirements_are_installed_once_and_found_by_the_handler() {
    let stage = Stage::new(&format!("import six\nassert six.__version__ == '1.16.0'\n{RIGHT}"));
    if !can_install(&stage, "six==1.16.0", "requirements of a local run") {
        return;
    }
    stage.write("lambda/requirements.txt", "six==1.16.0\n");
    let first = stage.invoke(&[]);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert!(first.stderr.contains("requirements: installing, once"), "{}", first.stderr);
    let second = stage.invoke(&[]);
    assert_eq!(second.code, Some(0), "{}", second.stderr);
    assert!(!second.stderr.contains("installing"), "{}", second.stderr);

    stage.write("lambda/requirements.txt", "no-such-package-of-anybodys==9.9.9\n");
    let missing = ended(stage.command(&["invoke", "--local"]).env("PIP_NO_INDEX", "1").env("UV_NO_INDEX", "1"));
    assert_eq!(missing.code, Some(1), "{}", missing.stderr);
    assert!(missing.stderr.contains("no-such-package-of-anybodys"), "{}", missing.stderr);
}

/// The body of a reply that is right, with some lines before it.
fn handler(lines: &str) -> String {
    format!("{lines}\n{RIGHT}")
}

#[test]
fn what_only_this_machine_has_is_not_lent_to_the_handler() {
    // pip is there wherever Python is, and in no image.
    let stage = Stage::new(&handler("import pip"));
    let told = "the handler can't be called: Unable to import module 'lambda_function': No module named 'pip' \
                (Runtime.ImportModuleError)";
    assert_eq!(stage.invoke(&[]).breaches(), [told]);
}

#[test]
fn files_that_the_image_lacks_are_not_there() {
    for (file, ignored) in [("data/rates.json", "**/*.json\n"), (".env", ""), ("client.key", "")] {
        let stage = Stage::new(&RIGHT.replace("    print(", &format!("    open({file:?})\n    print(")));
        std::fs::create_dir_all(stage.path().join("lambda/data")).unwrap();
        stage.write(&format!("lambda/{file}"), "{}");
        stage.write("lambda/.dockerignore", ignored);
        let ended = stage.invoke(&[]);
        let told = format!("the handler raised FileNotFoundError: [Errno 2] No such file or directory: '{file}'");
        assert_eq!(ended.breaches(), [told], "{}", ended.stderr);
        assert!(
            ended.stderr.contains(&format!("names the file `{file}`, which is kept out of the image")),
            "{}",
            ended.stderr
        );
    }
}

#[test]
fn a_module_that_the_dockerfile_does_not_copy_is_missed_here_as_on_lambda() {
    let stage = Stage::new(&handler("import helper"));
    stage.write("lambda/helper.py", "");
    let manifest = crate::stage::MANIFEST.replace("\n  base_image: public.ecr.aws/lambda/python:latest", "");
    stage.write("agent.yaml", &manifest);
    let dockerfile =
        "FROM public.ecr.aws/lambda/python:latest\nCOPY lambda_function.py ./\nCMD [\"lambda_function.handler\"]\n";
    stage.write("lambda/Dockerfile", dockerfile);
    let ended = stage.invoke(&[]);
    assert!(ended.breaches()[0].contains("No module named 'helper'"), "{ended:?}");
    assert!(
        ended.stderr.contains("lambda_function.py imports `helper.py`, which is not copied into the image"),
        "{ended:?}"
    );
    stage.write("lambda/Dockerfile", &dockerfile.replace("lambda_function.py ./", "*.py ./"));
    assert_eq!(stage.invoke(&[]).code, Some(0));
    // What an engine would add is named.
    stage.write(
        "lambda/Dockerfile",
        &dockerfile.replace("COPY lambda_function.py", "RUN dnf install -y git\nCOPY *.py"),
    );
    let ended = stage.invoke(&[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("line 2 (`RUN dnf install -y git`) asks for more than"), "{}", ended.stderr);
}

#[test]
fn the_names_of_files_are_those_of_the_source() {
    let stage = Stage::new(&RIGHT.replace("    print(", "    print('at', __file__)\n    print("));
    let ended = stage.invoke(&[]);
    assert!(ended.stderr.contains("at ./lambda/lambda_function.py"), "{}", ended.stderr);
}
