//! `init`: a first manifest with its handler, from a template.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::output;
use crate::cli::{Common, Init, MANIFEST};
use crate::refused::{Exit, Refused};
use crate::sanitize::Clean;
use crate::shell::quoted;
use crate::templates::{self, Names, NotWritten, TEMPLATES, Template};

pub(super) fn run(common: &Common, args: &Init) -> Result<Exit> {
    if args.list {
        output::result(Clean::block(list()))?;
        return Ok(Exit::Done);
    }
    if common.file != Path::new(MANIFEST) {
        return Err(other_file().into());
    }
    let folder = folder_name(&args.dir);
    let names = match &args.name {
        Some(name) => Names::of(name.clone()),
        None => Names::of_folder(&folder).ok_or_else(|| nameless(args, &folder))?,
    };
    let files = args.template.named(&names);
    let mut written = match templates::write(&files, &args.dir) {
        Ok(written) => written,
        Err(NotWritten::InTheWay(paths)) => return Err(in_the_way(args, &paths).into()),
        Err(failed) => return Err(failed.into()),
    };
    written.sort();
    output::note(format!("wrote the template {}:", args.template.name));
    output::notes(&written.iter().map(|path| shown(path).display().to_string()).collect::<Vec<_>>());
    named(&names, args.name.is_none().then_some(&folder));
    output::note("next:");
    output::notes(&next(args.template, &args.dir));
    Ok(Exit::Done)
}

/// The name of the folder that is written to; empty if it has none.
fn folder_name(dir: &Path) -> String {
    let absolute = dir.canonicalize().or_else(|_| std::path::absolute(dir)).unwrap_or_else(|_| dir.to_owned());
    absolute.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Tells how the stack is called, and why if its folder is called otherwise.
fn named(names: &Names, folder: Option<&String>) {
    let Names { stack, agent, connector } = names;
    output::note(format!("named the stack {stack}, its agent {agent}, and its connector {connector}"));
    if folder.is_some_and(|folder| folder != stack.as_str()) {
        let rule = "lower-case letters and digits, joined by single `-` or `_`";
        output::note(format!("  (after the folder; a stack's name has at most 40 {rule})"));
    }
    if connector.as_str() != stack.as_str() {
        output::note("  (a connector's name has at most 20 characters; change it under `connector` in agent.yaml)");
    }
}

/// The folder's name has nothing that a stack's may have.
fn nameless(args: &Init, folder: &str) -> Refused {
    let dir = if args.dir == Path::new(".") { String::new() } else { format!(" {}", typed(&args.dir)) };
    let typed = format!("bedrock-ops init --template {}{dir}", args.template.name);
    Refused::usage(
        format!(
            "the stack can't be named after the folder `{folder}`: its name needs at least 2 letters (a-z) or digits"
        ),
        format!("nothing was written; choose a name: `{typed} --name {}`", args.template.name),
    )
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
fn next(template: &Template, dir: &Path) -> Vec<String> {
    let there = (dir != Path::new(".")).then(|| format!("cd {}", typed(dir)));
    let then = [
        "bedrock-ops invoke --local --event lambda/event.json    runs the handler here, on sample data",
        "bedrock-ops deploy --local --yes                        tries all of it on an emulated AWS",
    ];
    let last = match template.only_local {
        None => {
            "bedrock-ops deploy                                      deploys it to AWS; README.md lists what it needs there"
        }
        Some(reason) => reason,
    };
    there.into_iter().chain(then.into_iter().chain([last]).map(str::to_owned)).collect()
}

/// The path without a leading `./`.
fn shown(path: &Path) -> &Path {
    path.strip_prefix(".").unwrap_or(path)
}

/// The path as a shell takes it.
fn typed(path: &Path) -> String {
    quoted(&path.display().to_string())
}
