//! `agent.instruction` — the prompt: a text, or a file with it.

use super::field::Field;
use super::reach::Files;

/// Fewest characters of an instruction (API model).
const LEAST: usize = 40;

/// Most characters of an instruction by quota L-6E3CDA2D. The API model's 4000 is outdated.
const QUOTA: usize = 20_000;

/// Reads `agent.instruction`: a text, or `{file: …}`.
pub(super) fn read(field: Field<'_>, files: &Files) -> Option<String> {
    if field.is_scalar() {
        let text = field.text()?;
        return measured(&field, text);
    }
    let mut fields = field.fields()?;
    let file = fields.required("file", "add `file: instruction.md`");
    fields.finish();
    let file = file?;
    match files.text(file.text()?) {
        Ok(text) => measured(&file, &text),
        Err(barred) => {
            let cure = barred.cure("name a UTF-8 text file, relative to the manifest's folder");
            file.error(format!("the instruction cannot be used: {barred}"), cure);
            None
        }
    }
}

/// The text without white space at its end (AWS keeps it, editors do not), if its length will do.
fn measured(field: &Field<'_>, text: &str) -> Option<String> {
    let text = text.trim_end();
    let characters = text.chars().count();
    if characters < LEAST {
        let what = format!("the instruction has {characters} characters, and AWS requires at least {LEAST}");
        field.error(what, "say what the agent is for, when to call its functions, and how to answer");
        return None;
    }
    if characters > QUOTA {
        let what = format!("the instruction has {characters} characters, and the quota is {QUOTA}");
        field.warning(what, "shorten it, unless AWS has raised the account's quota L-6E3CDA2D");
    }
    Some(text.to_owned())
}
