//! The line editor of a conversation, on a thread of its own: it blocks while a line is typed.

use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{Behavior, Config, Editor as Rustyline};
use tokio::sync::{mpsc, oneshot};

/// Questions that are remembered.
const REMEMBERED: usize = 1000;

/// What the user did at the prompt.
#[derive(Debug)]
pub(super) enum Typed {
    /// Something that is not UTF-8.
    Garbled,
    /// A line.
    Line(String),
    /// Ctrl-C.
    Cleared,
    /// Ctrl-D, or the terminal is gone.
    Ended,
}

/// The editor. It ends with the conversation.
pub(super) struct Editor(mpsc::UnboundedSender<oneshot::Sender<Result<Typed>>>);

impl Editor {
    /// With the questions of earlier conversations, where they are kept.
    pub(super) fn new(history: Option<PathBuf>) -> Result<Self> {
        // The prompt goes to the terminal itself, so that answers can be sent into a file.
        let config = Config::builder().behavior(Behavior::PreferTerm).max_history_size(REMEMBERED);
        let config = config.context("setting up the line editor")?.auto_add_history(true).build();
        let mut editor: Rustyline<(), DefaultHistory> =
            Rustyline::with_config(config).context("setting up the line editor")?;
        if let Some(file) = &history {
            // There may be none yet; without one there is nothing to go back to, and that is all.
            let _ = editor.load_history(file);
        }
        let (sender, mut wanted) = mpsc::unbounded_channel::<oneshot::Sender<Result<Typed>>>();
        std::thread::spawn(move || {
            while let Some(tell) = wanted.blocking_recv() {
                let typed = typed(&mut editor);
                if let (Ok(Typed::Line(_)), Some(file)) = (&typed, &history) {
                    keep(&mut editor, file);
                }
                if tell.send(typed).is_err() {
                    return;
                }
            }
        });
        Ok(Self(sender))
    }

    /// Lets a line be typed.
    pub(super) async fn line(&self) -> Result<Typed> {
        let (tell, told) = oneshot::channel();
        self.0.send(tell).context("the line editor has ended")?;
        told.await.context("the line editor has ended")?
    }
}

fn typed(editor: &mut Rustyline<(), DefaultHistory>) -> Result<Typed> {
    match editor.readline("> ") {
        Ok(line) => Ok(Typed::Line(line)),
        Err(ReadlineError::Interrupted) => Ok(Typed::Cleared),
        Err(ReadlineError::Eof) => Ok(Typed::Ended),
        Err(ReadlineError::Io(error)) if error.kind() == ErrorKind::InvalidData => Ok(Typed::Garbled),
        Err(error) => Err(error).context("reading from the terminal"),
    }
}

/// After each line, so that a closed window loses nothing. A folder that can't be written is no reason to stop.
fn keep(editor: &mut Rustyline<(), DefaultHistory>, file: &PathBuf) {
    if let Some(folder) = file.parent() {
        let _ = std::fs::create_dir_all(folder);
    }
    let _ = editor.append_history(file);
}
