//! `invoke`: handlers run for real, on this machine and as if deployed, and what is said of their replies.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

#[path = "invoke/article.rs"]
mod article;
#[path = "invoke/command_line.rs"]
mod command_line;
#[path = "invoke/deployed.rs"]
mod deployed;
#[path = "invoke/handlers.rs"]
mod handlers;
#[path = "invoke/packages.rs"]
mod packages;
#[path = "invoke/stage.rs"]
mod stage;
#[path = "invoke/watching.rs"]
mod watching;
