//! Why a question got no answer, or half of one: every way in which that happens, with what to type next.

use std::fmt;

use aws_sdk_bedrockagentruntime::error::ProvideErrorMetadata;
use aws_sdk_bedrockagentruntime::types::error::ResponseStreamError as Streamed;

use super::cause::Found;
use super::{Agent, SILENCE};
use crate::aws::Failure;

/// A question that was not answered, or not to the end.
#[derive(Debug)]
pub struct Unanswered {
    reason: Reason,
    /// What AWS said, where it said anything.
    failure: Option<Failure>,
    /// Characters that had come before.
    given: usize,
    /// What was looked at and found since.
    found: Vec<String>,
    hint: String,
}

/// The ways in which a question is not answered. Most are AWS's exceptions, by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are AWS's")]
pub enum Reason {
    AccessDenied,
    BadGateway,
    Conflict,
    DependencyFailed,
    InternalServer,
    ModelNotReady,
    ResourceNotFound,
    ServiceQuotaExceeded,
    Throttling,
    Validation,
    /// The caller itself may not ask.
    NotAllowed,
    /// An exception that did not exist when this was written.
    Unknown,
    /// The connection was closed in the middle.
    BrokenOff,
    /// Nothing came for [`SILENCE`].
    Silent,
    /// The agent gave the work back to whoever asked.
    ReturnControl,
}

/// Codes of AWS and what they mean here.
const CODES: [(&str, Reason); 10] = [
    ("AccessDeniedException", Reason::AccessDenied),
    ("BadGatewayException", Reason::BadGateway),
    ("ConflictException", Reason::Conflict),
    ("DependencyFailedException", Reason::DependencyFailed),
    ("InternalServerException", Reason::InternalServer),
    ("ModelNotReadyException", Reason::ModelNotReady),
    ("ResourceNotFoundException", Reason::ResourceNotFound),
    ("ServiceQuotaExceededException", Reason::ServiceQuotaExceeded),
    ("ThrottlingException", Reason::Throttling),
    ("ValidationException", Reason::Validation),
];

impl Reason {
    /// The reason in a refusal that came before the stream; `None` where the call reached no agent at all.
    pub(super) fn of_refusal(failure: &Failure) -> Option<Self> {
        if failure.is("AccessDeniedException") && failure.says("not authorized to perform") {
            return Some(Self::NotAllowed);
        }
        CODES.iter().find(|(code, _)| failure.is(code)).map(|(_, reason)| *reason)
    }

    /// The reason in the stream.
    pub(super) fn of(error: &Streamed) -> Self {
        match error {
            Streamed::AccessDeniedException(_) => Self::AccessDenied,
            Streamed::BadGatewayException(_) => Self::BadGateway,
            Streamed::ConflictException(_) => Self::Conflict,
            Streamed::DependencyFailedException(_) => Self::DependencyFailed,
            Streamed::InternalServerException(_) => Self::InternalServer,
            Streamed::ModelNotReadyException(_) => Self::ModelNotReady,
            Streamed::ResourceNotFoundException(_) => Self::ResourceNotFound,
            Streamed::ServiceQuotaExceededException(_) => Self::ServiceQuotaExceeded,
            Streamed::ThrottlingException(_) => Self::Throttling,
            Streamed::ValidationException(_) => Self::Validation,
            _ => Self::Unknown,
        }
    }

    /// The error in the stream, as any other failure of AWS.
    pub(super) fn failure(self, operation: &'static str, error: &Streamed, request_id: Option<&str>) -> Failure {
        let code = CODES.iter().find(|(_, reason)| *reason == self).map(|(code, _)| *code);
        let code = code.or_else(|| error.code()).unwrap_or("an unknown exception");
        let message = error.message().unwrap_or("it says nothing");
        let resource = match error {
            Streamed::DependencyFailedException(error) => error.resource_name(),
            Streamed::BadGatewayException(error) => error.resource_name(),
            _ => None,
        };
        let message = resource.map_or_else(|| message.to_owned(), |resource| format!("{resource}: {message}"));
        Failure::in_stream(operation, code, &message, request_id)
    }

