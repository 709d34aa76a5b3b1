//! The handler's requirements, with the real installer.

use crate::stage::{RIGHT, Stage, ended, skipped};

#[test]
fn requirements_are_installed_once_and_found_by_the_handler() {
    let stage = Stage::new(&format!("import six\nassert six.__version__ == '1.16.0'\n{RIGHT}"));
    let mut pip = std::process::Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "six==1.16.0", "--target"]).arg(stage.path().join("probe"));
    if !pip.output().is_ok_and(|output| output.status.success()) {
        return skipped("requirements of a local run", "python3 -m pip can't install six==1.16.0 here");
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
