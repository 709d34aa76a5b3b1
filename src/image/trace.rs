//! What an image was made from, kept in its labels, so that a plan can say why another one would be built.
//!
//! The Git commit is not among it: the same source in another commit must give the same image. It becomes a tag of the
//! image in ECR instead, see `commit.rs`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::dockerfile;
use crate::image::base::whole_blob;
use crate::image::document::{ImageManifest, is_index};
use crate::image::error::ImageError;
use crate::image::registry::Registry;
use crate::image::registry::error::Purpose;
use crate::image::retry::retry;

const SOURCE_HASH: &str = "bedrock-ops.source-hash";
const BUILDER: &str = "bedrock-ops.builder";
const HANDLER: &str = "bedrock-ops.handler";
const RECIPE: &str = "bedrock-ops.recipe";
const FILES: &str = "bedrock-ops.source-files";
const OTHERS: &str = "bedrock-ops.other-files";
const BASE_NAME: &str = "org.opencontainers.image.base.name";
const BASE_DIGEST: &str = "org.opencontainers.image.base.digest";

/// Bytes that the list of files may take: some 700 files. A longer one is folded into its top folders, and left out if
/// even that is longer; the whole configuration is read at each plan that rebuilds.
const FILES_LIMIT: usize = 32 * 1024;
/// Files of one kind of change that are named one by one.
const NAMED: usize = 10;

/// What an image was made from, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// `native` or `engine`.
    pub builder: String,
    /// The base image's name.
    pub base: String,
    /// And its digest.
    pub base_digest: String,
    /// The processor, by its OCI name.
    pub architecture: String,
    /// The handler, unless the Dockerfile says it.
    pub handler: Option<String>,
    /// A few digits of the requirements' hash, or of the Dockerfile's where an engine builds.
    pub recipe: Option<String>,
    /// Path and a few digits of the content's hash; a path that ends with `/` stands for all beneath it. `None` when there
    /// are too many.
    pub files: Option<BTreeMap<String, String>>,
    /// A few digits for all files that an engine is given beyond those: they shape the image without being in it.
    pub others: Option<String>,
}

impl Trace {
    /// Writes the labels; those that say nothing are taken away, since the base may be an image of ours.
    pub(crate) fn label(&self, tag_digits: &str, labels: &mut Map<String, Value>) {
        let Self { builder, base, base_digest, architecture: _, handler, recipe, files: _, others } = self;
        for (name, value) in [
            (SOURCE_HASH, Some(tag_digits.to_owned())),
            (BASE_NAME, Some(base.clone())),
            (BASE_DIGEST, Some(base_digest.clone())),
            (BUILDER, Some(builder.clone())),
            (HANDLER, handler.clone()),
            (RECIPE, recipe.clone()),
            (FILES, self.file_label()),
            (OTHERS, others.clone()),
        ] {
            match value {
                Some(value) => labels.insert(name.to_owned(), json!(value)),
                None => labels.shift_remove(name),
            };
        }
    }

    /// What the configuration of an image of ours tells; `None` for anybody else's.
    pub(crate) fn of_config(config: &Value) -> Option<Self> {
        let labels = &config["config"]["Labels"];
        let label = |name: &str| labels[name].as_str().map(str::to_owned);
        let files = label(FILES).map(|text| {
            let lines = text.lines().filter_map(|line| line.split_once(' '));
            lines.map(|(hash, path)| (path.to_owned(), hash.to_owned())).collect()
        });
        Some(Self {
            builder: label(BUILDER)?,
            base: label(BASE_NAME)?,
            base_digest: label(BASE_DIGEST)?,
            architecture: config["architecture"].as_str().unwrap_or_default().to_owned(),
            handler: label(HANDLER),
            recipe: label(RECIPE),
            files,
            others: label(OTHERS),
        })
    }

