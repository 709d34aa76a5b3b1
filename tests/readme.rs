//! The README, executed: every `console` block is typed into a shell, and what it prints is compared.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::path::Path;
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// One command of a block, with what the README says it prints to stdout and how it ends.
struct Shown {
    command: String,
    output: String,
    status: i32,
}

fn shown(text: &str) -> Vec<Shown> {
    let mut commands: Vec<Shown> = Vec::new();
    for block in text.split("```console\n").skip(1) {
        for line in block.split("```").next().unwrap_or_default().lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                commands.push(Shown { command: command.to_owned(), output: String::new(), status: 0 });
            } else if let (Some(last), Some(status)) = (commands.last_mut(), line.strip_prefix("? ")) {
                last.status = status.parse().unwrap();
            } else if let Some(last) = commands.last_mut() {
                last.output.push_str(line);
                last.output.push('\n');
            }
        }
    }
    commands
}

/// A copy of what a clone brings, without the handler's requirements: they would be fetched from the network.
fn clone_into(folder: &Path) {
    std::fs::copy(format!("{ROOT}/agent.yaml"), folder.join("agent.yaml")).unwrap();
    std::fs::create_dir(folder.join("lambda")).unwrap();
    for file in std::fs::read_dir(format!("{ROOT}/lambda")).unwrap().map(Result::unwrap) {
        if file.file_type().unwrap().is_file() {
            std::fs::copy(file.path(), folder.join("lambda").join(file.file_name())).unwrap();
        }
    }
    std::fs::write(folder.join("lambda/requirements.txt"), "").unwrap();
}

/// The words of a text. Ids are AWS's to give: ten capital letters and digits read the same wherever they stand.
fn words(text: &str) -> Vec<&str> {
    let of_an_id = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit();
    let is_id = |word: &str| word.len() == 10 && word.chars().all(of_an_id);
    text.split([' ', '/', '\n']).map(|word| if is_id(word) { "ID" } else { word }).collect()
}

fn run_all(file: &str) -> usize {
    let folder = tempfile::tempdir().unwrap();
    clone_into(folder.path());
    let commands = shown(&std::fs::read_to_string(format!("{ROOT}/{file}")).unwrap());
    for Shown { command, output, status } in &commands {
        let typed = command.replace("cargo run -q --", env!("CARGO_BIN_EXE_bedrock-ops"));
        let ran = Command::new("sh").args(["-c", &typed]).current_dir(folder.path()).output().unwrap();
        let stderr = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(*status), "{file}: {command}\n{stderr}");
        let printed = String::from_utf8(ran.stdout).unwrap();
        assert_eq!(words(&printed), words(output), "{file}: {command}");
    }
    commands.len()
}

#[test]
fn every_command_of_the_readme_does_what_the_readme_says() {
    assert!(run_all("README.md") >= 6);
}

#[test]
fn every_command_of_the_japanese_readme_does_what_it_says() {
    assert!(run_all("README.ja.md") >= 6);
}

#[test]
fn both_readmes_name_the_command_that_runs_the_tests() {
    for file in ["README.md", "README.ja.md"] {
        let text = std::fs::read_to_string(format!("{ROOT}/{file}")).unwrap();
        assert!(text.contains("```sh\ncargo test --workspace --locked\n```"), "{file}");
    }
}
