//! The calls behind the function: what Lambda accepts in which order, and what is waited for in between.

use std::collections::BTreeMap;

use anyhow::Result;
use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::types::{Architecture, Environment, FunctionCode, PackageType};
use tokio::time::Instant;

use super::states::{is_busy, is_passing, passing, resting};
use super::{Function, UNPUBLISHED};
use crate::aws::{Aws, Called, Failure, Found};
use crate::facts::Known;
use crate::ownership::Tags;
use crate::refused::Refused;
use crate::resource::{Context, Resource as _};
use crate::wait::{self, Look, Wait};

impl Function {
    pub(super) async fn find(&self, aws: &Aws, version: Option<&str>) -> Result<Option<GetFunctionOutput>> {
        let qualifier = version.filter(|version| *version != UNPUBLISHED).map(str::to_owned);
        let call = aws.lambda.get_function().function_name(&self.name).set_qualifier(qualifier);
        Ok(call.send().await.called("lambda:GetFunction").found()?)
    }

    /// The function when it is in no passing state. One that is being deleted is waited for and gone.
    pub(super) async fn at_rest(&self, context: &Context) -> Result<Option<GetFunctionOutput>> {
        self.wait(context, "the function to come to rest")
            .until(async || {
                let Some(found) = self.find(&context.aws, None).await? else { return Ok(Look::Done(None)) };
                let passing = found.configuration().and_then(resting);
                Ok(passing.map_or(Look::Done(Some(found)), Look::NotYet))
            })
            .await
    }

    /// Waits until this version (or `$LATEST`) is usable; an error when it failed.
    pub(super) async fn usable(&self, context: &Context, version: Option<&str>, what: &str) -> Result<()> {
        let usable = async || match self.find(&context.aws, version).await?.and_then(|found| found.configuration) {
            None => Ok(Look::Absent),
            Some(configuration) => Ok(passing(&configuration)?.map_or(Look::Done(()), Look::NotYet)),
        };
        self.wait(context, what).until(usable).await
    }

    pub(super) async fn create_function(&self, context: &Context) -> Result<String> {
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

    pub(super) async fn tag(&self, context: &Context) -> Result<()> {
        let arn = context.site().await.function_arn(&self.name);
        let tag = async || {
            let tags = self.ownership.tags().clone().into_iter().collect();
            let call = context.aws.lambda.tag_resource().resource(&arn).set_tags(Some(tags));
            call.send().await.called("lambda:TagResource")
        };
        self.accepted(context, tag).await?;
        Ok(())
    }

    /// Sets all settings, and waits until they are in force.
    pub(super) async fn update_settings(&self, context: &Context) -> Result<()> {
        let known = context.known().await;
        let update = async || {
            let call = context.aws.lambda.update_function_configuration().function_name(&self.name);
            let call = call.role(known.site.role_arn(&self.role.name)).timeout(self.timeout).memory_size(self.memory);
            call.environment(self.variables(&known)).send().await.called("lambda:UpdateFunctionConfiguration")
        };
        self.accepted(context, update).await?;
        self.usable(context, None, "the function's settings to be updated").await
    }

    pub(super) async fn update_code(&self, context: &Context) -> Result<String> {
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
    pub(super) async fn publish(&self, context: &Context) -> Result<String> {
        let publish = async || {
            let call = context.aws.lambda.publish_version().function_name(&self.name);
            call.send().await.called("lambda:PublishVersion")
        };
        let published = self.accepted(context, publish).await?;
        Ok(self.version(published.version))
    }

    /// Deletes the function with all its versions, and waits until it is gone. Another run may be deleting it already.
    pub(super) async fn remove(&self, context: &Context) -> Result<()> {
        let delete = async || {
            let call = context.aws.lambda.delete_function().function_name(&self.name);
            call.send().await.called("lambda:DeleteFunction").found()
        };
        let wait = context.wait(self.key(), "the function to go", wait::STATE);
        wait.retry(is_busy, delete).await?;
        let gone = async || match self.find(&context.aws, None).await? {
            None => Ok(Look::Done(())),
            Some(_) => Ok(Look::NotYet("Deleting".to_owned())),
        };
        wait.until(gone).await
    }

    /// Calls until Lambda sees the role and the image and has finished what it was at.
    async fn accepted<T>(&self, context: &Context, call: impl AsyncFnMut() -> Result<T, Failure>) -> Result<T> {
        let what = "Lambda to see the role and the image (IAM takes its time)";
        let started = Instant::now();
        let wait = context.wait(self.key(), what, wait::PROPAGATION);
        wait.retry(|failure| is_passing(failure, started.elapsed()), call).await
    }

    fn wait<'a>(&self, context: &'a Context, what: &'a str) -> Wait<'a> {
        context.wait(self.key(), what, context.patience)
    }

    fn version(&self, published: Option<String>) -> String {
        published.filter(|_| self.publish).unwrap_or_else(|| UNPUBLISHED.to_owned())
    }

    pub(super) fn environment(&self, known: &Known) -> BTreeMap<String, String> {
        let application = self.application.iter().map(|key| ("APPLICATION_ID".to_owned(), known.identity(key)));
        self.environment.clone().into_iter().chain(application).collect()
    }

    fn variables(&self, known: &Known) -> Environment {
        Environment::builder().set_variables(Some(self.environment(known).into_iter().collect())).build()
    }
}

/// The function's tags. Without lambda:ListTags AWS leaves them out and says so.
pub(super) fn tags(function: &str, found: &GetFunctionOutput) -> Result<Tags> {
    match found.tags_error() {
        Some(error) => Err(Refused::unreadable_tags(&format!("function {function}"), error.message()).into()),
        None => Ok(found.tags().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect()),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
    use aws_sdk_lambda::types::TagsError;

    use super::tags;
    use crate::refused::Refused;

    #[test]
    fn tags_that_may_not_be_read_are_not_missing_tags() {
        let error = TagsError::builder().error_code("AccessDenied").message("not allowed").build().unwrap();
        let error = tags("f", &GetFunctionOutput::builder().tags_error(error).build()).unwrap_err();
        assert!(error.to_string().contains("function f: not allowed"), "{error}");
        let refused = error.downcast_ref::<Refused>().unwrap();
        assert!(refused.hint().contains("lambda:ListTags"), "{}", refused.hint());
        assert_eq!(tags("f", &GetFunctionOutput::builder().build()).unwrap(), [].into());
    }
}
