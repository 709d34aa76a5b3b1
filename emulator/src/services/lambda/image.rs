//! The image that a function is to run: what Lambda refuses at once, and what it finds wrong only later.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answers::invalid;
use super::layers;
use super::name::FunctionName;
use super::passage::Failure;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::services::ecr::Image;
use crate::services::registry::manifest::{Descriptor, Manifest, parse};

/// Lambda reads no larger manifest.
const MOST_MANIFEST_BYTES: usize = 25_400;

const CONFIGS: [&str; 2] =
    ["application/vnd.docker.container.image.v1+json", "application/vnd.oci.image.config.v1+json"];
const GZIP_LAYERS: [&str; 2] =
    ["application/vnd.docker.image.rootfs.diff.tar.gzip", "application/vnd.oci.image.layer.v1.tar+gzip"];
/// Taken by the call, refused by the optimiser that runs after it.
const PLAIN_LAYERS: [&str; 2] =
    ["application/vnd.docker.image.rootfs.diff.tar", "application/vnd.oci.image.layer.v1.tar"];

/// The image as it was named, and as it was resolved then: a tag that moves later moves nothing here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Source {
    /// `ImageUri` of the request.
    pub(super) uri: String,
    /// `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME`.
    repository_uri: String,
    /// `sha256:…`
    pub(super) digest: String,
    /// The manifest itself, as the function runs on when the repository is gone; empty in worlds from before it was kept.
    #[serde(default)]
    pub(super) manifest: String,
    #[serde(default)]
    pub(super) media_type: String,
}

impl Source {
    pub(super) fn resolved_uri(&self) -> String {
        format!("{}@{}", self.repository_uri, self.digest)
    }

    /// The repository's name.
    pub(super) fn repository(&self) -> &str {
        self.repository_uri.split_once('/').map_or("", |(_, name)| name)
    }

    /// For images, the digest's hexadecimal part.
    pub(super) fn code_sha256(&self) -> &str {
        self.digest.trim_start_matches("sha256:")
    }
}

/// Finds the image and looks it over; the failure is what Lambda will find when the passing state ends.
pub(super) fn resolve(
    call: &mut Call<'_>,
    uri: &str,
    architecture: &str,
) -> Result<(Source, Option<Failure>), Refusal> {
    let not_valid = || invalid(&format!("Source image {uri} is not valid. Provide a valid source image."));
    let (repository_uri, repository, reference) = home(call, uri)?.ok_or_else(not_valid)?;
    let image = call.region().ecr.image(repository, reference).cloned();
    let image =
        image.ok_or_else(|| invalid(&format!("Source image {uri} does not exist. Provide a valid source image.")))?;
    if image.manifest.len() > MOST_MANIFEST_BYTES {
        return Err(not_valid());
    }
    let failure = look_over(call, uri, &image, architecture)?;
    let (uri, repository_uri) = (uri.to_owned(), repository_uri.to_owned());
    let Image { digest, manifest, media_type, .. } = image;
    let source = Source { uri, repository_uri, digest, manifest, media_type };
    Ok((source, failure))
}

/// Refuses an image that Lambda may not pull for this function.
pub(super) fn check_pull(call: &mut Call<'_>, image: &Source, function: &str) -> Result<(), Refusal> {
    let name = FunctionName { region: None, account: None, name: function, qualifier: None };
    let arn = name.arn(call);
    if call.region().ecr.lets_lambda_pull(image.repository(), &arn) { Ok(()) } else { Err(image_denied()) }
}

fn image_denied() -> Refusal {
    let text = "Lambda does not have permission to access the ECR image. Check the ECR permissions.";
    Refusal::new(403, "AccessDeniedException", text)
}

/// Splits a URI into the repository's URI and name and the tag or digest; `None` if Lambda can't take it.
fn home<'u>(call: &Call<'_>, uri: &'u str) -> Result<Option<(&'u str, &'u str, &'u str)>, Refusal> {
    let Some((host, path)) = uri.split_once('/') else { return Ok(None) };
    let registry = format!(".dkr.ecr.{}.amazonaws.com", call.region);
    let Some(account) = host.strip_suffix(&registry) else { return Ok(None) };
    if account != call.account {
        return Err(image_denied());
    }
    let split = path.split_once('@').or_else(|| path.split_once(':'));
    Ok(split.map(|(name, reference)| (&uri[..=host.len() + name.len()], name, reference)))
}

/// Refuses media types that Lambda doesn't read; tells what it will find wrong with the contents.
fn look_over(call: &Call<'_>, uri: &str, image: &Image, architecture: &str) -> Result<Option<Failure>, Refusal> {
    let unsupported = || {
        invalid(&format!("The image manifest, config or layer media type for the source image {uri} is not supported."))
    };
    let Ok(Manifest::Image { config, layers }) = parse(image.manifest.as_bytes(), &image.media_type) else {
        return Err(unsupported());
    };
    let known = |layer: &Descriptor| [GZIP_LAYERS, PLAIN_LAYERS].concat().contains(&layer.media_type.as_str());
    if !CONFIGS.contains(&config.media_type.as_str()) || layers.is_empty() || !layers.iter().all(known) {
        return Err(unsupported());
    }
    if let Some(failure) = check_platform(call, &config, architecture) {
        return Ok(Some(failure));
    }
    Ok(layers.iter().find_map(|layer| {
        if PLAIN_LAYERS.contains(&layer.media_type.as_str()) {
            return Some(layers::unsupported(&layer.digest));
        }
        layers::check(&layer.digest, &call.blobs.get(&layer.digest).unwrap_or_default())
    }))
}

/// AWS takes an image of the wrong platform and fails its every run (`exec format error`); here it fails sooner.
fn check_platform(call: &Call<'_>, config: &Descriptor, architecture: &str) -> Option<Failure> {
    let bytes = call.blobs.get(&config.digest).unwrap_or_default();
    let config: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let wanted = if architecture == "arm64" { "arm64" } else { "amd64" };
    let (system, found) = (config["os"].as_str(), config["architecture"].as_str());
    if (system, found) == (Some("linux"), Some(wanted)) {
        return None;
    }
    let (system, found) = (system.unwrap_or("no"), found.unwrap_or("no"));
    Some(Failure::invalid_image(format!(
        "InvalidImage: the image is for {system}/{found}, the function for linux/{wanted}"
    )))
}
