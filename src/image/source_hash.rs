//! The content address of an image: everything that can change it, and nothing else.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};

use sha2::{Digest, Sha256};

use crate::dockerfile::{self, Brought, Dockerfile};
use crate::image::Source;
use crate::image::base::Base;
use crate::image::blocking::blocking;
use crate::image::contents::{Contents, Recipe};
use crate::image::error::ImageError;
use crate::image::trace::Trace;
use crate::manifest::Builder;
use crate::source::{Entry, Kind, RULE, Requirements, SourceError};

/// Counts up whenever the builder writes other bytes for the same source, so that old images are not taken for new.
const FORMAT: &[u8] = b"2";

/// What every tag begins with: an operator sees at a glance that it names a source, not a release.
const PREFIX: &str = "src-";

/// The sha256 of a file's bytes, or of a link's text.
pub(crate) type ContentHash = [u8; 32];

/// Where the image of a source is kept, and what it would be made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// `src-` and 40 hex digits: the hash of everything that can change the image.
    pub tag: String,
    /// The same taken apart, to tell what differs from another image.
    pub trace: Trace,
}

/// The address of the image of this source on this base.
///
/// Reads every file of the source, a piece at a time.
pub async fn address(source: &Source, base: &Base) -> Result<Address, ImageError> {
    let (source, base) = (source.clone(), base.clone());
    blocking(move || {
        let Contents { recipe, entries } = Contents::read(&source)?;
        let hashes = entries.iter().map(content_hash).collect::<Result<Vec<_>, _>>()?;
        Ok(address_of(&source, &base, &recipe, &entries, &hashes))
    })
    .await
}

/// The address's tag alone.
pub async fn tag(source: &Source, base: &Base) -> Result<String, ImageError> {
    Ok(address(source, base).await?.tag)
}

/// The same address from hashes that are known already; `hashes` are those of `entries`, in their order.
pub(crate) fn address_of(
    source: &Source,
    base: &Base,
    recipe: &Recipe,
    entries: &[Entry],
    hashes: &[ContentHash],
) -> Address {
    // The folder is where the source lies, not what it is; which files are chosen shows in the entries.
    let Source { folder: _, handler: _, base_image, architecture, builder, files: _ } = source;
    let mut hash = Sha256::new();
    field(&mut hash, "format", FORMAT);
    field(&mut hash, "handler", handler(source).unwrap_or_default().as_bytes());
    field(&mut hash, "architecture", architecture.as_bytes());
    // The name stands in the image's labels, so two names of one base make two images.
    field(&mut hash, "base", base_image.as_bytes());
    field(&mut hash, "base digest", base.digest.as_bytes());
    match recipe {
        Recipe::Native(requirements) => {
            if requirements.is_some() {
                // An image with packages that were chosen otherwise is another image.
                field(&mut hash, "rule", RULE.as_bytes());
            }
            for (name, text) in requirements.iter().flat_map(Requirements::parts) {
                field(&mut hash, "requirements", name.as_bytes());
                field(&mut hash, "text", text.as_bytes());
            }
        }
        // Not which engine: the text asks the same of each, and what one has built another need not build again.
        Recipe::Engine(dockerfile) => field(&mut hash, "dockerfile", dockerfile.as_bytes()),
    }
    for (entry, content) in entries.iter().zip(hashes) {
        field(&mut hash, "path", entry.path.as_bytes());
        field(&mut hash, "kind", kind(entry).as_bytes());
        field(&mut hash, "content", content);
    }
    let tag = format!("{PREFIX}{:.40}", format!("{:x}", hash.finalize()));
    let (files, others) = told(recipe, entries, hashes);
    let trace = Trace {
        builder: if *builder == Builder::Native { "native" } else { "engine" }.to_owned(),
        base: base.reference.clone(),
        base_digest: base.digest.clone(),
        architecture: architecture.clone(),
        handler: handler(source).map(str::to_owned),
        recipe: recipe_hash(recipe),
        files: Some(files),
        others,
    };
    Address { tag, trace }
}

/// The files that go into the image, each with a few digits of its hash, and a few digits for all others together. Of those the
/// label names none: whoever reads the image could check a guess at what a file holds.
fn told(recipe: &Recipe, entries: &[Entry], hashes: &[ContentHash]) -> (BTreeMap<String, String>, Option<String>) {
    let read = match recipe {
        Recipe::Native(_) => None,
        Recipe::Engine(text) => Some(Dockerfile::read(text)),
    };
    let (mut files, mut others, mut any) = (BTreeMap::new(), Sha256::new(), false);
    for (entry, content) in entries.iter().zip(hashes) {
        if read.as_ref().is_none_or(|dockerfile| dockerfile.brings(&entry.name) == Brought::Yes) {
            files.insert(entry.path.clone(), short(entry, content));
        } else if entry.path != dockerfile::FILE {
            // The Dockerfile itself is the recipe.
            any = true;
            field(&mut others, &entry.path, content);
        }
    }
    (files, any.then(|| format!("{:.10}", format!("{:x}", others.finalize()))))
}

/// The tag's hex digits, for the label.
pub(crate) fn digits(tag: &str) -> &str {
    tag.strip_prefix(PREFIX).unwrap_or(tag)
}

/// The handler that the image is told of; an engine's image may keep its Dockerfile's.
pub(crate) fn handler(source: &Source) -> Option<&str> {
    match &source.builder {
        Builder::Native => Some(&source.handler),
        Builder::Engine { handler, .. } => handler.as_deref(),
    }
}

fn kind(entry: &Entry) -> &'static str {
    match entry.kind {
        Kind::File { executable: false } => "file",
        Kind::File { executable: true } => "program",
        Kind::Link { .. } => "link",
    }
}

/// A few digits that tell one content of a file from another: for people, not for safety.
fn short(entry: &Entry, content: &ContentHash) -> String {
    let mut hash = Sha256::new_with_prefix(kind(entry));
    hash.update(content);
    format!("{:.10}", format!("{:x}", hash.finalize()))
}

fn recipe_hash(recipe: &Recipe) -> Option<String> {
    let mut hash = Sha256::new();
    match recipe {
        Recipe::Native(None) => return None,
        Recipe::Native(Some(requirements)) => {
            for (name, text) in requirements.parts() {
                field(&mut hash, name, text.as_bytes());
            }
        }
        Recipe::Engine(dockerfile) => hash.update(dockerfile),
    }
    Some(format!("{:.10}", format!("{:x}", hash.finalize())))
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
    let unreadable = |error: io::Error| ImageError::from(SourceError::unreadable(&entry.origin)(error));
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
