//! Which files of a source hold secrets by their kind. They stay outside the image: whoever may pull it could read them.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Whether a file of this kind can be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secret {
    /// Nobody puts it into an image on purpose.
    Always,
    /// Some functions need such a file: a line of `.dockerignore` that names it (`!certs/client.key`) lets it in.
    UnlessNamed,
}

/// Files and folders that belong to a person or a machine: credentials of tools, variables of a shell, histories.
const ALWAYS: [&str; 20] = [
    ".env",
    ".envrc",
    ".aws",
    ".azure",
    ".boto",
    ".docker",
    ".git-credentials",
    ".gnupg",
    ".kube",
    ".my.cnf",
    ".netrc",
    "_netrc",
    ".oci",
    ".pgpass",
    ".s3cfg",
    ".ssh",
    ".terraform",
    ".terraformrc",
    ".vault-token",
    "gcloud",
];

/// Files that may hold a token or a private key, by name.
const NAMED: [&str; 12] = [
    ".htpasswd",
    ".npmrc",
    ".pypirc",
    ".yarnrc",
    ".yarnrc.yml",
    "application_default_credentials.json",
    "id_dsa",
    "id_ecdsa",
    "id_ecdsa_sk",
    "id_ed25519",
    "id_ed25519_sk",
    "id_rsa",
];

/// And by ending: private keys, key stores, variables.
const ENDINGS: [&str; 9] = ["env", "jks", "kdbx", "key", "keystore", "p12", "pfx", "ppk", "tfvars"];

/// Bytes of a PEM file that are searched for a private key: it may stand behind a chain of certificates.
const PEM_SIZE: u64 = 256 * 1024;

/// What the file or folder at this path is, if it holds secrets by its kind; `origin` is where it lies on this machine.
pub(super) fn kind(path: &str, origin: &Path) -> Option<Secret> {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let ending = Path::new(&name).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    if name == "gcloud" {
        // A folder of this name is Google's tool's only where all of them keep their settings.
        return path.ends_with(".config/gcloud").then_some(Secret::Always);
    }
    if ALWAYS.contains(&name.as_str()) || name.starts_with(".env.") || is_history(&name) {
        return Some(Secret::Always);
    }
    let is_state = name.contains(".tfstate");
    // A bundle of certificates is public, and functions need it; the file's ending does not tell it from a private key.
    let is_key = || ending == "pem" && holds_private_key(origin);
    (NAMED.contains(&name.as_str()) || ENDINGS.contains(&ending) || is_state || is_key()).then_some(Secret::UnlessNamed)
}

/// `.bash_history`, `.psql_history`.
fn is_history(name: &str) -> bool {
    name.starts_with('.') && name.ends_with("_history")
}

fn holds_private_key(origin: &Path) -> bool {
    const MARK: &[u8] = b"PRIVATE KEY-----";
    let mut text = Vec::new();
    // What can't be read is told by whoever packs it.
    let read = File::open(origin).and_then(|file| file.take(PEM_SIZE).read_to_end(&mut text));
    read.is_ok() && text.windows(MARK.len()).any(|window| window == MARK)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Secret, kind};

    #[test]
    fn files_of_credentials_are_known_by_their_names() {
        for path in [
            ".env",
            ".env.prod",
            "lib/.envrc",
            ".aws",
            "x/.ssh",
            ".netrc",
            ".git-credentials",
            ".docker",
            ".gnupg",
            ".kube",
            ".terraform",
            ".bash_history",
            "home/.config/gcloud",
        ] {
            assert_eq!(kind(path, Path::new("nowhere")), Some(Secret::Always), "{path}");
        }
        for path in [
            ".npmrc",
            ".pypirc",
            "id_rsa",
            "ID_ED25519",
            "a.key",
            "A.KEY",
            "a.p12",
            "a.pfx",
            "prod.env",
            "terraform.tfstate",
            "terraform.tfstate.backup",
            "prod.tfvars",
            "terraform.tfstate.d",
        ] {
            assert_eq!(kind(path, Path::new("nowhere")), Some(Secret::UnlessNamed), "{path}");
        }
        for path in [
            "id_cards.py",
            "keys.py",
            "environment.py",
            "env.py",
            "env",
            "gcloud",
            "awsome",
            "history.py",
            "key",
            "id_rsa.pub",
            "credentials.py",
            "public.pem",
        ] {
            assert_eq!(kind(path, Path::new("nowhere")), None, "{path}");
        }
    }

    #[test]
    fn a_bundle_of_certificates_is_no_secret_and_a_private_key_behind_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        let certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n".repeat(200);
        fs::write(&file, &certificate).unwrap();
        assert_eq!(kind("ca.pem", &file), None);
        fs::write(&file, format!("{certificate}-----BEGIN RSA PRIVATE KEY-----\nMIIE\n")).unwrap();
        assert_eq!(kind("ca.pem", &file), Some(Secret::UnlessNamed));
    }
}
