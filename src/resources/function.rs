//! The Lambda function, and the numbered version that each change of its code or configuration publishes.

mod settings;
mod states;
mod versions;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::types::{Architecture, Environment, FunctionCode, LastUpdateStatus, PackageType, State};
use serde::Serialize;
use tokio::time::Instant;

use self::settings::{Settings, settings};
pub(super) use self::states::is_busy;
use self::states::{is_passing, passing, resting};
use crate::aws::{Aws, Called, Failure, Found};
use crate::facts::{Difference, Facts, Key, Kind, Known, differs, facts};
use crate::ownership::{Ownership, Tags};
use crate::resource::{Context, Deleted, Need, Resource, Seen};
use crate::wait::{self, Look, Wait};

/// The fields that `UpdateFunctionConfiguration` sets.
const SETTINGS: [&str; 4] = ["role", "timeout", "memory", "environment"];

/// The version of a function that publishes none.
pub const UNPUBLISHED: &str = "$LATEST";

/// The function. Its identity is its newest published version, or `$LATEST`.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The image it runs.
    pub image: Key,
    /// The repository that its images lie in.
    pub repository: Key,
    /// The role it runs in.
    pub role: Key,
    /// The log group it writes to.
    pub log_group: Key,
    /// `x86_64` or `arm64`.
    pub architecture: &'static str,
    /// Seconds.
    pub timeout: i32,
    /// MB.
    pub memory: i32,
    /// Environment variables from the manifest.
    pub environment: BTreeMap<String, String>,
    /// The Pinpoint application whose id the handler finds in `APPLICATION_ID`.
    pub application: Option<Key>,
    /// Whether changes are published as numbered versions.
    pub publish: bool,
    /// Whose it is.
    pub ownership: Ownership,
}

#[derive(Debug, Serialize)]
struct Spec {
    image: String,
    #[serde(flatten)]
    settings: Settings,
    /// How the last update ended: `Successful` or `Failed`.
    last_update: String,
    /// Whether the newest version is what `$LATEST` is; left out when nothing is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<bool>,
    tags: Tags,
}

#[async_trait(?Send)]
impl Resource for Function {
    fn key(&self) -> Key {
        Key::new(Kind::Function, &self.name)
    }

    fn needs(&self) -> Vec<Need> {
        let needs = [&self.image, &self.role, &self.log_group].into_iter().chain(&self.application);
        needs.cloned().map(Need::ready).collect()
    }

    fn stands_on(&self) -> Vec<Key> {
        vec![self.repository.clone(), self.role.clone(), self.log_group.clone()]
    }

    fn wanted(&self, known: &Known) -> Facts {
        facts(&Spec {
            image: known.identity(&self.image),
            settings: Settings {
                architecture: self.architecture.to_owned(),
                role: known.site.role_arn(&self.role.name),
                timeout: Some(self.timeout),
                memory: Some(self.memory),
                environment: self.environment(known),
            },
            last_update: LastUpdateStatus::Successful.as_str().to_owned(),
            published: self.publish.then_some(true),
            tags: self.ownership.tags().clone(),
        })
    }

    fn renews(&self, differences: &[Difference]) -> bool {
        self.publish && differences.iter().any(|difference| !difference.field.starts_with("tags"))
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let (found, versions) = tokio::try_join!(self.at_rest(context), versions::all(&context.aws, &self.name))?;
        let Some(found) = found else { return Ok(Seen::Absent) };
        let tags: Tags = found.tags.unwrap_or_default().into_iter().collect();
        let owner = self.ownership.owner(&tags);
        let configuration = found.configuration.context("lambda:GetFunction gave no configuration")?;
        if configuration.state() == Some(&State::Failed) && owner == crate::ownership::Owner::Ours {
            let reason = configuration.state_reason().unwrap_or("AWS gives no reason");
            let reason = format!("its creation failed: {reason}");
            return Ok(Seen::Broken { reason, identity: Some(UNPUBLISHED.to_owned()) });
        }
        let version = if self.publish { versions::like(&configuration, &versions) } else { None };
        let failed = configuration.last_update_status() == Some(&LastUpdateStatus::Failed);
        let spec = Spec {
            image: found.code.and_then(|code| code.resolved_image_uri.or(code.image_uri)).unwrap_or_default(),
            settings: settings(&configuration),
            last_update: if failed { LastUpdateStatus::Failed } else { LastUpdateStatus::Successful }.to_string(),
            published: self.publish.then_some(version.is_some()),
            tags: self.ownership.of_ours(&tags),
        };
        Ok(Seen::present(facts(&spec), owner, version.unwrap_or_else(|| UNPUBLISHED.to_owned())))
    }

    async fn create(&self, context: &Context) -> Result<String> {
        let known = context.known().await;
        let code = FunctionCode::builder().image_uri(context.needed(&self.image)?).build();
        let tags: std::collections::HashMap<_, _> = self.ownership.tags().clone().into_iter().collect();
        let create = async || {
            let call = context.aws.lambda.create_function().function_name(&self.name);
            let call = call.package_type(PackageType::Image).code(code.clone()).publish(self.publish);
            let call = call.architectures(Architecture::from(self.architecture)).set_tags(Some(tags.clone()));
            let call = call.role(known.site.role_arn(&self.role.name)).timeout(self.timeout).memory_size(self.memory);
            call.environment(self.variables(&known)).send().await.called("lambda:CreateFunction")
        };
        let created = self.accepted(context, create).await?;
        Ok(self.version(created.version))
    }

