//! `init`: a first manifest with its handler, from a template.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::output;
use crate::cli::{Common, Init, MANIFEST};
use crate::refused::{Exit, Refused};
use crate::sanitize::Clean;
use crate::templates::{self, NotWritten, TEMPLATES, Template};

pub(super) fn run(common: &Common, args: &Init) -> Result<Exit> {
    if args.list {
        output::result(Clean::block(list()))?;
        return Ok(Exit::Done);
    }
    if common.file != Path::new(MANIFEST) {
        return Err(other_file().into());
    }
    let files: Vec<_> = args.template.files().collect();
    let mut written = match templates::write(&files, &args.dir) {
        Ok(written) => written,
        Err(NotWritten::InTheWay(paths)) => return Err(in_the_way(args, &paths).into()),
        Err(failed) => return Err(failed.into()),
    };
    written.sort();
    output::note(format!("wrote the template {}:", args.template.name));
    output::notes(&written.iter().map(|path| shown(path).display().to_string()).collect::<Vec<_>>());
    output::note("next:");
    output::notes(&next(&args.dir));
    Ok(Exit::Done)
}

/// A line for each template.
fn list() -> String {
    let widest = TEMPLATES.iter().map(|template| template.name.len()).max().unwrap_or_default();
    let line = |template: &Template| format!("{:widest$}  {}", template.name, template.about);
    TEMPLATES.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn other_file() -> Refused {
    Refused::usage(
        format!("`init` writes {MANIFEST} and the files it names; it takes no --file"),
        "name the folder instead: `bedrock-ops init DIR`",
    )
}

fn in_the_way(args: &Init, paths: &[PathBuf]) -> Refused {
    let lines = paths.iter().map(|path| format!("\n{}", shown(path).display()));
    let name = args.template.name;
    let folder = if args.dir.is_dir() { args.dir.join(name) } else { PathBuf::from(name) };
    Refused::usage(
        format!("`init` overwrites nothing, and these are there already:{}", lines.collect::<String>()),
        format!(
            "nothing was written; choose a new folder: `bedrock-ops init --template {name} {}`",
            typed(shown(&folder))
        ),
    )
}

/// What to type next.
fn next(dir: &Path) -> Vec<String> {
    let there = (dir != Path::new(".")).then(|| format!("cd {}", typed(dir)));
    let then = [
        "bedrock-ops invoke --local --event lambda/event.json    runs the handler here, on sample data",
        "bedrock-ops deploy --local --yes                        tries all of it on an emulated AWS",
        "bedrock-ops deploy                                      puts it on AWS; README.md says what it needs there",
    ];
    there.into_iter().chain(then.map(str::to_owned)).collect()
}

/// The path without a leading `./`.
fn shown(path: &Path) -> &Path {
    path.strip_prefix(".").unwrap_or(path)
}

/// The path as a shell takes it.
fn typed(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |letter: char| letter.is_alphanumeric() || "/._-+@:".contains(letter);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
