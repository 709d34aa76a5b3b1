//! `logs --follow`: what is written meanwhile, by other commands on the same emulated account, and how it ends.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::program::Folder;
use crate::terminal::{CTRL_C, on_terminal};

#[test]
fn it_waits_for_the_log_group_and_ctrl_c_ends_it_well() {
    let folder = Folder::new();
    let typed = [("is not there; waiting for it (`bedrock-ops deploy --local` makes it)", CTRL_C)];
    let (code, screen) = on_terminal(&folder, &typed, &["logs", "--local", "--follow"], &[]);
    assert_eq!(code, Some(0), "{screen}");
    assert!(screen.contains("stopped following"), "{screen}");
    assert!(!screen.contains("what was done stays done"), "{screen}");
}

#[test]
fn other_commands_have_the_account_meanwhile_and_a_reader_that_goes_ends_it_quietly() {
    let folder = Folder::new();
    let mut follow = folder.run(&["logs", "--local", "--follow"]);
    let mut follow = follow.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    for arguments in [&["deploy", "--local", "--yes"][..], &["ask", "--local", "最新の開封率を教えて"]] {
        let output = folder.run(arguments).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let mut lines = BufReader::new(follow.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.next().unwrap().ends_with(", times in UTC"));
    let end = lines.next().unwrap();
    assert!(end.contains("  end: "), "{end}");
    drop(lines);
    // The next line finds nobody to read it.
    let ask = folder.run(&["ask", "--local", "最新の開封率を教えて"]).stdin(Stdio::null()).output().unwrap();
    assert!(ask.status.success());
    let output = follow.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(!told.contains("error"), "{told}");
}
