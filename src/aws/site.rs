//! Where the stack lives, and the ARNs that follow from it.

use anyhow::{Context, Result};
use aws_config::SdkConfig;

use crate::aws::Called;

/// Partition, account and region: enough to compute every ARN whose last part is a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// 12 digits.
    pub account: String,
    /// `ap-northeast-1`.
    pub region: String,
    /// Whether it is the emulator's in this process.
    pub emulated: bool,
    /// The endpoint of every service, where the environment or the profile names one in AWS's place.
    pub endpoint: Option<String>,
}

/// Asks STS whose the credentials are.
pub(super) async fn find(config: &SdkConfig, emulated: bool) -> Result<Site> {
    let region = config.region().map(ToString::to_string).unwrap_or_default();
    let caller = aws_sdk_sts::Client::new(config)
        .get_caller_identity()
        .send()
        .await
        .called("sts:GetCallerIdentity")
        .context("finding out whose the AWS credentials are")?;
    let arn = caller.arn().unwrap_or_default();
    let partition = arn.split(':').nth(1).filter(|partition| !partition.is_empty()).unwrap_or("aws");
    let account = caller.account().context("sts:GetCallerIdentity named no account")?;
    let endpoint = config.endpoint_url().filter(|_| !emulated).map(str::to_owned);
    Ok(Site { partition: partition.to_owned(), account: account.to_owned(), region, emulated, endpoint })
}

impl Site {
    /// Account and region, for people.
    pub fn shown(&self) -> String {
        let instead = match &self.endpoint {
            _ if self.emulated => " (emulator)".to_owned(),
            Some(endpoint) => format!(" at {endpoint}"),
            None => String::new(),
        };
        format!("{}/{}{instead}", self.account, self.region)
    }

    /// The ARN of a role by its name.
    pub fn role_arn(&self, name: &str) -> String {
        format!("arn:{}:iam::{}:role/{name}", self.partition, self.account)
    }

    /// The ARN of a function, with its version if the target carries one (`name:3`).
    pub fn function_arn(&self, target: &str) -> String {
        self.arn("lambda", &format!("function:{target}"))
    }

    /// The ARN of a log group, as permissions and tags want it: without `:*`.
    pub fn log_group_arn(&self, name: &str) -> String {
        self.arn("logs", &format!("log-group:{name}"))
    }

    /// The ARN of an agent by its id.
    pub fn agent_arn(&self, id: &str) -> String {
        self.arn("bedrock", &format!("agent/{id}"))
    }

    /// The ARN of an agent's alias.
    pub fn alias_arn(&self, agent: &str, alias: &str) -> String {
        self.arn("bedrock", &format!("agent-alias/{agent}/{alias}"))
    }

    /// The ARN of a foundation model, which belongs to no account.
    pub fn model_arn(&self, id: &str) -> String {
        format!("arn:{}:bedrock:{}::foundation-model/{id}", self.partition, self.region)
    }

    /// The ARN of a Pinpoint application.
    pub fn application_arn(&self, id: &str) -> String {
        self.arn("mobiletargeting", &format!("apps/{id}"))
    }

    /// The ARN of a repository.
    pub fn repository_arn(&self, name: &str) -> String {
        self.arn("ecr", &format!("repository/{name}"))
    }

    fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{rest}", self.partition, self.region, self.account)
    }
}
