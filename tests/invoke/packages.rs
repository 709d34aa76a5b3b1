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
