//! Each template holds all that it should, and what templates share is the same file everywhere.

use std::path::Path;
use std::process::Command;

use bedrock_ops::manifest::{self, Reach};
use bedrock_ops::name::ConnectorName;
use bedrock_ops::templates::{DEFAULT, TEMPLATES, named};

use crate::written::{Written, files_in};

/// The project's own files that every handler has.
const SHARED: [&str; 5] = [
    "lambda/.dockerignore",
    "lambda/bedrock_reply.py",
    "lambda/tests/__init__.py",
    "lambda/tests/test_bedrock_reply.py",
    "lambda/tests/test_image.py",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the project.
fn own(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

#[test]
fn every_folder_is_a_template_and_every_file_of_it_is_written() {
    let folders = files_in(&root().join("templates"));
    for file in folders.iter().filter(|file| file.contains('/')) {
        let (name, path) = file.split_once('/').unwrap();
        let template = named(name).unwrap_or_else(|| panic!("src/templates.rs does not list {name}"));
        let copies: Vec<_> = template.files().filter(|listed| listed.path == path).collect();
        let [copy] = &copies[..] else { panic!("src/templates.rs lists {file} {} times", copies.len()) };
        assert_eq!(copy.text, own(&format!("templates/{file}")), "{file}");
    }
    for template in TEMPLATES {
        assert!(folders.contains(&format!("{}/README.md", template.name)), "{} has no folder", template.name);
    }
}

#[test]
fn what_all_handlers_share_is_the_same_file_everywhere() {
    for (template, written) in Written::all() {
        for file in SHARED {
            assert_eq!(written.text(file), own(file), "{}: {file}", template.name);
        }
        let requirements = written.text("lambda/requirements.txt");
        assert!(template.name == DEFAULT || requirements == own("lambda/requirements.txt"), "{}", template.name);
    }
}

#[test]
fn the_article_s_template_is_this_project_s_own_manifest_and_handler() {
    let written = Written::new(named("pinpoint-open-rate").unwrap());
    let mut expected: Vec<String> =
        files_in(&root().join("lambda")).into_iter().map(|file| format!("lambda/{file}")).collect();
    expected.extend(["README.md".to_owned(), "agent.yaml".to_owned()]);
    expected.sort();
    assert_eq!(written.files(), expected);
    // Only its names are the new stack's.
    let nameless =
        |text: String| text.lines().filter(|line| !line.contains("name")).map(str::to_owned).collect::<Vec<_>>();
    for file in expected.iter().filter(|file| *file != "README.md") {
        let (text, own) = (written.text(file), own(file));
        if ["agent.yaml", "lambda/event.json"].contains(&file.as_str()) {
            assert_eq!(nameless(text), nameless(own), "{file}");
        } else {
            assert_eq!(text, own, "{file}");
        }
    }
}

#[test]
fn every_readme_says_what_it_answers_what_it_needs_and_how_to_try_it() {
    for (template, written) in Written::all() {
        let text = written.text("README.md");
        assert!(text.starts_with(&format!("# {}\n", template.name)), "{}", template.name);
        for part in [
            "need",
            "python3 -m unittest discover -s lambda/tests -t lambda",
            "invoke --local",
            "deploy --local --yes",
            "ask --local \"",
        ] {
            assert!(text.to_lowercase().contains(part), "{}: {part}", template.name);
        }
    }
}

#[test]
fn a_new_stack_is_named_after_its_folder_and_so_are_its_agent_and_connector() {
    let folder = tempfile::tempdir().unwrap();
    for template in TEMPLATES {
        let name = format!("team-a-{}", template.name);
        let output = Command::new(env!("CARGO_BIN_EXE_bedrock-ops"))
            .args(["init", "--template", template.name, &name])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let loaded = manifest::load(&folder.path().join(&name).join("agent.yaml"), Reach::Inside).unwrap();
        let manifest = loaded.manifest;
        assert_eq!(manifest.name.as_str(), name);
        assert_eq!(manifest.agent.name.as_str(), format!("{name}-agent"));
        assert_eq!(manifest.connector.name, ConnectorName::of_stack(&manifest.name));
        let event = std::fs::read_to_string(folder.path().join(&name).join("lambda/event.json")).unwrap();
        assert!(event.contains(&format!("\"{name}-agent\"")), "{event}");
    }
}
