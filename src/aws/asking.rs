//! The client that asks agents. It waits longer than the others, and asks no question twice.

use aws_config::SdkConfig;
use aws_sdk_bedrockagentruntime::config::Builder;
use aws_sdk_bedrockagentruntime::error::ProvideErrorMetadata;
use aws_sdk_bedrockagentruntime::operation::invoke_agent::InvokeAgentError;
use aws_smithy_runtime_api::client::interceptors::context::{Error, InterceptorContext};
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_types::timeout::TimeoutConfig;

/// The service's own configuration. How long an agent may be silent is for `conversation` to say: before the stream and
/// in it, it is the same silence.
pub(super) fn settings(config: &SdkConfig) -> Builder {
    let connecting = config.timeout_config().and_then(TimeoutConfig::connect_timeout);
    let mut timeouts = TimeoutConfig::builder();
    timeouts.set_connect_timeout(connecting);
    let mut settings = Builder::from(config);
    settings.set_timeout_config(Some(timeouts.build()));
    settings.retry_classifier(AskedOnce)
}

/// What AWS answers instead of taking a question: wait, and ask again (model of `InvokeAgent`).
const NOT_TAKEN: [&str; 2] = ["ThrottlingException", "ModelNotReadyException"];

/// An agent's functions may do something each time. So a question is asked again only where AWS has said that it did not
/// take it (throttled, not ready), never where the connection broke and nobody knows.
#[derive(Debug)]
struct AskedOnce;

impl ClassifyRetry for AskedOnce {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match context.output_or_error() {
            Some(Err(error)) if !was_not_taken(error) => RetryAction::RetryForbidden,
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "AskedOnce"
    }
}

/// Whether AWS has said that it did not begin. A failure on its own side may come when the function has run.
fn was_not_taken(error: &OrchestratorError<Error>) -> bool {
    let said = error.as_operation_error().and_then(|error| error.downcast_ref::<InvokeAgentError>());
    said.and_then(ProvideErrorMetadata::code).is_some_and(|code| NOT_TAKEN.contains(&code))
}
