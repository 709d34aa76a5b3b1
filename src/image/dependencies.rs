//! The layer of the requirements: installed for the function's platform, made alike whoever installed it, and kept.

mod cache;
mod here;
mod installer;
mod platform;
mod settings;

use std::ffi::OsStr;
use std::path::Path;

use crate::image::Progress;
use crate::image::Source;
use crate::image::base::{Base, Parts};
use crate::image::blocking::blocking;
use crate::image::bootstrap;
use crate::image::error::ImageError;
use crate::image::host::Host;
use crate::image::layer::{self, Layer};
use crate::image::work;
use crate::source::{self, Requirements};
use cache::Cache;
use installer::{Job, PYTHON, Runs};
use platform::Platform;

pub use here::{Installed, install_here};

/// The layer, from the cache or made anew in the `work` folder.
pub(crate) async fn layer(
    source: &Source,
    requirements: &Requirements,
    (base, parts): (&Base, &Parts),
    host: &Host,
    work: &Path,
    progress: &dyn Progress,
) -> Result<Layer, ImageError> {
    let platform = Platform::of(base, parts)?;
    let cache = Cache::of(host, requirements, &platform);
    if let Some(cache) = &cache
        && let Some(layer) = cache.find().await
    {
        progress.note("requirements: unchanged, layer taken from the cache");
        return Ok(layer);
    }
    progress.note(&format!("requirements: installing for Python {} on {}", platform.python(), platform.newest_tag()));
    let installed = work.join("installed");
    let job = Job { source: &source.folder, requirements, runs: Runs::On(&platform), host, work };
    installer::install(job, &installed).await?;
    let file = work.join("dependencies.tar.gz");
    let layer = blocking(move || pack(&installed, &file)).await?;
    if let Some(cache) = &cache
        && let Err(error) = cache.keep(&layer).await
    {
        // The next deploy takes longer, that is all.
        progress.note(&format!("requirements: the layer could not be kept for the next time ({error})"));
    }
    Ok(layer)
}

/// Why the layer can't be made on this machine: it is not kept from an earlier run, and nothing here installs it. Nothing is
/// installed to find out.
pub(crate) async fn obstacle(requirements: &Requirements, base: &Base, host: &Host) -> Option<ImageError> {
    let cache = Platform::by_name(base).and_then(|platform| Cache::of(host, requirements, &platform));
    if let Some(cache) = cache
        && cache.find().await.is_some()
    {
        return None;
    }
    // Where there is no room for a folder, whoever packs the image says so.
    let folder = work::folder().ok()?;
    installer::find(OsStr::new(PYTHON), host, folder.path()).await.err()
}

fn pack(installed: &Path, file: &Path) -> Result<Layer, ImageError> {
    let entries = source::of_folder(installed, &is_dropped)?;
    Ok(layer::write(&entries, &bootstrap::in_task_root, file)?.0)
}

/// What an installer leaves behind that tells of itself, of the day or of this machine, and no function needs.
fn is_dropped(path: &str) -> bool {
    /// Who installed, from where, and the list of files with the scripts of this machine's Python.
    const TRACES: [&str; 6] = ["INSTALLER", "RECORD", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json"];
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        // Console scripts begin with the path of this machine's Python; `.lock` is uv's.
        ["bin", ..] | [".lock"] => true,
        [distribution, name] if distribution.ends_with(".dist-info") && TRACES.contains(name) => true,
        _ => {
            let compiled = Path::new(path).extension().is_some_and(|extension| extension == "pyc");
            compiled || parts.contains(&"__pycache__")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_dropped;

    #[test]
    fn the_traces_of_the_installer_are_dropped_and_nothing_else() {
        for dropped in [
            "bin",
            "bin/tool",
            ".lock",
            "a/__pycache__",
            "a/__pycache__/b.cpython-312.pyc",
            "six-1.16.0.dist-info/RECORD",
            "six-1.16.0.dist-info/INSTALLER",
            "six-1.16.0.dist-info/direct_url.json",
        ] {
            assert!(is_dropped(dropped), "{dropped}");
        }
        for kept in ["six.py", "six-1.16.0.dist-info", "six-1.16.0.dist-info/METADATA", "a/bin/tool", "a/RECORD"] {
            assert!(!is_dropped(kept), "{kept}");
        }
    }
}
