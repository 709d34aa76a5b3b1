//! Holds tokio's paused clock while something real is waited for, such as a process: it would run ahead.

use std::sync::mpsc::{Sender, channel};

/// While this lives, a paused clock stands still: tokio moves it on only while no blocking task runs. A clock that is not
/// paused goes on as ever.
#[derive(Debug)]
pub(crate) struct Held {
    _sender: Sender<()>,
}

impl Held {
    pub(crate) fn now() -> Self {
        let (sender, ended) = channel();
        // It ends with an error when the sender is dropped, which is all that it waits for.
        tokio::task::spawn_blocking(move || ended.recv());
        Self { _sender: sender }
    }
}
