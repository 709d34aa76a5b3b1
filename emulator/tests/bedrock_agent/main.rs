//! bedrock-agent and its runtime from outside: raw requests, and the status, error code and body that come back.

mod account;
mod action_groups;
mod agents;
mod aliases;
mod asked;
mod associations;
mod decoder;
mod faults;
mod inventory;
mod refusals;
mod returned_control;
mod roles;
mod stream;
mod tags;
mod traces;
mod versions;