    /// What happened, for people.
    fn what(self) -> &'static str {
        match self {
            Self::AccessDenied => "the agent was refused its model or its function",
            Self::BadGateway => "the agent's function or model gave Bedrock nothing usable",
            Self::Conflict => "the agent is at something else: another question of this session, or a change of itself",
            Self::DependencyFailed => "the agent's function, or another thing that it depends on, failed",
            Self::InternalServer => "Bedrock failed on its own side",
            Self::ModelNotReady => "the agent's model is not ready yet",
            Self::ResourceNotFound => "Bedrock does not find the agent, its alias or its model",
            Self::ServiceQuotaExceeded => "a quota of the account is used up",
            Self::Throttling => "Bedrock takes no more calls at the moment: a rate of the account is used up",
            Self::Validation => "Bedrock does not take the question so, or the agent is not fit to be asked",
            Self::NotAllowed => "these credentials may not ask the agent",
            Self::Unknown => "Bedrock ended the answer with an error that this program does not know",
            Self::BrokenOff => "the answer broke off: the connection was closed",
            Self::Silent => "the agent fell silent and was given up",
            Self::ReturnControl => {
                "the agent asks its caller to confirm or perform a call, which neither Slack nor `ask` does"
            }
        }
    }

    /// What to do, unless something better was found out.
    fn hint(self, agent: &Agent) -> String {
        let typed = |command: &str| format!("`bedrock-ops {command}{}`", agent.flags);
        match self {
            Self::AccessDenied => format!("{} puts the role and the permission right", typed("deploy")),
            Self::BadGateway => {
                format!("ask again in a minute; if it stays so, {} shows what the function does", typed("logs"))
            }
            Self::Conflict => {
                "wait until the other answer or change has ended and ask again, or ask in another session".to_owned()
            }
            Self::DependencyFailed => {
                format!("{} sends the function such an event and judges its reply", typed("invoke"))
            }
            Self::InternalServer => {
                "ask again; nothing is to be mended here. If it stays so, see health.aws.amazon.com".to_owned()
            }
            Self::ModelNotReady => "ask again in a minute: a model that was not called for a while takes that long to \
                                    come back"
                .to_owned(),
            Self::ResourceNotFound => {
                format!("{} shows what is gone, {} brings it back", typed("plan"), typed("deploy"))
            }
            Self::ServiceQuotaExceeded => "ask again later, or have the quota raised in the Service Quotas console \
                                           (Amazon Bedrock)"
                .to_owned(),
            Self::Throttling => "ask again in a minute; if it happens often, have the model's requests or tokens a \
                                 minute raised in the Service Quotas console (Amazon Bedrock)"
                .to_owned(),
            Self::Validation => format!("mend what AWS names; {} prepares the agent where it is not", typed("deploy")),
            Self::NotAllowed => format!(
                "allow bedrock:InvokeAgent on {} to the role or user that asks",
                agent.site.alias_arn(&agent.id, &agent.alias)
            ),
            Self::Unknown => "go by what AWS says; a newer bedrock-ops may know the error".to_owned(),
            Self::BrokenOff => "check the network and ask again; the whole question is answered anew".to_owned(),
            Self::Silent => {
                format!("Slack gives up after 2 minutes; {} shows what the function was at", typed("logs --since 10m"))
            }
            Self::ReturnControl => {
                format!(
                    "if the function has `confirm: true` in the manifest, remove it; {} then lets the agent call the function",
                    typed("deploy")
                )
            }
        }
    }
}

impl Unanswered {
    /// For this reason.
    pub fn new(reason: Reason, failure: Option<Failure>, agent: &Agent) -> Self {
        Self { reason, failure, given: 0, found: Vec::new(), hint: reason.hint(agent) }
    }

    /// After so many characters of an answer.
    pub(super) fn after(self, given: usize) -> Self {
        Self { given, ..self }
    }

    /// With what was found out.
    pub(super) fn with(self, found: Found) -> Self {
        let Found { hint, lines, .. } = found;
        Self { hint: hint.unwrap_or(self.hint), found: lines, ..self }
    }

    /// Why.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// What to type next.
    pub fn hint(&self) -> &str {
        &self.hint
    }

    /// What happened, on one line.
    pub fn headline(&self) -> String {
        let mut text = self.reason.what().to_owned();
        if self.reason == Reason::Silent {
            text = format!("{text} after {} minutes", SILENCE.as_secs() / 60);
        }
        if self.given > 0 {
            text = format!("{text} ({} characters of the answer had come)", self.given);
        }
        text
    }

    /// What was found out about the cause; the function's log among it, in which anybody may write.
    pub fn found(&self) -> &[String] {
        &self.found
    }
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.headline())?;
        for line in &self.found {
            write!(f, "\n  found: {}", line.replace('\n', "\n    "))?;
        }
        Ok(())
    }
}

impl std::error::Error for Unanswered {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.failure.as_ref().map(|failure| failure as _)
    }
}

#[cfg(test)]
mod tests;
