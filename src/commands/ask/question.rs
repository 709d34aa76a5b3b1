//! What is asked: the argument, or what comes on stdin; nothing where people sit at a terminal.

use std::io::{IsTerminal as _, Read as _};

use anyhow::{Context as _, Result};

use crate::cli::Ask;
use crate::refused::Refused;

/// The question; `None` when a conversation is wanted.
pub(super) async fn of(args: &Ask) -> Result<Option<String>> {
    if let Some(question) = &args.question {
        return written(question).map(Some);
    }
    if std::io::stdin().is_terminal() {
        if args.json {
            return Err(Refused::usage(
                "--json is for one question, and there is none",
                "write the question behind the command, or send it to stdin",
            )
            .into());
        }
        return Ok(None);
    }
    // On a thread of its own, so that Ctrl-C is heard meanwhile; one that nobody waits for when the program ends.
    let (tell, told) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        tell.send(std::io::stdin().read_to_end(&mut bytes).map(|_| bytes))
    });
    let bytes = told.await.context("reading the question from stdin")?.context("reading the question from stdin")?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Refused::usage("the question on stdin is not UTF-8", "convert it, with iconv for instance"))?;
    written(&text).map(Some)
}

fn written(question: &str) -> Result<String> {
    let question = question.trim();
    if question.is_empty() {
        return Err(Refused::usage("the question is empty", "write it behind the command, or send it to stdin").into());
    }
    Ok(question.to_owned())
}
