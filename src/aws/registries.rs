//! The registries that images come from and go to: over the network, or the emulator's.

use anyhow::{Context, Result};
use emulator::Emulator;

use crate::aws::{Aws, Called};
use crate::image::{BaseReference, BasicAuth, EmulatorRegistry, OciRegistry, Registry, Scheme};

/// Opens registries.
#[derive(Debug, Clone)]
pub struct Registries {
    emulator: Option<Emulator>,
}

impl Registries {
    pub(super) fn new(emulator: Option<Emulator>) -> Self {
        Self { emulator }
    }

    /// The registry that an image reference names, read without credentials.
    pub fn public(&self, reference: &str) -> Result<Box<dyn Registry>> {
        if let Some(emulator) = &self.emulator {
            return Ok(Box::new(EmulatorRegistry::new(emulator.clone(), None)));
        }
        let base = BaseReference::parse(reference)?;
        Ok(Box::new(OciRegistry::new(&base.host, base.scheme(), None)))
    }

    /// The account's own ECR registry, at the endpoint and with the token that ECR gives (12 hours).
    pub async fn ecr(&self, aws: &Aws) -> Result<Box<dyn Registry>> {
        let answer = aws.ecr.get_authorization_token().send().await.called("ecr:GetAuthorizationToken")?;
        let data = answer.authorization_data().first().context("ecr:GetAuthorizationToken gave no token")?;
        let auth = data.authorization_token().and_then(BasicAuth::from_token);
        let auth = auth.context("ecr:GetAuthorizationToken gave a token that can't be read")?;
        if let Some(emulator) = &self.emulator {
            return Ok(Box::new(EmulatorRegistry::new(emulator.clone(), Some(auth))));
        }
        let endpoint = data.proxy_endpoint().context("ecr:GetAuthorizationToken named no registry")?;
        let (scheme, host) = match endpoint.strip_prefix("http://") {
            Some(host) => (Scheme::Http, host),
            None => (Scheme::Https, endpoint.strip_prefix("https://").unwrap_or(endpoint)),
        };
        Ok(Box::new(OciRegistry::new(host.trim_end_matches('/'), scheme, Some(auth))))
    }
}
