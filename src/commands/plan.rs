//! `plan`: what `deploy` would do. It is `deploy` stopped before `apply`, and it is given reading calls only.

use anyhow::Result;

use super::{open, output};
use crate::aws::Access;
use crate::cli::{Common, Plan};
use crate::refused::{Exit, Refused};
use crate::report::{json, text};

pub(super) async fn run(common: &Common, args: &Plan) -> Result<Exit> {
    let session = open::session_of(common, open::examined(common)?, Access::Read).await?;
    let session = session.accepting_unmanaged(args.accept_unmanaged);
    let (site, plan) = session.plan().await?;
    if args.json {
        output::json(&json::plan(&session.stack.name, &site, &plan))?;
    } else {
        output::result(text::plan(&session.stack.name, &site, &plan))?;
    }
    let refusals = plan.refusals();
    if !refusals.is_empty() {
        return Err(Refused::plan(refusals.len()).into());
    }
    Ok(if args.detailed_exitcode && !plan.is_empty() { Exit::Changes } else { Exit::Done })
}
