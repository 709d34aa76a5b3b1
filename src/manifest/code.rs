//! `lambda.source` and `lambda.image` — what the function runs: a folder to build, or an image that is there.

use std::path::{Path, PathBuf};

use super::field::Field;
use super::fields::Fields;
use super::surroundings::Surroundings;
use crate::name::{AccountId, RegionName};

/// What the function runs; exactly one of the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// A folder that becomes an image in the stack's own repository.
    Source(Source),
    /// A ready image in ECR, by URI.
    Image(String),
}

/// A folder with the handler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The folder: as given if absolute, else joined to the manifest's.
    pub folder: PathBuf,
    /// Module and function, `lambda_function.handler` unless given.
    pub handler: String,
    /// The image that the folder is laid upon, `public.ecr.aws/lambda/python:3.12` unless given.
    pub base_image: String,
}

const DEFAULT_HANDLER: &str = "lambda_function.handler";
const DEFAULT_BASE_IMAGE: &str = "public.ecr.aws/lambda/python:3.12";

/// Languages recognised by a base image's name, and how a module's file may end there. The handler's file is looked
/// for only where the language is known.
const LANGUAGES: [(&str, &[&str]); 2] = [("python", &[".py", "/__init__.py"]), ("nodejs", &[".mjs", ".cjs", ".js"])];

/// Reads the fields of `lambda` that say what it runs.
pub(super) fn read(fields: &mut Fields<'_>, around: &Surroundings<'_>) -> Option<Code> {
    let source = fields.optional("source");
    let handler = fields.optional("handler");
    let base_image = fields.optional("base_image");
    let image = fields.optional("image");
    match (fields.has("source"), fields.has("image")) {
        (true, false) => self::source(&source?, handler.as_ref(), base_image.as_ref(), around.dir).map(Code::Source),
        (false, true) => {
            for field in [handler, base_image].into_iter().flatten() {
                let what = format!("{} has no meaning beside `image`, which brings its own", field.called());
                field.error_at_key(what, "remove it, or build from `source` instead");
            }
            self::image(&image?, around.region).map(Code::Image)
        }
        (true, true) => {
            image?.error_at_key("`lambda` has both `source` and `image`", "keep the one that the function shall run");
            None
        }
        (false, false) => {
            let cure = "add `source: lambda/` (a folder to build) or `image: <uri>` (an image in ECR)";
            fields.owner().missing("source", cure);
            None
        }
    }
}

fn source(
    folder: &Field<'_>,
    handler: Option<&Field<'_>>,
    base_image: Option<&Field<'_>>,
    dir: &Path,
) -> Option<Source> {
    let path = dir.join(folder.text()?);
    let base_image = match base_image {
        Some(field) => self::base_image(field),
        None => Some(DEFAULT_BASE_IMAGE.to_owned()),
    };
    let name = match handler {
        Some(field) => self::handler(field),
        None => Some(DEFAULT_HANDLER.to_owned()),
    };
    if !path.is_dir() {
        let what = format!("the folder `{}` does not exist", path.display());
        folder.error(what, "name the handler's folder, relative to the manifest's");
        return None;
    }
    let (name, base_image) = (name?, base_image?);
    if let Some(missing) = missing_module(&path, &name, &base_image) {
        let what = format!("the handler `{name}` is looked for in `{}`, which does not exist", missing.display());
        handler.unwrap_or(folder).error(what, "create the file, or name the module and function with `handler`");
        return None;
    }
    Some(Source { folder: path, handler: name, base_image })
}

/// `module.function`, the module with dots or slashes if it lies deeper.
fn handler(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-/".contains(&b));
    if text.contains('.') && text.split('.').all(word) {
        return Some(text.to_owned());
    }
    let what = format!("{} is `{text}`, which is not a module and a function", field.called());
    field.error(what, "write both with a dot between, like `lambda_function.handler`");
    None
}

fn base_image(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    if text.is_empty() || text.contains(char::is_whitespace) {
        let what = format!("{} is `{text}`, which is not an image", field.called());
        field.error(what, format!("write an image's reference, like `{DEFAULT_BASE_IMAGE}`"));
        return None;
    }
    Some(text.to_owned())
}

/// The file in which the handler should be, if it is not there; `None` also when the language is unknown.
fn missing_module(folder: &Path, handler: &str, base_image: &str) -> Option<PathBuf> {
    let (_, endings) = LANGUAGES.iter().find(|(language, _)| base_image.contains(language))?;
    let (module, _function) = handler.rsplit_once('.')?;
    let module = module.replace('.', "/");
    let file = |ending: &&str| folder.join(format!("{module}{ending}"));
    if endings.iter().map(file).any(|file| file.is_file()) { None } else { endings.first().map(file) }
}

/// `ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY@sha256:…` or `…:TAG`, in the region that the function is in.
fn image(field: &Field<'_>, region: Option<&RegionName>) -> Option<String> {
    let text = field.text()?;
    let Some(uri) = ImageUri::parse(text) else {
        let what =
            format!("{} is `{text}`, which is not the URI of an image in a private ECR repository", field.called());
        field.error(what, "write `ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY@sha256:DIGEST`");
        return None;
    };
    if let Some(region) = region.filter(|region| region.as_str() != uri.region) {
        let what = format!("the image is in {}, but the function in {region}; Lambda wants them together", uri.region);
        field.error(what, format!("push it to a repository in {region}"));
    }
    if !uri.pinned {
        let what = "the image is named by a tag; Lambda keeps what the tag means on the day it is deployed";
        field.warning(what, "name it by digest: `REPOSITORY@sha256:DIGEST`");
    }
    Some(text.to_owned())
}

/// What matters in the URI of an image in ECR.
struct ImageUri<'t> {
    region: &'t str,
    /// Named by digest, not by tag.
    pinned: bool,
}

impl<'t> ImageUri<'t> {
    fn parse(text: &'t str) -> Option<Self> {
        let (registry, image) = text.split_once('/')?;
        let (account, rest) = registry.split_once(".dkr.ecr.")?;
        let region = rest.strip_suffix(".amazonaws.com").or_else(|| rest.strip_suffix(".amazonaws.com.cn"))?;
        let (repository, pinned) = pinned(image).or_else(|| tagged(image))?;
        let lower = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-/".contains(&b);
        let named = AccountId::try_from(account).is_ok() && RegionName::try_from(region).is_ok();
        (named && !repository.is_empty() && repository.bytes().all(lower)).then_some(Self { region, pinned })
    }
}

/// The repository of `REPOSITORY@sha256:DIGEST`.
fn pinned(image: &str) -> Option<(&str, bool)> {
    let (repository, digest) = image.split_once("@sha256:")?;
    let hex = digest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    (hex && digest.len() == 64).then_some((repository, true))
}

/// The repository of `REPOSITORY:TAG`.
fn tagged(image: &str) -> Option<(&str, bool)> {
    let (repository, tag) = image.split_once(':')?;
    let characters = tag.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
    (characters && (1..=128).contains(&tag.len())).then_some((repository, false))
}
