//! Waits until a file changes, by looking again and again: there is no way to be told that every system has.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How often the files are looked at: soon enough for who has just saved one.
const EVERY: Duration = Duration::from_millis(300);

/// Folders that change by themselves, or hold what is no source.
const PASSED_OVER: [&str; 5] = [".git", "__pycache__", ".venv", "venv", ".bedrock-ops"];

/// Every file with its size and the time of its last change.
pub(super) type Look = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// Looks at files and at everything below folders.
pub(super) fn look(paths: &[&Path]) -> Look {
    let mut seen = Vec::new();
    for path in paths {
        gather(path, &mut seen);
    }
    seen.sort();
    seen
}

/// Waits until they look otherwise.
pub(super) async fn change(paths: &[&Path], before: &Look) {
    while look(paths) == *before {
        tokio::time::sleep(EVERY).await;
    }
}

/// What can't be read is not there: it may come again.
fn gather(path: &Path, seen: &mut Look) {
    let Ok(found) = std::fs::metadata(path) else { return };
    if !found.is_dir() {
        seen.push((path.to_owned(), found.len(), found.modified().ok()));
        return;
    }
    if path.file_name().is_some_and(|name| PASSED_OVER.iter().any(|passed| name == *passed)) {
        return;
    }
    // A link to a folder above would lead round in circles: folders are entered by their own names alone.
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        if !(is_link && entry.path().is_dir()) {
            gather(&entry.path(), seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::look;

    #[test]
    fn a_change_of_a_file_shows_and_one_of_a_cache_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let cache = folder.path().join("__pycache__");
        std::fs::create_dir(&cache).unwrap();
        std::fs::write(folder.path().join("a.py"), "1").unwrap();
        let before = look(&[folder.path()]);
        std::fs::write(cache.join("a.pyc"), "1").unwrap();
        assert_eq!(look(&[folder.path()]), before);
        std::fs::write(folder.path().join("a.py"), "22").unwrap();
        assert_ne!(look(&[folder.path()]), before);
    }
}
