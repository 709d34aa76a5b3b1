//! Which Dockerfiles are plain, and what is said of those that are not.
#![allow(clippy::unwrap_used)]

use super::{Beyond, Plain};
use crate::dockerfile::Dockerfile;

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
    Dockerfile::read(text).plain(&|path| ["lib", "app"].contains(&path))
}

#[test]
fn the_articles_dockerfile_is_plain() {
    let plain = read(ARTICLE).unwrap();
    let files = ["requirements.txt", "lambda_function.py", "get_openrate.py"].map(str::to_owned);
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
    assert!(plain.installs && plain.files.unwrap().contains(&"report.py".to_owned()));
}

#[test]
fn a_copy_that_keeps_every_path_is_plain() {
    for (copy, files) in [
        ("COPY . .", None),
        ("COPY . ${LAMBDA_TASK_ROOT}/", None),
        ("COPY a.py $LAMBDA_TASK_ROOT", Some(vec!["a.py"])),
        ("COPY a.py /var/task/a.py", Some(vec!["a.py"])),
        ("COPY [\"a.py\", \"b.py\", \"./\"]", Some(vec!["a.py", "b.py"])),
        ("COPY *.py ${LAMBDA_TASK_ROOT}/", Some(vec!["*.py"])),
        ("COPY lib/ ${LAMBDA_TASK_ROOT}/lib/", Some(vec!["lib"])),
        ("COPY lib/a.py ${LAMBDA_TASK_ROOT}/lib/", Some(vec!["lib/a.py"])),
        ("WORKDIR ${LAMBDA_TASK_ROOT}\nCOPY lib lib", Some(vec!["lib"])),
    ] {
        let plain = read(&format!("FROM a\n{copy}")).unwrap();
        let files = files.map(|files| files.into_iter().map(str::to_owned).collect());
        assert_eq!(plain.files, files, "{copy}");
    }
}

#[test]
fn what_only_an_engine_carries_out_is_named_with_its_line() {
    for (text, line, why) in [
        ("FROM a\nRUN dnf install -y git", 2, "it runs a command"),
        ("FROM a\nRUN pip install -r requirements.txt && rm x", 2, "it runs a command"),
        ("FROM a\nRUN pip install boto3", 2, "it runs a command"),
        ("FROM a\nCOPY lib ${LAMBDA_TASK_ROOT}", 2, "it puts a file on another path"),
        ("FROM a\nCOPY a.py /opt/", 2, "it puts a file on another path"),
        ("FROM a\nCOPY a.py b.py", 2, "it puts a file on another path"),
        ("FROM a\nCOPY lib/* ${LAMBDA_TASK_ROOT}/lib/", 2, "it puts a file on another path"),
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
fn pip_is_known_in_its_usual_forms() {
    for command in [
        "pip3 install --no-cache-dir -r requirements.txt",
        "python -m pip install -r requirements.txt -t .",
        "pip install --target \"${LAMBDA_TASK_ROOT}\" -r \"${LAMBDA_TASK_ROOT}/requirements.txt\"",
        "pip install --upgrade --target=/var/task -r requirements.txt",
    ] {
        assert!(read(&format!("FROM a\nRUN {command}")).unwrap().installs, "{command}");
    }
}
