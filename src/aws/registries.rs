//! The registries that images come from and go to: over the network, or the emulator's.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use emulator::Emulator;

use crate::aws::counted::Counted;
use crate::aws::{Aws, Called};
use crate::image::{
    BaseReference, BasicAuth, Connections, ImageError, OciRegistry, Registry, RegistryError, Renewing, Scheme, Tokens,
};
use crate::name::EcrHost;
use crate::network::Network;

/// Opens registries.
#[derive(Debug, Clone)]
pub struct Registries(Way);

#[derive(Debug, Clone)]
enum Way {
    Network(Connections),
    Emulator(Emulator),
}

impl Registries {
    /// The emulator, if it is the one in this process that is asked.
    pub(super) fn emulator(&self) -> Option<&Emulator> {
        match &self.0 {
            Way::Emulator(emulator) => Some(emulator),
            Way::Network(_) => None,
        }
    }

    pub(super) fn over(network: &Network) -> Self {
        Self(Way::Network(Connections::over(network)))
    }

    pub(super) fn emulated(emulator: Emulator) -> Self {
        Self(Way::Emulator(emulator))
    }

    /// The registry that a base image's reference names: read without credentials, or with ECR's token where it is a
    /// private ECR registry of the region.
    pub async fn of_base(&self, aws: &Aws, reference: &str) -> Result<Box<dyn Registry>> {
        let base = BaseReference::parse(reference)?;
        if let Way::Emulator(emulator) = &self.0 {
            return emulated_base(emulator, aws, reference, &base).await;
        }
        let auth = match for_token(&base, &aws.ecr) {
            ForToken::Yes => Some(grant(&aws.ecr).await?.auth),
            // A stand-in for ECR may be on this machine; ECR says whether it is this one.
            ForToken::AskEcr => {
                Some(grant(&aws.ecr).await?).filter(|grant| grant.host() == Some(&*base.host)).map(|it| it.auth)
            }
            ForToken::No => None,
        };
        Ok(Box::new(self.registry(&base.host, base.scheme(), auth.as_ref())))
    }

    /// The account's own ECR registry, at the endpoint and with the token that ECR gives. The token is good for 12 hours;
    /// one that runs out is renewed.
    pub async fn ecr(&self, aws: &Aws) -> Result<Box<dyn Registry>> {
        let tokens = EcrTokens { ecr: aws.ecr.clone(), registries: self.clone() };
        // Opened here first, so that a failure of the call keeps its name and its cure.
        let registry = tokens.with(&grant(&aws.ecr).await?)?;
        let renewing = Renewing::new(registry, Box::new(tokens));
        Ok(Box::new(Counted::new(Box::new(renewing), aws.writes.clone())))
    }

    fn registry(&self, host: &str, scheme: Scheme, auth: Option<&BasicAuth>) -> OciRegistry {
        match &self.0 {
            Way::Network(connections) => OciRegistry::new(connections, host, scheme, auth),
            Way::Emulator(emulator) => OciRegistry::emulated(emulator.clone(), auth),
        }
    }
}

/// The emulator's stand-in for a registry of base images: its own account's, or the public ones that it has.
async fn emulated_base(
    emulator: &Emulator,
    aws: &Aws,
    reference: &str,
    base: &BaseReference,
) -> Result<Box<dyn Registry>> {
    let own = EcrHost::parse(&base.host)
        .is_some_and(|host| host.account.as_str() == emulator.account() && is_in_region(&host, &aws.ecr));
    let auth = if own { Some(grant(&aws.ecr).await?.auth) } else { None };
    if !own && !emulator::has_base_images(&base.host, &base.repository) {
        return Err(ImageError::not_emulated(reference).into());
    }
    Ok(Box::new(OciRegistry::emulated(emulator.clone(), auth.as_ref())))
}

/// Whether ECR's token is for a registry.
#[derive(Debug, PartialEq, Eq)]
enum ForToken {
    Yes,
    No,
    /// It may be: ECR names the endpoint that the token is for.
    AskEcr,
}

