//! Two repositories that use the same stack's name: the second notices the first, and takes over only when told to.

use std::process::{Command, Output};

use crate::program::Folder;
use crate::served::Served;
use crate::terminal::{builds_on, on_terminal};

/// A repository with this remote.
fn cloned_from(remote: &str, emulator: &Served) -> Folder {
    let folder = Folder::new();
    builds_on(&folder, &format!("{}/lambda/python:3.12", emulator.address()));
    for words in [vec!["init", "--quiet"], vec!["remote", "add", "origin", remote]] {
        let git = Command::new("git").arg("-C").arg(folder.path()).args(words).status().expect("git");
        assert!(git.success());
    }
    folder
}

#[test]
fn a_stack_from_another_repository_is_changed_only_when_somebody_agrees() {
    let emulator = Served::start(&[]);
    let settings = emulator.settings();
    let first = cloned_from("https://ci:secret@git.example.com/alice/agents.git", &emulator);
    let second = cloned_from("git@git.example.com:bob/agents.git", &emulator);
    let run = |folder: &Folder, words: &[&str]| folder.run(words).envs(settings).output().unwrap();

    let deployed = run(&first, &["deploy", "--yes"]);
    assert!(deployed.status.success(), "{}", said(&deployed));
    let planned = run(&second, &["plan"]);
    let text = said(&planned);
    let second_line = text.lines().nth(1).unwrap();
    assert!(second_line.contains("this stack was deployed from git.example.com/alice/agents:agent.yaml"), "{text}");
    assert!(!text.contains("secret"), "{text}");
    for words in [["deploy", "--yes"], ["destroy", "--yes"]] {
        let refused = run(&second, &words);
        assert_eq!(refused.status.code(), Some(5), "{words:?}: {}", said(&refused));
        let cure = format!("`bedrock-ops {} --take-over`", words[0]);
        assert!(said(&refused).contains("nothing was changed") && said(&refused).contains(&cure), "{}", said(&refused));
    }
    let (code, screen) = on_terminal(&second, &[("[y/N]", "n\r")], &["deploy"], &settings);
    assert_eq!(code, Some(1), "{screen}");
    assert!(screen.contains("take over the stack push-openrate in 123456789012/ap-northeast-1 at http"), "{screen}");

    let taken = run(&second, &["deploy", "--yes", "--take-over"]);
    assert!(taken.status.success(), "{}", said(&taken));
    assert_eq!(run(&first, &["destroy", "--yes"]).status.code(), Some(5), "now it is the second repository's");
    let (code, screen) = on_terminal(&second, &[("[y/N]", "y\r")], &["destroy"], &settings);
    assert_eq!(code, Some(0), "{screen}");
    let question = "destroy the stack push-openrate in account 123456789012, region ap-northeast-1? [y/N]";
    assert!(screen.contains(question), "{screen}");
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}
