//! The exceptions that arrive inside a stream that was answered with 200: their members, and AWS's texts for them.
//!
//! Texts that public reports quote stand verbatim. Where nobody has published AWS's words, ours follow the quoted ones.

use serde_json::{Value, json};

use crate::fault::StreamException;
use crate::services::bedrock_agent::routed::Trouble;

/// One exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Exception {
    pub(super) kind: StreamException,
    pub(super) message: String,
    /// The thing that failed the agent, where the exception names one.
    pub(super) resource: Option<String>,
}

impl Exception {
    fn new(kind: StreamException, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), resource: None }
    }

    /// The agent's role can't be taken, or may not call the model.
    pub(super) fn model_denied() -> Self {
        let text = "Access denied when calling Bedrock. Check your request permissions and retry the request.";
        Self::new(StreamException::AccessDenied, text)
    }

    pub(super) fn no_such_model(text: String) -> Self {
        Self::new(StreamException::Validation, text)
    }

    /// The model is on its way out, and the account has not used it lately.
    pub(super) fn model_is_legacy() -> Self {
        let text = "Access denied. This Model is marked by provider as Legacy and you have not been actively using the \
                    model in the last 30 days. Please upgrade to an active model on Amazon Bedrock";
        Self::new(StreamException::ResourceNotFound, text)
    }

    /// The model makes embeddings, images or rankings.
    pub(super) fn model_without_text() -> Self {
        let text =
            "This action doesn't support the model that you provided. Try again with a supported text or chat model.";
        Self::new(StreamException::Validation, text)
    }

    pub(super) fn model_ended() -> Self {
        let text = "This model version has reached the end of its life. Please refer to the AWS documentation for more \
                    details.";
        Self::new(StreamException::ResourceNotFound, text)
    }

    pub(super) fn needs_profile(model: &str) -> Self {
        let text = format!(
            "Invocation of model ID {model} with on-demand throughput isn't supported. Retry your request with the ID \
             or ARN of an inference profile that contains this model."
        );
        Self::new(StreamException::Validation, text)
    }

    pub(super) fn alias(alias: &str, trouble: &Trouble) -> Self {
        let text = match trouble {
            Trouble::Rejects => format!("Agent alias {alias} is set to REJECT_INVOCATIONS and takes no requests."),
            Trouble::State(state) => format!(
                "Agent alias {alias} can't be invoked when it is in {state} state. Retry the request when the agent \
                 alias is in a valid state."
            ),
        };
        Self::new(StreamException::Validation, text)
    }

    /// The function's resource policy does not let the agent in.
    pub(super) fn function_denied(arn: &str) -> Self {
        let text = format!(
            "Access denied while invoking Lambda function {arn}. Check the permissions on Lambda function and retry \
             the request."
        );
        Self::function(arn, text)
    }

    /// The function has failed; `error` is what Lambda calls that: `Unhandled`.
    pub(super) fn function_failed(arn: &str, error: &str) -> Self {
        // The blank is missing in AWS's text, too.
        let text = format!(
            "Your request couldn't be completed. Lambda function {arn} encountered a problem while processing \
             request.The error message from the Lambda function is {error}. Check the Lambda function log for error \
             details, then try your request again after fixing the error."
        );
        Self::function(arn, text)
    }

    /// The function has returned something else than Bedrock takes. AWS does not say what; the emulator adds it.
    pub(super) fn bad_reply(arn: &str, lacks: &str) -> Self {
        let text = format!(
            "The server encountered an error processing the Lambda response. Check the Lambda response and retry the \
             request (the emulator found: {lacks})"
        );
        Self::function(arn, text)
    }

    fn function(arn: &str, message: impl Into<String>) -> Self {
        let exception = Self::new(StreamException::DependencyFailed, message);
        Self { resource: Some(arn.to_owned()), ..exception }
    }

    /// The results that the caller brings are not those that it was asked for.
    pub(super) fn wrong_results(message: impl Into<String>) -> Self {
        Self::new(StreamException::Validation, message)
    }

    /// What the emulator can't do, found out too late for a 501.
    pub(super) fn not_emulated(message: impl Into<String>) -> Self {
        Self::new(StreamException::InternalServer, message)
    }

    /// One that a test has planted.
    pub(super) fn planted(kind: StreamException) -> Self {
        let (text, resource) = match kind {
            StreamException::AccessDenied => return Self::model_denied(),
            StreamException::DependencyFailed => {
                return Self::function_failed("arn:aws:lambda:us-east-1:123456789012:function:planted", "Unhandled");
            }
            StreamException::BadGateway => (
                "There was an issue with a dependency due to a server issue. Retry your request.",
                Some("planted-dependency"),
            ),
            StreamException::Conflict => {
                ("There was a conflict performing an operation. Resolve the conflict and retry your request.", None)
            }
            StreamException::InternalServer => ("An internal server error occurred. Retry your request.", None),
            StreamException::ModelNotReady => (
                "Model is not ready for inference. Wait and try your request again. Refer to \
                 https://docs.aws.amazon.com/bedrock/latest/userguide/model-customization-import-model.html.",
                None,
            ),
            StreamException::ResourceNotFound => (
                "Failed to retrieve resource because it doesn't exist. Retry the request with a different resource \
                 identifier.",
                None,
            ),
            StreamException::ServiceQuotaExceeded => {
                ("The number of requests exceeds the service quota. Resubmit your request later.", None)
            }
            StreamException::Throttling => ("Your request rate is too high. Reduce the frequency of requests.", None),
            StreamException::Validation => {
                ("Input validation failed. Check your request parameters and retry the request.", None)
            }
        };
        Self { kind, message: text.to_owned(), resource: resource.map(str::to_owned) }
    }

    /// Its members, as the stream carries them.
    pub(super) fn members(&self) -> Value {
        let mut members = json!({"message": self.message});
        if let Some(resource) = &self.resource {
            members["resourceName"] = json!(resource);
        }
        members
    }
}
