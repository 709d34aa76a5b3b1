//! A folder in which nothing may be written.

use std::fs::{File, Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;

use crate::program::Folder;

/// The user `nobody`, as whom root runs the binary here: no folder is read-only for root.
const NOBODY: u32 = 65534;

#[test]
fn a_folder_that_cannot_be_written_is_named_with_the_reason() {
    let folder = Folder::new();
    set_permissions(folder.path(), Permissions::from_mode(0o555)).unwrap();
    let mut plan = folder.run(&["plan", "--local"]);
    if File::create(folder.path().join("probe")).is_ok() {
        plan.uid(NOBODY).gid(NOBODY);
    }
    let output = plan.output().unwrap();
    // So that it can be removed.
    set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("the emulated account needs a folder that can be written to"), "{told}");
}
