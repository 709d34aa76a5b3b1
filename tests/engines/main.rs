//! Real components: a registry with a password, container engines, and other people's tools as judges of the result.
//!
//! Whatever is not installed here is SKIPPED, loudly; with `REQUIRE_ENGINES=1` that is a failure.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod article;
mod base;
mod built;
mod confined;
mod engine;
mod judge;
mod large;
mod pushed;
mod python;
mod rig;
mod running;
mod same;
