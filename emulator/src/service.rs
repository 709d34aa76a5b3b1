//! The services: what each is called, which protocol it speaks, and how it says that it is overloaded or broken.

use crate::call::{Call, Reply};
use crate::refusal::Refusal;
use crate::services::{
    athena, bedrock, bedrock_agent, bedrock_agent_runtime, cloudwatch, cost_explorer, ecr, iam, lambda, logs, pinpoint,
    registry, sts,
};

/// A service of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Athena,
    Bedrock,
    BedrockAgent,
    BedrockAgentRuntime,
    CloudWatch,
    CostExplorer,
    Ecr,
    Iam,
    Lambda,
    Logs,
    Pinpoint,
    Registry,
    Sts,
}

/// How a service is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// A form in, XML out.
    Query,
    /// JSON in and out, the operation in `X-Amz-Target`.
    Json,
    /// JSON in and out, the operation in method and path.
    RestJson,
    /// The container registry's, without AWS's signature.
    Registry,
}

impl Service {
    /// Its name in the log of calls.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Athena => "athena",
            Self::Bedrock => "bedrock",
            Self::BedrockAgent => "bedrock-agent",
            Self::BedrockAgentRuntime => "bedrock-agent-runtime",
            Self::CloudWatch => "cloudwatch",
            Self::CostExplorer => "cost-explorer",
            Self::Ecr => "ecr",
            Self::Iam => "iam",
            Self::Lambda => "lambda",
            Self::Logs => "logs",
            Self::Pinpoint => "pinpoint",
            Self::Registry => "registry",
            Self::Sts => "sts",
        }
    }

    pub(crate) fn protocol(self) -> Protocol {
        match self {
            Self::Iam | Self::Sts => Protocol::Query,
            Self::Athena | Self::CloudWatch | Self::CostExplorer | Self::Ecr | Self::Logs => Protocol::Json,
            Self::Bedrock | Self::BedrockAgent | Self::BedrockAgentRuntime | Self::Lambda | Self::Pinpoint => {
                Protocol::RestJson
            }
            Self::Registry => Protocol::Registry,
        }
    }

    /// The XML namespace of a query service; empty for the others.
    pub(crate) fn namespace(self) -> &'static str {
        match self {
            Self::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
            Self::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
            _ => "",
        }
    }

    /// What stands before the dot in `X-Amz-Target`; empty for services without it.
    pub(crate) fn target_prefix(self) -> &'static str {
        match self {
            Self::Athena => "AmazonAthena",
            Self::CloudWatch => "GraniteServiceVersion20100801",
            Self::CostExplorer => "AWSInsightsIndexService",
            Self::Ecr => "AmazonEC2ContainerRegistry_V20150921",
            Self::Logs => "Logs_20140328",
            _ => "",
        }
    }

    pub(crate) fn handle(self, call: &mut Call<'_>) -> Result<Reply, Refusal> {
        match self {
            Self::Athena => athena::handle(call),
            Self::Bedrock => bedrock::handle(call),
            Self::BedrockAgent => bedrock_agent::handle(call),
            Self::BedrockAgentRuntime => bedrock_agent_runtime::handle(call),
            Self::CloudWatch => cloudwatch::handle(call),
            Self::CostExplorer => cost_explorer::handle(call),
            Self::Ecr => ecr::handle(call),
            Self::Iam => iam::handle(call),
            Self::Lambda => lambda::handle(call),
            Self::Logs => logs::handle(call),
            Self::Pinpoint => pinpoint::handle(call),
            Self::Registry => registry::handle(call),
            Self::Sts => sts::handle(call),
        }
    }

    /// How it refuses a client that calls too often.
    pub(crate) fn throttled(self) -> Refusal {
        let (status, code) = match self {
            Self::Iam | Self::Sts => (400, "Throttling"),
            Self::CloudWatch | Self::Ecr | Self::Logs => (400, "ThrottlingException"),
            Self::Athena => (400, "TooManyRequestsException"),
            Self::CostExplorer => (400, "LimitExceededException"),
            Self::Bedrock | Self::BedrockAgent | Self::BedrockAgentRuntime => (429, "ThrottlingException"),
            Self::Lambda | Self::Pinpoint => (429, "TooManyRequestsException"),
            Self::Registry => (429, "TOOMANYREQUESTS"),
        };
        Refusal::new(status, code, "Rate exceeded")
    }

    /// How it says that it failed itself.
    pub(crate) fn broken(self) -> Refusal {
        let (status, code) = match self {
            Self::CloudWatch => (500, "InternalServiceFault"),
            Self::Iam => (500, "ServiceFailure"),
            Self::CostExplorer | Self::Sts => (500, "InternalFailure"),
            Self::Ecr => (500, "ServerException"),
            Self::Logs => (503, "ServiceUnavailableException"),
            Self::Athena | Self::Bedrock | Self::BedrockAgent | Self::BedrockAgentRuntime => {
                (500, "InternalServerException")
            }
            Self::Lambda => (500, "ServiceException"),
            Self::Pinpoint => (500, "InternalServerErrorException"),
            Self::Registry => (503, "UNAVAILABLE"),
        };
        Refusal::new(status, code, "The service is unavailable. Please try again later.")
    }
}