/// A private ECR registry of the client's region, of whichever account, is given the token; a registry on this machine
/// if ECR names it as its endpoint; everything else is read anonymously.
fn for_token(base: &BaseReference, ecr: &aws_sdk_ecr::Client) -> ForToken {
    match EcrHost::parse(&base.host) {
        Some(host) if is_in_region(&host, ecr) => ForToken::Yes,
        None if base.scheme() == Scheme::Http => ForToken::AskEcr,
        _ => ForToken::No,
    }
}

fn is_in_region(host: &EcrHost, ecr: &aws_sdk_ecr::Client) -> bool {
    ecr.config().region().is_some_and(|region| region.as_ref() == host.region.as_str())
}

/// Asks ECR for tokens.
struct EcrTokens {
    ecr: aws_sdk_ecr::Client,
    registries: Registries,
}

#[async_trait]
impl Tokens for EcrTokens {
    async fn open(&self) -> Result<Arc<dyn Registry>, RegistryError> {
        let refused =
            |error: anyhow::Error| RegistryError::NoToken { registry: "ECR".to_owned(), reason: format!("{error:#}") };
        self.with(&grant(&self.ecr).await.map_err(refused)?).map_err(refused)
    }
}

impl EcrTokens {
    fn with(&self, grant: &Grant) -> Result<Arc<dyn Registry>> {
        let endpoint = &grant.endpoint;
        let host = grant.host().with_context(|| format!("ECR names a registry that is no address: {endpoint}"))?;
        let scheme = if endpoint.starts_with("https://") { Scheme::Https } else { Scheme::Http };
        if scheme == Scheme::Http && !BaseReference::is_on_this_machine(host) {
            bail!("ECR names the registry {endpoint}; its token is not sent over plain HTTP to another machine");
        }
        Ok(Arc::new(self.registries.registry(host, scheme, Some(&grant.auth))))
    }
}

/// A token, and where it is good.
struct Grant {
    auth: BasicAuth,
    /// `https://ACCOUNT.dkr.ecr.REGION.amazonaws.com`.
    endpoint: String,
}

impl Grant {
    /// Host and port of the endpoint.
    fn host(&self) -> Option<&str> {
        let rest = self.endpoint.strip_prefix("https://").or_else(|| self.endpoint.strip_prefix("http://"))?;
        Some(rest.trim_end_matches('/'))
    }
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
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{ForToken, for_token};
    use crate::image::BaseReference;

    #[test]
    fn the_token_is_for_the_registries_of_its_own_region_alone() {
        let config = aws_sdk_ecr::Config::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .region(aws_config::Region::new("us-east-1"))
            .build();
        let ecr = aws_sdk_ecr::Client::from_conf(config);
        for (host, expected) in [
            ("123456789012.dkr.ecr.us-east-1.amazonaws.com", ForToken::Yes),
            ("999999999999.dkr.ecr.us-east-1.amazonaws.com", ForToken::Yes),
            ("123456789012.dkr.ecr-fips.us-east-1.amazonaws.com", ForToken::Yes),
            ("123456789012.dkr-ecr.us-east-1.on.aws", ForToken::Yes),
            ("123456789012.dkr.ecr.us-west-2.amazonaws.com", ForToken::No),
            ("123456789012.dkr.ecr.us-east-1.amazonaws.com.cn", ForToken::No),
            ("x.dkr.ecr.evil.com", ForToken::No),
            ("123456789012.dkr.ecr.us-east-1.amazonaws.com.evil.com", ForToken::No),
            ("123456789012.dkr.ecr.us-east-1.amazonaws.com:8443", ForToken::No),
            ("public.ecr.aws", ForToken::No),
            ("localhost.evil.com", ForToken::No),
            ("127.0.0.1:4567", ForToken::AskEcr),
        ] {
            let base = BaseReference::parse(&format!("{host}/lambda/python:3.12")).unwrap();
            assert_eq!(for_token(&base, &ecr), expected, "{host}");
        }
    }
}
