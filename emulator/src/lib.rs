//! AWS as far as `bedrock-ops` uses it: strict, stateful, with AWS's states, errors and texts.
//!
//! One [`Emulator`] holds one account. It is an HTTP service with two doors: [`Emulator::call`] in process, and
//! [`Emulator::serve`] on a loopback port for any client. It shares no code with the client that it judges and depends
//! on no AWS crate. What AWS refuses it refuses, what it does not know it answers with a loud 501.
//!
//! The way of a call: `serve` (or straight in) → `emulator` → `route` (by its `signature`) → `operation` (its name) →
//! `fault` (is one planted?) → `services` → `render`; what it changed goes to the `store`.
//!
//! Beside the account stands Lambda's `runtime`: a [`Process`] is a function on this machine, which is handed events
//! through the runtime API as AWS hands them to a container.

mod access;
#[cfg(test)]
mod asking;
mod blobs;
mod body;
mod calendar;
mod call;
mod clock;
mod course;
mod emulator;
mod event_stream;
mod fault;
mod files;
mod form;
mod images;
mod layer;
mod operation;
mod record;
mod refusal;
mod render;
mod route;
mod runtime;
#[cfg(test)]
mod scratch;
mod serve;
mod service;
mod services;
mod settings;
mod signature;
mod store;
mod world;
mod xml;

pub use access::{Access, Key};
pub use body::Body;
pub use clock::{Millis, Timing};
pub use emulator::Emulator;
pub use fault::{Dropped, Fault, FaultAt, FaultKind, StreamEnd, StreamException, StreamFault, StreamPlace};
pub use record::CallRecord;
pub use runtime::python;
pub use runtime::{Exit, Invocation, Outcome, Process};
pub use services::{base_images, has_base_images};
pub use settings::Settings;
pub use store::OpenError;
pub use world::World;
