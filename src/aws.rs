//! The AWS clients: built once, from where every AWS tool takes its settings, and handed to whoever calls.

mod asking;
mod counted;
mod credentials;
mod failure;
mod guard;
mod local;
mod quota;
mod registries;
mod site;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use aws_config::environment::region::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use aws_smithy_runtime_api::client::retries::classifiers::SharedRetryClassifier;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use emulator::Emulator;

pub use failure::{Called, Failure, Found};
pub use registries::Registries;
pub use site::Site;

use crate::manifest::Manifest;
use crate::network::Network;
use crate::refused::Refused;

/// Where the stack lives when `--local` is given and the manifest names no region.
pub const LOCAL_REGION: &str = "ap-northeast-1";

/// Tries per call, the first included, of throttled, failing or broken-off calls. The SDK's default of 3 is gone
/// through in two seconds; Bedrock's quotas of 2 calls a second need more patience.
const ATTEMPTS: u32 = 8;

/// What the clients may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Calls that change nothing; any other fails before it is sent.
    Read,
    /// All calls.
    Write,
}

/// All clients. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Aws {
    clients: Arc<Clients>,
    writes: guard::Writes,
    /// The registries that images come from and go to.
    pub registries: Registries,
}

/// One client for each service.
#[derive(Debug)]
#[allow(missing_docs, reason = "the names are the services'")]
pub struct Clients {
    pub bedrock: aws_sdk_bedrock::Client,
    pub bedrock_agent: aws_sdk_bedrockagent::Client,
    pub bedrock_agent_runtime: aws_sdk_bedrockagentruntime::Client,
    pub ecr: aws_sdk_ecr::Client,
    pub iam: aws_sdk_iam::Client,
    pub lambda: aws_sdk_lambda::Client,
    pub logs: aws_sdk_cloudwatchlogs::Client,
    pub pinpoint: aws_sdk_pinpoint::Client,
}

impl std::ops::Deref for Aws {
    type Target = Clients;

    fn deref(&self) -> &Clients {
        &self.clients
    }
}

impl Aws {
    /// How many calls of these clients changed something, or may have: those that AWS did not plainly refuse.
    pub fn writes(&self) -> usize {
        self.writes.count()
    }
}

/// Who is asked: AWS with the settings of the environment, or the emulator.
#[derive(Debug)]
pub struct Door {
    config: SdkConfig,
    registries: Registries,
}

impl Door {
    /// AWS, or the endpoint that the environment names: region, profile, credentials and endpoints come from the same
    /// places as for every AWS tool. `profile` goes before all of that. `from_environment` is `AWS_PROFILE`, for messages.
    /// All of it, registries included, is reached over this `network`.
    pub async fn aws(
        profile: Option<&str>,
        from_environment: Option<String>,
        manifest: &Manifest,
        network: &Network,
    ) -> Result<Self> {
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(network.client())
            .retry_config(retries())
            .timeout_config(timeouts());
        if let Some(region) = &manifest.region {
            loader = loader.region(regions(profile, Region::new(region.to_string())));
        }
        if let Some(profile) = profile {
            // A profile that is named here goes before keys in the environment, as in the AWS CLI.
            loader = loader.profile_name(profile).credentials_provider(of_profile(profile, manifest, network).await);
        }
        let config = loader.load().await;
        match (config.region(), &manifest.region) {
            (None, _) => return Err(Refused::no_region().into()),
            (Some(set), Some(wanted)) if set.as_ref() != wanted.as_ref() => {
                return Err(Refused::other_region(wanted.as_ref(), set.as_ref()).into());
            }
            (Some(_), _) => {}
        }
        let named = profile.map(str::to_owned).or(from_environment);
        Ok(Self { config: credentials::explained(config, named), registries: Registries::over(network) })
    }

    /// The emulator in this process.
    pub fn local(emulator: Emulator, manifest: &Manifest) -> Self {
        let region = manifest.region.as_ref().map_or(LOCAL_REGION, AsRef::as_ref);
        Self { config: local::config(&emulator, region, retries()), registries: Registries::emulated(emulator) }
    }

    /// The emulator, if it is the one in this process that is asked.
    pub fn emulator(&self) -> Option<&Emulator> {
        self.registries.emulator()
    }

    /// The region that is spoken to.
    pub fn region(&self) -> &str {
        self.config.region().map_or(LOCAL_REGION, AsRef::as_ref)
    }

    /// Asks who the credentials belong to. An account other than the manifest's is refused.
    pub async fn site(&self, manifest: &Manifest) -> Result<Site> {
        let site = site::find(&self.config, self.registries.emulator().is_some()).await?;
        match &manifest.account {
            Some(wanted) if wanted.as_ref() != site.account => {
                Err(Refused::other_account(wanted.as_ref(), &site.account).into())
            }
            _ => Ok(site),
        }
    }

    /// The clients.
    pub fn clients(&self, access: Access) -> Aws {
        let writes = guard::Writes::default();
        let clients = Arc::new(clients(&self.config, access, &writes));
        Aws { clients, writes, registries: self.registries.clone() }
    }
}

/// Where the region comes from when the manifest names one: the environment and the profile still go first, so that a
/// difference is noticed. The machine is not asked (EC2's metadata): the region of a CI runner says nothing about the
/// manifest.
fn regions(profile: Option<&str>, of_manifest: Region) -> RegionProviderChain {
    let mut of_profile = ProfileFileRegionProvider::builder();
    if let Some(profile) = profile {
        of_profile = of_profile.profile_name(profile);
    }
    RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
        .or_else(of_profile.build())
        .or_else(of_manifest)
}

/// The credentials of a profile. A role that it assumes is asked for in the manifest's region.
async fn of_profile(profile: &str, manifest: &Manifest, network: &Network) -> ProfileFileCredentialsProvider {
    let settings = ProviderConfig::without_region().with_http_client(network.client());
    let settings = match &manifest.region {
        Some(region) => settings.with_region(Some(Region::new(region.to_string()))),
        None => settings.load_default_region().await,
    };
    ProfileFileCredentialsProvider::builder().configure(&settings).profile_name(profile).build()
}

/// A call that nobody answers is given up and made again.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(30))
        .operation_timeout(Duration::from_mins(2))
        .build()
}

fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(Duration::from_millis(250))
}

fn clients(config: &SdkConfig, access: Access, writes: &guard::Writes) -> Clients {
    /// A service's own configuration, with the guard that lets reading calls pass alone.
    macro_rules! client {
        ($service:ident) => {
            client!($service, $service::config::Builder::from(config))
        };
        ($service:ident, $settings:expr) => {{
            let mut builder = $settings;
            builder.push_interceptor(match access {
                Access::Read => SharedInterceptor::new(guard::ReadOnly),
                Access::Write => SharedInterceptor::new(writes.clone()),
            });
            builder.push_retry_classifier(SharedRetryClassifier::new(quota::Quota));
            $service::Client::from_conf(builder.build())
        }};
    }
    Clients {
        bedrock: client!(aws_sdk_bedrock),
        bedrock_agent: client!(aws_sdk_bedrockagent),
        bedrock_agent_runtime: client!(aws_sdk_bedrockagentruntime, asking::settings(config)),
        ecr: client!(aws_sdk_ecr),
        iam: client!(aws_sdk_iam),
        lambda: client!(aws_sdk_lambda),
        logs: client!(aws_sdk_cloudwatchlogs),
        pinpoint: client!(aws_sdk_pinpoint),
    }
}
