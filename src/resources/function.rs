//! The Lambda function, and the numbered version that each change of its code or configuration publishes.

mod calls;
mod settings;
mod states;
mod versions;

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use aws_sdk_lambda::types::{FunctionConfiguration, LastUpdateStatus, State};
use serde::Serialize;

use self::calls::tags;
use self::settings::{Settings, settings, undecrypted, unmanaged};
use self::states::remark;
use crate::facts::{Change, Difference, Facts, Key, Kind, Known, differs, facts};
use crate::ownership::{Owner, Ownership, Tags};
use crate::resource::{Context, Deleted, Need, Present, Resource, Seen};

pub(super) use self::states::is_busy;
pub(super) use self::versions::newest_versions;

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
    /// What was found when it was observed, beside what is compared.
    pub found: Findings,
}

/// What observing a function finds out beside what is compared.
#[derive(Debug, Default)]
pub struct Findings {
    /// AWS can't show the environment to these credentials: it is not compared.
    undecrypted: AtomicBool,
    /// Settings that the manifest does not name and that would go live with the next version.
    unannounced: OnceLock<Vec<String>>,
}

#[derive(Debug, Serialize)]
struct Spec {
    image: String,
    #[serde(flatten)]
    settings: Settings,
    /// `Active`; or `Failed`, where a published version keeps it from being deleted and created again.
    state: String,
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
                environment: self.compares_environment().then(|| self.environment(known)),
            },
            state: State::Active.as_str().to_owned(),
            last_update: LastUpdateStatus::Successful.as_str().to_owned(),
            published: self.publish.then_some(true),
            tags: self.ownership.tags().clone(),
        })
    }

    fn renews(&self, differences: &[Difference]) -> bool {
        self.publish && differences.iter().any(|difference| !difference.field.starts_with("tags"))
    }

    fn why(&self, change: &Change) -> Vec<String> {
        let publishes = matches!(change, Change::Update(differences) if self.renews(differences));
        self.found.unannounced.get().filter(|_| publishes).cloned().unwrap_or_default()
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let (found, versions) = tokio::try_join!(self.at_rest(context), versions::all(&context.aws, &self.name))?;
        let Some(found) = found else { return Ok(Seen::Absent) };
        let tags = tags(&self.name, &found)?;
        let owner = self.ownership.owner(&tags);
        let configuration = found.configuration.context("lambda:GetFunction gave no configuration")?;
        let mut notes = Vec::new();
        let failed = owner == Owner::Ours && configuration.state() == Some(&State::Failed);
        if failed {
            let reason = configuration.state_reason().unwrap_or("AWS gives no reason");
            let Some(version) = versions::usable(self, &context.aws, &versions).await? else {
                let reason = format!("its creation failed: {reason}");
                return Ok(Seen::Broken { reason, identity: Some(UNPUBLISHED.to_owned()) });
            };
            notes.push(format!(
                "its $LATEST failed ({reason}); version {version} may be in use, so the function is updated and not \
                 deleted"
            ));
        }
        let version = if self.publish { versions::like(&configuration, &versions) } else { None };
        notes.extend(self.remarks(context, &configuration, version.as_deref()).await?);
        self.found.undecrypted.store(undecrypted(&configuration).is_some(), Ordering::Relaxed);
        // Observed again in the same run, what was displayed stands.
        let _ = self.found.unannounced.set(versions::unannounced(&configuration, &versions));
        let update_failed = configuration.last_update_status() == Some(&LastUpdateStatus::Failed);
        let last_update = if update_failed { LastUpdateStatus::Failed } else { LastUpdateStatus::Successful };
        let spec = Spec {
            image: found.code.and_then(|code| code.resolved_image_uri.or(code.image_uri)).unwrap_or_default(),
            settings: settings(&configuration),
            state: if failed { State::Failed } else { State::Active }.to_string(),
            last_update: last_update.to_string(),
            published: self.publish.then_some(version.is_some()),
            tags: self.ownership.of_ours(&tags),
        };
        let version = version.unwrap_or_else(|| UNPUBLISHED.to_owned());
        let unmanaged = unmanaged(&configuration);
        Ok(Seen::Present(Present { unmanaged, notes, ..Present::new(facts(&spec), owner, version) }))
    }

    async fn create(&self, context: &Context) -> Result<String> {
        self.create_function(context).await
    }

    async fn update(&self, context: &Context, differences: &[Difference]) -> Result<String> {
        if differs(differences, "tags") {
            self.tag(context).await?;
        }
        // An update that failed may have left anything: all of it is set again.
        let update_failed = differs(differences, "last_update");
        let settings = update_failed || SETTINGS.iter().any(|field| differs(differences, field));
        if differs(differences, "state") {
            return self.revive(context, settings).await;
        }
        if settings {
            self.update_settings(context).await?;
        }
        if update_failed || differs(differences, "image") || differs(differences, "architecture") {
            return self.update_code(context).await;
        }
        if self.renews(differences) {
            return self.publish(context).await;
        }
        context.needed(&self.key())
    }

    fn tagged_by(&self, known: &Known, _identity: &str) -> Option<String> {
        let arn = known.site.function_arn(&self.name);
        Some(format!("aws lambda tag-resource --resource {arn} --tags {}", self.ownership.tag()))
    }

    async fn owner(&self, context: &Context) -> Result<Option<Owner>> {
        let Some(found) = self.find(&context.aws, None).await? else { return Ok(None) };
        Ok(Some(self.ownership.owner(&tags(&self.name, &found)?)))
    }

    async fn delete(&self, context: &Context) -> Result<Deleted> {
        self.remove(context).await?;
        Ok(Deleted::Gone)
    }

    async fn settle(&self, context: &Context) -> Result<()> {
        let version = context.needed(&self.key())?;
        self.usable(context, Some(&version), "the function to be active").await
    }
}

impl Function {
    /// Brings a function whose `$LATEST` failed back: in that state Lambda accepts new code, if anything.
    async fn revive(&self, context: &Context, settings: bool) -> Result<String> {
        let refused = "Lambda does not update the function in the state Failed. It is not deleted and created again, since \
                       a published version of it may be in use";
        let version = self.update_code(context).await.context(refused)?;
        if !settings {
            return Ok(version);
        }
        self.usable(context, None, "the function to be active").await?;
        self.update_settings(context).await?;
        if self.publish { self.publish(context).await } else { Ok(version) }
    }

    /// What is worth knowing of the function, though nothing is to be done about it.
    async fn remarks(
        &self,
        context: &Context,
        latest: &FunctionConfiguration,
        version: Option<&str>,
    ) -> Result<Vec<String>> {
        let mut remarks = Vec::new();
        if let Some(version) = version {
            let found = self.find(&context.aws, Some(version)).await?.and_then(|found| found.configuration);
            remarks.extend(found.and_then(|found| remark(version, &found)));
        }
        remarks.extend(undecrypted(latest).map(|reason| {
            format!("its environment can't be compared: AWS can't decrypt it for these credentials ({reason})")
        }));
        Ok(remarks)
    }

    fn compares_environment(&self) -> bool {
        !self.found.undecrypted.load(Ordering::Relaxed)
    }
}
