//! The content address of an image: everything that can change it, and nothing else.

use std::fs::File;
use std::io::{self, Read};

use sha2::{Digest, Sha256};

use crate::image::Source;
use crate::image::base::Base;
use crate::image::blocking::blocking;
use crate::image::dependencies::Requirements;
use crate::image::error::ImageError;
use crate::image::listing::{self, Entry, Kind};

/// Counts up whenever the builder writes other bytes for the same source, so that old images are not taken for new.
const FORMAT: &[u8] = b"1";

/// What every tag begins with: an operator sees at a glance that it names a source, not a release.
const PREFIX: &str = "src-";

/// The sha256 of a file's bytes, or of a link's text.
pub(crate) type ContentHash = [u8; 32];

/// The tag under which the image of this source on this base is kept: `src-` and 40 hex digits.
///
/// Reads every file of the source, a piece at a time.
pub async fn tag(source: &Source, base: &Base) -> Result<String, ImageError> {
    let (source, base) = (source.clone(), base.clone());
    blocking(move || {
        let entries = listing::of_source(&source.folder)?;
        let requirements = Requirements::read(&source.folder)?;
        let hashes = entries.iter().map(content_hash).collect::<Result<Vec<_>, _>>()?;
        Ok(tag_of(&source, &base, requirements.as_ref(), &entries, &hashes))
    })
    .await
}

/// The same tag from hashes that are known already; `hashes` are those of `entries`, in their order.
pub(crate) fn tag_of(
    source: &Source,
    base: &Base,
    requirements: Option<&Requirements>,
    entries: &[Entry],
    hashes: &[ContentHash],
) -> String {
    // The folder is where the source lies, not what it is.
    let Source { folder: _, handler, base_image, architecture } = source;
    let mut hash = Sha256::new();
    field(&mut hash, "format", FORMAT);
    field(&mut hash, "handler", handler.as_bytes());
    field(&mut hash, "architecture", architecture.as_bytes());
    // The name stands in the image's labels, so two names of one base make two images.
    field(&mut hash, "base", base_image.as_bytes());
    field(&mut hash, "base digest", base.digest.as_bytes());
    for (name, text) in requirements.iter().flat_map(|requirements| requirements.files()) {
        field(&mut hash, "requirements", name.as_bytes());
        field(&mut hash, "text", text.as_bytes());
    }
    for (entry, content) in entries.iter().zip(hashes) {
        let kind: &[u8] = match entry.kind {
            Kind::File { executable: false } => b"file",
            Kind::File { executable: true } => b"program",
            Kind::Link { .. } => b"link",
        };
        field(&mut hash, "path", entry.path.as_bytes());
        field(&mut hash, "kind", kind);
        field(&mut hash, "content", content);
    }
    format!("{PREFIX}{:.40}", format!("{:x}", hash.finalize()))
}

/// The tag's hex digits, for the label.
pub(crate) fn digits(tag: &str) -> &str {
    tag.strip_prefix(PREFIX).unwrap_or(tag)
}

/// Adds a named value with its length, so that no two sequences of values read alike.
fn field(hash: &mut Sha256, name: &str, value: &[u8]) {
    hash.update(name);
    hash.update([0]);
    hash.update((value.len() as u64).to_be_bytes());
    hash.update(value);
}

fn content_hash(entry: &Entry) -> Result<ContentHash, ImageError> {
    if let Kind::Link { target } = &entry.kind {
        return Ok(Sha256::digest(target).into());
    }
    let unreadable = |source: io::Error| ImageError::Unreadable { path: entry.origin.clone(), source };
    let mut file = File::open(&entry.origin).map_err(unreadable)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        match file.read(&mut piece).map_err(unreadable)? {
            0 => return Ok(hash.finalize().into()),
            read => hash.update(&piece[..read]),
        }
    }
}
