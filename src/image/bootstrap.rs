//! Where the source's files go in the image, and the program that a base image without a runtime starts.
//!
//! AWS's `provided` images begin with `/lambda-entrypoint.sh`, which takes the image's command as `_HANDLER` and runs
//! `/var/runtime/bootstrap`. So `bootstrap` goes there, not beside the other files in `/var/task`, where Lambda looks for it
//! in a zip. Sources: the script as AWS quotes it in pull request 970 of aws/aws-lambda-dotnet; `ENTRYPOINT` and
//! `LAMBDA_RUNTIME_DIR` in `Dockerfile.provided` of aws/aws-lambda-base-images.

use std::fs::File;
use std::io::{self, Read};

use crate::image::Source;
use crate::image::error::ImageError;
use crate::manifest::{BOOTSTRAP, is_without_runtime};
use crate::source::{Entry, Kind};

/// Where Lambda looks for the handler (`LAMBDA_TASK_ROOT`).
const TASK_ROOT: &str = "var/task";
/// Where it looks for a runtime (`LAMBDA_RUNTIME_DIR`).
const RUNTIME: &str = "var/runtime";

/// How a compiled program for Linux begins.
const ELF: &[u8] = b"\x7fELF";
/// How a compiled program for Windows begins.
const WINDOWS: &[u8] = b"MZ";
/// How compiled programs for macOS begin: 32 and 64 bit, and several processors in one file.
const MACOS: [&[u8]; 3] = [b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"];
/// How a script begins.
const SCRIPT: &[u8] = b"#!";
/// Bytes that are read of a program: more than its header or a script's first line.
const HEAD: u64 = 512;
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
        Some(Kind::File { executable: true }) => match entry.and_then(|entry| head(entry).ok()) {
            Some(head) => fits(&head, &source.architecture).map_err(unfit),
            // Whoever reads it to pack it says what is wrong.
            None => Ok(()),
        },
    }
}

fn head(entry: &Entry) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(&entry.origin)?.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

/// Whether Linux on this processor can start what begins so; else why not, and what helps.
fn fits(head: &[u8], wanted: &str) -> Result<(), String> {
    if head.starts_with(ELF) {
        return match processor(head) {
            Some(built) if built != wanted => Err(format!(
                "it is built for {built}, the function for {wanted}; build it for {wanted}, or change `lambda.architecture`"
            )),
            _ => Ok(()),
        };
    }
    if head.starts_with(SCRIPT) {
        let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
        return if first.ends_with(b"\r") {
            Err("it is a script with Windows line ends, and Linux would look for an interpreter whose name ends in a \
                 carriage return; save it with LF line ends (`sed -i 's/\\r$//' bootstrap`, and `bootstrap text eol=lf` \
                 in .gitattributes)"
                .to_owned())
        } else {
            Ok(())
        };
    }
    let system = if head.starts_with(WINDOWS) {
        "it is a program for Windows"
    } else if MACOS.iter().any(|magic| head.starts_with(magic)) {
        "it is a program for macOS"
    } else {
        return Err("it is neither a Linux program (ELF) nor a script that begins with `#!`".to_owned());
    };
    Err(format!("{system}; build it for linux/{wanted} (Go: GOOS=linux GOARCH={wanted})"))
}

/// The processor that a compiled program is for.
fn processor(head: &[u8]) -> Option<&'static str> {
    let machine = head.get(MACHINE_AT..MACHINE_AT + 2)?;
    let machine = u16::from_le_bytes([machine[0], machine[1]]);
    Some(MACHINES.iter().find(|(number, _)| *number == machine).map_or("another processor", |(_, name)| name))
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn only_what_linux_can_start_is_a_program() {
        assert_eq!(fits(b"#!/bin/sh\nexec true\n", "amd64"), Ok(()));
        for (head, why) in [
            (&b"MZ\x90\0"[..], "it is a program for Windows; build it for linux/arm64 (Go: GOOS=linux GOARCH=arm64)"),
            (b"\xcf\xfa\xed\xfe\x07", "it is a program for macOS; build it"),
            (b"#!/bin/sh\r\nexec true\r\n", "it is a script with Windows line ends"),
            (b"exec true\n", "it is neither a Linux program (ELF) nor a script"),
            (b"", "it is neither"),
        ] {
            let refused = fits(head, "arm64").unwrap_err();
            assert!(refused.starts_with(why), "{refused}");
        }
    }
}
