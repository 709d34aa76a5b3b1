//! Tells a quota that is used up from throttling.

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction, RetryClassifierPriority};
use serde_json::Value;

/// Forbids repeating a call that exceeds a quota. The SDK knows the code `LimitExceededException` as throttling and would repeat
/// the call for half a minute, though ECR and CloudWatch Logs mean a quota by it.
#[derive(Debug)]
pub(super) struct Quota;

impl ClassifyRetry for Quota {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let body = context.response().and_then(|response| response.body().bytes());
        if body.is_some_and(is_exceeded) { RetryAction::RetryForbidden } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "Quota"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// Whether this is an error of AWS's JSON protocols that names an exceeded quota.
fn is_exceeded(body: &[u8]) -> bool {
    let error: Value = serde_json::from_slice(body).unwrap_or_default();
    let code = error["__type"].as_str().unwrap_or_default();
    code.rsplit('#').next() == Some("LimitExceededException")
}

#[cfg(test)]
mod tests {
    use super::is_exceeded;

    #[test]
    fn a_quota_is_told_from_throttling() {
        assert!(is_exceeded(br#"{"__type":"LimitExceededException","message":"too many"}"#));
        assert!(is_exceeded(br#"{"__type":"com.amazonaws.ecr#LimitExceededException"}"#));
        assert!(!is_exceeded(br#"{"__type":"ThrottlingException"}"#));
        assert!(!is_exceeded(b"<html>"));
    }
}
