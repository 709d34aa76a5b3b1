//! The packages that AWS's base image has beside the handler, lent to it by this machine's Python: boto3 and what it needs.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// In AWS's base images for Python, and so found there without being asked for.
pub(super) const OF_BASE_IMAGE: [&str; 7] =
    ["boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"];

/// A folder for the Python path with links to the packages that are lent.
#[derive(Debug)]
pub(super) struct Lent(TempDir);

impl Lent {
    /// Those of the packages that the handler's own do not have.
    pub(super) fn of(packages: &BTreeMap<String, PathBuf>, own: &[&Path]) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("bedrock-ops-").tempdir()?;
        for (name, path) in packages {
            let has = |own: &&Path| own.join(name).exists() || own.join(format!("{name}.py")).exists();
            if let Some(file) = path.file_name().filter(|_| !own.iter().any(has)) {
                link(path, &folder.path().join(file))?;
            }
        }
        Ok(Self(folder))
    }

    pub(super) fn folder(&self) -> &Path {
        self.0.path()
    }
}

#[cfg(unix)]
fn link(path: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(path, at)
}

/// Where links take a privilege, nothing is lent.
#[cfg(not(unix))]
fn link(_path: &Path, _at: &Path) -> io::Result<()> {
    Ok(())
}
