//! `bedrock-ops` puts an Amazon Bedrock agent into Slack: it reads `agent.yaml` and makes AWS match it.
//!
//! The modules, top down; each imports only from those below it, and `tests/architecture.rs` holds them to it.

// What the user meets.
pub mod commands; // one verb a file
pub mod cli; // the command line, no logic
pub mod error; // how an error is printed, and its exit code

// What is done.
pub mod status; // what is deployed this moment, as text and as JSON
pub mod session; // one manifest, one door: observe, plan, apply
pub mod engine; // observe and apply: each step as soon as its needs are there
pub mod report; // plans and reports, as text and as JSON
pub mod connector; // the line for Slack

// What is wanted.
pub mod stack; // Manifest -> Stack: everything that is wanted. Read this first
pub mod resources; // one AWS resource a file
pub mod plan; // wanted against seen; pure
pub mod resource; // the Resource trait, and what it is given
pub mod conversation; // a question to an agent, and its answer as it comes
pub mod logs; // the function's log: read, followed, told by request
pub mod lifecycle; // how long a foundation model will be there
pub mod wait; // the only waiting on AWS
pub mod progress; // what is under way, on stderr
pub mod facts; // what can be said of a resource, and how two sayings differ; pure

// What it stands on.
pub mod aws; // clients, site, failures
pub mod refused; // what is refused, with the way out
pub mod ownership; // whose a thing is
pub mod image; // source folder -> image -> registry
pub mod network; // connections: proxies, certificates
pub mod contract; // what Bedrock sends to a function, and what it takes back; pure
pub mod manifest; // agent.yaml -> Manifest
pub mod origin; // the repository that a manifest comes from
pub mod git; // what Git says of a folder
pub mod source; // what of a source folder goes into the image
pub mod dockerfile; // what a Dockerfile asks for, and whether we can do it ourselves; pure
pub mod sanitize; // what may be printed: text in which nothing steers a terminal; pure
pub mod templates; // what `init` writes
pub mod moment; // a moment in UTC, and how it is written
pub mod name; // AWS's naming rules
pub mod shell; // words as a shell takes them; pure
