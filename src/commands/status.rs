//! `status`: one screen that says how the stack stands.

use anyhow::Result;

use super::{open, output};
use crate::cli::{Common, Status};
use crate::refused::Exit;
use crate::status::{self, json, text};

pub(super) async fn run(common: &Common, args: &Status) -> Result<Exit> {
    let session = open::session_to_read(common).await?;
    let status = status::look(&session).await?;
    if args.json {
        output::json(&json::status(&status))?;
    } else {
        output::result(text::status(&status, |command| common.typed(command)))?;
    }
    // Whatever it found: it was asked to look, and has. `plan --detailed-exitcode` is for pipelines.
    Ok(Exit::Done)
}
