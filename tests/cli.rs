//! The command line as its user sees it: the real binary, what it prints where, and its exit code.
//!
//! Each `tests/cli/*.trycmd` is one session to be read as text. `just bless --test cli` writes what is printed now.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

#[path = "cli/asked.rs"]
mod asked;
#[cfg(unix)]
#[path = "cli/engines.rs"]
mod engines;
#[path = "cli/followed.rs"]
mod followed;
#[cfg(unix)]
#[path = "cli/origins.rs"]
mod origins;
#[path = "cli/program.rs"]
mod program;
#[path = "cli/read_only.rs"]
mod read_only;
#[path = "cli/scripted.rs"]
mod scripted;
#[path = "cli/served.rs"]
mod served;
#[path = "cli/sessions.rs"]
mod sessions;
#[cfg(unix)]
#[path = "cli/steered.rs"]
mod steered;
#[cfg(unix)]
#[path = "cli/signals.rs"]
mod signals;
#[path = "cli/terminal.rs"]
mod terminal;
#[path = "cli/upgrade.rs"]
mod upgrade;
