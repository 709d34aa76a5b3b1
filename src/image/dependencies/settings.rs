//! What installers are told of this machine: where programs, indexes and certificates are, and none of its secrets.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;
use sha2::{Digest, Sha256};

use crate::image::host::Host;
use crate::source::Requirements;

/// Variables that installers are given: without them programs, homes and certificates are not found.
const OF_THE_MACHINE: [&str; 37] = [
    "ALL_PROXY",
    "APPDATA",
    "CURL_CA_BUNDLE",
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "LANG",
    "LD_LIBRARY_PATH",
    "LOCALAPPDATA",
    "LOGNAME",
    "NETRC",
    "NIX_SSL_CERT_FILE",
    "NO_PROXY",
    "PATH",
    "PATHEXT",
    "PYENV_ROOT",
    "PYENV_VERSION",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "SSL_CLIENT_CERT",
    "SYSTEMROOT",
    "TZ",
    "USER",
    "USERPROFILE",
    "VIRTUAL_ENV",
    "WINDIR",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_DIRS",
    "XDG_CONFIG_HOME",
    "XDG_DATA_DIRS",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// How an index is reached; what is installed is the same.
const OF_THE_WAY: [&str; 22] = [
    "PIP_CACHE_DIR",
    "PIP_CERT",
    "PIP_CLIENT_CERT",
    "PIP_CONFIG_FILE",
    "PIP_DEFAULT_TIMEOUT",
    "PIP_KEYRING_PROVIDER",
    "PIP_NO_CACHE_DIR",
    "PIP_PROXY",
    "PIP_RETRIES",
    "PIP_TIMEOUT",
    "PIP_TRUSTED_HOST",
    "UV_CACHE_DIR",
    "UV_CONFIG_FILE",
    "UV_HTTP_RETRIES",
    "UV_HTTP_TIMEOUT",
    "UV_INSECURE_HOST",
    "UV_KEYRING_PROVIDER",
    "UV_NATIVE_TLS",
    "UV_NO_CACHE",
    "UV_OFFLINE",
    "UV_PYTHON_INSTALL_DIR",
    "UV_SYSTEM_CERTS",
];

/// Which packages there are, and which of them are chosen. They are part of what a kept layer is known by.
const OF_INDEXES: [&str; 14] = [
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIP_INDEX_URL",
    "PIP_NO_INDEX",
    "PIP_PRE",
    "UV_DEFAULT_INDEX",
    "UV_EXCLUDE_NEWER",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_INDEX",
    "UV_INDEX_STRATEGY",
    "UV_INDEX_URL",
    "UV_NO_INDEX",
    "UV_PRERELEASE",
];

/// The index that both installers ask when nothing names another.
const DEFAULT_INDEX: &str = "https://pypi.org/simple";

/// The environment of an installer whose temporary files go to `temporary`.
pub(super) fn environment(host: &Host, requirements: &Requirements, temporary: &Path) -> BTreeMap<String, OsString> {
    let lists: [&[&str]; 3] = [&OF_THE_MACHINE, &OF_THE_WAY, &OF_INDEXES];
    let is_given = |name: &str| {
        // `UV_INDEX_NAME_USERNAME` and `…_PASSWORD`: an index's own.
        lists.iter().any(|list| list.contains(&name)) || name.starts_with("LC_") || name.starts_with("UV_INDEX_")
    };
    let given = host.variables().filter(|(name, _)| is_given(name));
    let mut all: BTreeMap<String, OsString> = given.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    // What the requirements themselves name, the manifest's author means to be used.
    let named = requirements.variables().filter_map(|name| Some((name.to_owned(), host.variable(name)?.to_owned())));
    all.extend(named);
    for name in ["TMPDIR", "TEMP", "TMP"] {
        all.insert(name.to_owned(), temporary.into());
    }
    // Rules that people set for environments of their own, which this is none of; and no module of the folder that it runs in.
    let ours = [("PIP_USER", "0"), ("PIP_REQUIRE_VIRTUALENV", "0"), ("PIP_NO_INPUT", "1"), ("PYTHONSAFEPATH", "1")];
    all.extend(ours.map(|(name, value)| (name.to_owned(), value.into())));
    all
}

/// The same hash wherever the same indexes are asked: of variables and configuration files, without credentials, which may
/// change each day.
pub(super) fn indexes_hash(host: &Host) -> String {
    let mut hash = Sha256::new();
    for name in OF_INDEXES {
        let Some(value) = host.variable(name) else { continue };
        hash.update(format!("{name}\0{}\0", redacted(&value.to_string_lossy())));
    }
    for file in configuration(host) {
        // What can't be read sets nothing.
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        hash.update(format!("{}\0{}\0", file.display(), redacted(&text)));
    }
    format!("{:x}", hash.finalize())
}

/// Where both installers read settings, as their documentation lists them.
fn configuration(host: &Host) -> Vec<PathBuf> {
    let variable = |name: &str| host.variable(name).map(PathBuf::from);
    let home = variable("HOME");
    let config = variable("XDG_CONFIG_HOME").or_else(|| home.as_ref().map(|home| home.join(".config")));
    let of_pip = [
        Some(PathBuf::from("/etc/xdg/pip/pip.conf")),
        Some(PathBuf::from("/etc/pip.conf")),
        home.as_ref().map(|home| home.join("Library/Application Support/pip/pip.conf")),
        home.as_ref().map(|home| home.join(".pip/pip.conf")),
        config.as_ref().map(|config| config.join("pip/pip.conf")),
        variable("VIRTUAL_ENV").map(|environment| environment.join("pip.conf")),
        variable("PIP_CONFIG_FILE"),
    ];
    let of_uv = [
        Some(PathBuf::from("/etc/uv/uv.toml")),
        config.as_ref().map(|config| config.join("uv/uv.toml")),
        variable("UV_CONFIG_FILE"),
    ];
    of_pip.into_iter().chain(of_uv).flatten().collect()
}

/// The index that is asked, for people; what stands in configuration files is not looked for.
pub(super) fn index(host: &Host, requirements: &Requirements, is_uv: bool) -> String {
    let names: &[&str] = if is_uv { &["UV_DEFAULT_INDEX", "UV_INDEX_URL"] } else { &["PIP_INDEX_URL"] };
    let of_text = requirements.indexes().next().map(str::to_owned);
    let of_variable =
        || names.iter().find_map(|name| host.variable(name)).map(|value| value.to_string_lossy().into_owned());
    redacted(&of_text.or_else(of_variable).unwrap_or_else(|| DEFAULT_INDEX.to_owned()))
}

/// The text without user names and passwords in addresses.
pub(super) fn redacted(text: &str) -> String {
    static USER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"://[^/@\s]+@").ok());
    USER.as_ref().map_or_else(String::new, |user| user.replace_all(text, "://***@").into_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::ffi::OsString;
    use std::path::Path;

    use super::{environment, indexes_hash, redacted};
    use crate::image::host::Host;
    use crate::source::Requirements;

    fn host(variables: &[(&str, &str)]) -> Host {
        Host::new(None, variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))))
    }

    fn requirements(text: &str) -> Requirements {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("requirements.txt"), text).unwrap();
        Requirements::read(folder.path()).unwrap().unwrap()
    }

    #[test]
    fn an_installer_is_given_what_it_needs_and_no_secret() {
        let host = host(&[
            ("AWS_SECRET_ACCESS_KEY", "s"),
            ("GITHUB_TOKEN", "s"),
            ("PYTHONPATH", "x"),
            ("PIP_NO_BINARY", ":all:"),
            ("PIP_TARGET", "x"),
            ("PRIVATE_TOKEN", "asked for"),
            ("PATH", "/bin"),
            ("TMPDIR", "/tmp"),
            ("PIP_INDEX_URL", "https://example.com/simple"),
            ("UV_INDEX_MINE_PASSWORD", "p"),
        ]);
        let given =
            environment(&host, &requirements("-i https://${PRIVATE_TOKEN}@example.com/simple\nsix\n"), Path::new("/w"));
        let names: Vec<&str> = given.keys().map(String::as_str).collect();
        let expected = [
            "PATH",
            "PIP_INDEX_URL",
            "PIP_NO_INPUT",
            "PIP_REQUIRE_VIRTUALENV",
            "PIP_USER",
            "PRIVATE_TOKEN",
            "PYTHONSAFEPATH",
            "TEMP",
            "TMP",
            "TMPDIR",
            "UV_INDEX_MINE_PASSWORD",
        ];
        assert_eq!((names.as_slice(), given["TMPDIR"].to_str()), (expected.as_slice(), Some("/w")));
    }

    #[test]
    fn another_index_is_another_layer_and_another_password_is_not() {
        let of = |url: &str| indexes_hash(&host(&[("PIP_INDEX_URL", url)]));
        assert_eq!(of("https://a:one@example.com/simple"), of("https://a:two@example.com/simple"));
        assert_ne!(of("https://example.com/simple"), of("https://example.org/simple"));
        assert_eq!(indexes_hash(&host(&[("PIP_TIMEOUT", "1")])), indexes_hash(&host(&[])));
        let home = tempfile::tempdir().unwrap();
        let of_home = || indexes_hash(&host(&[("HOME", home.path().to_str().unwrap())]));
        let before = of_home();
        std::fs::create_dir_all(home.path().join(".config/uv")).unwrap();
        std::fs::write(home.path().join(".config/uv/uv.toml"), "index-url = 'x'").unwrap();
        assert_ne!(of_home(), before);
    }

    #[test]
    fn credentials_are_never_shown() {
        assert_eq!(
            redacted("from https://me:secret@a.com/x and http://b.com"),
            "from https://***@a.com/x and http://b.com"
        );
    }
}
