//! Writes hashes as registries write them.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// `sha256:` and the hex digest of the bytes.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    digest_text(Sha256::digest(bytes).as_slice())
}

/// A finished hash as registries write it.
pub(crate) fn digest_text(hash: &[u8]) -> String {
    format!("sha256:{}", hex(hash))
}

/// Lower-case hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
