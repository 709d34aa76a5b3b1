//! Everything that can go wrong with an image: what, where, why, and what helps.

use std::io;
use std::path::PathBuf;

use crate::image::engine::EngineError;
use crate::image::registry::RegistryError;
use crate::image::registry::error::Purpose;
use crate::source::SourceError;

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// The source folder's files cannot go into an image.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The program that a base image without a runtime starts is missing or cannot run.
    #[error("{} cannot be the function's program: {reason}", .path.display())]
    UnfitBootstrap {
        /// The program.
        path: PathBuf,
        /// What is wrong with it, and what helps.
        reason: String,
    },
    /// A container engine could not build it.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The source was edited while it was packed.
    #[error("{} changed while it was being packed; nothing was published, run again", .path.display())]
    Changed {
        /// The file, or the source folder.
        path: PathBuf,
    },
    /// A base image's name that cannot be read.
    #[error("the base image {reference:?} is no image name: {reason}; an example: public.ecr.aws/lambda/python:3.12")]
    BadReference {
        /// As the manifest says it.
        reference: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The base image is not there.
    #[error("the base image {reference} does not exist; check its name and tag")]
    BaseMissing {
        /// The base image.
        reference: String,
    },
    /// The emulator has no stand-in for the base image, whether or not the image exists.
    #[error(
        "the emulator has no base image {reference}; it has {}, and the repositories of its own account; without `--local` \
         the image's own registry is asked", .there.join(", ")
    )]
    NotEmulated {
        /// The base image.
        reference: String,
        /// What the emulator has: `public.ecr.aws/lambda/python (3.12, 3.13)`.
        there: Vec<String>,
    },
    /// The base image is not made for the processor.
    #[error(
        "the base image {reference} is not there for linux/{wanted}, only for {}; \
         choose another base image, or another `lambda.architecture`", .there.join(", ")
    )]
    WrongPlatform {
        /// The base image.
        reference: String,
        /// The architecture asked for.
        wanted: String,
        /// `os/architecture` of what there is.
        there: Vec<String>,
    },
    /// The base image cannot be built on, or Lambda would not run the result.
    #[error(
        "the base image {reference} cannot be used: {reason}; choose another one, such as public.ecr.aws/lambda/python:3.12"
    )]
    UnfitBase {
        /// The base image.
        reference: String,
        /// What is wrong with it.
        reason: String,
    },
    /// There are requirements, but for which Python is not known.
    #[error(
        "the source has a requirements.txt, but neither the environment of the base image {reference} (PYTHON_VERSION) nor its \
         tag (…python:3.12) tells the Python version; name the base by such a tag (a digest may follow it)"
    )]
    PythonUnknown {
        /// The base image.
        reference: String,
    },
    /// Nothing that could install the requirements.
    #[error(
        "the source has a requirements.txt, but nothing here can install it: {}; install uv \
         (https://docs.astral.sh/uv), or python3 with pip 20.3 or newer, and run again",
        .found.as_deref().unwrap_or("neither uv nor python3 with pip was found")
    )]
    NoInstaller {
        /// What is there, and why it will not do.
        found: Option<String>,
    },
    /// An installer that would decide conditions for this machine.
    #[error(
        "{installer} cannot decide the conditions of requirements, such as python_version, for the function's Python; upgrade it \
         (python3 -m pip install --upgrade pip), or install uv (https://docs.astral.sh/uv), and run again"
    )]
    CannotTarget {
        /// With its version.
        installer: String,
    },
    /// A package index that does not answer.
    #[error(
        "cannot reach {index} for the requirements: {reason}; check the network, the proxy (HTTPS_PROXY) and the settings of the \
         index (PIP_INDEX_URL, UV_DEFAULT_INDEX, or their configuration files), then run again (asked by {installer})"
    )]
    IndexUnreachable {
        /// Its address, without credentials.
        index: String,
        /// `Connection refused`.
        reason: String,
        /// With its version.
        installer: String,
    },
    /// A requirement for another Python.
    #[error(
        "{requirement} needs Python {needs}, and {python}; choose a version for that Python, or another Python (`lambda.base_image` \
         for the image, the `python3` of this machine for what runs here)"
    )]
    OtherPython {
        /// With its version when it has one.
        requirement: String,
        /// `>=3.10`.
        needs: String,
        /// Whose Python it is, and its version.
        python: String,
    },
    /// A requirement that has no ready-made wheel for the function's platform.
    #[error(
        "{index} has no wheel of {requirement} for Python {python} on {platform}; {}choose a version that has one, another Python or \
         architecture (asked by {installer})", newest(.there)
    )]
    NoWheel {
        /// As the installer names it, with its version when it has one.
        requirement: String,
        /// `3.12`.
        python: String,
        /// The newest platform tag that fits: `manylinux_2_34_x86_64`.
        platform: String,
        /// The newest versions that have one, as far as the installer tells.
        there: Vec<String>,
        /// The address of the index, without credentials.
        index: String,
        /// With its version.
        installer: String,
    },
    /// The installer failed in another way.
    #[error("{installer} could not install the requirements: {reason}; the same command by hand: {command}")]
    Installer {
        /// With its version.
        installer: String,
        /// The end of what it said.
        reason: String,
        /// To try it by hand.
        command: String,
    },
    /// More than Lambda reads.
    #[error(
        "the image's manifest has {bytes} bytes in {layers} layers, but Lambda reads fewer than 25,400; choose a base with fewer layers"
    )]
    ManifestTooLarge {
        /// Its size.
        bytes: usize,
        /// Base layers and ours.
        layers: usize,
    },
    /// The address is taken by another image.
    #[error(
        "{repository} already has the tag {tag}, but for another image ({theirs}, ours is {ours}): another deploy of the same source \
         was quicker, with other versions of unpinned requirements; run again and its image is used, and pin the requirements"
    )]
    TagTaken {
        /// The repository.
        repository: String,
        /// The tag, which is immutable there.
        tag: String,
        /// The digest that was built.
        ours: String,
        /// The digest that is there.
        theirs: String,
    },
    /// A registry failed.
    #[error("{doing}: {source}{}", source.cure(*purpose).map(|cure| format!("; {cure}")).unwrap_or_default())]
    Registry {
        /// A gerund: `reading the base image …`.
        doing: String,
        /// On this depends what helps.
        purpose: Purpose,
        /// What it said.
        source: RegistryError,
    },
    /// The temporary folder failed.
    #[error("cannot write the layers to the temporary folder: {0}; free some space there, or point TMPDIR elsewhere")]
    Temporary(#[source] io::Error),
}

impl ImageError {
    /// What is said of a base image that only the emulator lacks.
    pub(crate) fn not_emulated(reference: &str) -> Self {
        Self::NotEmulated { reference: reference.to_owned(), there: emulator::base_images() }
    }

    /// Says what was being done when a registry failed.
    pub(crate) fn registry(purpose: Purpose, doing: impl Into<String>) -> impl FnOnce(RegistryError) -> Self {
        let doing = doing.into();
        move |source| Self::Registry { doing, purpose, source }
    }
}

/// The versions that there are, to go before what to do.
fn newest(there: &[String]) -> String {
    if there.is_empty() {
        String::new()
    } else {
        format!("the newest versions that have one are {}: ", there.join(", "))
    }
}
