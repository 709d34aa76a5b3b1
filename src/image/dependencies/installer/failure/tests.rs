//! What installers say, and what is made of it. The texts are pip's (23 and 25) and uv's (0.13), as they came.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use super::{Failure, Installer, Runs};
use crate::image::dependencies::platform::Platform;

fn told(said: &str) -> String {
    let installer = Installer::Pip {
        program: PathBuf::from("/usr/bin/python3"),
        python: "3.11.7".to_owned(),
        version: "23.2.1".to_owned(),
    };
    let platform = Platform::new(12, "x86_64");
    let failure = Failure {
        installer: &installer,
        runs: Runs::On(&platform),
        index: "https://example.com/simple".to_owned(),
        command: "COMMAND".to_owned(),
        said: said.to_owned(),
    };
    failure.error().to_string()
}

#[test]
fn a_version_that_is_not_there_is_told_with_the_newest_ones() {
    let versions: Vec<String> = (0..2_000).map(|minor| format!("1.{minor}.0")).collect();
    let said = format!(
        "ERROR: Could not find a version that satisfies the requirement a.b==99.1 (from versions: 0.1a0, {}, 2.0b1)\n\
         ERROR: No matching distribution found for a.b==99.1\n",
        versions.join(", ")
    );
    assert_eq!(
        told(&said),
        "https://example.com/simple has no wheel of a.b==99.1 for Python 3.12 on manylinux_2_34_x86_64; the newest versions that have \
         one are 1.1999.0, 1.1998.0, 1.1997.0, 1.1996.0, 1.1995.0: choose a version that has one, another Python or architecture \
         (asked by pip 23.2.1 of Python 3.11.7 (/usr/bin/python3))"
    );
    let none = "ERROR: Could not find a version that satisfies the requirement docopt (from versions: none)\n\
                ERROR: No matching distribution found for docopt (from -r requirements.txt (line 2))\n";
    assert!(
        told(none).starts_with("https://example.com/simple has no wheel of docopt for Python 3.12"),
        "{}",
        told(none)
    );
    let uv = "error: No solution found when resolving dependencies\n  cause: Because a-b==0.2.1 has no usable \
              wheels and you require a-b==0.2.1, we can conclude that your requirements are unsatisfiable.\n\nhint: Wheels are\n";
    assert!(told(uv).contains("has no wheel of a-b==0.2.1 for"), "{}", told(uv));
    let uv = "error: No solution found\n  cause: Because there is no version of\n      six==99 and you require six==99, we can\n";
    assert!(told(uv).contains("has no wheel of six==99 for"), "{}", told(uv));
    let uv =
        "  cause: Because all versions of docopt have no usable wheels and you require docopt, we can conclude that\n";
    assert!(told(uv).contains("has no wheel of docopt for"), "{}", told(uv));
}

#[test]
fn an_index_that_does_not_answer_is_named() {
    let refused = "WARNING: Retrying (Retry(total=0)) after connection broken by \
                   'NewConnectionError('<pip._vendor.urllib3.connection.HTTPConnection object at 0x7f>: Failed to establish a new \
                   connection: [Errno 111] Connection refused')': /simple/six/\nERROR: Could not find a version that satisfies the \
                   requirement six (from versions: none)\nERROR: No matching distribution found for six\n";
    let expected = "cannot reach https://example.com/simple for the requirements: [Errno 111] Connection refused";
    assert!(told(refused).starts_with(expected), "{}", told(refused));
    let named = refused.replace(
        "'NewConnectionError('<pip._vendor.urllib3.connection.HTTPConnection object at 0x7f>",
        "'NewConnectionError(\"HTTPSConnection(host='a.example.com', port=443)",
    );
    assert!(told(&named).starts_with("cannot reach a.example.com:443 for"), "{}", told(&named));
    let uv = "error: Request failed after 3 retries in 7.0s\n  cause: Failed to fetch: http://me:secret@127.0.0.1:9/simple/six/\n  \
              cause: error sending request\n  cause: Connection refused (os error 111)\n";
    let expected =
        "cannot reach http://***@127.0.0.1:9/simple/six/ for the requirements: Connection refused (os error 111)";
    assert!(told(uv).starts_with(expected), "{}", told(uv));
    // A connection that broke once and then gave a list of versions is not the trouble.
    assert!(told(&refused.replace("versions: none", "versions: 1.16.0")).contains("has no wheel of six"));
}

#[test]
fn a_requirement_for_another_python_says_for_which() {
    let pip = "ERROR: Ignored the following versions that require a different python version: 1.43.1 Requires-Python >=3.11; \
               1.43.11 Requires-Python >=3.13\nERROR: Could not find a version that satisfies the requirement boto3==1.43.11 (from \
               versions: 0.0.1)\nERROR: No matching distribution found for boto3==1.43.11\n";
    let expected = "boto3==1.43.11 needs Python >=3.13, and the base image's is 3.12; ";
    assert!(told(pip).starts_with(expected), "{}", told(pip));
    let installed = "ERROR: Package 'boto3' requires a different Python: 3.12.0 not in '>=3.13'\n";
    assert!(told(installed).starts_with("boto3 needs Python >=3.13, and"), "{}", told(installed));
    let uv = "  cause: Because the requested Python version (>=3.12) does not satisfy Python>=3.13 and boto3==1.43.11 depends on \
              Python>=3.13, we can conclude that boto3==1.43.11 cannot be used.\n";
    assert!(told(uv).starts_with(expected), "{}", told(uv));
}

#[test]
fn anything_else_is_told_in_the_installers_words_but_not_in_thousands() {
    let said =
        format!("WARNING: x\nERROR: Cannot install a and b: {}\n[notice] A new release\n", "conflict ".repeat(2_000));
    let told = told(&said);
    assert!(
        told.len() < 900 && told.contains("could not install the requirements: ERROR: Cannot install a and b"),
        "{told}"
    );
    assert!(told.ends_with("…; the same command by hand: COMMAND"), "{told}");
}
