//! The environment variables of a function, and which of them Lambda refuses.

use std::collections::BTreeMap;

use serde_json::json;

use super::answers::invalid;
use crate::refusal::Refusal;
use crate::services::ecr::members::Members;

/// Names that Lambda sets itself.
pub(super) const RESERVED: [&str; 18] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

/// All variables together take at most 4 KB, as JSON.
const MOST_BYTES: usize = 4096;

/// The variables in the member `Environment`; `None` if the request has no such member.
pub(super) fn read(members: &Members<'_>) -> Result<Option<BTreeMap<String, String>>, Refusal> {
    let Some(environment) = members.inner("Environment", &["Variables"])? else { return Ok(None) };
    let variables = environment.map("Variables")?.unwrap_or_default();
    let reserved: Vec<&str> = variables.keys().map(String::as_str).filter(|name| RESERVED.contains(name)).collect();
    if !reserved.is_empty() {
        return Err(invalid(&format!(
            "Lambda was unable to configure your environment variables because the environment variables you have \
             provided contains reserved keys that are currently not supported for modification. Reserved keys used in \
             this request: {}",
            reserved.join(", ")
        )));
    }
    if let Some(name) = variables.keys().find(|name| !is_name(name)) {
        let rule = "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: \
                    [a-zA-Z]([a-zA-Z0-9_])+]";
        return Err(members.refuse("environment.variables", Some(name), rule));
    }
    let measured = json!(variables).to_string();
    if measured.len() > MOST_BYTES {
        return Err(invalid(&format!(
            "Lambda was unable to configure your environment variables because the environment variables you have \
             provided exceeded the 4KB limit. String measured: {measured}"
        )));
    }
    Ok(Some(variables))
}

/// A letter, then at least one letter, digit or underscore.
fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic())
        && name.len() > 1
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
