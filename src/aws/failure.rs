//! An AWS call that failed, as facts and as a sentence. The SDK's own text is just "service error".

use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::credentials::NoCredentials;

/// The codes by which services say that a thing is not there.
const NOT_FOUND: [&str; 7] = [
    "NoSuchEntity",
    "NoSuchEntityException",
    "ResourceNotFoundException",
    "RepositoryNotFoundException",
    "RepositoryPolicyNotFoundException",
    "ImageNotFoundException",
    "NotFoundException",
];

/// The codes by which services say that a name is taken.
const ALREADY_THERE: [&str; 4] = [
    "EntityAlreadyExists",
    "EntityAlreadyExistsException",
    "RepositoryAlreadyExistsException",
    "ResourceAlreadyExistsException",
];

/// The codes by which services say that they are too busy, and that of a call without an answer.
const BUSY: [&str; 8] = [
    "NoAnswer",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequests",
    "TooManyRequestsException",
];

/// The code of a call that could not be signed.
const NO_CREDENTIALS: &str = "NoCredentials";

/// Why a call failed.
#[derive(Debug)]
pub struct Failure(Box<Facts>);

#[derive(Debug)]
struct Facts {
    operation: &'static str,
    code: String,
    /// AWS's text, which may repeat what anybody wrote.
    message: String,
    status: Option<u16>,
    /// Whether it came within an answer that had begun, and so has no status of its own.
    streamed: bool,
    request_id: Option<String>,
    /// What to type where credentials are missing.
    credentials: Option<String>,
}

/// Turns the SDK's result into ours, naming the operation as IAM does (`iam:CreateRole`).
pub trait Called<T> {
    /// The answer, or the failure with its facts.
    fn called(self, operation: &'static str) -> Result<T, Failure>;
}

impl<T, E> Called<T> for Result<T, SdkError<E, HttpResponse>>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    fn called(self, operation: &'static str) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(operation, &error))
    }
}

/// Takes "not there" for an answer.
pub trait Found<T> {
    /// `None` when AWS says that the thing does not exist.
    fn found(self) -> Result<Option<T>, Failure>;
}

impl<T> Found<T> for Result<T, Failure> {
    fn found(self) -> Result<Option<T>, Failure> {
        match self {
            Ok(answer) => Ok(Some(answer)),
            Err(failure) if failure.is_not_found() => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}

impl Failure {
    fn new<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let response = error.raw_response();
        let service = error.as_service_error();
        let code = service.and_then(ProvideErrorMetadata::code).unwrap_or_else(|| unanswered(error));
        let message = service.and_then(ProvideErrorMetadata::message).map(str::to_owned);
        let credentials = NoCredentials::of(error);
        let message = message.unwrap_or_else(|| credentials.map_or_else(|| innermost(error), ToString::to_string));
        Self(Box::new(Facts {
            operation,
            code: code.to_owned(),
            message,
            status: response.map(|response| response.status().as_u16()),
            streamed: false,
            credentials: credentials.map(|none| none.hint().to_owned()),
            request_id: response.and_then(|response| {
                let header = |name| response.headers().get(name).map(str::to_owned);
                header("x-amzn-requestid").or_else(|| header("x-amz-request-id"))
            }),
        }))
    }

    /// An error that came within an answer's stream, after the call itself had been accepted.
    pub fn in_stream(operation: &'static str, code: &str, message: &str, request_id: Option<&str>) -> Self {
        let (code, message, request_id) = (code.to_owned(), message.to_owned(), request_id.map(str::to_owned));
        Self(Box::new(Facts { operation, code, message, status: None, streamed: true, request_id, credentials: None }))
    }

    /// A stream that could not be read to its end.
    pub fn broken_stream(operation: &'static str, error: &(dyn std::error::Error + 'static), id: Option<&str>) -> Self {
        Self::in_stream(operation, "UnreadableAnswer", &innermost(error), id)
    }

    /// The operation as IAM names it.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// AWS's text.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Whether AWS gave this error code.
    pub fn is(&self, code: &str) -> bool {
        self.0.code.strip_suffix("Exception").unwrap_or(&self.0.code) == code.strip_suffix("Exception").unwrap_or(code)
    }

    /// Whether AWS's text has these words, capitals aside. For where AWS gives no type.
    pub fn says(&self, words: &str) -> bool {
        self.0.message.to_lowercase().contains(&words.to_lowercase())
    }

    /// The thing is not there.
    pub fn is_not_found(&self) -> bool {
        NOT_FOUND.contains(&self.0.code.as_str())
    }

