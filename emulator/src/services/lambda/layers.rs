//! What Lambda's optimiser finds wrong with a layer, minutes after Docker has taken it without a word.

use std::collections::HashSet;
use std::io::{self, Read};
use std::ops::ControlFlow;

use flate2::read::MultiGzDecoder;

use super::passage::Failure;
use crate::layer::{Bounds, each_entry, is_too_much};

/// The failure of a layer that is no gzipped tar.
pub(super) fn unsupported(digest: &str) -> Failure {
    Failure::invalid_image(format!("ImageLayerFailure: UnsupportedImageLayerDetected - Layer Digest {digest}"))
}

/// Reads a gzipped layer through: it must be what it says, and hold every directory that its files lie in. Takes as
/// long as unpacking it.
pub(crate) fn check(digest: &str, bytes: &[u8]) -> Option<Failure> {
    match orphan(MultiGzDecoder::new(bytes)) {
        Ok(None) => None,
        Ok(Some(path)) => Some(Failure::invalid_image(format!(
            "InvalidImage: MissingParentDirectory: Parent directory does not exist for file: {path}"
        ))),
        Err(error) if is_too_much(&error) => Some(Failure::invalid_image(format!(
            "ImageLayerFailure: the layer {digest} is more than the emulator unpacks: {error}"
        ))),
        Err(_) => Some(unsupported(digest)),
    }
}

/// The first entry of the tar whose directory no entry before it has made.
fn orphan(tar: impl Read) -> io::Result<Option<String>> {
    let mut directories: HashSet<String> = HashSet::new();
    let mut orphan = None;
    each_entry(tar, &mut Bounds::of_image(), |entry, _| {
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let plain = path.trim_start_matches("./").trim_matches('/');
        if let Some((parent, _)) = plain.rsplit_once('/')
            && !directories.contains(parent)
        {
            orphan = Some(plain.to_owned());
            return Ok(ControlFlow::Break(()));
        }
        if entry.header().entry_type().is_dir() {
            directories.insert(plain.to_owned());
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(orphan)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::check;

    fn layer(entries: &[&str]) -> Vec<u8> {
        let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for path in entries {
            let mut header = tar::Header::new_ustar();
            let kind = if path.ends_with('/') { tar::EntryType::Directory } else { tar::EntryType::Regular };
            header.set_entry_type(kind);
            header.set_size(0);
            header.set_cksum();
            archive.append_data(&mut header, path, &b""[..]).expect("an entry");
        }
        archive.into_inner().and_then(GzEncoder::finish).expect("a layer")
    }

    #[test]
    fn a_layer_must_hold_the_directories_of_its_files() {
        let reason = |bytes: &[u8]| check("sha256:d", bytes).map(|failure| failure.reason);
        assert_eq!(reason(&layer(&["var/", "var/task/", "var/task/a.py", "top.txt"])), None);
        assert_eq!(
            reason(&layer(&["var/", "var/task/a.py"])).as_deref(),
            Some("InvalidImage: MissingParentDirectory: Parent directory does not exist for file: var/task/a.py")
        );
    }

    #[test]
    fn a_layer_must_be_gzip() {
        let mut plain = Vec::new();
        plain.write_all(&[b'x'; 1024]).expect("memory");
        let failure = check("sha256:d", &plain).expect("a failure");
        assert_eq!(failure.code, "InvalidImage");
        assert_eq!(failure.reason, "ImageLayerFailure: UnsupportedImageLayerDetected - Layer Digest sha256:d");
    }
}
