//! The registries that images come from and go to: over the network, or the emulator's.

use std::sync::Arc;

use anyhow::{Context, Result};
use async_trait::async_trait;
use emulator::Emulator;

use crate::aws::{Aws, Called};
use crate::image::{
    BaseReference, BasicAuth, EmulatorRegistry, OciRegistry, Registry, RegistryError, Renewing, Scheme, Tokens,
};
use crate::name::EcrHost;

/// Opens registries.
#[derive(Debug, Clone)]
pub struct Registries {
    emulator: Option<Emulator>,
}

impl Registries {
    pub(super) fn new(emulator: Option<Emulator>) -> Self {
        Self { emulator }
    }

    /// The registry that a base image's reference names: read without credentials, or with ECR's token where it is a
    /// private ECR registry of the region.
    pub async fn of_base(&self, aws: &Aws, reference: &str) -> Result<Box<dyn Registry>> {
        let base = BaseReference::parse(reference)?;
        let auth = if takes_token(&base.host, &aws.ecr) { Some(grant(&aws.ecr).await?.auth) } else { None };
        if let Some(emulator) = &self.emulator {
            return Ok(Box::new(EmulatorRegistry::new(emulator.clone(), auth)));
        }
        Ok(Box::new(OciRegistry::new(&base.host, base.scheme(), auth)))
    }

    /// The account's own ECR registry, at the endpoint and with the token that ECR gives. The token is good for 12 hours;
    /// one that runs out is renewed.
    pub async fn ecr(&self, aws: &Aws) -> Result<Box<dyn Registry>> {
        let tokens = EcrTokens { ecr: aws.ecr.clone(), emulator: self.emulator.clone() };
        // Opened here first, so that a failure of the call keeps its name and its cure.
        let registry = tokens.with(grant(&aws.ecr).await?);
        Ok(Box::new(Renewing::new(registry, Box::new(tokens))))
    }
}

/// Whether the registry is one that the token of this client's region is for: a private ECR registry of that region, of
/// whichever account. Everything else is read anonymously.
fn takes_token(host: &str, ecr: &aws_sdk_ecr::Client) -> bool {
    let region = ecr.config().region().map(AsRef::as_ref);
    EcrHost::parse(host).is_some_and(|host| Some(host.region.as_str()) == region)
}

/// Asks ECR for tokens.
struct EcrTokens {
    ecr: aws_sdk_ecr::Client,
    emulator: Option<Emulator>,
}

#[async_trait]
impl Tokens for EcrTokens {
    async fn open(&self) -> Result<Arc<dyn Registry>, RegistryError> {
        let refused = |error: anyhow::Error| RegistryError::NotAllowed {
            registry: "ECR".to_owned(),
            reason: format!("no new token: {error:#}"),
        };
        Ok(self.with(grant(&self.ecr).await.map_err(refused)?))
    }
}

impl EcrTokens {
    fn with(&self, Grant { auth, endpoint }: Grant) -> Arc<dyn Registry> {
        if let Some(emulator) = &self.emulator {
            return Arc::new(EmulatorRegistry::new(emulator.clone(), Some(auth)));
        }
        let (scheme, host) = match endpoint.strip_prefix("http://") {
            Some(host) => (Scheme::Http, host),
            None => (Scheme::Https, endpoint.strip_prefix("https://").unwrap_or(&endpoint)),
        };
        Arc::new(OciRegistry::new(host.trim_end_matches('/'), scheme, Some(auth)))
    }
}

/// A token, and where it is good.
struct Grant {
    auth: BasicAuth,
    endpoint: String,
}

async fn grant(ecr: &aws_sdk_ecr::Client) -> Result<Grant> {
    let answer = ecr.get_authorization_token().send().await.called("ecr:GetAuthorizationToken")?;
    let data = answer.authorization_data().first().context("ecr:GetAuthorizationToken gave no token")?;
    let auth = data.authorization_token().and_then(BasicAuth::from_token);
    let auth = auth.context("ecr:GetAuthorizationToken gave a token that can't be read")?;
    let endpoint = data.proxy_endpoint().context("ecr:GetAuthorizationToken named no registry")?;
    Ok(Grant { auth, endpoint: endpoint.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::takes_token;

    #[test]
    fn the_token_is_for_the_registries_of_its_own_region_alone() {
        let config = aws_sdk_ecr::Config::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .region(aws_config::Region::new("us-east-1"))
            .build();
        let ecr = aws_sdk_ecr::Client::from_conf(config);
        for (host, is_sent) in [
            ("123456789012.dkr.ecr.us-east-1.amazonaws.com", true),
            ("999999999999.dkr.ecr.us-east-1.amazonaws.com", true),
            ("123456789012.dkr.ecr-fips.us-east-1.amazonaws.com", true),
            ("123456789012.dkr.ecr.us-west-2.amazonaws.com", false),
            ("123456789012.dkr.ecr.us-east-1.amazonaws.com.cn", false),
            ("x.dkr.ecr.evil.com", false),
            ("123456789012.dkr.ecr.us-east-1.amazonaws.com.evil.com", false),
            ("123456789012.dkr.ecr.us-east-1.amazonaws.com:8443", false),
            ("public.ecr.aws", false),
        ] {
            assert_eq!(takes_token(host, &ecr), is_sent, "{host}");
        }
    }
}
