//! What `init` writes works as it is: each template is valid, deploys, passes its own tests, answers from sample data,
//! and none is half there.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

#[path = "templates/contents.rs"]
mod contents;
#[path = "templates/deploy.rs"]
mod deploy;
#[path = "templates/handler.rs"]
mod handler;
#[path = "templates/sample_data.rs"]
mod sample_data;
#[path = "templates/written.rs"]
mod written;
