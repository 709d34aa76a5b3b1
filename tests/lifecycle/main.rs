//! The library against the emulator, under a paused clock: what a deploy and a destroy do, and what they survive.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod asking;
mod changes;
mod crossing;
mod cuts;
mod deploy;
mod destroy;
mod drift;
mod faults;
mod first_agent;
mod foreign;
mod logs;
mod models;
mod origin;
mod publishing;
mod recovery;
mod registries;
mod smoke;
mod stage;
mod status;
mod temporary_alias;
mod timing;
mod unmanaged;
mod why;
