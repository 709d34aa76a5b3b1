//! Puts files into a folder: all of them or none, and never over one that is there.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::File;

/// Why nothing was written.
#[derive(Debug, Error)]
pub enum NotWritten {
    /// What stands where files or their folders would go.
    #[error("{} in the way", .0.len())]
    InTheWay(Vec<PathBuf>),
    /// The system refused; what had been written by then is gone again.
    #[error("writing {}; nothing was left behind, so the same command can be run again", path.display())]
    Failed {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Writes the files into the folder, which is made if need be, and gives their paths.
pub fn write(files: &[File], folder: &Path) -> Result<Vec<PathBuf>, NotWritten> {
    let in_the_way: BTreeSet<PathBuf> = files.iter().filter_map(|file| in_the_way(folder, file.path)).collect();
    if !in_the_way.is_empty() {
        return Err(NotWritten::InTheWay(in_the_way.into_iter().collect()));
    }
    let mut made = Made::default();
    for file in files {
        let path = folder.join(file.path);
        if let Err(source) = made.file(&path, &file.text) {
            made.undo();
            return Err(NotWritten::Failed { path, source });
        }
    }
    Ok(made.files)
}

/// What keeps a file from being written: itself, or a file where one of its folders would be.
fn in_the_way(folder: &Path, path: &str) -> Option<PathBuf> {
    let whole = folder.join(path);
    // `join("")` would add a slash, and with that a file counts as absent.
    let inside = |parent: &Path| if parent == Path::new("") { folder.to_owned() } else { folder.join(parent) };
    let folders = Path::new(path).ancestors().skip(1).map(inside);
    let blocked = folders.filter(|folder| folder.exists() && !folder.is_dir()).last();
    // A link to nowhere is there too.
    blocked.or_else(|| whole.symlink_metadata().is_ok().then_some(whole))
}

/// What was made so far.
#[derive(Debug, Default)]
struct Made {
    files: Vec<PathBuf>,
    /// Each after the one that it is in.
    folders: Vec<PathBuf>,
}

impl Made {
    fn file(&mut self, path: &Path, text: &str) -> io::Result<()> {
        self.folder(path.parent().unwrap_or(path))?;
        // Between the look and now somebody else may have made it: then it is theirs.
        let mut file = fs::File::create_new(path)?;
        self.files.push(path.to_owned());
        file.write_all(text.as_bytes())
    }

    fn folder(&mut self, path: &Path) -> io::Result<()> {
        let missing: Vec<&Path> =
            path.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists()).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder)?;
            self.folders.push(folder.to_owned());
        }
        Ok(())
    }

    /// Takes back what can be taken back: what somebody else has put into a folder meanwhile stays.
    fn undo(self) {
        for file in self.files {
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.into_iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{File, NotWritten, write};

    const FILES: [File; 2] =
        [File { path: "a/b/c.txt", text: Cow::Borrowed("c") }, File { path: "d.txt", text: Cow::Borrowed("d") }];

    fn in_the_way(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
        match write(&FILES, folder) {
            Err(NotWritten::InTheWay(paths)) => paths,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn files_and_their_folders_are_made() {
        let folder = tempfile::tempdir().unwrap();
        let new = folder.path().join("x/y");
        assert_eq!(write(&FILES, &new).unwrap(), [new.join("a/b/c.txt"), new.join("d.txt")]);
        assert_eq!(std::fs::read_to_string(new.join("a/b/c.txt")).unwrap(), "c");
    }

    #[test]
    fn everything_in_the_way_is_named_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("a"), "mine").unwrap();
        std::os::unix::fs::symlink("nowhere", path("d.txt")).unwrap();
        assert_eq!(in_the_way(folder.path()), [path("a"), path("d.txt")]);
        assert_eq!(std::fs::read_to_string(path("a")).unwrap(), "mine");
        assert_eq!(in_the_way(&path("a")), [path("a")]);
    }

    #[test]
    fn a_write_that_fails_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = FILES.to_vec();
        files.push(File { path: "d.txt/e.txt", text: Cow::Borrowed("e") });
        let failed = write(&files, &folder.path().join("new")).unwrap_err();
        assert!(matches!(failed, NotWritten::Failed { .. }), "{failed:?}");
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }
}
