//! A conversation on a terminal: a prompt, an answer, a prompt. An error in one answer does not end it.

use anyhow::Result;

use super::editor::{Editor, Typed};
use super::line::{HELP, Line};
use super::shown::Shown;
use super::{Ended, exchange, new_session, stopped};
use crate::aws::Aws;
use crate::commands::open;
use crate::commands::output::note;
use crate::commands::signals::{self, Stop, unless_stopped};
use crate::conversation::{Agent, Question};
use crate::error::Printed;
use crate::moment::Moment;
use crate::refused::Exit;
use crate::sanitize::Clean;

pub(super) async fn run(aws: &Aws, agent: &Agent, called: &str, mut session: String, mut trace: bool) -> Result<Exit> {
    let editor = Editor::new(open::history())?;
    note(format!("asking {called}; /help lists what else can be typed, Ctrl-D ends"));
    loop {
        let line = tokio::select! {
            line = editor.line() => line?,
            // Ctrl-C reaches the line editor as a key.
            stop = signals::but_ctrl_c() => return Ok(stopped(stop)),
        };
        let typed = match line {
            Typed::Line(typed) => typed,
            Typed::Cleared => continue,
            Typed::Garbled => {
                note("that line is not UTF-8; type it again");
                continue;
            }
            Typed::Ended => return Ok(Exit::Done),
        };
        match Line::of(&typed) {
            Line::Empty => {}
            Line::Quit => return Ok(Exit::Done),
            Line::Help => note(Clean::block(HELP)),
            Line::Trace => {
                trace = !trace;
                note(if trace { "steps are told" } else { "steps are not told" });
            }
            Line::New => {
                session = new_session();
                note(format!("a new session: {session}"));
            }
            Line::Unknown(word) => note(format!("there is no /{word}; /help lists what there is")),
            Line::Question(text) => {
                let question = Question { text, session: session.clone(), trace, at: Moment::now().0 };
                if let Some(exit) = answered(aws, agent, &question).await? {
                    return Ok(exit);
                }
            }
        }
    }
}

/// One answer. Returns how the conversation ends, if it ends with this answer.
async fn answered(aws: &Aws, agent: &Agent, question: &Question) -> Result<Option<Exit>> {
    let mut shown = Shown::new(false);
    match unless_stopped(exchange(aws, agent, question, &mut shown)).await {
        Ok(Ok(Ended::Unread)) => return Ok(Some(Exit::Done)),
        Ok(Ok(Ended::Answered | Ended::GivenBack)) => {}
        Ok(Err(error)) => note(&Printed(&error)),
        Err(Stop::Interrupt) => {
            shown.broken()?;
            note("interrupted; the session goes on");
        }
        Err(stop) => {
            shown.broken()?;
            return Ok(Some(stopped(stop)));
        }
    }
    Ok(None)
}
