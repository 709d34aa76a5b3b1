//! What a build uses of this machine: a folder for what is kept between runs, and the settings of installers.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;

/// This machine, as far as a build is told of it. Without anything nothing is kept, and no installer is found.
#[derive(Clone, Default)]
pub struct Host {
    /// Where layers and packages are kept between runs, if anywhere.
    pub cache: Option<PathBuf>,
    environment: BTreeMap<String, OsString>,
}

impl Host {
    /// A machine with this environment. Installers are given a few variables of it (see `dependencies/settings.rs`).
    pub fn new(cache: Option<PathBuf>, environment: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let named = environment.into_iter().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        Self { cache, environment: named.collect() }
    }

    /// The value of a variable.
    pub(crate) fn variable(&self, name: &str) -> Option<&OsStr> {
        self.environment.get(name).map(OsString::as_os_str)
    }

    /// All variables.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&str, &OsStr)> {
        self.environment.iter().map(|(name, value)| (name.as_str(), value.as_os_str()))
    }
}

impl fmt::Debug for Host {
    /// Without the environment, which holds secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cache, environment: _ } = self;
        f.debug_struct("Host").field("cache", cache).finish_non_exhaustive()
    }
}
