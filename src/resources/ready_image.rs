//! An image that the manifest names by its URI. Looked up for its digest, never changed.

use std::sync::OnceLock;

use anyhow::Result;
use async_trait::async_trait;
use aws_sdk_ecr::types::ImageIdentifier;
use serde_json::json;

use super::image;
use crate::aws::{Called, Failure, Found, Site};
use crate::facts::{Change, Facts, Key, Kind, Known};
use crate::name::EcrHost;
use crate::ownership::Owner;
use crate::resource::{Context, Resource, Seen};

/// The image. Its identity is its URI with the digest in the tag's place.
#[derive(Debug)]
pub struct ReadyImage {
    /// `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME`, then `:TAG`, `@sha256:…` or nothing, which is `:latest`.
    uri: String,
    /// Why it can't be used.
    refusal: OnceLock<String>,
}

/// The parts of the URI.
struct Place<'u> {
    registry: &'u str,
    repository: &'u str,
    image: ImageIdentifier,
}

#[async_trait(?Send)]
impl Resource for ReadyImage {
    fn key(&self) -> Key {
        Key::new(Kind::Image, &self.uri)
    }

    fn wanted(&self, _known: &Known) -> Facts {
        json!({})
    }

    fn stands_alone(&self) -> bool {
        false
    }

    fn absent(&self) -> Change {
        let gone = || "ECR has no such image; push it first, or correct `lambda.image`".to_owned();
        Change::Refuse(self.refusal.get().cloned().unwrap_or_else(gone))
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let Place { registry, repository, image } = self.place();
        let site = context.site().await;
        let account = EcrHost::parse(registry).map(|host| (host.account.to_string(), host.region.to_string()));
        let (account, region) = account.unwrap_or_else(|| (site.account.clone(), site.region.clone()));
        let digest = if region != site.region {
            self.refuse(format!(
                "the image is in {region}, but the function in {}; Lambda takes images of its own region only: push it \
                 to a repository in {}",
                site.region, site.region
            ));
            None
        } else if account != site.account {
            self.of_another_account(context, &site, &account).await?
        } else {
            let digest = image::digest(&context.aws, repository, image).await?;
            if digest.is_none() {
                self.refuse(Self::missing(&site));
            }
            digest
        };
        Ok(digest.map_or(Seen::Absent, |digest| {
            Seen::present(json!({}), Owner::Given, format!("{registry}/{repository}@{digest}"))
        }))
    }
}

impl ReadyImage {
    /// The image of this URI.
    pub fn new(uri: &str) -> Self {
        Self { uri: uri.to_owned(), refusal: OnceLock::new() }
    }

    fn place(&self) -> Place<'_> {
        let (registry, rest) = self.uri.split_once('/').unwrap_or(("", &self.uri));
        let image = ImageIdentifier::builder();
        let (repository, image) = match (rest.split_once('@'), rest.split_once(':')) {
            (Some((repository, digest)), _) => (repository, image.image_digest(digest)),
            (None, Some((repository, tag))) => (repository, image.image_tag(tag)),
            (None, None) => (rest, image.image_tag("latest")),
        };
        let repository = repository.split(':').next().unwrap_or(repository);
        Place { registry, repository, image: image.build() }
    }

    /// Looks for it in another account's registry, with the action that Lambda needs there anyway.
    async fn of_another_account(&self, context: &Context, site: &Site, account: &str) -> Result<Option<String>> {
        let Place { repository, image, .. } = self.place();
        let call = context.aws.ecr.batch_get_image().registry_id(account).repository_name(repository).image_ids(image);
        let answer = match call.send().await.called("ecr:BatchGetImage").found() {
            Ok(answer) => answer,
            Err(failure) if is_denied(&failure) => None,
            Err(failure) => return Err(failure.into()),
        };
        let mut images = answer.into_iter().flat_map(|answer| answer.images.unwrap_or_default());
        let digest = images.find_map(|image| image.image_id?.image_digest);
        if digest.is_none() {
            self.refuse(if site.emulated {
                Self::missing(site)
            } else {
                format!(
                    "the image does not exist in the account {account}, or that account does not share it: the policy of \
                     the repository {repository} must allow ecr:BatchGetImage and ecr:GetDownloadUrlForLayer to \
                     {} and, for functions of {}, to the service lambda.amazonaws.com",
                    format_args!("arn:{}:iam::{}:root", site.partition, site.account),
                    site.function_arn("*"),
                )
            });
        }
        Ok(digest)
    }

    fn missing(site: &Site) -> String {
        if site.emulated {
            let account = &site.account;
            return format!(
                "the emulated account {account} has no such image; push it to the emulator first, or deploy without \
                 `--local`"
            );
        }
        let (account, region) = (&site.account, &site.region);
        format!("ECR has no such image in {account}/{region}; push it first, or correct `lambda.image`")
    }

    fn refuse(&self, reason: String) {
        // Looked at again, it is refused for the same reason.
        let _ = self.refusal.set(reason);
    }
}

fn is_denied(failure: &Failure) -> bool {
    failure.is("AccessDeniedException")
}