    async fn update(&self, context: &Context, differences: &[Difference]) -> Result<String> {
        if differs(differences, "tags") {
            self.tag(context).await?;
        }
        // An update that failed may have left anything: all of it is set again.
        let failed = differs(differences, "last_update");
        if failed || SETTINGS.iter().any(|field| differs(differences, field)) {
            self.update_settings(context).await?;
            self.updated(context).await?;
        }
        if failed || differs(differences, "image") || differs(differences, "architecture") {
            return self.update_code(context).await;
        }
        if self.renews(differences) {
            return self.publish(context).await;
        }
        context.needed(&self.key())
    }

    async fn delete(&self, context: &Context) -> Result<Deleted> {
        let call = context.aws.lambda.delete_function().function_name(&self.name);
        call.send().await.called("lambda:DeleteFunction").found()?;
        let gone = async || match self.find(&context.aws, None).await? {
            None => Ok(Look::Done(Deleted::Gone)),
            Some(_) => Ok(Look::NotYet("Deleting".to_owned())),
        };
        self.wait(context, "the function to go").until(gone).await
    }

    async fn settle(&self, context: &Context) -> Result<()> {
        let version = context.needed(&self.key())?;
        let active = async || {
            let found = self.find(&context.aws, Some(&version)).await?;
            match found.as_ref().and_then(|found| found.configuration()) {
                None => Ok(Look::NotYet("not there yet".to_owned())),
                Some(configuration) => Ok(passing(configuration)?.map_or(Look::Done(()), Look::NotYet)),
            }
        };
        self.wait(context, "the function to be active").until(active).await
    }
}

impl Function {
    async fn find(&self, aws: &Aws, version: Option<&str>) -> Result<Option<GetFunctionOutput>> {
        let qualifier = version.filter(|version| *version != UNPUBLISHED).map(str::to_owned);
        let call = aws.lambda.get_function().function_name(&self.name).set_qualifier(qualifier);
        Ok(call.send().await.called("lambda:GetFunction").found()?)
    }

    /// The function when it is in no passing state. One that is being deleted is waited for and gone.
    async fn at_rest(&self, context: &Context) -> Result<Option<GetFunctionOutput>> {
        self.wait(context, "the function to come to rest")
            .until(async || {
                let Some(found) = self.find(&context.aws, None).await? else { return Ok(Look::Done(None)) };
                let passing = found.configuration().and_then(resting);
                Ok(passing.map_or(Look::Done(Some(found)), Look::NotYet))
            })
            .await
    }

    /// Waits until the update is through; an error when it failed.
    async fn updated(&self, context: &Context) -> Result<()> {
        let updated = async || match self.find(&context.aws, None).await?.and_then(|found| found.configuration) {
            None => Ok(Look::NotYet("not there".to_owned())),
            Some(configuration) => Ok(passing(&configuration)?.map_or(Look::Done(()), Look::NotYet)),
        };
        self.wait(context, "the function's settings to be updated").until(updated).await
    }

    async fn tag(&self, context: &Context) -> Result<()> {
        let arn = context.site().await.function_arn(&self.name);
        let tag = async || {
            let tags = self.ownership.tags().clone().into_iter().collect();
            let call = context.aws.lambda.tag_resource().resource(&arn).set_tags(Some(tags));
            call.send().await.called("lambda:TagResource")
        };
        self.accepted(context, tag).await?;
        Ok(())
    }

    async fn update_settings(&self, context: &Context) -> Result<()> {
        let known = context.known().await;
        let update = async || {
            let call = context.aws.lambda.update_function_configuration().function_name(&self.name);
            let call = call.role(known.site.role_arn(&self.role.name)).timeout(self.timeout).memory_size(self.memory);
            call.environment(self.variables(&known)).send().await.called("lambda:UpdateFunctionConfiguration")
        };
        self.accepted(context, update).await?;
        Ok(())
    }

    async fn update_code(&self, context: &Context) -> Result<String> {
        let image = context.needed(&self.image)?;
        let update = async || {
            let call = context.aws.lambda.update_function_code().function_name(&self.name).image_uri(&image);
            let call = call.architectures(Architecture::from(self.architecture)).publish(self.publish);
            call.send().await.called("lambda:UpdateFunctionCode")
        };
        let updated = self.accepted(context, update).await?;
        Ok(self.version(updated.version))
    }

    /// AWS makes no new version when nothing has changed since the last one, and answers that one.
    async fn publish(&self, context: &Context) -> Result<String> {
        let publish = async || {
            let call = context.aws.lambda.publish_version().function_name(&self.name);
            call.send().await.called("lambda:PublishVersion")
        };
        let published = self.accepted(context, publish).await?;
        Ok(self.version(published.version))
    }

    /// Calls until Lambda sees the role and the image and has finished what it was at.
    async fn accepted<T>(&self, context: &Context, call: impl AsyncFnMut() -> Result<T, Failure>) -> Result<T> {
        let what = "Lambda to see the role and the image (IAM takes its time)";
        let wait = Wait { progress: &context.progress, key: self.key(), what, limit: wait::PROPAGATION };
        let started = Instant::now();
        wait.retry(|failure| is_passing(failure, started.elapsed()), call).await
    }

    fn wait<'a>(&self, context: &'a Context, what: &'a str) -> Wait<'a> {
        Wait { progress: &context.progress, key: self.key(), what, limit: context.patience }
    }

    fn version(&self, published: Option<String>) -> String {
        published.filter(|_| self.publish).unwrap_or_else(|| UNPUBLISHED.to_owned())
    }

    fn environment(&self, known: &Known) -> BTreeMap<String, String> {
        let application = self.application.iter().map(|key| ("APPLICATION_ID".to_owned(), known.identity(key)));
        self.environment.clone().into_iter().chain(application).collect()
    }

    fn variables(&self, known: &Known) -> Environment {
        Environment::builder().set_variables(Some(self.environment(known).into_iter().collect())).build()
    }
}
