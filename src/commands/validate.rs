//! `validate`: the manifest, all of it, without a call.

use anyhow::Result;
use serde_json::json;

use super::output;
use crate::cli::{Common, Validate};
use crate::manifest::{self, LoadError};
use crate::refused::Exit;
use crate::sanitize::Clean;

pub(super) fn run(common: &Common, args: &Validate) -> Result<Exit> {
    let (problems, exit) = match manifest::examine(&common.file, common.reach()) {
        Ok(loaded) => (loaded.warnings, Exit::Done),
        Err(LoadError::Refused(refused)) => (refused.problems, Exit::Usage),
        Err(error) => return Err(error.into()),
    };
    if args.json {
        output::json(&json!({"format": 1, "valid": exit == Exit::Done, "problems": problems}))?;
        return Ok(exit);
    }
    for problem in &problems {
        output::note(Clean::block(problem.to_string()));
    }
    if exit == Exit::Done {
        output::result(format!("{} is valid", common.file.display()))?;
    }
    Ok(exit)
}
