//! Looks for the handler's file among those of the image, and for its function in the file.

use std::fs;

use super::{Examined, Finding, Language, NamedBy, Shipped};
use crate::source::listing::Entry;
use crate::source::python::{Defined, Module};

/// AWS's own name for a handler, and ours.
const USUAL: [&str; 2] = ["lambda_handler", "handler"];
/// How alike two names must be for one to be taken for the other: 1 is equal.
const ALIKE: f64 = 0.7;
/// Functions that are named where none is alike.
const NAMED: usize = 5;

/// The file with the handler. `None` where an engine may put it anywhere; an error where nothing puts it into the image.
pub(super) fn file<'s>(
    examined: &Examined<'_>,
    shipped: &'s Shipped<'_>,
    language: Language,
) -> Result<Option<&'s Entry>, Finding> {
    let Some((module, _)) = examined.handler.rsplit_once('.') else { return Ok(None) };
    let module = module.replace('.', "/");
    let paths: Vec<String> = language.endings().iter().map(|ending| format!("{module}{ending}")).collect();
    let found = paths.iter().find_map(|path| shipped.at(path));
    if found.is_some() {
        return Ok(found);
    }
    let there = paths.iter().find(|path| examined.folder.join(path).is_file());
    if there.is_none() && examined.engine.is_some() {
        // The Dockerfile puts the file there from another path, or from elsewhere.
        return Ok(None);
    }
    let Some((name, why)) = there.and_then(|name| Some((name, shipped.why_not(name)?))) else {
        let path = &paths[0];
        let what = format!("the handler `{}` is looked for in `{path}`, which is not in the image", examined.handler);
        return Err(
            Finding::error(what, "copy it there (COPY), or name the module and function with `handler`").of_handler()
        );
    };
    if why.contains("Dockerfile") {
        return Err(uncopied(examined, name));
    }
    let what = format!("the handler `{}` is looked for in `{name}`, which {why}", examined.handler);
    Err(Finding::error(what, format!("take it out of .dockerignore, or let it in by a line `!{name}` at its end"))
        .of_handler())
}

fn uncopied(examined: &Examined<'_>, name: &str) -> Finding {
    let what =
        format!("the handler `{}` is looked for in `{name}`, which no COPY of the Dockerfile brings", examined.handler);
    Finding::error(what, format!("add `COPY {name} ${{LAMBDA_TASK_ROOT}}/` to the Dockerfile")).of_handler()
}

/// What is wrong with the function that the handler names, if it can be told without running the module.
pub(super) fn function(examined: &Examined<'_>, entry: &Entry) -> Option<Finding> {
    let (path, wanted) = examined.handler.rsplit_once('.')?;
    // What can't be read as text is told by whoever packs or runs it.
    let module = Module::read(&fs::read_to_string(&entry.origin).ok()?);
    match module.names.get(wanted) {
        Some(Defined::AsyncFunction) => {
            let what = format!(
                "`{wanted}` in {} is `async def`: Lambda does not await it, and the function fails with Runtime.MarshalError",
                entry.name
            );
            let cure = "write `def`, and run what must be awaited with `return asyncio.run(…)`";
            return Some(Finding::error(what, cure).of_handler());
        }
        Some(_) => return None,
        None if module.is_open => return None,
        None => {}
    }
    let what = format!("{} defines no `{wanted}`, which the handler `{}` names", entry.name, examined.handler);
    let Some(near) = nearest(&module, wanted) else {
        let functions: Vec<String> = module.functions().take(NAMED).map(|name| format!("`{name}`")).collect();
        let cure = if functions.is_empty() {
            format!("define it: `def {wanted}(event, context):`")
        } else {
            format!("define it, or name one of the functions that the file has: {}", functions.join(", "))
        };
        return Some(Finding::error(what, cure).of_handler());
    };
    let cure = match examined.named_by {
        NamedBy::Dockerfile => {
            format!("write CMD [\"{path}.{near}\"] in the Dockerfile, or rename the function `{near}`")
        }
        NamedBy::Manifest | NamedBy::Default => {
            format!("write `handler: {path}.{near}`, or rename the function `{near}`")
        }
    };
    Some(Finding::error(what, cure).of_handler())
}

/// The function that is meant, as far as can be guessed.
fn nearest<'m>(module: &'m Module, wanted: &str) -> Option<&'m str> {
    let usual = USUAL.iter().find_map(|usual| module.names.get_key_value(*usual)).map(|(name, _)| name.as_str());
    let alike = || {
        let scored = module.functions().map(|name| (strsim::jaro_winkler(name, wanted), name));
        let best = scored.max_by(|one, other| one.0.total_cmp(&other.0))?;
        (best.0 >= ALIKE).then_some(best.1)
    };
    usual.or_else(alike)
}
