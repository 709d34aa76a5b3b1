//! Functions that run for real: out of their images' layers, as processes on this machine.

#[path = "../ecr/account.rs"]
mod account;
mod endings;
mod images;
mod invoke;
mod stage;
