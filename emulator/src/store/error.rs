//! Why the folder of an account can't be used, with what to do about it.

use std::fmt;
use std::path::{Path, PathBuf};

use super::VERSION;

/// Why an account can't be opened. Nothing was written.
#[derive(Debug)]
pub enum OpenError {
    /// Another process has it open.
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// A file or the folder itself can't be read or created.
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The folder, or one of the emulator's entries in it, is a symbolic link.
    Link {
        /// The link.
        file: PathBuf,
    },
    /// Something else lies where the emulator keeps a file or a folder.
    OtherKind {
        /// What lies there.
        file: PathBuf,
        /// `a folder`, `a regular file`.
        wanted: &'static str,
    },
    /// The folder belongs to another user of this machine.
    OtherOwner {
        /// The folder.
        folder: PathBuf,
        /// The number of that user.
        owner: u32,
    },
    /// The folder holds files, and no emulated account.
    NotAnAccount {
        /// The folder.
        folder: PathBuf,
        /// One of the entries that the emulator did not write.
        entry: String,
    },
    /// The account's file is not what the emulator wrote.
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        cause: serde_json::Error,
    },
    /// The file was written by another version of the emulator.
    OtherVersion {
        /// The file.
        file: PathBuf,
        /// The version in the file.
        version: u64,
    },
    /// The file is another account's.
    OtherAccount {
        /// The file.
        file: PathBuf,
        /// The account in the file.
        account: String,
    },
}

impl fmt::Display for OpenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse { folder } => write!(
                formatter,
                "the emulated account in {} is in use by another process (a conversation of `ask --local` holds it until \
                 it ends); wait until that process has ended, or run one `bedrock-ops emulator` that all commands use",
                folder.display()
            ),
            Self::Unreadable { file, cause } => write!(
                formatter,
                "{} can't be opened ({cause}); the emulated account needs a folder that can be written to",
                file.display()
            ),
            Self::Link { file } => write!(
                formatter,
                "{} is a symbolic link, and the emulator does not read or write through links in its folder; remove the \
                 link, or choose another folder",
                file.display()
            ),
            Self::OtherKind { file, wanted } => write!(
                formatter,
                "{} is not {wanted}, and the emulator left it alone; move it away, or choose another folder",
                file.display()
            ),
            Self::OtherOwner { folder, owner } => write!(
                formatter,
                "{} belongs to another user (user id {owner}), who could change the account at any time; run the command \
                 as that user, or choose another folder",
                folder.display()
            ),
            Self::NotAnAccount { folder, entry } => write!(
                formatter,
                "{} is not empty and holds no emulated account: `{entry}` was not written by the emulator; choose a new \
                 or an empty folder",
                folder.display()
            ),
            Self::Damaged { file, cause } => write!(
                formatter,
                "{} is damaged, or was not written by the emulator ({cause}); {}",
                file.display(),
                start_again(file)
            ),
            Self::OtherVersion { file, version } => write!(
                formatter,
                "{} has layout version {version}, and this program reads version {VERSION}; use the program that wrote \
                 it, or {}",
                file.display(),
                start_again(file)
            ),
            Self::OtherAccount { file, account } => write!(
                formatter,
                "{} holds the account {account}, which is not the one in the manifest; correct `account` in the \
                 manifest, or {}",
                file.display(),
                start_again(file)
            ),
        }
    }
}

/// The folder may hold more than the account, so it is never named as what to delete.
fn start_again(file: &Path) -> String {
    let folder = file.parent().unwrap_or(file).display();
    format!("delete world.json, blobs/ and images/ in {folder} to start with an empty account (nothing on AWS changes)")
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { cause, .. } => Some(cause),
            Self::Damaged { cause, .. } => Some(cause),
            _ => None,
        }
    }
}
