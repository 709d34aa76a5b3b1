//! What `init` writes works as it is: each template is valid, deploys, passes its own tests, and none is half there.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

#[path = "templates/contents.rs"]
mod contents;
#[path = "templates/deploy.rs"]
mod deploy;
#[path = "templates/handler.rs"]
mod handler;
#[path = "templates/written.rs"]
mod written;
