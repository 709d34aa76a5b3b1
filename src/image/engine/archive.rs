//! Reads the archive that an engine saves an image to: one configuration, and its layers as Lambda wants them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek, SeekFrom};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::error::EngineError;
use crate::image::base::Parts;
use crate::image::error::ImageError;
use crate::image::layer::{self, Layer};

/// How a gzip file begins, and a zstd one.
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// What was in the archive.
pub(super) struct Read {
    pub(super) config: Value,
    /// With how many of the base's layers the image begins.
    pub(super) of_base: usize,
    /// The layers upon those.
    pub(super) layers: Vec<Layer>,
}

/// An entry of `manifest.json`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    config: String,
    layers: Vec<String>,
}

/// The archive's files by their paths.
struct Archive {
    file: File,
    places: BTreeMap<String, Place>,
    program: &'static str,
}

enum Place {
    /// Where its bytes begin, and how many they are.
    Bytes(u64, u64),
    /// Old archives hold an equal layer once and link to it.
    Link(String),
}

/// Reads the archive that `program` wrote; the layers that are not the base's are written to `work`. Blocks.
pub(super) fn read(
    path: &Path,
    program: &'static str,
    architecture: &str,
    base: &Parts,
    work: &Path,
) -> Result<Read, ImageError> {
    let odd = |reason: String| EngineError::Archive { program, reason };
    let mut archive = Archive::open(path, program)?;
    let saved: Vec<Saved> = archive.json("manifest.json")?;
    let [saved] = saved.as_slice() else {
        return Err(odd(format!("it holds {} images, and Lambda takes one for one platform", saved.len())).into());
    };
    let config: Value = archive.json(&saved.config)?;
    let part = |name: &str| config[name].as_str().unwrap_or("unknown");
    if (part("os"), part("architecture")) != ("linux", architecture) {
        let built = format!("{}/{}", part("os"), part("architecture"));
        return Err(EngineError::OtherPlatform { program, built, wanted: architecture.to_owned() }.into());
    }
    let diff_ids = texts(&config["rootfs"]["diff_ids"]);
    if diff_ids.len() != saved.layers.len() {
        let (layers, told) = (saved.layers.len(), diff_ids.len());
        return Err(odd(format!("it has {layers} layers, and its configuration tells of {told}")).into());
    }
    let of_base = texts(&base.config["rootfs"]["diff_ids"]);
    let of_base = if diff_ids.starts_with(&of_base) { of_base.len() } else { 0 };
    let mut layers = Vec::new();
    for (number, (name, diff_id)) in saved.layers.iter().zip(&diff_ids).enumerate().skip(of_base) {
        let layer = archive.layer(name, &work.join(format!("layer-{number}.tar.gz")))?;
        if layer.facts.diff_id != **diff_id {
            return Err(odd(format!("the layer {name} is not the one its configuration names")).into());
        }
        layers.push(layer);
    }
    Ok(Read { config, of_base, layers })
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

impl Archive {
    fn open(path: &Path, program: &'static str) -> Result<Self, ImageError> {
        let file = File::open(path).map_err(ImageError::Temporary)?;
        let mut archive = Self { file, places: BTreeMap::new(), program };
        let places = archive.list();
        archive.places = places.map_err(|error| archive.odd(format!("it is no tar ({error})")))?;
        Ok(archive)
    }

    fn list(&self) -> io::Result<BTreeMap<String, Place>> {
        let mut tar = tar::Archive::new(&self.file);
        let mut places = BTreeMap::new();
        for entry in tar.entries_with_seek()? {
            let entry = entry?;
            let path = entry.path()?.to_string_lossy().trim_start_matches("./").to_owned();
            let place = match entry.link_name()? {
                Some(link) => {
                    Place::Link(beside(&path, &link.to_string_lossy(), entry.header().entry_type().is_hard_link()))
                }
                None => Place::Bytes(entry.raw_file_position(), entry.size()),
            };
            places.insert(path, place);
        }
        Ok(places)
    }

    /// The bytes of a file.
    fn bytes(&mut self, name: &str) -> Result<io::Take<&File>, ImageError> {
        let mut found = self.places.get(name);
        if let Some(Place::Link(target)) = found {
            found = self.places.get(target);
        }
        let Some(&Place::Bytes(start, size)) = found else {
            return Err(self.odd(format!("it has no {name}")));
        };
        self.file.seek(SeekFrom::Start(start)).map_err(ImageError::Temporary)?;
        Ok((&self.file).take(size))
    }

    fn json<T: for<'de> Deserialize<'de>>(&mut self, name: &str) -> Result<T, ImageError> {
        let mut text = String::new();
        self.bytes(name)?.read_to_string(&mut text).map_err(ImageError::Temporary)?;
        serde_json::from_str(&text).map_err(|error| self.odd(format!("its {name} cannot be read ({error})")))
    }

    /// A layer, compressed with gzip if it is not yet: the only form that Lambda unpacks.
    fn layer(&mut self, name: &str, file: &Path) -> Result<Layer, ImageError> {
        let mut head = [0; 4];
        // An empty file is no tar either; whoever reads it will say so.
        let _ = self.bytes(name)?.read_exact(&mut head);
        if head == ZSTD {
            let reason = "its layers are compressed with zstd, and Lambda unpacks gzip only".to_owned();
            return Err(self.odd(reason));
        }
        let bytes = self.bytes(name)?;
        let layer = if head.starts_with(&GZIP) { layer::take(bytes, file) } else { layer::compress(bytes, file) };
        layer.map_err(ImageError::Temporary)
    }

    fn odd(&self, reason: String) -> ImageError {
        EngineError::Archive { program: self.program, reason }.into()
    }
}

/// Where a link at `path` leads; a hard link is named from the archive's top.
fn beside(path: &str, link: &str, from_top: bool) -> String {
    let mut parts: Vec<&str> = if from_top { Vec::new() } else { path.split('/').collect() };
    parts.pop();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

#[cfg(test)]
#[path = "archive/tests.rs"]
mod tests;
