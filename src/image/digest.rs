//! Writes hashes as registries write them: `sha256:` and 64 hex digits.

use sha2::{Digest, Sha256};

/// The digest of the bytes.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    finished(Sha256::new_with_prefix(bytes))
}

/// The digest of all that was hashed.
pub(crate) fn finished(hash: Sha256) -> String {
    format!("sha256:{:x}", hash.finalize())
}
