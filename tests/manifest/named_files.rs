//! Files and folders that a manifest names: inside its folder and its repository, or not at all.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use bedrock_ops::manifest::{LoadError, Reach, load};
use tempfile::TempDir;

/// A repository with the manifest in a folder of it; outside, a handler and a secret.
struct Stage(TempDir);

impl Stage {
    fn new() -> Self {
        let stage = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(stage.at("repo/.git")).unwrap();
        for folder in ["elsewhere", "repo/agents/one/lambda", "repo/shared"] {
            fs::create_dir_all(stage.at(folder)).unwrap();
            let file = stage.at(folder).join("lambda_function.py");
            fs::write(file, "def handler(event, context):\n    return {}\n").unwrap();
        }
        fs::write(stage.at("secret.md"), "hunter2\n".repeat(20)).unwrap();
        fs::write(stage.at("repo/prompt.md"), "You answer questions about the open rates of campaigns.\n").unwrap();
        stage
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn link(&self, to: impl AsRef<Path>, at: &str) {
        symlink(to, self.at("repo/agents/one").join(at)).unwrap();
    }

    /// What is said of a manifest with this prompt and this source.
    fn said(&self, instruction: &str, source: &str, reach: Reach) -> Result<String, String> {
        let text = format!(
            "name: one\nagent:\n  model: jp.anthropic.claude-sonnet-4-6\n  instruction: {{file: {instruction}}}\n\
             lambda: {{source: {source}}}\naction_groups:\n  - {{name: a, functions: [{{name: b, description: c}}]}}\n"
        );
        let path = self.at("repo/agents/one/agent.yaml");
        fs::write(&path, text).unwrap();
        match load(&path, reach) {
            Ok(loaded) => Ok(loaded.manifest.agent.instruction),
            Err(error) => Err(error.to_string()),
        }
    }
}

#[test]
fn what_lies_in_the_repository_may_be_named() {
    let stage = Stage::new();
    stage.link("../../prompt.md", "linked.md");
    stage.link("../../shared", "linked");
    for (instruction, source) in [
        ("../../prompt.md", "lambda"),
        ("linked.md", "../../shared"),
        ("linked.md", "linked"),
        ("linked.md", "./lambda/"),
    ] {
        let said = stage.said(instruction, source, Reach::Inside);
        assert!(
            said.as_ref().is_ok_and(|prompt| prompt.starts_with("You answer")),
            "{instruction}, {source}: {said:?}"
        );
    }
}

#[test]
fn what_lies_outside_is_refused_and_never_repeated() {
    let stage = Stage::new();
    stage.link("../../../secret.md", "linked.md");
    stage.link("/proc/self/environ", "environ.md");
    stage.link("../../../elsewhere", "linked");
    let absolute = stage.at("secret.md");
    let outside = "outside the manifest's folder and its Git repository";
    for instruction in [
        "../../../secret.md",
        absolute.to_str().unwrap(),
        "linked.md",
        "/proc/self/environ",
        "environ.md",
        "/etc/passwd",
    ] {
        let said = stage.said(instruction, "lambda", Reach::Inside).expect_err(instruction);
        assert!(said.contains(outside) && said.contains("add `--allow-outside`"), "{instruction}: {said}");
        assert!(!said.contains("hunter2") && !said.contains("root:"), "{instruction}: {said}");
    }
    let absolute = stage.at("elsewhere");
    for source in ["../../../elsewhere", absolute.to_str().unwrap(), "linked", "/etc", "/proc/self"] {
        let said = stage.said("../../prompt.md", source, Reach::Inside).expect_err(source);
        assert!(said.contains(outside) && said.contains("add `--allow-outside`"), "{source}: {said}");
    }
    let said = stage.said("/dev/zero", "lambda", Reach::Anywhere).expect_err("it has no end");
    assert!(said.contains("`/dev/zero` is not a regular file"), "{said}");
    assert!(stage.said("../../../secret.md", "../../../elsewhere", Reach::Anywhere).is_ok());
}

#[test]
fn files_of_the_source_that_are_read_by_name_do_not_lead_out_either() {
    for file in ["Dockerfile", ".dockerignore", "requirements.txt"] {
        let stage = Stage::new();
        stage.link("../../../../secret.md", &format!("lambda/{file}"));
        let said = stage.said("../../prompt.md", "lambda", Reach::Inside).expect_err(file);
        assert!(said.contains("is a link to") && !said.contains("hunter2"), "{file}: {said}");
    }
}

#[test]
fn a_manifest_that_is_a_link_out_of_its_repository_is_not_read() {
    let stage = Stage::new();
    stage.link("/proc/self/environ", "agent.yaml");
    let path = stage.at("repo/agents/one/agent.yaml");
    let error = load(&path, Reach::Inside).expect_err("it leads out");
    assert!(matches!(error, LoadError::LinkOutside { .. }), "{error}");
    assert!(error.cure().is_some_and(|cure| cure.contains("--allow-outside")));
    fs::remove_file(&path).unwrap();
    stage.link("nowhere.yaml", "agent.yaml");
    assert!(matches!(load(&path, Reach::Inside), Err(LoadError::Missing { .. })));
}

#[test]
fn a_manifest_without_end_is_not_read_to_its_end() {
    let error = load(Path::new("/dev/zero"), Reach::Inside).expect_err("it has no end");
    assert!(matches!(error, LoadError::TooLarge { .. }), "{error}");
}
