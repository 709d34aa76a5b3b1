//! `lambda.source` and `lambda.image` — what the function runs: a folder to build, or an image that is there.

use std::path::PathBuf;

use super::builder::{self, Builder};
use super::examined;
use super::field::Field;
use super::fields::Fields;
use super::lambda::Architecture;
use super::reach::{Barred, Files};
use super::surroundings::Surroundings;
use crate::dockerfile::Copied;
use crate::name::{EcrHost, RegionName};
use crate::source::{Language, NamedBy};

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
    /// Module and function: the manifest's, else that of the Dockerfile's `CMD`, else `lambda_function.handler`.
    pub handler: String,
    /// The image that the folder is laid upon: the manifest's, else that of the Dockerfile's `FROM`, else
    /// `public.ecr.aws/lambda/python:3.12`.
    pub base_image: String,
    /// Who makes the image: `auto` has been decided.
    pub builder: Builder,
    /// What of the folder a plain Dockerfile copies, and where to; everything in its place when `None`.
    pub files: Option<Vec<Copied>>,
}

const DEFAULT_HANDLER: &str = "lambda_function.handler";
/// The file that a base image without a runtime starts, and the word it is given when the manifest names no handler.
pub const BOOTSTRAP: &str = "bootstrap";
const DEFAULT_BASE_IMAGE: &str = "public.ecr.aws/lambda/python:3.12";

/// Languages recognised by a base image's name. The handler's file is looked for only where the language is known.
const LANGUAGES: [(&str, Language); 2] = [("python", Language::Python), ("nodejs", Language::JavaScript)];

