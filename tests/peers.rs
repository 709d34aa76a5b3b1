//! The emulator's port and the product, as real processes, before the clients that others wrote: boto3, the AWS CLI
//! and Terraform.
//!
//! A client that is not installed is skipped with a line on stderr. `REQUIRE_PEERS=boto3,awscli,terraform` names those
//! that must not be: with it, a missing one fails its test.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "peers/aws_cli.rs"]
mod aws_cli;
#[path = "peers/boto3.rs"]
mod boto3;
#[path = "peers/live.rs"]
mod live;
#[path = "peers/peer.rs"]
mod peer;
#[path = "peers/process.rs"]
mod process;
#[path = "peers/provider_mirror.rs"]
mod provider_mirror;
#[path = "peers/stage.rs"]
mod stage;
#[path = "peers/terraform.rs"]
mod terraform;
#[path = "peers/walk.rs"]
mod walk;
