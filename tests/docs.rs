//! The pages of docs/ say what the program does: their tables and examples are compared with it.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "docs/json.rs"]
mod json;
#[path = "docs/manifest.rs"]
mod manifest;
#[path = "docs/page.rs"]
mod page;
#[path = "docs/permissions.rs"]
mod permissions;
#[path = "docs/sample.rs"]
mod sample;
