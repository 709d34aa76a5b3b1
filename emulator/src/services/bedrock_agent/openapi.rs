//! Holds an action group's API schema against what Bedrock takes: OpenAPI 3, each operation with an `operationId`.

use serde_json::Value;

use super::refusals::validation;
use crate::refusal::Refusal;

/// The methods that are operations of a path; a path has other members too.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Refuses a schema of the action group of this name that Bedrock does not take. What lies in S3 is not read.
pub(super) fn check(name: &str, schema: &Value) -> Result<(), Refusal> {
    let Some(payload) = schema["payload"].as_str() else { return Ok(()) };
    // Every JSON document is a YAML document, too.
    let refused = |found: &str| {
        validation(format!(
            "Failed to create OpenAPI 3 model from the JSON/YAML object that you provided for action: {name} (the emulator \
             found: {found})"
        ))
    };
    let document: Value = serde_saphyr::from_str(payload).map_err(|_| refused("it is neither JSON nor YAML"))?;
    if !document["openapi"].as_str().is_some_and(|version| version.starts_with("3.")) {
        return Err(refused("`openapi` is not 3.x"));
    }
    let Some(paths) = document["paths"].as_object() else { return Err(refused("it has no `paths`")) };
    for (path, members) in paths {
        let operations = METHODS.iter().filter_map(|method| Some((method, members.get(method)?)));
        for (method, operation) in operations {
            if operation["operationId"].as_str().is_none_or(str::is_empty) {
                return Err(refused(&format!("{} {path} has no `operationId`", method.to_uppercase())));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::check;

    fn refused(payload: &str) -> Option<String> {
        check("orders", &json!({"payload": payload})).err().map(|refusal| refusal.message)
    }

    fn openapi(operation: &Value) -> String {
        let paths = json!({"/orders": {"parameters": [], "get": operation}});
        json!({"openapi": "3.0.0", "info": {"title": "t", "version": "1"}, "paths": paths}).to_string()
    }

    #[test]
    fn every_operation_needs_an_id() {
        let without = json!({"description": "d", "responses": {"200": {"description": "ok"}}});
        let message = refused(&openapi(&without)).expect("a refusal");
        assert!(message.starts_with("Failed to create OpenAPI 3 model from the JSON/YAML object"), "{message}");
        assert!(
            message.contains("action: orders") && message.ends_with("GET /orders has no `operationId`)"),
            "{message}"
        );
        assert_eq!(refused(&openapi(&json!({"operationId": "getOrders"}))), None);
        let yaml = "openapi: 3.0.1\npaths:\n  /orders:\n    get:\n      operationId: getOrders\n";
        assert_eq!(refused(yaml), None);
        assert!(refused(&yaml.replace("operationId", "summary")).is_some());
    }

    #[test]
    fn what_is_no_openapi_3_is_refused_and_what_lies_in_s3_is_not_read() {
        for payload in ["", "{", "swagger: 2.0", "openapi: 3.0.0"] {
            assert!(refused(payload).is_some(), "{payload}");
        }
        assert!(check("orders", &json!({"s3": {"s3BucketName": "b", "s3ObjectKey": "k"}})).is_ok());
    }
}
