//! The services, one a file, each with its own protocol.

pub(crate) mod athena;
pub(crate) mod bedrock;
pub(crate) mod bedrock_agent;
pub(crate) mod bedrock_agent_runtime;
pub(crate) mod cloudwatch;
pub(crate) mod cost_explorer;
pub(crate) mod ecr;
pub(crate) mod iam;
pub(crate) mod lambda;
pub(crate) mod logs;
pub(crate) mod pinpoint;
pub(crate) mod registry;
pub(crate) mod sts;

pub use registry::{base_images, has_base_images};
