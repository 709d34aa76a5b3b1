//! Where the source's files go in the image, and the program that a base image without a runtime starts.
//!
//! AWS's `provided` images begin with `/lambda-entrypoint.sh`, which takes the image's command as `_HANDLER` and runs
//! `/var/runtime/bootstrap`. So `bootstrap` goes there, not beside the other files in `/var/task`, where Lambda looks for it
//! in a zip. Sources: the script as AWS quotes it in pull request 970 of aws/aws-lambda-dotnet; `ENTRYPOINT` and
//! `LAMBDA_RUNTIME_DIR` in `Dockerfile.provided` of aws/aws-lambda-base-images.

use std::fs::File;
use std::io::Read;

use crate::image::Source;
use crate::image::error::ImageError;
use crate::image::listing::{Entry, Kind};
use crate::manifest::{BOOTSTRAP, is_without_runtime};

/// Where Lambda looks for the handler (`LAMBDA_TASK_ROOT`).
const TASK_ROOT: &str = "var/task";
/// Where it looks for a runtime (`LAMBDA_RUNTIME_DIR`).
const RUNTIME: &str = "var/runtime";

/// How a compiled program begins.
const ELF: [u8; 4] = *b"\x7fELF";
/// Where its header names the processor, and the numbers for those that Lambda has.
const MACHINE_AT: usize = 18;
const MACHINES: [(u16, &str); 2] = [(62, "amd64"), (183, "arm64")];

/// The path of a source's file inside the image.
pub(crate) fn place(source: &Source, path: &str) -> String {
    if path == BOOTSTRAP && is_without_runtime(&source.base_image) {
        return format!("{RUNTIME}/{BOOTSTRAP}");
    }
    in_task_root(path)
}

/// The path of a file that lies beside the handler.
pub(crate) fn in_task_root(path: &str) -> String {
    format!("{TASK_ROOT}/{path}")
}

/// Makes sure that the program is there where one is needed, and that Lambda can run it.
pub(crate) fn check(source: &Source, entries: &[Entry]) -> Result<(), ImageError> {
    if !is_without_runtime(&source.base_image) {
        return Ok(());
    }
    let unfit = |reason: String| ImageError::UnfitBootstrap { path: source.folder.join(BOOTSTRAP), reason };
    let entry = entries.iter().find(|entry| entry.path == BOOTSTRAP);
    match entry.map(|entry| &entry.kind) {
        None => Err(unfit("it is missing, or kept out by .dockerignore; put the program for Lambda there".to_owned())),
        Some(Kind::Link { .. }) => Err(unfit("it is a link; put the program itself there".to_owned())),
        Some(Kind::File { executable: false }) => {
            Err(unfit("it may not be run; chmod +x makes it a program".to_owned()))
        }
        Some(Kind::File { executable: true }) => {
            let other = entry.and_then(processor).filter(|processor| *processor != source.architecture);
            let told = |processor| {
                let wanted = &source.architecture;
                unfit(format!(
                    "it is built for {processor}, the function for {wanted}; build it for {wanted}, or change `lambda.architecture`"
                ))
            };
            other.map_or(Ok(()), |processor| Err(told(processor)))
        }
    }
}

/// The processor that a compiled program is for; scripts and what cannot be read have none.
fn processor(entry: &Entry) -> Option<&'static str> {
    let mut head = [0; MACHINE_AT + 2];
    File::open(&entry.origin).ok()?.read_exact(&mut head).ok()?;
    if head[..4] != ELF {
        return None;
    }
    let machine = u16::from_le_bytes([head[MACHINE_AT], head[MACHINE_AT + 1]]);
    Some(MACHINES.iter().find(|(number, _)| *number == machine).map_or("another processor", |(_, name)| name))
}
