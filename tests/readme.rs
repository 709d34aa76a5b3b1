//! The README, executed: every `console` block is typed into a shell of its own, and what it prints is compared. `...` in
//! what is shown stands for anything.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// One command of a block, with what the README says it prints to stdout and how it ends.
struct Shown {
    command: String,
    output: String,
    status: i32,
}

fn shown(text: &str) -> Vec<Vec<Shown>> {
    let mut blocks = Vec::new();
    for block in text.split("```console\n").skip(1) {
        let mut commands: Vec<Shown> = Vec::new();
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
        blocks.push(commands);
    }
    blocks
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

/// Whether what was printed is what is shown, as far as that says.
fn fits(printed: &str, shown: &str) -> bool {
    let (printed, shown) = (words(printed), words(shown));
    let mut pieces = shown.split(|word| *word == "...");
    let Some(mut rest) = printed.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let pieces: Vec<&[&str]> = pieces.collect();
    let Some((last, between)) = pieces.split_last() else { return rest.is_empty() };
    for piece in between {
        let Some(at) = (0..rest.len()).find(|at| rest[*at..].starts_with(piece)) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

/// Whether the commands fetch packages, and that can't be done here; said loudly, past the harness.
fn without_packages(commands: &[Shown]) -> bool {
    let fetches = commands.iter().any(|shown| shown.command.contains("init --template"));
    let pip = || {
        Command::new("python3")
            .args(["-m", "pip", "download", "-q", "--no-deps", "six==1.17.0", "-d"])
            .arg(tempfile::tempdir().unwrap().path())
            .output()
    };
    let without = fetches && !pip().is_ok_and(|output| output.status.success());
    if without {
        let _ =
            writeln!(std::io::stderr(), "\nSKIPPED: the README's story: python3 -m pip can't fetch anything here\n");
    }
    without
}

/// Types every block into a shell that starts in the clone, and tells how many commands there were.
fn run_all(file: &str) -> usize {
    let clone = tempfile::tempdir().unwrap();
    clone_into(clone.path());
    let blocks = shown(&std::fs::read_to_string(format!("{ROOT}/{file}")).unwrap());
    let bin = Path::new(env!("CARGO_BIN_EXE_bedrock-ops"));
    let path = std::env::join_paths(
        [bin.parent().unwrap().to_owned()].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    for commands in blocks.iter().filter(|commands| !without_packages(commands)) {
        let mut folder = clone.path().to_owned();
        for Shown { command, output, status } in commands {
            if let Some(into) = command.strip_prefix("cd ") {
                folder.push(into);
                continue;
            }
            let typed = command.replace("cargo run -q --", "bedrock-ops");
            let mut shell = Command::new("sh");
            let ran = shell.args(["-c", &typed]).env("PATH", path.as_ref().unwrap()).current_dir(&folder).output();
            let ran = ran.unwrap();
            let stderr = String::from_utf8_lossy(&ran.stderr);
            assert_eq!(ran.status.code(), Some(*status), "{file}: {command}\n{stderr}");
            let printed = String::from_utf8(ran.stdout).unwrap();
            assert!(fits(&printed, output), "{file}: {command}\nshown:\n{output}\nprinted:\n{printed}");
        }
    }
    blocks.iter().map(Vec::len).sum()
}

#[test]
fn three_dots_stand_for_anything_and_nothing_else_does() {
    for (printed, shown, fit) in [
        ("a b c", "a b c", true),
        ("a b c", "a b", false),
        ("a b c", "a ... c", true),
        ("a c", "a ... c", true),
        ("a b c d", "a ... c ...", true),
        ("a b c d", "a ... c", false),
        ("a b", "... c ...", false),
    ] {
        assert_eq!(fits(printed, shown), fit, "{printed} as {shown}");
    }
}

#[test]
fn every_command_of_the_readme_does_what_the_readme_says() {
    assert!(run_all("README.md") >= 12);
}

#[test]
fn every_command_of_the_japanese_readme_does_what_it_says() {
    assert!(run_all("README.ja.md") >= 12);
}

#[test]
fn both_readmes_name_the_command_that_runs_the_tests() {
    for file in ["README.md", "README.ja.md"] {
        let text = std::fs::read_to_string(format!("{ROOT}/{file}")).unwrap();
        assert!(text.contains("```sh\ncargo test --workspace --locked\n```"), "{file}");
    }
}
