//! What a folder is refused for, what is left alone in it, and that an account comes back.

use std::fs;
use std::time::Duration;

use super::{OpenError, Store, look};
use crate::scratch::Scratch;
use crate::world::World;

const ACCOUNT: &str = "123456789012";

fn open(scratch: &Scratch) -> Result<Store, OpenError> {
    Store::open(scratch.path(), ACCOUNT, Duration::from_millis(20))
}

#[test]
fn a_saved_world_is_loaded_by_the_next() {
    let scratch = Scratch::new("store");
    let mut world = World::default();
    world.next_id();
    let store = open(&scratch).expect("open");
    assert!(store.load().expect("a new folder").is_none());
    assert!(look(scratch.path(), ACCOUNT).expect("a new folder").is_none());
    store.save(7, world.clone()).expect("saved");
    let (looked_at, _) = look(scratch.path(), ACCOUNT).expect("no lock is needed").expect("there");
    assert_eq!((looked_at.at, &looked_at.world), (7, &world));
    drop(store);

    let saved = open(&scratch).expect("open again").load().expect("readable").expect("there");
    assert_eq!((saved.at, saved.world), (7, world));
}

#[test]
fn two_processes_never_hold_one_folder() {
    let scratch = Scratch::new("store");
    let first = open(&scratch).expect("open");
    let error = open(&scratch).expect_err("held");
    assert!(matches!(error, OpenError::InUse { .. }));
    assert!(error.to_string().contains("in use by another process"), "{error}");
    drop(first);
    // The thread that waited may hold the lock for the moment it takes to let go of it.
    Store::open(scratch.path(), ACCOUNT, Duration::from_secs(5)).expect("free again");
}

#[test]
fn a_file_of_somebody_elses_is_named_with_the_reason_and_the_cure_and_nothing_is_written() {
    let cases = [
        ("{\"version\":1,\"acc", "is damaged"),
        ("[]", "is damaged"),
        ("{\"version\":1}", "is damaged"),
        ("{\"planets\":3}", "was not written by the emulator"),
        ("{\"version\":99,\"planets\":3}", "has layout version 99, and this program reads version 1"),
    ];
    for (text, reason) in cases {
        let scratch = Scratch::new("store");
        fs::write(scratch.path().join("world.json"), text).expect("written");
        let error = open(&scratch).expect_err(text).to_string();
        assert!(error.contains("world.json") && error.contains(reason), "{error}");
        assert!(error.contains("delete world.json, blobs/ and images/"), "{error}");
        assert_eq!(look(scratch.path(), ACCOUNT).expect_err(text).to_string(), error);
        assert_eq!(fs::read_dir(scratch.path()).expect("there").count(), 1, "{text}");
    }
}

#[test]
fn another_accounts_world_is_not_taken_for_this_ones() {
    let scratch = Scratch::new("store");
    let store = Store::open(scratch.path(), "999999999999", Duration::ZERO).expect("open");
    store.save(0, World::default()).expect("saved");
    drop(store);
    let error = open(&scratch).expect_err("another account");
    assert!(error.to_string().contains("holds the account 999999999999"), "{error}");
}

#[test]
fn a_folder_with_files_of_somebody_elses_is_not_made_an_account() {
    for foreign in ["notes.txt", "images/wedding/1.jpg", "blobs/of-something-else", "Blobs/x"] {
        let scratch = Scratch::new("store");
        let file = scratch.path().join(foreign);
        fs::create_dir_all(file.parent().expect("in a folder")).expect("made");
        fs::write(&file, "x").expect("written");
        let error = open(&scratch).expect_err(foreign).to_string();
        assert!(error.contains("is not empty and holds no emulated account"), "{error}");
        assert!(look(scratch.path(), ACCOUNT).is_err(), "{foreign}");
        assert_eq!(fs::read_dir(scratch.path()).expect("there").count(), 1, "{foreign}");
    }
}

#[test]
fn what_a_process_leaves_that_ended_before_it_saved_anything_is_no_obstacle() {
    let scratch = Scratch::new("store");
    drop(open(&scratch).expect("open"));
    let part = scratch.path().join(".bedrock-ops-abcdef.part");
    fs::write(&part, "{").expect("written");
    drop(open(&scratch).expect("open again"));
    assert!(!part.exists(), "it is cleared away");
}

#[cfg(unix)]
mod on_unix {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::path::Path;
    use std::time::Duration;

    use super::{ACCOUNT, open};
    use crate::scratch::Scratch;
    use crate::store::{Store, look};
    use crate::world::World;

    #[test]
    fn a_link_is_refused_wherever_it_stands_and_its_target_stays_as_it_is() {
        for entry in ["world.json", "world.part", "lock", "blobs", "images"] {
            let (scratch, elsewhere) = (Scratch::new("store"), Scratch::new("store"));
            open(&scratch).expect("open").save(0, World::default()).expect("saved");
            let target = elsewhere.path().join("target");
            if ["blobs", "images"].contains(&entry) {
                fs::create_dir_all(target.join("holiday")).expect("made");
            } else {
                fs::write(&target, "{\"old\":1}").expect("written");
            }
            let link = scratch.path().join(entry);
            let _ = fs::remove_file(&link);
            let _ = fs::remove_dir_all(&link);
            symlink(&target, &link).expect("linked");
            for error in [open(&scratch).map(drop), look(scratch.path(), ACCOUNT).map(drop)] {
                let error = error.expect_err(entry).to_string();
                assert!(error.contains(entry) && error.contains("is a symbolic link"), "{error}");
            }
            let untouched = target.join("holiday").is_dir() || fs::read(&target).expect("there") == b"{\"old\":1}";
            assert!(untouched, "{entry}");
        }
    }

    #[test]
    fn the_folder_itself_is_no_link_whether_or_not_a_slash_follows() {
        let (scratch, elsewhere) = (Scratch::new("store"), Scratch::new("store"));
        let link = scratch.path().join("account");
        symlink(elsewhere.path(), &link).expect("linked");
        for path in [link.clone(), link.join("")] {
            let error = Store::open(&path, ACCOUNT, Duration::ZERO).expect_err("a link").to_string();
            assert!(error.contains("is a symbolic link"), "{error}");
        }
        assert_eq!(fs::read_dir(elsewhere.path()).expect("there").count(), 0);
    }

    #[test]
    fn only_the_owner_can_read_an_account_whoever_made_the_folder() {
        let scratch = Scratch::new("store");
        let mode = |path: &Path| fs::symlink_metadata(path).expect("there").permissions().mode() & 0o777;
        let set = |name: &str, mode| {
            fs::set_permissions(scratch.path().join(name), fs::Permissions::from_mode(mode)).expect("set");
        };
        open(&scratch).expect("open").save(0, World::default()).expect("saved");
        for name in ["", "blobs"] {
            set(name, 0o755);
        }
        for name in ["world.json", "lock"] {
            set(name, 0o644);
        }
        let store = open(&scratch).expect("open");
        assert_eq!(["", "blobs"].map(|name| mode(&scratch.path().join(name))), [0o700; 2]);
        assert_eq!(["world.json", "lock"].map(|name| mode(&scratch.path().join(name))), [0o600; 2]);
        store.save(1, World::default()).expect("saved");
        assert_eq!(mode(&scratch.path().join("world.json")), 0o600);
        assert_eq!(fs::read(scratch.path().join(".gitignore")).expect("there"), b"*\n");
    }
}
