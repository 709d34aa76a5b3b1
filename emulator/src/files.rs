//! Files in a folder that somebody else may have prepared: no symbolic link is followed, nothing but a regular file is
//! opened, and a file is there either whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

/// The name of a file that is still being written: a killed process leaves it behind, and the next one removes it.
const PART: (&str, &str) = (".bedrock-ops-", ".part");

/// What a name in a folder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    Link,
    /// A pipe, a socket or a device.
    Other,
}

/// What lies at this path itself; none if there is nothing.
pub(crate) fn kind(path: &Path) -> io::Result<Option<Kind>> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => Ok(Some(Kind::Link)),
        Ok(found) if found.is_dir() => Ok(Some(Kind::Folder)),
        Ok(found) if found.is_file() => Ok(Some(Kind::File)),
        Ok(_) => Ok(Some(Kind::Other)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Opens a regular file. A link is refused by the system, and a pipe without a writer is not waited for.
pub(crate) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let refused = |what: &str| io::Error::new(io::ErrorKind::InvalidInput, what.to_owned());
    if kind(path)? == Some(Kind::Link) {
        return Err(refused("it is a symbolic link"));
    }
    let file = without_following(options).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(refused("it is not a regular file")) }
}

/// The content of a regular file.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    open(path, File::options().read(true))?.read_to_end(&mut content)?;
    Ok(content)
}

/// Writes a file that only its owner may read. Whenever the process is killed, the path holds what it held before or
/// all of the new content. What lies there and is no regular file is left alone.
pub(crate) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    if kind(path)?.is_some_and(|found| found != Kind::File) {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "something that is not a regular file is in its place",
        ));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let part = tempfile::Builder::new().prefix(PART.0).suffix(PART.1).tempfile_in(folder);
    // Without the name that it would have had: it is another one each time.
    let mut part = part.map_err(|error| io::Error::from(error.kind()))?;
    part.as_file_mut().write_all(content)?;
    part.as_file().sync_all()?;
    part.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Whether this is the name of a file that a killed process was writing.
pub(crate) fn is_part(name: &str) -> bool {
    name.strip_prefix(PART.0).and_then(|rest| rest.strip_suffix(PART.1)).is_some_and(|middle| !middle.is_empty())
}

/// Removes the files that killed processes were writing. What can't be removed harms nobody.
pub(crate) fn remove_parts(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && entry.file_name().to_str().is_some_and(is_part) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Makes the folder unless it is there. Only its owner may enter it, whatever the umask, whoever made it.
pub(crate) fn make_private_folder(path: &Path) -> io::Result<()> {
    match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && kind(path)? == Some(Kind::Folder) => {}
        made => made?,
    }
    permit(path, 0o700)
}

/// Lets only the owner read the file. One that has another name elsewhere is left alone: it would change there, too.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    if is_file_of_one_name(path)? { permit(path, 0o600) } else { Ok(()) }
}

#[cfg(unix)]
fn is_file_of_one_name(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;

    let found = fs::symlink_metadata(path)?;
    Ok(found.is_file() && found.nlink() == 1)
}

#[cfg(not(unix))]
fn is_file_of_one_name(_path: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(unix)]
fn permit(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    if fs::symlink_metadata(path)?.permissions().mode() & 0o777 == mode {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// Elsewhere a new file has the permissions of its folder.
#[cfg(not(unix))]
fn permit(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn without_following(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;

    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    options.mode(0o600).custom_flags(flags.bits().cast_signed())
}

#[cfg(not(unix))]
fn without_following(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// The user that owns the folder, if it is another than this process's.
#[cfg(unix)]
pub(crate) fn other_owner(path: &Path) -> io::Result<Option<u32>> {
    use std::os::unix::fs::MetadataExt as _;

    let owner = fs::symlink_metadata(path)?.uid();
    Ok((owner != rustix::process::geteuid().as_raw()).then_some(owner))
}

#[cfg(not(unix))]
pub(crate) fn other_owner(_path: &Path) -> io::Result<Option<u32>> {
    Ok(None)
}

/// Whether nobody but its owner may enter the folder.
#[cfg(unix)]
pub(crate) fn is_private(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;

    let of_others = fs::symlink_metadata(path)?.permissions().mode() & 0o077;
    Ok(of_others == 0)
}

#[cfg(not(unix))]
pub(crate) fn is_private(_path: &Path) -> io::Result<bool> {
    Ok(true)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::{self, File};
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::{make_private, make_private_folder, open, read, remove_parts, write};
    use crate::scratch::Scratch;

    #[test]
    fn a_link_is_neither_read_nor_written_through() {
        let scratch = Scratch::new("files");
        let (victim, link) = (scratch.path().join("victim"), scratch.path().join("link"));
        fs::write(&victim, "old").expect("written");
        symlink(&victim, &link).expect("linked");
        assert!(read(&link).expect_err("a link").to_string().contains("symbolic link"));
        assert!(open(&link, File::options().write(true).create(true)).is_err());
        assert!(write(&link, b"new").is_err());
        assert_eq!((fs::read(&victim).expect("there"), fs::read_link(&link).expect("a link")), (b"old".into(), victim));
    }

    #[test]
    fn a_pipe_that_nobody_writes_to_is_refused_at_once() {
        let scratch = Scratch::new("files");
        let pipe = scratch.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
        assert!(made.success());
        assert!(read(&pipe).expect_err("a pipe").to_string().contains("not a regular file"));
    }

    #[test]
    fn only_the_owner_may_read_what_is_written_and_what_was_there() {
        let scratch = Scratch::new("files");
        let folder = scratch.path().join("folder");
        fs::create_dir(&folder).expect("made");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("set");
        let mode = |path| fs::symlink_metadata(path).expect("there").permissions().mode() & 0o777;
        make_private_folder(&folder).expect("private");
        assert_eq!(mode(&folder), 0o700);
        let file = folder.join("file");
        write(&file, b"secret").expect("written");
        assert_eq!(mode(&file), 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("set");
        make_private(&file).expect("private");
        assert_eq!(mode(&file), 0o600);
        // Its other name may be anybody's.
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("set");
        fs::hard_link(&file, folder.join("other")).expect("linked");
        make_private(&file).expect("left alone");
        assert_eq!(mode(&file), 0o644);
    }

    #[test]
    fn only_files_that_were_being_written_are_cleared_away() {
        let scratch = Scratch::new("files");
        for name in [".bedrock-ops-a1B2c3.part", "world.part", ".bedrock-ops-.part", ".bedrock-ops-notes"] {
            fs::write(scratch.path().join(name), "").expect("written");
        }
        fs::create_dir(scratch.path().join(".bedrock-ops-folder.part")).expect("made");
        remove_parts(scratch.path());
        let left = fs::read_dir(scratch.path()).expect("there").count();
        assert_eq!((left, scratch.path().join(".bedrock-ops-a1B2c3.part").exists()), (4, false));
    }
}
