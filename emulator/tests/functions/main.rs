//! Functions that run for real: out of their images' layers, as processes on this machine.

#[path = "../ecr/account.rs"]
mod account;
mod agents;
#[path = "../bedrock_agent/decoder.rs"]
mod decoder;
mod endings;
mod images;
mod invoke;
mod logs;
mod stage;