    /// The name is taken.
    pub fn is_already_there(&self) -> bool {
        ALREADY_THERE.contains(&self.0.code.as_str())
            || (self.is("ResourceConflictException") && self.says("already exist"))
            || (self.is("ConflictException") && (self.says("same name") || self.says("already exists")))
    }

    /// AWS creates no agents in this account: it is closed to accounts that did not use Bedrock Agents before.
    pub fn is_closed_to_new_agents(&self) -> bool {
        self.is("AccessDeniedException") && self.says("maintenance mode")
    }

    /// Lambda may not pull the image from its repository.
    pub fn is_image_denied(&self) -> bool {
        self.is("AccessDeniedException") && self.says("permission to access the ECR image")
    }

    /// The service is too busy or can't be reached: the same call may succeed later.
    pub fn is_passing(&self) -> bool {
        BUSY.iter().any(|code| self.is(code)) || matches!(self.0.status, Some(429 | 500 | 502 | 503 | 504))
    }

    /// The command or setting that helps.
    pub fn hint(&self) -> Option<String> {
        if self.says("not authorized to perform") && self.is("AccessDenied") {
            let passes = ["bedrock:UpdateAgent", "lambda:CreateFunction"].contains(&self.0.operation);
            let pass = if passes { ", and iam:PassRole on the stack's roles," } else { "" };
            return Some(format!(
                "allow {}{pass} to the identity that runs this command, then run it again; docs/permissions.md lists the whole \
                 policy of each command",
                self.missing_permission()
            ));
        }
        if self.is_image_denied() {
            return Some(
                "the repository's policy must let lambda.amazonaws.com call ecr:BatchGetImage and ecr:GetDownloadUrlForLayer. \
                 `deploy` writes that into the policy of the stack's own repository: run it again, and if it is refused again, \
                 look for a Deny in `aws ecr get-repository-policy`. For an image of another repository (`lambda.image`), its \
                 owner adds the statement"
                    .to_owned(),
            );
        }
        if self.says("signature expired") || self.says("signature not yet current") {
            return Some("set the clock of this machine: it differs from AWS's by more than five minutes".to_owned());
        }
        if ["ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"]
            .iter()
            .any(|code| self.is(code))
        {
            return Some(
                "renew the credentials (`aws sso login`, or new keys) and run the same command again".to_owned(),
            );
        }
        match self.0.code.as_str() {
            NO_CREDENTIALS => self.0.credentials.clone(),
            "NoAnswer" if self.0.operation == "lambda:Invoke" => Some(
                "the function may have run, or may still be running: `bedrock-ops logs` shows it. Check that before you \
                 invoke it again"
                    .to_owned(),
            ),
            "NoAnswer" => {
                Some("check the network and AWS_ENDPOINT_URL; running the same command again is safe".to_owned())
            }
            "UnreadableAnswer" if !self.0.streamed => Some(
                "something else answered in AWS's place, such as a proxy or a network sign-in page: check HTTPS_PROXY, \
                 AWS_ENDPOINT_URL and the network"
                    .to_owned(),
            ),
            "ServiceQuotaExceededException"
            | "LimitExceededException"
            | "LimitExceeded"
            | "CodeStorageExceededException"
            | "PolicyLengthExceededException" => {
                Some("raise the quota in the Service Quotas console, or remove what is no longer used".to_owned())
            }
            _ if self.is_passing() => {
                Some("AWS is busy or has a fault of its own: wait a minute, then run the same command again".to_owned())
            }
            _ => None,
        }
    }

    /// The permission that AWS's text says is missing; else that of the operation.
    fn missing_permission(&self) -> &str {
        let after = self.0.message.split("perform: ").nth(1);
        after.and_then(|rest| rest.split_whitespace().next()).unwrap_or(self.0.operation)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Facts { operation, code, message, status, streamed, request_id, credentials: _ } = &*self.0;
        write!(f, "{operation}: {message} ({code}")?;
        if let Some(status) = status {
            write!(f, ", HTTP {status}")?;
        }
        if *streamed {
            write!(f, ", in the stream")?;
        }
        if let Some(id) = request_id {
            write!(f, ", request id {id}")?;
        }
        write!(f, ")")
    }
}

impl std::error::Error for Failure {}

/// The code of a call that no service answered.
fn unanswered<E: std::error::Error + 'static>(error: &SdkError<E, HttpResponse>) -> &'static str {
    match error {
        _ if NoCredentials::of(error).is_some() => NO_CREDENTIALS,
        SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) => "NoAnswer",
        SdkError::ConstructionFailure(_) => "NotSent",
        _ => "UnreadableAnswer",
    }
}

/// What lies at the bottom of an error that no service gave: the connection, the credentials.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let text = cause.to_string();
    if text.is_empty() { DisplayErrorContext(error).to_string() } else { text }
}
