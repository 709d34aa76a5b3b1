//! The library against the emulator, under a paused clock: what a deploy and a destroy do, and what they survive.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod changes;
mod cuts;
mod deploy;
mod destroy;
mod faults;
mod foreign;
mod stage;
mod status;
mod timing;
mod why;
