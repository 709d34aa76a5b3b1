//! The image without Docker: its address, its content, its way into a repository.
#![allow(clippy::unwrap_used)]

#[path = "image/address.rs"]
mod address;
#[path = "image/astray.rs"]
mod astray;
#[path = "image/bad_input.rs"]
mod bad_input;
#[path = "image/content.rs"]
mod content;
#[path = "image/emulated.rs"]
mod emulated;
#[path = "image/program.rs"]
mod program;
#[path = "image/publish.rs"]
mod publish;
#[path = "image/renewal.rs"]
mod renewal;
#[path = "image/requirements.rs"]
mod requirements;
#[path = "image/sample.rs"]
mod sample;
#[path = "image/shelf.rs"]
mod shelf;
