//! Which Dockerfiles are plain, and what is said of those that are not.
#![allow(clippy::unwrap_used)]

use super::{Beyond, Plain};
use crate::dockerfile::{Copied, Dockerfile};

/// The article's own, as printed.
const ARTICLE: &str = r#"FROM public.ecr.aws/lambda/python:3.12

# Copy requirements.txt
COPY requirements.txt ${LAMBDA_TASK_ROOT}

# Install the specified packages
RUN pip install -r requirements.txt

# Copy function code
COPY lambda_function.py get_openrate.py ${LAMBDA_TASK_ROOT}

# Set the CMD to your handler (could also be done as a parameter override outside of the Dockerfile)
CMD [ "lambda_function.handler" ]
"#;

fn read(text: &str) -> Result<Plain, Beyond> {
    Dockerfile::read(text).plain()
}

fn copied(from: &str, to: &str, into_folder: bool) -> Copied {
    Copied { from: from.to_owned(), to: to.to_owned(), into_folder }
}

#[test]
fn the_articles_dockerfile_is_plain() {
    let plain = read(ARTICLE).unwrap();
    let files = ["requirements.txt", "lambda_function.py", "get_openrate.py"].map(|name| copied(name, "", true));
    assert_eq!(
        plain,
        Plain {
            base: "public.ecr.aws/lambda/python:3.12".to_owned(),
            platform: None,
            handler: Some("lambda_function.handler".to_owned()),
            files: Some(files.to_vec()),
            installs: true,
        }
    );
}

#[test]
fn the_dockerfile_of_this_repository_is_plain() {
    let plain = read(include_str!("../../../lambda/Dockerfile")).unwrap();
    let ships = |path: &str| plain.files.iter().flatten().find_map(|copied| copied.destination(path));
    assert!(plain.installs && ships("report.py").as_deref() == Some("report.py"));
}

#[test]
fn a_copy_below_the_task_root_is_plain() {
    let root = |from| Some(vec![copied(from, "", true)]);
    for (copy, files) in [
        ("COPY . .", None),
        ("COPY . ${LAMBDA_TASK_ROOT}/", None),
        ("COPY a.py $LAMBDA_TASK_ROOT", root("a.py")),
        ("COPY a.py /var/task/a.py", Some(vec![copied("a.py", "a.py", false)])),
        ("COPY a.py /var/task/b.py", Some(vec![copied("a.py", "b.py", false)])),
        ("COPY [\"a.py\", \"b.py\", \"./\"]", Some(vec![copied("a.py", "", true), copied("b.py", "", true)])),
        ("COPY *.py ${LAMBDA_TASK_ROOT}/", root("*.py")),
        ("COPY src/ ${LAMBDA_TASK_ROOT}/", root("src")),
        ("COPY src ${LAMBDA_TASK_ROOT}", root("src")),
        ("COPY lib/ ${LAMBDA_TASK_ROOT}/lib/", Some(vec![copied("lib", "lib", true)])),
        ("COPY lib/* ${LAMBDA_TASK_ROOT}/lib/", Some(vec![copied("lib/*", "lib", true)])),
        ("COPY lib/a.py ${LAMBDA_TASK_ROOT}/lib/", Some(vec![copied("lib/a.py", "lib", true)])),
        ("WORKDIR ${LAMBDA_TASK_ROOT}\nCOPY lib lib", Some(vec![copied("lib", "lib", false)])),
        ("CMD [\"a.b\"]", Some(Vec::new())),
    ] {
        assert_eq!(read(&format!("FROM a\n{copy}")).unwrap().files, files, "{copy}");
    }
}

#[test]
fn what_only_an_engine_carries_out_is_named_with_its_line() {
    for (text, line, why) in [
        ("FROM a\nRUN dnf install -y git", 2, "it runs a command"),
        ("FROM a\nRUN pip install -r requirements.txt && rm x", 2, "it runs a command"),
        ("FROM a\nRUN pip install boto3", 2, "it runs a command"),
        ("FROM a\nCOPY a.py /opt/", 2, "it copies to outside the task root"),
        ("FROM a\nCOPY a.py b.py lib", 2, "several files to a folder without a slash"),
        ("FROM a\nCOPY *.py lib", 2, "a pattern to a path without a slash"),
        ("FROM a\nCOPY [ab].py ./", 2, "its pattern"),
        ("FROM a\nCOPY --chown=1 a.py ./", 2, "its flags"),
        ("FROM a\nCOPY ../a.py ./", 2, "its path leaves"),
        ("FROM a\nENV A=1", 2, "only FROM, WORKDIR"),
        ("FROM a\nLABEL a=1", 2, "only FROM, WORKDIR"),
        ("FROM a\nUSER 1", 2, "only FROM, WORKDIR"),
        ("FROM a\nCMD a.b", 2, "CMD is not"),
        ("FROM a AS b\nFROM b", 2, "several stages"),
        ("FROM scratch", 1, "begins with nothing"),
        ("FROM $X", 1, "not written out"),
        ("# escape=`\nFROM a", 2, "another meaning"),
    ] {
        let found = read(text).unwrap_err();
        assert!(found.line == line && found.why.contains(why), "{text}: {found}");
    }
}

#[test]
fn a_newer_pip_changes_nothing_that_the_function_sees() {
    let plain = read("FROM a\nRUN pip install --upgrade pip\nCOPY . ./").unwrap();
    assert!(!plain.installs);
    assert!(read("FROM a\nRUN python3.12 -m pip install -r requirements.txt -t .").unwrap().installs);
}
