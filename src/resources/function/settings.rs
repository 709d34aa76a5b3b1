//! What a function is set to, and every version keeps for itself.

use std::collections::BTreeMap;

use aws_sdk_lambda::types::{Architecture, FunctionConfiguration};
use serde::Serialize;

/// The part that every version keeps for itself.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Settings {
    pub(super) architecture: String,
    pub(super) role: String,
    pub(super) timeout: Option<i32>,
    pub(super) memory: Option<i32>,
    pub(super) environment: BTreeMap<String, String>,
}

/// The settings as Lambda has them.
pub(super) fn settings(configuration: &FunctionConfiguration) -> Settings {
    let variables = configuration.environment().and_then(|environment| environment.variables().cloned());
    Settings {
        architecture: configuration.architectures().first().map_or("x86_64", Architecture::as_str).to_owned(),
        role: configuration.role().unwrap_or_default().to_owned(),
        timeout: configuration.timeout(),
        memory: configuration.memory_size(),
        environment: variables.unwrap_or_default().into_iter().collect(),
    }
}
