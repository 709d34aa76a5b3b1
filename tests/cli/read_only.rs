//! A folder in which nothing may be written.

use std::fs::{File, Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;

use crate::program::Folder;

/// The user `nobody`, as whom root runs the binary here: no folder is read-only for root.
const NOBODY: u32 = 65534;

#[test]
fn a_folder_that_cannot_be_written_is_planned_for_and_named_with_the_reason_where_it_must_be_written() {
    let folder = Folder::new();
    set_permissions(folder.path(), Permissions::from_mode(0o555)).unwrap();
    let is_root = File::create(folder.path().join("probe")).is_ok();
    let [planned, deployed] = [&["plan", "--local"][..], &["deploy", "--local", "--yes"]].map(|arguments| {
        let mut command = folder.run(arguments);
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    });
    // So that it can be removed.
    set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    assert_eq!(planned.0, Some(0), "{}", planned.1);
    let told = deployed.1;
    assert_eq!(deployed.0, Some(1), "{told}");
    assert!(told.contains("the emulated account needs a folder that can be written to"), "{told}");
}