/// Reads the fields of `lambda` that say what it runs.
pub(super) fn read(fields: &mut Fields<'_>, architecture: Architecture, around: &Surroundings<'_>) -> Option<Code> {
    let source = fields.optional("source");
    let handler = fields.optional("handler");
    let base_image = fields.optional("base_image");
    let builder = fields.optional("builder");
    let image = fields.optional("image");
    match (fields.has("source"), fields.has("image")) {
        (true, false) => {
            let named = Named { handler: handler.as_ref(), base_image: base_image.as_ref(), builder: builder.as_ref() };
            self::source(&source?, &named, architecture, around).map(Code::Source)
        }
        (false, true) => {
            for field in [handler, base_image, builder].into_iter().flatten() {
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

/// The fields beside `source`, where the manifest has them.
struct Named<'n, 'f> {
    handler: Option<&'n Field<'f>>,
    base_image: Option<&'n Field<'f>>,
    builder: Option<&'n Field<'f>>,
}

fn source(
    field: &Field<'_>,
    named: &Named<'_, '_>,
    architecture: Architecture,
    around: &Surroundings<'_>,
) -> Option<Source> {
    let files = around.files;
    let Some(path) = folder(field, files) else {
        // What is wrong with the others is told in the same breath.
        let _ = (named.base_image.map(base_image), named.handler.map(|field| handler(field, false)));
        return None;
    };
    let recipe = builder::read(named.builder, field, &path, files, architecture);
    let in_dockerfile = recipe.as_ref().and_then(|recipe| recipe.base_image.clone());
    let base_image = match named.base_image {
        Some(field) if recipe.as_ref().is_some_and(builder::Recipe::is_engine) => {
            let what =
                format!("{} has no meaning here: an engine builds the Dockerfile, whose FROM names it", field.called());
            field.error_at_key(what, "remove it, and change FROM");
            None
        }
        Some(field) => self::base_image(field),
        None => Some(in_dockerfile.unwrap_or_else(|| DEFAULT_BASE_IMAGE.to_owned())),
    };
    let own_runtime = base_image.as_deref().is_some_and(is_without_runtime);
    let given = named.handler.map(|field| self::handler(field, own_runtime));
    let (mut recipe, base_image) = (recipe?, base_image?);
    if let Builder::Engine { handler, .. } = &mut recipe.builder {
        *handler = given.clone().flatten();
    }
    let default =
        || recipe.handler.clone().unwrap_or_else(|| if own_runtime { BOOTSTRAP } else { DEFAULT_HANDLER }.to_owned());
    let named_by = match (named.handler, &recipe.handler) {
        (Some(_), _) => NamedBy::Manifest,
        (None, Some(_)) => NamedBy::Dockerfile,
        (None, None) => NamedBy::Default,
    };
    let name = given.unwrap_or_else(|| Some(default()))?;
    if let Some(cure) = names_a_file(&name).filter(|_| !own_runtime) {
        let what = format!("the handler `{name}` names a file; Lambda would look for a function of its ending in it");
        named.handler.unwrap_or(field).error(what, cure);
        return None;
    }
    let source = Source { folder: path, handler: name, base_image, builder: recipe.builder, files: recipe.files };
    let missing = if source.builder == Builder::Native { missing_file(&source) } else { None };
    if let Some(missing) = missing {
        let what =
            format!("the handler `{}` is looked for in `{}`, which does not exist", source.handler, missing.display());
        let cure = if own_runtime {
            "put the program for Lambda there, under that very name"
        } else {
            "create the file, or name the module and function with `handler`"
        };
        named.handler.unwrap_or(field).error(what, cure);
        return None;
    }
    if around.examines {
        let at = (named.handler.unwrap_or(field), field);
        examined::note(&source, at, named_by, language(&source.base_image), recipe.dockerfile.as_ref());
    }
    Some(source)
}

/// What to write instead of a handler that is the name of a file: `lambda_function.py`.
fn names_a_file(handler: &str) -> Option<String> {
    let (module, ending) = handler.rsplit_once('.')?;
    let is_file = ["py", "js", "mjs", "cjs", "ts"].contains(&ending);
    is_file.then(|| format!("write module and function with a dot between, like `{module}.handler`"))
}

fn language(base_image: &str) -> Option<Language> {
    LANGUAGES.iter().find(|(word, _)| base_image.contains(word)).map(|(_, language)| *language)
}

/// Files of the folder that are read by name, and whose lines messages repeat.
const READ_BY_NAME: [&str; 2] = [".dockerignore", "requirements.txt"];

/// The handler's folder, if it is there and may be used.
fn folder(field: &Field<'_>, files: &Files) -> Option<PathBuf> {
    let cure = "name the handler's folder, relative to the manifest's";
    match files.folder(field.text()?) {
        Ok(path) if path.is_dir() => {
            let links = READ_BY_NAME.map(|name| path.join(name)).into_iter().filter(|path| path.is_symlink());
            let Some(barred) = links.into_iter().find_map(|link| files.allowed(&link).err()) else { return Some(path) };
            field.error(format!("the source cannot be used: {barred}"), barred.cure("put the file itself there"));
        }
        Ok(path) => field.error(format!("`{}` is not a folder", path.display()), cure),
        Err(Barred::Unreadable { path, .. }) => {
            field.error(format!("the folder `{}` does not exist", path.display()), cure);
        }
        Err(barred) => field.error(format!("the source cannot be used: {barred}"), barred.cure(cure)),
    }
    None
}

/// Whether the base image leaves the runtime to us: `public.ecr.aws/lambda/provided:al2023`.
pub fn is_without_runtime(base_image: &str) -> bool {
    let name = base_image.rsplit('/').next().unwrap_or(base_image);
    name.split([':', '@']).next() == Some("provided")
}

/// `module.function`, the module with dots or slashes if it lies deeper.
///
/// Where the base image has no runtime it may be any word: it is for the program in the folder to read.
fn handler(field: &Field<'_>, any_word: bool) -> Option<String> {
    let text = field.text()?;
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-/".contains(&b));
    if (any_word || text.contains('.')) && text.split('.').all(word) {
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
fn missing_file(source: &Source) -> Option<PathBuf> {
    let Source { folder, handler, base_image, files, .. } = source;
    if is_without_runtime(base_image) {
        let file = folder.join(BOOTSTRAP);
        return if file.is_file() { None } else { Some(file) };
    }
    let endings = language(base_image)?.endings();
    if files.is_some() {
        // The Dockerfile may take it from another path; what it copies is looked through where it matters.
        return None;
    }
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
    if let Some(region) = region.filter(|region| **region != uri.region) {
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
struct ImageUri {
    region: RegionName,
    /// Named by digest, not by tag.
    pinned: bool,
}

impl ImageUri {
    fn parse(text: &str) -> Option<Self> {
        let (registry, image) = text.split_once('/')?;
        let host = EcrHost::parse(registry).filter(|host| host.is_plain)?;
        let (repository, pinned) = pinned(image).or_else(|| tagged(image))?;
        let lower = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-/".contains(&b);
        (!repository.is_empty() && repository.bytes().all(lower)).then_some(Self { region: host.region, pinned })
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
