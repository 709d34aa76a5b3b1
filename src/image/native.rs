//! The native builder: the requirements and the source's files as layers upon the base, without an engine.

use std::path::Path;

use serde_json::{Value, json};

use crate::image::assemble::{Built, object};
use crate::image::base::{Base, Parts};
use crate::image::blocking::blocking;
use crate::image::bootstrap::place;
use crate::image::contents::{Contents, Recipe};
use crate::image::dependencies;
use crate::image::error::ImageError;
use crate::image::layer::{self, Layer};
use crate::image::push::Order;
use crate::image::source_hash::{Address, address_of};

/// The day on our layers: a true one would give the same source another digest each day.
const CREATED: &str = "1980-01-01T00:00:00Z";

/// Makes the image's own layers in the `work` folder.
pub(crate) async fn build(order: &Order<'_>, parts: &Parts, work: &Path) -> Result<Built, ImageError> {
    let (files, address, recipe) = files_layer(order, work).await?;
    let mut layers = Vec::new();
    if let Recipe::Native(Some(requirements)) = &recipe {
        let on = (order.base, parts);
        let layer = dependencies::layer(order.source, requirements, on, order.host, work, order.progress).await?;
        layers.push(layer);
    }
    layers.push(files);
    let config = config(order, parts, &layers);
    Ok(Built { config, of_base: parts.manifest.layers.len(), layers, trace: address.trace })
}

/// The source's files. What went in is hashed on its way, and must be what the tag was made from.
async fn files_layer(order: &Order<'_>, work: &Path) -> Result<(Layer, Address, Recipe), ImageError> {
    let (source, base, tag): (_, Base, _) = (order.source.clone(), order.base.clone(), order.tag.to_owned());
    let file = work.join("files.tar.gz");
    blocking(move || {
        let Contents { recipe, entries } = Contents::read(&source)?;
        let (layer, hashes) = layer::write(&entries, &|path| place(&source, path), &file)?;
        let address = address_of(&source, &base, &recipe, &entries, &hashes);
        if address.tag == tag { Ok((layer, address, recipe)) } else { Err(ImageError::Changed { path: source.folder }) }
    })
    .await
}

/// The base's configuration with our layers and command; the rest is the base's own affair.
fn config(order: &Order<'_>, parts: &Parts, layers: &[Layer]) -> Value {
    let mut config = parts.config.clone();
    object(&mut config["config"]).insert("Cmd".to_owned(), json!([order.source.handler]));
    if let Some(diff_ids) = config["rootfs"]["diff_ids"].as_array_mut() {
        diff_ids.extend(layers.iter().map(|layer| json!(layer.facts.diff_id)));
    }
    // A history must speak of every layer or not exist.
    if let Some(history) = config.get_mut("history").and_then(Value::as_array_mut) {
        history.extend(layers.iter().map(|_| json!({"created": CREATED, "created_by": "bedrock-ops"})));
    }
    config
}
