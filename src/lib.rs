//! `bedrock-ops` puts an Amazon Bedrock agent into Slack: it reads `agent.yaml` and makes AWS match it.
//!
//! The modules, top down; each imports only from those below it, and a test holds them to it.

pub mod aws; // clients, site, failures
pub mod cli; // the command line, no logic
pub mod commands; // one verb a file
pub mod connector; // the line for Slack
pub mod engine; // observe and apply: each step as soon as its needs are there
pub mod error; // refusals, exit codes, how errors are printed
pub mod image; // source folder -> image -> registry
pub mod manifest; // agent.yaml -> Manifest
pub mod name; // AWS's naming rules
pub mod ownership;
pub mod plan; // wanted against seen; pure
pub mod progress; // what is under way, on stderr
pub mod report; // plans and reports as text and JSON
pub mod resource; // the Resource trait and what it is given
pub mod resources; // one AWS resource a file
pub mod session; // one manifest, one door: observe, plan, apply
pub mod stack; // Manifest -> Stack: everything that is wanted. Read this first
pub mod wait; // the only waiting // whose a thing is