    /// Why an image with this trace is not one with the `old`, a reason a line.
    pub fn reasons(&self, old: &Self) -> Vec<String> {
        let mut reasons = Vec::new();
        let mut differs = |what: &str, old: &str, new: &str| {
            if old != new {
                reasons.push(format!("{what}: {old} -> {new}"));
            }
        };
        let word = |word: &Option<String>| word.clone().unwrap_or_else(|| "as the Dockerfile says".to_owned());
        differs("builder", &old.builder, &self.builder);
        differs("base image", &old.base, &self.base);
        if old.base == self.base && old.architecture == self.architecture {
            differs("base image moved", &old.base_digest, &self.base_digest);
        }
        differs("architecture", &old.architecture, &self.architecture);
        differs("handler", &word(&old.handler), &word(&self.handler));
        let what = if self.builder == "native" { "requirements" } else { dockerfile::FILE };
        // A Dockerfile that the engine is given stands among the files too.
        let is_file = self.files.as_ref().is_some_and(|files| files.contains_key(what));
        if old.builder == self.builder && old.recipe != self.recipe && !is_file {
            reasons.push(match (&old.recipe, &self.recipe) {
                (None, _) => format!("{what} added"),
                (_, None) => format!("{what} removed"),
                _ => format!("{what} changed"),
            });
        }
        reasons.extend(self.file_reasons(old));
        if old.builder == self.builder && old.others.is_some() && old.others != self.others {
            reasons.push("changed: files that the Dockerfile builds from".to_owned());
        }
        if reasons.is_empty() {
            reasons.push("another version of bedrock-ops built the deployed image".to_owned());
        }
        reasons
    }

    fn file_reasons(&self, old: &Self) -> Vec<String> {
        let (Some(old), Some(new)) = (&old.files, &self.files) else {
            return vec!["files of the source, too many to tell which".to_owned()];
        };
        let folded = |files: &BTreeMap<String, String>| files.keys().any(|path| path.ends_with('/'));
        let (old, new) = match (folded(old), folded(new)) {
            (true, false) => (old.clone(), fold(new)),
            (false, true) => (fold(old), new.clone()),
            _ => (old.clone(), new.clone()),
        };
        let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let mut reasons = Vec::new();
        for (word, there) in [("changed", (true, true)), ("added", (false, true)), ("removed", (true, false))] {
            let is_so = |path: &&&String| {
                (old.contains_key(**path), new.contains_key(**path)) == there && old.get(**path) != new.get(**path)
            };
            let found: Vec<&&String> = paths.iter().filter(is_so).collect();
            reasons.extend(found.iter().take(NAMED).map(|path| format!("{word}: {path}")));
            if found.len() > NAMED {
                reasons.push(format!("{word}: {} more files", found.len() - NAMED));
            }
        }
        reasons
    }

    fn file_label(&self) -> Option<String> {
        let files = self.files.as_ref()?;
        let text = |files: &BTreeMap<String, String>| {
            let lines: Vec<String> = files.iter().map(|(path, hash)| format!("{hash} {path}\n")).collect();
            lines.concat()
        };
        let fits = |text: &String| text.len() <= FILES_LIMIT;
        Some(text(files)).filter(fits).or_else(|| Some(text(&fold(files))).filter(fits))
    }
}

/// The list with one entry for each top folder.
fn fold(files: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut folded = BTreeMap::new();
    let mut folders: BTreeMap<String, Sha256> = BTreeMap::new();
    for (path, hash) in files {
        match path.split_once('/') {
            Some((top, _)) => {
                folders.entry(format!("{top}/")).or_default().update(format!("{hash} {path}\n"));
            }
            None => {
                folded.insert(path.clone(), hash.clone());
            }
        }
    }
    folded.extend(folders.into_iter().map(|(path, hash)| (path, format!("{:.10}", format!("{:x}", hash.finalize())))));
    folded
}

/// What an image in a repository was made from: its manifest and configuration are read, a few kilobytes. `None` when it is
/// gone, or was not built by us.
pub async fn trace_of(registry: &dyn Registry, repository: &str, digest: &str) -> Result<Option<Trace>, ImageError> {
    let doing = || ImageError::registry(Purpose::Own, format!("reading the deployed image {repository}@{digest}"));
    let Some(manifest) = retry(|| registry.manifest(repository, digest)).await.map_err(doing())? else {
        return Ok(None);
    };
    let manifest = Some(manifest).filter(|manifest| !is_index(&manifest.media_type));
    let manifest: Option<ImageManifest> = manifest.and_then(|manifest| serde_json::from_slice(&manifest.bytes).ok());
    let Some(manifest) = manifest else { return Ok(None) };
    let bytes = retry(|| whole_blob(registry, repository, &manifest.config.digest)).await.map_err(doing())?;
    Ok(serde_json::from_slice(&bytes).ok().and_then(|config| Trace::of_config(&config)))
}

#[cfg(test)]
#[path = "trace/tests.rs"]
mod tests;
