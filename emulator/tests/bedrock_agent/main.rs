//! bedrock-agent from outside: raw requests, and the status, error code and body that come back.

mod account;
mod action_groups;
mod agents;
mod aliases;
mod inventory;
mod refusals;
mod roles;
mod tags;
mod versions;
