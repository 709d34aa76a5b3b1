//! Makes a function's image ready to be run on this machine: unpacked, and what its configuration says is started.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use super::order::Order;
use super::start::{Config, Start, text};
use crate::blobs::Blobs;
use crate::emulator::Emulator;
use crate::images::Unpacked;
use crate::runtime::{Invocation, Outcome, Process};
use crate::services::lambda::environment::RESERVED;
use crate::services::lambda::image::Source;
use crate::services::registry::manifest::{Manifest, parse};

/// Where Python looks for packages in AWS's base images, after the handler's own folder; `3.X` stands for any version.
const PACKAGES: [&str; 4] =
    ["/opt/python/lib/python3.X/site-packages", "/opt/python", "/var/runtime", "/var/lang/lib/python3.X/site-packages"];

/// A function that can be handed an event.
pub(super) struct Ready {
    process: Process,
    /// Its files stay while it runs.
    image: Arc<Unpacked>,
}

impl Ready {
    pub(super) async fn invoke(&self, event: Bytes) -> Invocation {
        let mut invocation = self.process.invoke(event).await;
        self.hide_folder(&mut invocation);
        invocation
    }

    /// Names files as on Lambda: from the image's root, which here lies in some folder.
    fn hide_folder(&self, invocation: &mut Invocation) {
        let root = text(self.image.root());
        if let Outcome::Failed { message, stack, .. } = &mut invocation.outcome {
            for told in std::iter::once(message).chain(stack) {
                *told = told.replace(&root, "");
            }
        }
        let log = String::from_utf8_lossy(&invocation.log);
        if log.contains(&root) {
            invocation.log = log.replace(&root, "").into_bytes();
        }
    }
}

/// The platform and the configuration that stand in an image.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Document {
    os: String,
    architecture: String,
    config: Config,
}

/// Unpacks the image if need be, and makes the process of it; else a sentence that says why it can't be started.
pub(super) async fn ready(emulator: &Emulator, order: &Order, stream: &str) -> Result<Ready, String> {
    let variables = emulator.variables_for_functions().await;
    let variables = variables.map_err(|error| format!("there is no port for the emulator: {error}"))?;
    let (account, source) = (emulator.clone(), order.settings.image.clone());
    let unpacking = tokio::task::spawn_blocking(move || unpacked(&account, &source)).await;
    let (image, document) = unpacking.map_err(|error| error.to_string())??;
    let configuration = &order.settings.configuration;
    let config = overridden(document.config, configuration.image_config.as_ref());
    let start = Start::of(&image, &config, (&document.os, &document.architecture)).await?;
    let mut env = image_env(&config);
    env.extend(configuration.environment.clone().unwrap_or_default());
    if start.is_python {
        let path = python_path(&image, env.get("PYTHONPATH"));
        env.insert("PYTHONPATH".to_owned(), path);
    }
    env.extend(start.env);
    env.extend(variables);
    let process = Process {
        name: order.name.clone(),
        arn: order.arn.clone(),
        version: order.version.clone(),
        log: (order.log_group.clone(), stream.to_owned()),
        handler: start.handler,
        region: order.region.clone(),
        command: start.command,
        env,
        cwd: start.cwd,
        timeout: Duration::from_secs(configuration.timeout.unsigned_abs()),
        memory_mb: u32::try_from(configuration.memory).unwrap_or(u32::MAX),
    };
    Ok(Ready { process, image })
}

/// The image's files and its configuration. Blocks.
fn unpacked(emulator: &Emulator, source: &Source) -> Result<(Arc<Unpacked>, Document), String> {
    let manifest = parse(source.manifest.as_bytes(), &source.media_type);
    let Ok(Manifest::Image { config, layers }) = manifest else {
        return Err("an older emulator kept nothing of its image; deploy it again".to_owned());
    };
    let (blobs, named): (Blobs, Vec<String>) = emulator
        .look(|world, blobs, _| (blobs.clone(), world.images_of_functions().into_iter().map(str::to_owned).collect()));
    emulator.images().sweep(&named.iter().map(String::as_str).collect());
    let document = blobs.get(&config.digest).and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let document = document.ok_or_else(|| "its image has no configuration that can be read".to_owned())?;
    let layers: Vec<String> = layers.into_iter().map(|layer| layer.digest).collect();
    let image = emulator.images().unpacked(&source.digest, &layers, &blobs);
    let image = image.map_err(|error| format!("its image {} can't be unpacked: {error}", source.uri))?;
    Ok((image, document))
}

/// The image's configuration with what the function's `ImageConfig` puts in its place.
fn overridden(mut config: Config, by: Option<&Value>) -> Config {
    let Some(by) = by else { return config };
    let words = |member: &str| {
        let list = by[member].as_array().filter(|list| !list.is_empty())?;
        Some(list.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect())
    };
    config.entrypoint = words("EntryPoint").or(config.entrypoint);
    config.cmd = words("Command").or(config.cmd);
    let directory = by["WorkingDirectory"].as_str().filter(|directory| !directory.is_empty());
    config.working_dir = directory.map(str::to_owned).or(config.working_dir);
    config
}

/// The image's variables, but for those that Lambda sets and those that only lead anywhere inside a container.
fn image_env(config: &Config) -> BTreeMap<String, String> {
    const OF_CONTAINERS: [&str; 3] = ["PATH", "LD_LIBRARY_PATH", "TZ"];
    let pairs = config.env.iter().flatten().filter_map(|pair| pair.split_once('='));
    let ours = |name: &str| RESERVED.contains(&name) || OF_CONTAINERS.contains(&name);
    pairs.filter(|(name, _)| !ours(name)).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Where Python looks in the image: as told by `PYTHONPATH`, whose folders are the image's, then as AWS's images do.
fn python_path(image: &Unpacked, told: Option<&String>) -> String {
    let told = told.into_iter().flat_map(|told| told.split(':')).map(str::to_owned);
    let folders = told.chain(PACKAGES.into_iter().flat_map(|folder| versions(image, folder)));
    let found: Vec<String> = folders.filter_map(|folder| image.find(&folder)).map(|place| text(&place)).collect();
    found.join(":")
}

/// The folder for each Python version that the image has.
fn versions(image: &Unpacked, folder: &str) -> Vec<String> {
    let Some((above, below)) = folder.split_once("/python3.X/") else { return vec![folder.to_owned()] };
    let Some(Ok(entries)) = image.find(above).map(std::fs::read_dir) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| name.starts_with("python3."));
    names.sort();
    names.into_iter().map(|name| format!("{above}/{name}/{below}")).collect()
}
